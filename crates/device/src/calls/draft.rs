//! Notes begun and not yet saved: kept in the vault, so that a tablet that locks itself loses no word. They are nobody's
//! history and go to no hub.

use std::collections::BTreeMap;

use casework::{CaseId, Invalid, TEXT_CHARS_MAX};
use ipc::FailureCode;

use crate::{
    failure::{Answer, Failed},
    session::Session,
    store::{Read, StoreError},
};

/// Name of the mark that holds them, as JSON.
const DRAFTS: &str = "drafts";
/// More than these are not begun at a time.
const DRAFTS_MAX: usize = 200;

fn kept(read: &Read<'_>) -> Result<BTreeMap<CaseId, String>, StoreError> {
    let text = read.text(DRAFTS)?.unwrap_or_default();
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

/// Every note that was begun.
pub(crate) fn drafts(read: &Read<'_>) -> Result<BTreeMap<CaseId, String>, StoreError> {
    kept(read)
}

/// Keeps notes that were begun on another tablet, where none is begun here and the case is.
pub(crate) fn keep_drafts(session: &Session, drafts: BTreeMap<CaseId, String>) -> Answer<()> {
    let begun = all(session)?;
    for (case, text) in drafts {
        if begun.contains_key(&case) {
            continue;
        }
        match keep(session, case, text) {
            Err(Failed(FailureCode::NoSuchCase)) | Ok(()) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Keeps a note, or forgets it where it is empty.
pub(super) fn keep(session: &Session, case: CaseId, text: String) -> Answer<()> {
    if text.chars().count() > TEXT_CHARS_MAX {
        let invalid = Invalid::TooLong { max: TEXT_CHARS_MAX };
        return Err(FailureCode::InvalidValue { fact: None, invalid }.into());
    }
    let kept_now = session.store.write(|write| {
        let here = write.subjects()?;
        let mut drafts = kept(write)?;
        // What was begun in a case that has gone goes with it.
        drafts.retain(|case, _| here.contains(&case.to_bytes()));
        if text.trim().is_empty() {
            drafts.remove(&case);
        } else if here.contains(&case.to_bytes()) && (drafts.len() < DRAFTS_MAX || drafts.contains_key(&case)) {
            drafts.insert(case, text);
        } else {
            return Ok(false);
        }
        let text = serde_json::to_string(&drafts).map_err(|_| StoreError::Row("meta"))?;
        write.set_text(DRAFTS, &text)?;
        Ok::<_, StoreError>(true)
    })?;
    if kept_now {
        Ok(())
    } else {
        Err(FailureCode::NoSuchCase.into())
    }
}

/// Those of cases that are here.
pub(super) fn all(session: &Session) -> Answer<BTreeMap<CaseId, String>> {
    Ok(session.store.read(|read| {
        let here = read.subjects()?;
        let mut drafts = kept(read)?;
        drafts.retain(|case, _| here.contains(&case.to_bytes()));
        Ok::<_, StoreError>(drafts)
    })?)
}
