//! A network namespace with one TUN device in it.

use std::{
    fs::{self, File},
    net::Ipv4Addr,
    os::fd::AsFd as _,
    path::PathBuf,
    process::Command,
    thread,
};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::{LinkError, tun};

/// What a packet has at most, with its heads: a little under Ethernet's, as a mobile network's is.
pub(super) const MTU: u16 = 1_400;

/// A network namespace of our own, and its name for `ip`. It is gone when this is dropped.
#[derive(Debug)]
pub(super) struct Space {
    name: String,
}

impl Space {
    /// Makes an empty one.
    pub(super) fn new(name: String) -> Result<Self, LinkError> {
        ip(&["netns", "add", &name])?;
        Ok(Self { name })
    }

    /// Lays a device into it, with this address out of `net`.
    pub(super) fn device(&self, address: Ipv4Addr, bits: u8) -> Result<File, LinkError> {
        let device = &self.name;
        let tun = self.within(|| tun::open(device))?.map_err(LinkError::Device)?;
        self.within(|| -> Result<(), LinkError> {
            ip(&["link", "set", "lo", "up"])?;
            // A loopback address reaches the other space only where the loopback device does not claim all of them, and
            // where the device may carry such addresses.
            ip(&["addr", "del", "127.0.0.1/8", "dev", "lo"])?;
            ip(&["addr", "add", "127.0.0.1/32", "dev", "lo"])?;
            set(&format!("conf/{device}/route_localnet"), "1")?;
            ip(&["addr", "add", &format!("{address}/{bits}"), "dev", device])?;
            ip(&["link", "set", device, "mtu", &MTU.to_string(), "up"])?;
            // Each connection is a first one: what the kernel learned of the way from one must not help the next.
            set("tcp_no_metrics_save", "1")
        })??;
        Ok(tun)
    }

    /// Does something on a thread that stands in it. What that thread starts, processes and threads, stands in it, too.
    ///
    /// # Panics
    /// When `what` does.
    pub(super) fn within<T: Send>(&self, what: impl FnOnce() -> T + Send) -> Result<T, LinkError> {
        let space = File::open(PathBuf::from("/run/netns").join(&self.name)).map_err(LinkError::Space)?;
        thread::scope(|scope| {
            let inside = scope.spawn(|| -> Result<T, LinkError> {
                move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network))
                    .map_err(|error| LinkError::Space(error.into()))?;
                Ok(what())
            });
            match inside.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        // Whoever still stands in it keeps it alive without a name; there is nobody to tell.
        let _ = ip(&["netns", "del", &self.name]);
    }
}

fn ip(arguments: &[&str]) -> Result<(), LinkError> {
    let said = Command::new("ip").args(arguments).output().map_err(LinkError::NoIp)?;
    if said.status.success() {
        return Ok(());
    }
    Err(LinkError::Ip {
        line: arguments.join(" "),
        said: String::from_utf8_lossy(&said.stderr).trim().to_owned(),
    })
}

fn set(name: &str, value: &str) -> Result<(), LinkError> {
    fs::write(format!("/proc/sys/net/ipv4/{name}"), value).map_err(LinkError::Space)
}
