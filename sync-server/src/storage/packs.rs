//! Published packs: the law and the forms as they are in force beside what ships.

use protocol::ids::Sha256;

use super::Result;

/// The row of `meta` that holds the seed of the key by which packs are signed.
pub(super) const PACK_SEED: &str = "pack_seed";

/// A published pack, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackRow {
    /// `national`, or the code of a state.
    pub scope: String,
    /// Its number within the scope; the highest is in force.
    pub number: u64,
    /// The version the pack gives itself.
    pub version: String,
    /// The hash of the signed file.
    pub sha256: Sha256,
    /// When it was published.
    pub published_ms: i64,
}

/// A pack to publish: numbered and signed by the caller.
#[derive(Debug)]
pub struct NewPack<'a> {
    /// What is kept of it.
    pub row: &'a PackRow,
    /// The signed file.
    pub signed: &'a [u8],
}

/// What is known of packs.
pub trait Packs {
    /// The seed of the hub's pack key; `fresh` becomes it where there is none yet.
    fn pack_seed(&self, fresh: [u8; 32]) -> Result<[u8; 32]>;

    /// Publishes a pack. Its number must be the next of its scope, or somebody else was quicker.
    fn publish_pack(&self, pack: &NewPack<'_>) -> Result<()>;

    /// Every published pack, by scope, the one in force first.
    fn packs(&self) -> Result<Vec<PackRow>>;

    /// The signed file of a pack.
    fn signed_pack(&self, sha256: Sha256) -> Result<Option<Vec<u8>>>;
}
