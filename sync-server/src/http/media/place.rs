//! Where the bytes of media lie.

use std::io;

use protocol::ids::Sha256;

/// A place for media: what has arrived of an object, and whole ones. All calls block.
pub(super) trait Place: Send + Sync + std::fmt::Debug {
    /// How many bytes of a part have arrived, from its beginning without a gap.
    fn arrived(&self, sha256: Sha256) -> io::Result<u64>;

    /// Keeps the piece that begins at `offset`, on the disk when this comes back. False where the part does not end there.
    fn add(&self, sha256: Sha256, offset: u64, piece: &[u8]) -> io::Result<bool>;

    /// What has arrived.
    fn part(&self, sha256: Sha256) -> io::Result<Vec<u8>>;

    /// The part, whose bytes these are, is the object.
    fn make_whole(&self, sha256: Sha256, bytes: Vec<u8>) -> io::Result<()>;

    /// The part is not what its name says, or nobody wants it any more. One of which nothing has arrived is none.
    fn discard(&self, sha256: Sha256) -> io::Result<()>;

    /// At most so many bytes of a whole object, from one of them on; none behind its end.
    fn read(&self, sha256: Sha256, from: u64, bytes_max: usize) -> io::Result<Vec<u8>>;
}
