//! A bad network: a relay between a device and the hub that counts bytes, cuts, refuses and talks nonsense.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{self, SyncSender},
    },
    thread,
    time::{Duration, Instant},
};

use protocol::SYNC_CONTENT_TYPE;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

/// What the network does to the connections that begin from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Carries everything.
    Clear,
    /// Carries so many bytes of answers on each connection, then cuts it.
    CutAnswerAfter(u64),
    /// Carries so many bytes of requests on each connection, then cuts it.
    CutRequestAfter(u64),
    /// Closes every connection as it is made.
    Down,
    /// Carries everything, as a bad link does: late, slowly, and with packets that are lost and come again.
    Poor(Link),
    /// Carries so many bytes of answers on each connection, and then nothing more in either direction, without an end: a
    /// tablet in a tunnel. The connection ends when the weather changes.
    SilentAfter(u64),
    /// Answers each request itself, with so many bytes that mean nothing, as a captive portal or a broken proxy would.
    Garbage(usize),
    /// The same under the hub's own content type: a batch that is none.
    GarbageBatch(usize),
}

/// A bad link. What is lost is sent again, so a loss is a wait of everything behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// How late everything is, each way, in milliseconds.
    pub late_ms: u64,
    /// Bytes a second to the hub.
    pub up_rate: u64,
    /// Bytes a second from the hub.
    pub down_rate: u64,
    /// How many packets of a thousand are lost.
    pub lost_of_1000: u32,
    /// How long it takes until a lost one has come again, in milliseconds.
    pub again_ms: u64,
    /// Decides which are lost.
    pub seed: u64,
}

/// The bytes of a packet.
const PACKET_BYTES: usize = 1_400;
/// Packets that are under way in one direction, at most: who sends more has to wait.
const UNDER_WAY: usize = 16;

/// A relay in front of a server. It stops taking connections when this is dropped.
pub struct Network {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: Mutex<SocketAddr>,
    weather: Mutex<Weather>,
    up: AtomicU64,
    down: AtomicU64,
    connections: AtomicU64,
    requests: AtomicU64,
    silent: AtomicU64,
    open: Mutex<Vec<TcpStream>>,
    over: AtomicBool,
}

/// What passed since the last look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes from the device, with the heads of HTTP, without those of TCP.
    pub up: u64,
    /// Bytes to the device, likewise.
    pub down: u64,
    /// Connections made.
    pub connections: u64,
    /// Times the direction turned: requests that were begun.
    pub round_trips: u64,
}

impl Network {
    /// A relay to the server at this address, in clear weather.
    pub fn to(upstream: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            upstream: Mutex::new(upstream),
            weather: Mutex::new(Weather::Clear),
            up: AtomicU64::new(0),
            down: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            silent: AtomicU64::new(0),
            open: Mutex::new(Vec::new()),
            over: AtomicBool::new(false),
        });
        let relay = Arc::clone(&shared);
        thread::spawn(move || relay.accept(&listener));
        Ok(Self { address, shared })
    }

    /// The address a device is given instead of the hub's.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes the weather. Connections that are open are cut, so that the next request meets it.
    pub fn set(&self, weather: Weather) {
        *lock(&self.shared.weather) = weather;
        self.shared.cut_all();
    }

    /// How many connections have fallen silent.
    pub fn silent(&self) -> u64 {
        self.shared.silent.load(Ordering::SeqCst)
    }

    /// What passed since the last time this was asked.
    pub fn take_traffic(&self) -> Traffic {
        Traffic {
            up: self.shared.up.swap(0, Ordering::SeqCst),
            down: self.shared.down.swap(0, Ordering::SeqCst),
            connections: self.shared.connections.swap(0, Ordering::SeqCst),
            round_trips: self.shared.requests.swap(0, Ordering::SeqCst),
        }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        self.shared.cut_all();
        // Wakes the thread that waits for a connection, so that it sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        for near in listener.incoming().flatten() {
            if self.over.load(Ordering::SeqCst) {
                return;
            }
            self.connections.fetch_add(1, Ordering::SeqCst);
            let relay = Arc::clone(self);
            thread::spawn(move || {
                // An error here is the bad weather itself; the device finds out by its end of the connection.
                let _ = relay.serve(near);
            });
        }
    }

    fn serve(self: &Arc<Self>, near: TcpStream) -> io::Result<()> {
        let weather = *lock(&self.weather);
        match weather {
            Weather::Down => return near.shutdown(Shutdown::Both),
            Weather::Garbage(bytes) => return self.talk_nonsense(near, bytes, "text/plain"),
            Weather::GarbageBatch(bytes) => return self.talk_nonsense(near, bytes, SYNC_CONTENT_TYPE),
            _ => {}
        }
        let far = TcpStream::connect(*lock(&self.upstream))?;
        near.set_nodelay(true)?;
        far.set_nodelay(true)?;
        lock(&self.open).extend([near.try_clone()?, far.try_clone()?]);
        let (up, down) = Way::both(weather, self.connections.load(Ordering::SeqCst));
        let turned = Arc::new(AtomicBool::new(true));
        let (up_from, up_to, up_turned) = (near.try_clone()?, far.try_clone()?, Arc::clone(&turned));
        let relay = Arc::clone(self);
        let upward = thread::spawn(move || {
            relay.carry(up_from, &up_to, up, |relay, count| {
                relay.up.fetch_add(count, Ordering::SeqCst);
                if up_turned.swap(false, Ordering::SeqCst) {
                    relay.requests.fetch_add(1, Ordering::SeqCst);
                }
            });
        });
        self.carry(far, &near, down, |relay, count| {
            relay.down.fetch_add(count, Ordering::SeqCst);
            turned.store(true, Ordering::SeqCst);
        });
        let _ = upward.join();
        Ok(())
    }

    /// Carries one direction until its end or its limit; at the limit both directions end, or fall silent.
    fn carry(&self, mut from: TcpStream, to: &TcpStream, way: Way, count: impl Fn(&Self, u64)) {
        let mut left = way.bytes_max;
        let Ok(mut to) = way
            .link
            .map_or_else(|| Ok(Out::AtOnce(to.try_clone()?)), |link| Out::over(link, to))
        else {
            return;
        };
        let mut buffer = [0; 16 * 1024];
        while left > 0 {
            let most = if way.link.is_some() { PACKET_BYTES } else { buffer.len() };
            let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(most);
            let Ok(read @ 1..) = from.read(&mut buffer[..wanted]) else {
                // The sender has said everything; the other direction may go on.
                to.end(Shutdown::Write);
                return;
            };
            count(self, read as u64);
            if to.carry(&buffer[..read]).is_err() {
                break;
            }
            left -= read as u64;
        }
        if left == 0 && way.falls_silent {
            self.silent.fetch_add(1, Ordering::SeqCst);
            // What comes still is heard by nobody, until the connection is cut.
            while from.read(&mut buffer).is_ok_and(|read| read > 0) {}
        }
        let _ = from.shutdown(Shutdown::Both);
        to.end(Shutdown::Both);
    }

    /// Reads the head of a request and answers bytes without a meaning.
    fn talk_nonsense(&self, mut near: TcpStream, bytes: usize, content_type: &str) -> io::Result<()> {
        lock(&self.open).push(near.try_clone()?);
        let mut buffer = [0; 16 * 1024];
        let mut head = Vec::new();
        while !head.windows(4).any(|four| four == b"\r\n\r\n") {
            let read = near.read(&mut buffer)?;
            if read == 0 {
                return Ok(());
            }
            head.extend_from_slice(&buffer[..read]);
        }
        write!(
            near,
            "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {bytes}\r\nconnection: close\r\n\r\n"
        )?;
        let nonsense: Vec<u8> = (0..bytes)
            .map(|at| u8::try_from(at * 73 % 251).expect("a remainder fits"))
            .collect();
        near.write_all(&nonsense)?;
        near.shutdown(Shutdown::Write)?;
        // Reads what is still coming, so that closing does not reset the answer away.
        while near.read(&mut buffer)? > 0 {}
        Ok(())
    }

    fn cut_all(&self) {
        for stream in lock(&self.open).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// How one direction of a connection is carried.
#[derive(Debug, Clone, Copy)]
struct Way {
    bytes_max: u64,
    falls_silent: bool,
    link: Option<OneWay>,
}

#[derive(Debug, Clone, Copy)]
struct OneWay {
    link: Link,
    rate: u64,
    seed: u64,
}

impl Way {
    const OPEN: Self = Self {
        bytes_max: u64::MAX,
        falls_silent: false,
        link: None,
    };

    /// To the hub, and from it.
    fn both(weather: Weather, connection: u64) -> (Self, Self) {
        let until = |bytes_max| Self {
            bytes_max,
            ..Self::OPEN
        };
        match weather {
            Weather::CutRequestAfter(bytes) => (until(bytes), Self::OPEN),
            Weather::CutAnswerAfter(bytes) => (Self::OPEN, until(bytes)),
            Weather::SilentAfter(bytes) => {
                let silent = Self {
                    falls_silent: true,
                    ..until(bytes)
                };
                (Self::OPEN, silent)
            }
            Weather::Poor(link) => {
                let over = |rate, turn| Self {
                    link: Some(OneWay {
                        link,
                        rate,
                        seed: link.seed ^ (connection << 1 | turn),
                    }),
                    ..Self::OPEN
                };
                (over(link.up_rate, 0), over(link.down_rate, 1))
            }
            _ => (Self::OPEN, Self::OPEN),
        }
    }
}

/// Where bytes of one direction go.
enum Out {
    AtOnce(TcpStream),
    Later(SyncSender<Vec<u8>>, thread::JoinHandle<()>, TcpStream),
}

impl Out {
    /// A thread that hands packets on when they have come over the link.
    #[expect(
        clippy::disallowed_methods,
        reason = "time that passes is what such a link is made of"
    )]
    fn over(way: OneWay, to: &TcpStream) -> io::Result<Self> {
        let (sender, packets) = mpsc::sync_channel::<Vec<u8>>(UNDER_WAY);
        let mut out = to.try_clone()?;
        let link = way.link;
        let carrying = thread::spawn(move || {
            let mut random = StdRng::seed_from_u64(way.seed);
            // When the last packet was through the narrowest place.
            let mut through = Instant::now();
            for packet in packets {
                let takes = packet.len() as u64 * 1_000_000 / way.rate.max(1);
                through = through.max(Instant::now()) + Duration::from_micros(takes);
                if random.random_range(0..1000) < link.lost_of_1000 {
                    through += Duration::from_millis(link.again_ms);
                }
                thread::sleep(
                    (through + Duration::from_millis(link.late_ms)).saturating_duration_since(Instant::now()),
                );
                if out.write_all(&packet).is_err() {
                    return;
                }
            }
        });
        Ok(Self::Later(sender, carrying, to.try_clone()?))
    }

    fn carry(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::AtOnce(to) => to.write_all(bytes),
            Self::Later(sender, ..) => {
                let sent = sender.send(bytes.to_vec());
                sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
            }
        }
    }

    /// Ends it, after what is under way.
    fn end(self, how: Shutdown) {
        let to = match self {
            Self::AtOnce(to) => to,
            Self::Later(sender, carrying, to) => {
                drop(sender);
                let _ = carrying.join();
                to
            }
        };
        let _ = to.shutdown(how);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that answers every connection with ten bytes once it has read one.
    fn ten_bytes() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut one = [0];
                if stream.read_exact(&mut one).is_ok() {
                    let _ = stream.write_all(b"0123456789");
                }
            }
        });
        address
    }

    fn ask(network: &Network) -> Vec<u8> {
        let mut stream = TcpStream::connect(network.address).unwrap();
        let mut answer = Vec::new();
        if stream.write_all(b"?").is_ok() {
            let _ = stream.read_to_end(&mut answer);
        }
        answer
    }

    #[test]
    fn it_counts_what_it_carries_and_cuts_where_it_is_told() {
        let network = Network::to(ten_bytes()).unwrap();
        assert_eq!(ask(&network), b"0123456789");
        assert_eq!(
            network.take_traffic(),
            Traffic {
                up: 1,
                down: 10,
                connections: 1,
                round_trips: 1
            }
        );
        network.set(Weather::CutAnswerAfter(4));
        assert_eq!(ask(&network), b"0123");
        network.set(Weather::Down);
        assert_eq!(ask(&network), b"");
    }

    #[test]
    fn a_poor_link_carries_everything_in_order_and_one_that_falls_silent_ends_with_the_weather() {
        let network = Network::to(ten_bytes()).unwrap();
        network.set(Weather::Poor(Link {
            late_ms: 5,
            up_rate: 10_000,
            down_rate: 10_000,
            lost_of_1000: 500,
            again_ms: 5,
            seed: 1,
        }));
        let began = Instant::now();
        assert_eq!(ask(&network), b"0123456789");
        assert!(
            began.elapsed() >= Duration::from_millis(10),
            "each way has its lateness"
        );
        network.set(Weather::SilentAfter(4));
        thread::scope(|scope| {
            let asked = scope.spawn(|| ask(&network));
            while network.silent() == 0 {
                thread::yield_now();
            }
            network.set(Weather::Clear);
            assert_eq!(asked.join().unwrap(), b"0123");
        });
    }

    #[test]
    fn it_answers_nonsense_itself() {
        let network = Network::to(ten_bytes()).unwrap();
        network.set(Weather::Garbage(300));
        let mut stream = TcpStream::connect(network.address).unwrap();
        stream.write_all(b"POST / HTTP/1.1\r\n\r\n").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200"));
        assert!(answer.len() > 300);
    }
}
