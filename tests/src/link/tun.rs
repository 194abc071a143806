//! A TUN device: a file out of which come the IP packets that the kernel routes to it.

use std::{
    ffi::{c_int, c_short},
    fs::{File, OpenOptions},
    io,
    path::Path,
};

use rustix::{
    io::ioctl_fionbio,
    ioctl::{Opcode, Setter, ioctl, opcode},
};

/// Where they are made.
pub(super) const CLONE_DEVICE: &str = "/dev/net/tun";
/// `TUNSETIFF` of `linux/if_tun.h`.
const TUN_SET_IFF: Opcode = opcode::write::<c_int>(b'T', 202);
/// `IFF_TUN | IFF_NO_PI`: IP packets, with nothing before them.
const PLAIN_PACKETS: c_short = 0x1001;
const NAME_BYTES: usize = 16;

/// What the kernel takes of a `struct ifreq`, as long as that is.
#[repr(C)]
struct Request {
    name: [u8; NAME_BYTES],
    flags: c_short,
    rest: [u8; 22],
}

/// Makes a device of this name in the network namespace of the calling thread. Reading and writing do not wait.
pub(super) fn open(name: &str) -> io::Result<File> {
    let device = OpenOptions::new()
        .read(true)
        .write(true)
        .open(Path::new(CLONE_DEVICE))?;
    ioctl_fionbio(&device, true)?;
    let mut request = Request {
        name: [0; NAME_BYTES],
        flags: PLAIN_PACKETS,
        rest: [0; 22],
    };
    // The last byte stays zero: a name ends.
    let room = request.name[..NAME_BYTES - 1].get_mut(..name.len());
    room.ok_or(io::ErrorKind::InvalidInput)?
        .copy_from_slice(name.as_bytes());
    name_it(&device, request)?;
    Ok(device)
}

#[expect(
    unsafe_code,
    reason = "nobody has a safe word for this call without a tree of crates"
)]
fn name_it(device: &File, request: Request) -> io::Result<()> {
    const { assert!(size_of::<Request>() == 40, "a `struct ifreq` has forty bytes") };
    // SAFETY: the call reads one `struct ifreq` and writes one back, to an address that holds as many bytes.
    Ok(unsafe { ioctl(device, Setter::<TUN_SET_IFF, Request>::new(request)) }?)
}
