//! Where the bytes of media lie, sealed: what a place is given says nothing to it.

use std::io;

use protocol::ids::Sha256;

/// A sealed piece of a part, and where in the object it begins.
pub(super) struct Piece {
    pub(super) offset: u64,
    pub(super) sealed: Vec<u8>,
}

/// A place for media: what has arrived of an object, and whole ones. All calls block.
pub(super) trait Place: Send + Sync + std::fmt::Debug {
    /// How many bytes of a part have arrived, from its beginning without a gap.
    fn arrived(&self, sha256: Sha256) -> io::Result<u64>;

    /// Keeps the piece that begins at `offset` and is so many bytes of the object, on the disk when this comes back. False
    /// where the part does not end there.
    fn add(&self, sha256: Sha256, offset: u64, bytes: u64, sealed: &[u8]) -> io::Result<bool>;

    /// What has arrived, from its beginning without a gap.
    fn part(&self, sha256: Sha256) -> io::Result<Vec<Piece>>;

    /// These are the object, whole or not at all, in the place of what was there. The part goes.
    fn make_whole(&self, sha256: Sha256, sealed: Vec<u8>) -> io::Result<()>;

    /// The part is not what its name says, or nobody wants it any more. One of which nothing has arrived is none.
    fn discard(&self, sha256: Sha256) -> io::Result<()>;

    /// At most so many bytes of what is kept of a whole object, from one of them on; none behind its end.
    fn read(&self, sha256: Sha256, from: u64, bytes_max: usize) -> io::Result<Vec<u8>>;

    /// The same of an object that an older hub kept in plain.
    fn read_plain(&self, sha256: Sha256, from: u64, bytes_max: usize) -> io::Result<Vec<u8>>;

    /// What an older hub kept in plain goes.
    fn remove_plain(&self, sha256: Sha256) -> io::Result<()>;

    /// Everything of the object goes: it was destroyed. What is gone already is no matter.
    fn remove(&self, sha256: Sha256) -> io::Result<()>;
}
