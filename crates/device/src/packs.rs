//! The packs of this vault: what ships with the app, and over it what the hub has published and signed.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use casework::{Pack, PackBundle};
use ipc::PackPart;
use protocol::{
    PublicKey,
    ids::Sha256,
    pack::{PackRef, SignedPack},
};

use crate::store::{Read, Store, StoreError, Write};

/// The hub's key for packs, as enrolment told it.
pub(crate) const PACK_KEY: &str = "pack_key";
/// The scope of the pack that every district has.
const NATIONAL: &str = "national";

/// The state of a district, out of its code: `BR-GAY` lies in `br`.
fn state_of(district: &str) -> String {
    let state = district.split_once('-').map_or(district, |(state, _)| state);
    state.to_lowercase()
}

/// The mark under which the signed pack of a scope is kept.
fn mark(scope: &str) -> String {
    format!("pack/{scope}")
}

/// Why a pack from the hub is not kept. The one in force stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unusable {
    /// Not the bytes that were named, or not signed by the hub this tablet enrolled at.
    #[error("the pack is not the hub's")]
    NotTheHubs,
    /// Signed, but this app cannot read it: it may be made for a newer one.
    #[error("the pack cannot be read by this app")]
    Unreadable,
}

/// The packs that the hub names and this vault lacks. A pack with a number that is not above what is here is an old
/// one played again; a scope that is not this district's is no concern of this tablet.
pub(crate) fn lacking(read: &Read<'_>, district: &str, named: &[PackRef]) -> Result<Vec<PackRef>, StoreError> {
    if read.bytes::<32>(PACK_KEY)?.is_none() {
        return Ok(Vec::new());
    }
    let state = state_of(district);
    let mut lacking = Vec::new();
    for pack in named
        .iter()
        .filter(|pack| pack.scope == NATIONAL || pack.scope == state)
    {
        let here = kept(read, &pack.scope)?.map_or(0, |signed| signed.number);
        if pack.number > here {
            lacking.push(pack.clone());
        }
    }
    Ok(lacking)
}

/// Checks fetched bytes against their name, their signature and the reading of this app, and keeps them.
pub(crate) fn keep(
    write: &Write<'_>,
    district: &str,
    named: &PackRef,
    bytes: &[u8],
) -> Result<Result<(), Unusable>, StoreError> {
    let Some(key) = write.bytes::<32>(PACK_KEY)?.map(PublicKey) else {
        return Ok(Err(Unusable::NotTheHubs));
    };
    let signed = match SignedPack::from_cbor(bytes) {
        Ok(signed) if SignedPack::name(bytes) == named.sha256 && is_named(&signed, named) => signed,
        _ => return Ok(Err(Unusable::NotTheHubs)),
    };
    let Ok(text) = signed.open(key) else {
        return Ok(Err(Unusable::NotTheHubs));
    };
    let Ok(bundle) = PackBundle::decode(&text) else {
        return Ok(Err(Unusable::Unreadable));
    };
    let state = state_of(district);
    let (mut national, mut own) = (bundle_here(write, NATIONAL)?, bundle_here(write, &state)?);
    if named.scope == NATIONAL {
        national = Some(bundle);
    } else {
        own = Some(bundle);
    }
    if Pack::in_force(&state, national.as_ref(), own.as_ref()).is_err() {
        return Ok(Err(Unusable::Unreadable));
    }
    write.set_blob(&mark(&named.scope), bytes)?;
    Ok(Ok(()))
}

fn is_named(signed: &SignedPack, named: &PackRef) -> bool {
    signed.scope == named.scope && signed.number == named.number
}

/// The pack in force in this vault. A kept pack that an older app cannot read (somebody went back to it) is passed
/// over: what ships is the law then.
pub(crate) fn in_force(store: &Store, district: &str) -> Result<&'static Pack, StoreError> {
    let state = state_of(district);
    let kept = store.read(|read| {
        let name = |scope: &str| {
            let kept = read.blob(&mark(scope))?;
            Ok::<_, StoreError>(kept.map(|bytes| SignedPack::name(&bytes)))
        };
        Ok::<_, StoreError>((
            name(NATIONAL)?,
            name(&state)?,
            bundle_here(read, NATIONAL)?,
            bundle_here(read, &state)?,
        ))
    })?;
    let (national_name, own_name, national, own) = kept;
    let name = (state, national_name, own_name);
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pack) = held.get(&name) {
        return Ok(pack);
    }
    let pack = Pack::in_force(&name.0, national.as_ref(), own.as_ref()).unwrap_or_else(|_| Pack::of_state(&name.0));
    // Packs change a few times in a year and an app restarts every day: those it has met live as long as it does.
    let pack: &'static Pack = Box::leak(Box::new(pack));
    held.insert(name, pack);
    Ok(pack)
}

/// What `pack`, which is in force, is made of: the lower one first. Published is what this vault keeps and this app reads;
/// where it passed it over, what ships stands.
pub(crate) fn parts(read: &Read<'_>, district: &str, pack: &Pack) -> Result<Vec<PackPart>, StoreError> {
    let state = state_of(district);
    let (national, own) = (bundle_here(read, NATIONAL)?, bundle_here(read, &state)?);
    let part = |published: Option<PackBundle>, ships: &Pack| {
        let (id, version) = match &published {
            Some(bundle) => (bundle.id.clone(), bundle.version.clone()),
            None => (ships.id().to_owned(), ships.version().to_owned()),
        };
        PackPart {
            id,
            version,
            published: published.is_some(),
        }
    };
    let made_of = |national: Option<PackBundle>, own: Option<PackBundle>| {
        let ships = Pack::of_state(&state);
        let has_own = own.is_some() || ships.id() != Pack::national().id();
        let mut parts = vec![part(national, Pack::national())];
        parts.extend(has_own.then(|| part(own, &ships)));
        parts
    };
    let parts = made_of(national, own);
    let is_in_force = parts
        .last()
        .is_some_and(|top| (top.id.as_str(), top.version.as_str()) == (pack.id(), pack.version()));
    // A pack that has come since the vault was opened, or one that this app passed over, is not in force.
    Ok(if is_in_force { parts } else { made_of(None, None) })
}

/// A state with the names of the published packs over it.
type Composition = (String, Option<Sha256>, Option<Sha256>);

/// The packs this process has met.
static HELD: Mutex<BTreeMap<Composition, &'static Pack>> = Mutex::new(BTreeMap::new());

fn kept(read: &Read<'_>, scope: &str) -> Result<Option<SignedPack>, StoreError> {
    let bytes = read.blob(&mark(scope))?;
    Ok(bytes.and_then(|bytes| SignedPack::from_cbor(&bytes).ok()))
}

fn bundle_here(read: &Read<'_>, scope: &str) -> Result<Option<PackBundle>, StoreError> {
    let (Some(signed), Some(key)) = (kept(read, scope)?, read.bytes::<32>(PACK_KEY)?.map(PublicKey)) else {
        return Ok(None);
    };
    let text = signed.open(key).ok();
    Ok(text.and_then(|text| PackBundle::decode(&text).ok()))
}
