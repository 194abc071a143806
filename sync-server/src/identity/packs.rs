//! The key by which a hub signs its packs.

use protocol::pack::PackKey;

use super::random;
use crate::storage::{Storage, StorageError};

/// The hub's pack key, made when it is first asked for. Every process of a hub has the same one.
pub fn pack_key(storage: &dyn Storage) -> Result<PackKey, StorageError> {
    Ok(PackKey::from_seed(&storage.pack_seed(random())?))
}
