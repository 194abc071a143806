//! A bad link between two network namespaces: the kernel's own TCP on both sides, and this process carrying the packets
//! between two TUN devices, late, slowly, and not all of them.
//!
//! Handshakes, acknowledgements, losses and what is sent again are real and are counted. It needs root, `ip` and
//! `/dev/net/tun`, and no module of the kernel for bad links, which small kernels lack. Everything on it is on this machine.
//! Both ends have loopback addresses, because a device speaks plain HTTP to no others.

mod line;
mod space;
mod tun;

pub use line::{Conditions, Fate, Line};

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, Read as _, Write as _},
    net::Ipv4Addr,
    path::Path,
    process,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use space::Space;

/// Where the devices are.
pub const NEAR: Ipv4Addr = Ipv4Addr::new(127, 88, 0, 1);
/// Where the servers are.
pub const FAR: Ipv4Addr = Ipv4Addr::new(127, 88, 0, 2);
const NET_BITS: u8 = 24;
/// How long the carrying waits for a packet before it looks whether it is to end.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// More than a packet can have here.
const BUFFER_BYTES: usize = 65_536;

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// It cannot be tried at all.
    #[error("an emulated link needs root: run this as root, or with sudo, or not at all")]
    NotRoot,
    /// The kernel has no TUN devices, or the container may not use them.
    #[error(
        "an emulated link needs /dev/net/tun, which is not here (`modprobe tun`; a container needs the device and NET_ADMIN)"
    )]
    NoTun,
    /// The program is missing.
    #[error("an emulated link needs the program `ip` (Debian's iproute2): {0}")]
    NoIp(#[source] io::Error),
    /// The program failed.
    #[error("`ip {line}` failed: {said}")]
    Ip {
        /// What was asked of it.
        line: String,
        /// What it said.
        said: String,
    },
    /// A TUN device cannot be made.
    #[error("a TUN device cannot be made: {0}")]
    Device(#[source] io::Error),
    /// A namespace cannot be entered or set up.
    #[error("a network namespace cannot be used: {0}")]
    Space(#[source] io::Error),
}

/// What passed in one direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Way {
    /// IP packets that were sent.
    pub packets: u64,
    /// Their bytes, heads and all, also of those that never arrived.
    pub bytes: u64,
    /// Packets lost under way.
    pub lost: u64,
    /// Packets that found the queue full.
    pub dropped: u64,
}

/// What passed since the conditions were set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Passed {
    /// From the near side.
    pub up: Way,
    /// To the near side.
    pub down: Way,
}

impl Passed {
    /// IP bytes both ways.
    pub fn bytes(&self) -> u64 {
        self.up.bytes + self.down.bytes
    }
}

/// One of the two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Where devices are.
    Near,
    /// Where servers are.
    Far,
}

/// A link. It is gone when this is dropped, and whatever still runs on it has no network any more.
pub struct Link {
    near: Space,
    far: Space,
    air: Arc<Mutex<Air>>,
    carrying: Option<JoinHandle<()>>,
}

impl Link {
    /// Lays a clear one.
    pub fn lay() -> Result<Self, LinkError> {
        static LAID: AtomicU32 = AtomicU32::new(0);
        if !rustix::process::geteuid().is_root() {
            return Err(LinkError::NotRoot);
        }
        if !Path::new(tun::CLONE_DEVICE).exists() {
            return Err(LinkError::NoTun);
        }
        // A device's name has at most fifteen letters.
        let tag = format!("vf{}-{}", process::id(), LAID.fetch_add(1, Ordering::Relaxed));
        let (near, far) = (Space::new(format!("{tag}n"))?, Space::new(format!("{tag}f"))?);
        let ends = [near.device(NEAR, NET_BITS)?, far.device(FAR, NET_BITS)?];
        let air = Arc::new(Mutex::new(Air::new(Conditions::CLEAR, 0)));
        let shared = Arc::clone(&air);
        let carrying = thread::spawn(move || carry(&ends, &shared));
        Ok(Self {
            near,
            far,
            air,
            carrying: Some(carrying),
        })
    }

    /// Sets the conditions and begins to count anew. What is under way arrives as it would have.
    pub fn set(&self, conditions: Conditions, seed: u64) {
        lock(&self.air).set(conditions, seed);
    }

    /// What passed since the conditions were set.
    pub fn passed(&self) -> Passed {
        lock(&self.air).passed
    }

    /// For how long nothing has been sent, with nothing under way.
    pub fn quiet_for(&self) -> Duration {
        lock(&self.air).quiet_for()
    }

    /// Does something on a thread at this side. What that thread starts, processes and threads, is there, too.
    ///
    /// # Panics
    /// When `what` does.
    pub fn at<T: Send>(&self, side: Side, what: impl FnOnce() -> T + Send) -> Result<T, LinkError> {
        match side {
            Side::Near => self.near.within(what),
            Side::Far => self.far.within(what),
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        lock(&self.air).over = true;
        if let Some(carrying) = self.carrying.take() {
            // It ends within its next look; it has nothing to say.
            let _ = carrying.join();
        }
    }
}

/// Everything between the two ends.
struct Air {
    began: Instant,
    lines: [Line; 2],
    /// Packets under way, by the end they go to, with when they arrive.
    under_way: [VecDeque<(Duration, Vec<u8>)>; 2],
    passed: Passed,
    last_sent: Duration,
    over: bool,
}

impl Air {
    fn new(conditions: Conditions, seed: u64) -> Self {
        Self {
            began: Instant::now(),
            lines: lines(conditions, seed),
            under_way: [VecDeque::new(), VecDeque::new()],
            passed: Passed::default(),
            last_sent: Duration::ZERO,
            over: false,
        }
    }

    fn set(&mut self, conditions: Conditions, seed: u64) {
        self.lines = lines(conditions, seed);
        self.passed = Passed::default();
    }

    fn quiet_for(&self) -> Duration {
        if self.under_way.iter().any(|packets| !packets.is_empty()) {
            return Duration::ZERO;
        }
        self.began.elapsed().saturating_sub(self.last_sent)
    }

    /// Takes a packet that this end sends.
    fn take(&mut self, end: usize, packet: &[u8]) {
        let now = self.began.elapsed();
        let bytes = packet.len() as u64;
        let way = if end == 0 {
            &mut self.passed.up
        } else {
            &mut self.passed.down
        };
        way.packets += 1;
        way.bytes += bytes;
        self.last_sent = now;
        match self.lines[end].send(now, bytes) {
            Fate::ArrivesAt(at) => self.under_way[1 - end].push_back((at, packet.to_vec())),
            Fate::Lost => way.lost += 1,
            Fate::Dropped => way.dropped += 1,
        }
    }

    /// Hands over what has arrived, and says how long it is until the next does.
    fn deliver(&mut self, ends: &[File; 2]) -> Duration {
        let now = self.began.elapsed();
        let mut next = LOOK_EVERY;
        for (mut end, packets) in ends.iter().zip(&mut self.under_way) {
            while let Some((at, _)) = packets.front() {
                if *at > now {
                    next = next.min(at.saturating_sub(now));
                    break;
                }
                if let Some((_, packet)) = packets.pop_front() {
                    // A device that takes no more is one more place where packets are lost.
                    let _ = end.write(&packet);
                }
            }
        }
        next
    }
}

/// Each way loses packets of its own.
fn lines(conditions: Conditions, seed: u64) -> [Line; 2] {
    [0, 1].map(|way| Line::new(conditions, seed.wrapping_mul(2).wrapping_add(way)))
}

/// Carries packets between the ends until it is over.
fn carry(ends: &[File; 2], air: &Mutex<Air>) {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let wait = {
            let mut air = lock(air);
            if air.over {
                return;
            }
            air.deliver(ends)
        };
        let timeout = Timespec::try_from(wait).unwrap_or(Timespec { tv_sec: 0, tv_nsec: 0 });
        let mut ready = [
            PollFd::new(&ends[0], PollFlags::IN),
            PollFd::new(&ends[1], PollFlags::IN),
        ];
        // Nothing to read in time is what most rounds find; an interrupted wait is one that was short.
        let _ = poll(&mut ready, Some(&timeout));
        for (end, mut device) in ends.iter().enumerate() {
            while let Ok(read @ 1..) = device.read(&mut buffer) {
                lock(air).take(end, &buffer[..read]);
            }
        }
    }
}

fn lock(air: &Mutex<Air>) -> MutexGuard<'_, Air> {
    air.lock().unwrap_or_else(PoisonError::into_inner)
}
