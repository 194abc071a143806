//! Which pack is in force where: the shipped ones, and over them what was published.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use casework::{Pack, PackBundle};
use protocol::ids::Sha256;
use protocol::limits::PACKS_MAX;
use protocol::pack::{PackRef, SignedPack};

use crate::identity::pack_key;
use crate::storage::{NewPack, PackRow, Storage, StorageError};

/// The scope of the pack that every district has.
pub const NATIONAL: &str = "national";

/// The state of a district, out of its code: `BR-GAY` lies in `br`.
pub fn state_of(district: &str) -> String {
    let state = district.split_once('-').map_or(district, |(state, _)| state);
    state.to_lowercase()
}

/// The published packs in force for a district: the national one and its state's, the latest of each.
pub fn in_force(storage: &dyn Storage, district: &str) -> Result<Vec<PackRow>, StorageError> {
    let state = state_of(district);
    let mut rows: Vec<PackRow> = storage.packs()?;
    rows.retain(|row| row.scope == NATIONAL || row.scope == state);
    rows.dedup_by(|later, first| later.scope == first.scope);
    rows.truncate(PACKS_MAX);
    Ok(rows)
}

/// The same as `Close` says it; `None` where nothing was published.
pub fn named_in_close(storage: &dyn Storage, district: &str) -> Result<Option<Vec<PackRef>>, StorageError> {
    let rows = in_force(storage, district)?;
    let named = rows.into_iter().map(|row| PackRef {
        scope: row.scope,
        number: row.number,
        sha256: row.sha256,
    });
    let named: Vec<PackRef> = named.collect();
    Ok((!named.is_empty()).then_some(named))
}

/// The packs of every state, read once and again when something was published, by this process or another.
#[derive(Debug, Default)]
pub struct Packs(Mutex<BTreeMap<String, Held>>);

/// The pack of a state and what it was made of.
#[derive(Debug)]
struct Held {
    made_of: Vec<Sha256>,
    pack: Arc<Pack>,
}

impl Packs {
    /// The pack in force for a district. Published bytes that cannot be read are passed over with a word in the log:
    /// what ships goes on being the law.
    pub fn of(&self, storage: &dyn Storage, district: &str) -> Result<Arc<Pack>, StorageError> {
        let rows = in_force(storage, district)?;
        let made_of: Vec<Sha256> = rows.iter().map(|row| row.sha256).collect();
        let state = state_of(district);
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = held.get(&state).filter(|known| known.made_of == made_of) {
            return Ok(Arc::clone(&known.pack));
        }
        let pack = match read(storage, &state, &rows) {
            Ok(pack) => pack,
            Err(PublishError::Storage(error)) => return Err(error),
            Err(error) => {
                tracing::error!(%error, state, "a published pack cannot be read; the shipped one stays in force");
                Pack::of_state(&state)
            }
        };
        let kept = Arc::clone(&pack);
        held.insert(state, Held { made_of, pack: kept });
        Ok(pack)
    }
}

/// Why a pack is not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The pack has a mistake, or is none.
    #[error("{0}")]
    Pack(#[from] casework::PackError),
    /// Its files are too many or too large.
    #[error("{0}")]
    Bundle(#[from] casework::BundleError),
    /// It is too large to travel, or what is stored is not ours.
    #[error("{0}")]
    Signed(#[from] protocol::pack::SignedPackError),
    /// There is nothing to go back to.
    #[error("there is no such published pack")]
    NoSuch,
}

fn read(storage: &dyn Storage, state: &str, rows: &[PackRow]) -> Result<Arc<Pack>, PublishError> {
    let bundle = |scope: &str| match rows.iter().find(|row| row.scope == scope) {
        Some(row) => open(storage, row).map(Some),
        None => Ok(None),
    };
    let (national, of_state) = (bundle(NATIONAL)?, bundle(state)?);
    Ok(Pack::in_force(state, national.as_ref(), of_state.as_ref())?)
}

fn open(storage: &dyn Storage, row: &PackRow) -> Result<PackBundle, PublishError> {
    let signed = storage.signed_pack(row.sha256)?.ok_or(PublishError::NoSuch)?;
    let text = SignedPack::from_cbor(&signed)?.open(pack_key(storage)?.public())?;
    Ok(PackBundle::decode(&text)?)
}

/// The scope a pack is for, out of its id: `national`, or the code behind `states/`.
fn scope_of(bundle: &PackBundle) -> &str {
    bundle.id.strip_prefix("states/").unwrap_or(&bundle.id)
}

/// Whether a pack reads without a mistake over what is in force.
pub fn check(storage: &dyn Storage, bundle: &PackBundle) -> Result<(), PublishError> {
    let scope = scope_of(bundle);
    if scope == NATIONAL {
        Pack::in_force("", Some(bundle), None)?;
    } else {
        Pack::in_force(scope, national(storage)?.as_ref(), Some(bundle))?;
    }
    Ok(())
}

/// The national pack in force, where a pack is to lie over it.
pub fn below(storage: &dyn Storage, bundle: &PackBundle) -> Result<Option<Arc<Pack>>, PublishError> {
    if scope_of(bundle) == NATIONAL {
        return Ok(None);
    }
    Ok(Some(Pack::in_force("", national(storage)?.as_ref(), None)?))
}

/// The published national pack, where there is one.
fn national(storage: &dyn Storage) -> Result<Option<PackBundle>, PublishError> {
    let rows = storage.packs()?;
    let national = rows.iter().find(|row| row.scope == NATIONAL);
    national.map(|row| open(storage, row)).transpose()
}

/// Publishes a pack under the next number of its scope, signed. It must read without a mistake over what is in force.
pub fn publish(storage: &dyn Storage, bundle: &PackBundle, now_ms: i64) -> Result<PackRow, PublishError> {
    check(storage, bundle)?;
    let scope = scope_of(bundle);
    let rows = storage.packs()?;
    let last = rows.iter().find(|row| row.scope == scope).map_or(0, |row| row.number);
    let signed = SignedPack::sign(&pack_key(storage)?, scope, last + 1, &bundle.encode()?)?.to_cbor();
    let row = PackRow {
        scope: scope.to_owned(),
        number: last + 1,
        version: bundle.version.clone(),
        sha256: SignedPack::name(&signed),
        published_ms: now_ms,
    };
    storage.publish_pack(&NewPack {
        row: &row,
        signed: &signed,
    })?;
    Ok(row)
}

/// Publishes the text of an earlier number once more, under the next one.
pub fn roll_back(storage: &dyn Storage, scope: &str, number: u64, now_ms: i64) -> Result<PackRow, PublishError> {
    let rows = storage.packs()?;
    let earlier = rows.iter().find(|row| row.scope == scope && row.number == number);
    let bundle = open(storage, earlier.ok_or(PublishError::NoSuch)?)?;
    publish(storage, &bundle, now_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_district_lies_in_the_state_that_its_code_begins_with() {
        assert_eq!(state_of("BR-GAY"), "br");
        assert_eq!(state_of("TN"), "tn");
    }
}
