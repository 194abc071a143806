//! Packs on their way to be published.

use std::collections::BTreeMap;

use casework::PackBundle;
use casework::lint::{self, Finding};
use serde::Deserialize;

use super::DeedError;
use crate::packs::{self, PublishError};
use crate::storage::Storage;

/// What `pack.toml` says of the pack; the rest is read with the pack itself.
#[derive(Deserialize)]
struct About {
    id: String,
    version: String,
}

/// The files of a pack, by path, as one pack.
pub fn bundle(files: BTreeMap<String, String>) -> Result<PackBundle, DeedError> {
    let about = files.get("pack.toml");
    let about = about.ok_or(DeedError::not_so("there is no pack.toml"))?;
    let about = toml::from_str(about);
    let About { id, version } = about.map_err(|_| DeedError::not_so("pack.toml says no id and version"))?;
    Ok(PackBundle { id, version, files })
}

/// Looks over a pack as `packs check` does, over what is in force here, and says besides whether it would be published.
pub fn look_over(storage: &dyn Storage, bundle: &PackBundle) -> Result<(Vec<Finding>, Option<String>), DeedError> {
    let national = packs::below(storage, bundle)?;
    let (findings, _) = lint::check(&bundle.files, national.as_deref());
    match packs::check(storage, bundle) {
        Ok(()) => Ok((findings, None)),
        Err(PublishError::Storage(error)) => Err(error.into()),
        Err(error) => Ok((findings, Some(error.to_string()))),
    }
}
