//! Who is let in where more connections are made than there are places.
//!
//! A connection is a stranger's until a request on it has shown a key or a token. Where all places are taken, a newcomer gets
//! the place of the stranger who came first from the address with the most strangers: ten thousand idle connections from
//! somewhere cost others nothing, and a slow device keeps its place for as long as it is one of a few from there. Behind a
//! proxy all come from one address, and the proxy has to see to that. Whoever is known has a few places, and gives up the oldest
//! for another.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::AuthorId;
use tokio::sync::Notify;

/// Connections of one author. A device has one at a time, or two; one that broke is not noticed at once.
const OF_AN_AUTHOR_MAX: usize = 8;

/// The places of a hub.
#[derive(Debug)]
pub(crate) struct Crowd {
    places: usize,
    inside: Mutex<Inside>,
}

/// Who shares the claim to places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Group {
    /// Strangers from one address.
    From(IpAddr),
    Of(AuthorId),
}

#[derive(Debug, Default)]
struct Inside {
    next: u64,
    /// Connections in the order they came, by who has them.
    groups: HashMap<Group, BTreeSet<u64>>,
    taken: HashMap<u64, (Group, Arc<Notify>)>,
}

impl Inside {
    fn put(&mut self, number: u64, group: Group, leave: Arc<Notify>) {
        self.groups.entry(group).or_default().insert(number);
        self.taken.insert(number, (group, leave));
    }

    /// Frees a place. `None` where it was given to somebody else already.
    fn free(&mut self, number: u64) -> Option<Arc<Notify>> {
        let (group, leave) = self.taken.remove(&number)?;
        if let Some(theirs) = self.groups.get_mut(&group) {
            theirs.remove(&number);
            if theirs.is_empty() {
                self.groups.remove(&group);
            }
        }
        Some(leave)
    }

    /// Sends away whoever of a group came first.
    fn send_away(&mut self, group: Group) -> bool {
        let first = self.groups.get(&group).and_then(|theirs| theirs.first().copied());
        let leave = first.and_then(|number| self.free(number));
        leave.map(|leave| leave.notify_one()).is_some()
    }

    /// Sends away whoever has the least claim to a place.
    fn make_room(&mut self) -> bool {
        let largest = |of_strangers: bool| {
            let groups = self
                .groups
                .iter()
                .filter(|(group, _)| matches!(group, Group::From(_)) == of_strangers);
            groups
                .max_by_key(|(_, theirs)| theirs.len())
                .map(|(group, theirs)| (*group, theirs.len()))
        };
        match (largest(true), largest(false)) {
            (Some((strangers, _)), _) => self.send_away(strangers),
            // Nobody gives up their only one.
            (None, Some((known, 2..))) => self.send_away(known),
            _ => false,
        }
    }
}

impl Crowd {
    pub(crate) fn new(places: usize) -> Arc<Self> {
        Arc::new(Self {
            places,
            inside: Mutex::default(),
        })
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection from there; `None` where each is taken by somebody else who is known.
    pub(crate) fn enter(self: &Arc<Self>, from: IpAddr) -> Option<Place> {
        let mut inside = self.inside();
        if inside.taken.len() >= self.places && !inside.make_room() {
            return None;
        }
        let number = inside.next;
        inside.next += 1;
        let leave = Arc::new(Notify::new());
        inside.put(number, Group::From(neighbourhood(from)), leave.clone());
        let crowd = self.clone();
        Some(Place {
            seat: Seat { crowd, number },
            leave,
        })
    }
}

/// Whoever has one address of this kind has them all.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        address @ IpAddr::V4(_) => address,
    }
}

/// The place of one connection, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    seat: Seat,
    leave: Arc<Notify>,
}

impl Place {
    /// What requests on this connection say who they are with.
    pub(crate) fn acquaintance(&self) -> Acquaintance {
        Acquaintance(Some(self.seat.clone()))
    }

    /// Comes back when somebody else needs the place more.
    pub(crate) async fn is_needed(&self) {
        self.leave.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.seat.crowd.inside().free(self.seat.number);
    }
}

#[derive(Debug, Clone)]
struct Seat {
    crowd: Arc<Crowd>,
    number: u64,
}

/// By which a request says that its sender has shown a key or a token. A request that came by no connection has nobody to
/// tell.
#[derive(Debug, Clone, Default)]
pub(crate) struct Acquaintance(Option<Seat>);

impl Acquaintance {
    /// The connection is this author's.
    pub(crate) fn is_made(&self, author: AuthorId) {
        let Some(seat) = &self.0 else { return };
        let mut inside = seat.crowd.inside();
        // Whoever was sent away just now stays away.
        let Some(leave) = inside.free(seat.number) else { return };
        let known = Group::Of(author);
        if inside
            .groups
            .get(&known)
            .is_some_and(|theirs| theirs.len() >= OF_AN_AUTHOR_MAX)
        {
            inside.send_away(known);
        }
        inside.put(seat.number, known, leave);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const CROWDED: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const QUIET: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    fn must_go(place: &Place) -> bool {
        place.is_needed().now_or_never().is_some()
    }

    #[test]
    fn a_newcomer_takes_the_place_of_the_first_from_where_most_came() {
        let crowd = Crowd::new(4);
        let alone = crowd.enter(QUIET).unwrap();
        let many: Vec<Place> = (0..3).map(|_| crowd.enter(CROWDED).unwrap()).collect();
        assert!(!many.iter().any(must_go));
        let late: Vec<Place> = (0..10).map(|_| crowd.enter(CROWDED).unwrap()).collect();
        assert!(many.iter().all(must_go));
        assert!(late[..7].iter().all(must_go) && !late[7..].iter().any(must_go));
        assert!(!must_go(&alone), "who came first stays, being one of a few");
        drop(many);
        drop(late);
        let next: Vec<Place> = (0..3).map(|_| crowd.enter(CROWDED).unwrap()).collect();
        assert!(!next.iter().any(must_go), "who has gone takes no place");
    }

    #[test]
    fn whoever_is_known_is_not_sent_away_for_a_stranger_and_the_last_place_is_theirs() {
        let crowd = Crowd::new(2);
        let (asha, binod) = (AuthorId([1; 16]), AuthorId([2; 16]));
        let known = crowd.enter(CROWDED).unwrap();
        known.acquaintance().is_made(asha);
        known.acquaintance().is_made(asha);
        let stranger = crowd.enter(CROWDED).unwrap();
        let second = crowd.enter(QUIET).unwrap();
        assert!(must_go(&stranger) && !must_go(&known));
        // Too late: the place is somebody else's.
        stranger.acquaintance().is_made(binod);
        drop(stranger);
        second.acquaintance().is_made(binod);
        assert!(crowd.enter(QUIET).is_none());
        drop(known);
        assert!(crowd.enter(QUIET).is_some());
    }

    #[test]
    fn one_author_has_a_few_places_and_keeps_nobody_out() {
        let crowd = Crowd::new(12);
        let [asha, binod] = [1, 2].map(|n| AuthorId([n; 16]));
        let known = |author| {
            let place = crowd.enter(CROWDED).unwrap();
            place.acquaintance().is_made(author);
            place
        };
        let many: Vec<Place> = (0..20).map(|_| known(asha)).collect();
        let gone = many.iter().filter(|place| must_go(place)).count();
        assert_eq!(gone, 20 - OF_AN_AUTHOR_MAX);
        let other: Vec<Place> = (0..4).map(|_| known(binod)).collect();
        let _newcomer = crowd.enter(QUIET).unwrap();
        assert!(must_go(&many[gone]), "who has the most gives up the oldest");
        assert!(!other.iter().any(must_go));
    }

    #[test]
    fn addresses_that_one_sender_has_all_of_are_one() {
        let crowd = Crowd::new(2);
        let at = |last: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 2, 3, 4, 5, last));
        let first = crowd.enter(at(1)).unwrap();
        let _second = crowd.enter(at(2)).unwrap();
        let _alone = crowd.enter(QUIET).unwrap();
        assert!(must_go(&first));
        assert_eq!(neighbourhood("::ffff:10.0.0.2".parse().unwrap()), QUIET);
    }
}
