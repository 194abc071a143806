//! A bad network: a relay between a device and the hub that counts bytes, cuts, refuses and talks nonsense.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use protocol::SYNC_CONTENT_TYPE;

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
    /// Answers each request itself, with so many bytes that mean nothing, as a captive portal or a broken proxy would.
    Garbage(usize),
    /// The same under the hub's own content type: a batch that is none.
    GarbageBatch(usize),
}

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
            Weather::Clear | Weather::CutAnswerAfter(_) | Weather::CutRequestAfter(_) => {}
        }
        let far = TcpStream::connect(*lock(&self.upstream))?;
        near.set_nodelay(true)?;
        far.set_nodelay(true)?;
        lock(&self.open).extend([near.try_clone()?, far.try_clone()?]);
        let (up_max, down_max) = match weather {
            Weather::CutRequestAfter(bytes) => (bytes, u64::MAX),
            Weather::CutAnswerAfter(bytes) => (u64::MAX, bytes),
            _ => (u64::MAX, u64::MAX),
        };
        let turned = Arc::new(AtomicBool::new(true));
        let (up_from, up_to, up_turned) = (near.try_clone()?, far.try_clone()?, Arc::clone(&turned));
        let relay = Arc::clone(self);
        let upward = thread::spawn(move || {
            relay.carry(up_from, up_to, up_max, |relay, count| {
                relay.up.fetch_add(count, Ordering::SeqCst);
                if up_turned.swap(false, Ordering::SeqCst) {
                    relay.requests.fetch_add(1, Ordering::SeqCst);
                }
            });
        });
        self.carry(far, near, down_max, |relay, count| {
            relay.down.fetch_add(count, Ordering::SeqCst);
            turned.store(true, Ordering::SeqCst);
        });
        let _ = upward.join();
        Ok(())
    }

    /// Carries one direction until its end or its limit; at the limit both directions end.
    fn carry(&self, mut from: TcpStream, mut to: TcpStream, bytes_max: u64, count: impl Fn(&Self, u64)) {
        let mut left = bytes_max;
        let mut buffer = [0; 16 * 1024];
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            let Ok(read @ 1..) = from.read(&mut buffer[..wanted]) else {
                // The sender has said everything; the other direction may go on.
                let _ = to.shutdown(Shutdown::Write);
                return;
            };
            count(self, read as u64);
            if to.write_all(&buffer[..read]).is_err() {
                break;
            }
            left -= read as u64;
        }
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
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
