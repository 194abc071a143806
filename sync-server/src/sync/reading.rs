//! Serving a first reading, see [`super::first`].

use std::collections::HashMap;

use casework::card::{Card, IdentityCard};
use protocol::limits::{CARDS_MAX, PART_BYTES_MAX};
use protocol::message::down::Cards;

use super::cursor::{At, BEGINNING, Place};
use super::first::{self, Item};
use super::pieces::Together;
use super::serve::{ServeError, Serving};
use crate::storage::{CardRow, EntryBody, FirstReading, Window};

/// Items looked up at a time.
const ITEMS_AT_ONCE: usize = 64;
/// How long a first reading that was begun is kept: a device that comes back later begins again.
const KEPT_MS: i64 = 60 * 86_400_000;

/// What came of looking for a first reading.
pub(super) enum FirstRead {
    /// There is none, or it was told to its end: from here the log tells.
    Through(Window),
    /// The answer grew long before its end.
    Broken(Place),
}

type Told = ([u8; 16], Vec<u8>);

impl Serving<'_> {
    /// Tells a first reading, where the device is in one or has nothing yet.
    pub(super) fn first_reading(&mut self, place: Place, last_number: u64) -> Result<FirstRead, ServeError> {
        let (head, from, items) = match place.at {
            At::Log(window) if place != Place::BEGINNING || !self.reads_pieces() => {
                return Ok(FirstRead::Through(window));
            }
            At::Log(window) => match self.begin(last_number)? {
                Some(items) => (last_number, 0, items),
                None => return Ok(FirstRead::Through(window)),
            },
            At::First { head, place } => match self.go_on(head)? {
                Some(items) => (head, usize::try_from(place).unwrap_or(usize::MAX), items),
                // Too long ago: what it has it is told once more, which changes nothing.
                None => match self.begin(last_number)? {
                    Some(items) => (last_number, 0, items),
                    None => return Ok(FirstRead::Through(BEGINNING)),
                },
            },
        };
        let mut at = from.min(items.len());
        let mut together = Together::default();
        while at < items.len() {
            if self.is_long() {
                self.tell_together(&mut together, place_at(head, at))?;
                return Ok(FirstRead::Broken(place_at(head, at)));
            }
            let next = items.len().min(at + ITEMS_AT_ONCE);
            self.items(head, at, &items[at..next], &mut together)?;
            at = next;
        }
        self.tell_together(&mut together, place_at(head, at))?;
        Ok(FirstRead::Through(Window {
            after: head,
            from: head,
            head,
        }))
    }

    /// Makes and keeps the order of a reading up to `head`. `None`: nothing is granted, and the log's own order will do.
    fn begin(&self, head: u64) -> Result<Option<Vec<Item>>, ServeError> {
        let author = &self.session.author;
        let listed = self.hub.storage.listed(&author.user.district, author.user.id, head)?;
        if listed.iter().all(|entry| entry.document.is_none()) {
            return Ok(None);
        }
        let items = first::order(&listed);
        let now_ms = self.hub.clock.now_ms();
        let reading = FirstReading {
            head,
            items: first::to_bytes(&items),
        };
        self.hub
            .storage
            .keep_reading(author.id, &reading, now_ms, now_ms - KEPT_MS)?;
        Ok(Some(items))
    }

    fn go_on(&self, head: u64) -> Result<Option<Vec<Item>>, ServeError> {
        let kept = self.hub.storage.reading(self.session.author.id)?;
        Ok(kept
            .filter(|reading| reading.head == head)
            .and_then(|reading| first::from_bytes(&reading.items)))
    }

    /// Tells some items, of which the first stands at `from`.
    fn items(&mut self, head: u64, from: usize, items: &[Item], together: &mut Together) -> Result<(), ServeError> {
        let author = &self.session.author;
        let numbers: Vec<u64> = items.iter().copied().flat_map(Item::numbers).collect();
        let storage = &self.hub.storage;
        let entries = storage.entries_at(&author.user.district, author.user.id, &numbers)?;
        let mut entries: HashMap<u64, _> = entries.into_iter().map(|entry| (entry.number, entry)).collect();
        let subject = |number: &u64| match &entries.get(number)?.body {
            EntryBody::Grant { document, .. } => document.0.first_chunk::<16>().copied(),
            _ => None,
        };
        // A card goes to whoever still has what grants it.
        let cards: Vec<(usize, [u8; 16], bool)> = (items.iter().enumerate())
            .filter_map(|(at, item)| match item {
                Item::Card { core, identity } => {
                    let reads_identity = identity.is_some_and(|number| entries.contains_key(&number));
                    Some((at, subject(core)?, reads_identity))
                }
                Item::Entry(_) => None,
            })
            .collect();
        let subjects: Vec<[u8; 16]> = cards.iter().map(|(_, subject, _)| *subject).collect();
        let rows = self.hub.storage.cards(&subjects)?;
        let rows: HashMap<[u8; 16], CardRow> = rows.into_iter().map(|row| (row.subject, row)).collect();
        let cards: HashMap<usize, Told> = (cards.into_iter())
            .filter_map(|(at, subject, reads_identity)| {
                Some((at, (subject, json(rows.get(&subject)?, reads_identity)?)))
            })
            .collect();
        let mut told = Vec::new();
        for (at, item) in items.iter().enumerate() {
            match item {
                Item::Card { .. } => {
                    self.tell_together(together, place_at(head, from + at))?;
                    told.extend(cards.get(&at).cloned());
                    if told.len() >= CARDS_MAX {
                        self.cards(&mut told, place_at(head, from + at + 1))?;
                    }
                }
                Item::Entry(number) => {
                    self.cards(&mut told, place_at(head, from + at))?;
                    let Some(entry) = entries.remove(number) else { continue };
                    let (before, after) = (place_at(head, from + at), place_at(head, from + at + 1));
                    match entry.body {
                        EntryBody::Grant { document, writable } if self.reads_shares() => {
                            self.grant_together(together, document, writable, (before, after))?;
                        }
                        _ => {
                            self.tell_together(together, before)?;
                            self.gather(entry, before, after)?;
                        }
                    }
                }
            }
        }
        self.cards(&mut told, place_at(head, from + items.len()))
    }

    /// Gathers the cards, with the place behind them.
    fn cards(&mut self, told: &mut Vec<Told>, after: Place) -> Result<(), ServeError> {
        let told = std::mem::take(told);
        self.some_cards(&told)?;
        self.mark_where_grown(after)
    }

    /// As many of them to a message as a frame holds.
    fn some_cards(&mut self, told: &[Told]) -> Result<(), ServeError> {
        match Cards::pack(told) {
            Some(cards) if cards.cards.len() <= PART_BYTES_MAX => {
                if told.is_empty() {
                    return Ok(());
                }
                self.gather_messages(None, vec![cards.into()])
            }
            // One that no frame holds is left out: the case comes all the same.
            _ if told.len() <= 1 => Ok(()),
            _ => {
                let (some, others) = told.split_at(told.len() / 2);
                self.some_cards(some)?;
                self.some_cards(others)
            }
        }
    }
}

fn place_at(head: u64, place: usize) -> Place {
    let place = place as u64;
    At::First { head, place }.into()
}

/// The card as it is told; `None` where what is kept is no card.
fn json(row: &CardRow, reads_identity: bool) -> Option<Vec<u8>> {
    if row.core.is_empty() {
        return None;
    }
    if !reads_identity {
        return Some(row.core.clone().into_bytes());
    }
    let card: Card = serde_json::from_str(&row.core).ok()?;
    let identity: IdentityCard = serde_json::from_str(&row.identity).ok()?;
    let identity = Some(identity);
    serde_json::to_vec(&Card { identity, ..card }).ok()
}
