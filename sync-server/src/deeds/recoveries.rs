//! Vaults whose passphrase is lost: who asks, and what is answered. The district's recovery key is never the hub's.

use protocol::AuthorId;
use protocol::ids::Sha256;
use protocol::recovery::{RecoveryAnswer, RecoveryRequest, check_code};

use super::DeedError;
use crate::hub::Hub;
use crate::storage::{Author, Recovery};

const NOBODY_ASKS: DeedError = DeedError::NotThere("no device asks so");

/// Who asks, the oldest first; of a district, or of all.
pub fn list(hub: &Hub, district: Option<&str>) -> Result<Vec<(Recovery, Author)>, DeedError> {
    let mut found = Vec::new();
    for recovery in hub.storage.open_recoveries()? {
        let Some(author) = hub.storage.author(recovery.author)? else {
            continue;
        };
        if district.is_none_or(|district| district == author.user.district) {
            found.push((recovery, author));
        }
    }
    Ok(found)
}

/// The request of this name that nobody has answered, and whose it is.
pub fn found(hub: &Hub, id: Sha256) -> Result<(Recovery, Author), DeedError> {
    let recovery = hub.storage.recovery(id)?;
    let recovery = recovery.filter(|one| one.answer.is_none()).ok_or(NOBODY_ASKS)?;
    let author = author_of(hub, recovery.author)?;
    Ok((recovery, author))
}

fn author_of(hub: &Hub, author: AuthorId) -> Result<Author, DeedError> {
    hub.storage.author(author)?.ok_or(NOBODY_ASKS)
}

/// The request whose check code an officer reads out.
pub fn by_code(hub: &Hub, code: &str) -> Result<Recovery, DeedError> {
    let wanted = digits(code);
    let open = hub.storage.open_recoveries()?;
    let mut found = open.into_iter().filter(|one| digits(&check_code(&one.id)) == wanted);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => Err(DeedError::not_so(
            "two devices have this check code: ask for a new request",
        )),
        (None, _) => Err(DeedError::NotThere("no device with this check code asks")),
    }
}

/// The digits of a check code, however they were typed.
pub fn digits(code: &str) -> String {
    let digits = code.chars().filter(|c| !c.is_whitespace() && *c != '-');
    digits.collect::<String>().to_lowercase()
}

/// The request as text, to be carried to where the district's key is.
pub fn text(recovery: &Recovery) -> Result<String, DeedError> {
    let request = RecoveryRequest::from_cbor(&recovery.request);
    let request = request.map_err(|_| DeedError::not_so("the request cannot be read: have the officer ask anew"))?;
    Ok(request.to_text())
}

/// Keeps an answer that was made where the district's key is, for the device to fetch.
pub fn answer(hub: &Hub, recovery: &Recovery, text: &str) -> Result<(), DeedError> {
    let answer = RecoveryAnswer::from_text(text)
        .map_err(|_| DeedError::not_so("this is no answer as `admin recovery answer` prints one"))?;
    if answer.request != recovery.id {
        return Err(DeedError::not_so("this answers another request"));
    }
    let now_ms = hub.clock.now_ms();
    Ok(hub.storage.answer_recovery(recovery.id, &answer.to_cbor(), now_ms)?)
}

/// Takes a request away unanswered.
pub fn refuse(hub: &Hub, recovery: &Recovery) -> Result<(), DeedError> {
    Ok(hub.storage.refuse_recovery(recovery.id, hub.clock.now_ms())?)
}
