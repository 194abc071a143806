//! Packs the hub has published, when all text is said: fetched once, checked, in force when the vault opens next.

use protocol::{HubUrl, pack::PackRef};

use super::{Transport, TransportError, exchange::ExchangeError};
use crate::{
    packs,
    session::Session,
    store::{Read, StoreError},
};

/// The mark of a pack that came and cannot be used: the sync screen says so until one comes that can.
pub(crate) const UNUSABLE: &str = "pack_unusable";

/// Whether a pack that the hub named is still not here.
pub(super) fn lacks(read: &Read<'_>, district: &str, named: &[PackRef]) -> Result<bool, StoreError> {
    Ok(!packs::lacking(read, district, named)?.is_empty())
}

/// Fetches what this vault lacks. A pack that cannot be had or used holds up nothing: the one in force stays, and the
/// next round asks again.
pub(super) fn fetch(
    session: &Session,
    transport: &dyn Transport,
    hub: &HubUrl,
    token: &str,
    named: &[PackRef],
) -> Result<(), ExchangeError> {
    let now_ms = session.now_ms();
    let district = &session.enrolment.district;
    for pack in session.store.read(|read| packs::lacking(read, district, named))? {
        let bytes = match transport.pack(hub, &pack.sha256, token) {
            Ok(bytes) => bytes,
            Err(TransportError::Unreachable) => return Err(ExchangeError::Unreachable),
            Err(TransportError::Garbled | TransportError::Status(_)) => continue,
        };
        session.store.write(|write| {
            let kept = packs::keep(write, district, &pack, &bytes)?;
            write.set_number(UNUSABLE, kept.is_err().then_some(now_ms))
        })?;
    }
    Ok(())
}
