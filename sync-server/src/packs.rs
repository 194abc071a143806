//! Which pack is in force where: the shipped ones, and over them what was published.

use protocol::limits::PACKS_MAX;
use protocol::pack::PackRef;

use crate::storage::{PackRow, Storage, StorageError};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_district_lies_in_the_state_that_its_code_begins_with() {
        assert_eq!(state_of("BR-GAY"), "br");
        assert_eq!(state_of("TN"), "tn");
    }
}
