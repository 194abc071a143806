//! The access log: what it says, whether its chain holds, and what it is told of calls that were refused.

use casework::CaseId;
use ipc::{AccessLine, AccessLogView, FailureCode, Request};

use crate::{
    Device,
    failure::{Answer, Failed},
    session::Session,
    store::{AccessAction, AccessRow, StoreError},
};

/// Rows that the screen shows.
const NEWEST: u32 = 40;

/// Goes through the chain and shows the newest rows.
pub(super) fn view(session: &Session) -> Answer<AccessLogView> {
    Ok(session.store.read(|read| {
        let check = read.check_access_log()?;
        let mut newest = Vec::new();
        for row in read.newest_access_rows(NEWEST)? {
            let subject = match row.subject {
                Some(subject) if !read.documents_of(&subject)?.is_empty() => Some(subject),
                _ => None,
            };
            newest.push(AccessLine {
                n: row.n,
                at_ms: row.at_ms,
                action: row.action,
                case: subject.map(CaseId::from_bytes),
                initials: subject.map_or(Ok(String::new()), |subject| read.initials(&subject))?,
                detail: row.detail,
            });
        }
        Ok::<_, StoreError>(AccessLogView {
            rows: check.rows,
            broken_at: check.broken_at,
            on_hub: check.on_hub.map(i64::unsigned_abs),
            newest,
        })
    })?)
}

/// The name and the case of a call whose refusal is a row of the log. Edits and filings write theirs themselves, with
/// what was to be written.
pub(super) fn about(request: &Request) -> Option<(&'static str, Option<CaseId>)> {
    Some(match request {
        Request::OpenCase(_) => ("open_case", None),
        Request::Case { case, reveal: false } => ("case", Some(*case)),
        Request::Case { case, reveal: true } => ("reveal", Some(*case)),
        Request::Form { case, .. } => ("form", Some(*case)),
        Request::Filed { case, .. } => ("filed", Some(*case)),
        Request::History { case, .. } | Request::RowHistory { case, .. } => ("history", Some(*case)),
        Request::AddPhoto { case, .. } => ("add_photo", Some(*case)),
        Request::Picture { case, .. } => ("picture", Some(*case)),
        _ => return None,
    })
}

/// Writes that a call was refused, where it was: for want of a right, or of the case.
pub(super) fn refused(device: &Device, failed: &Failed, (call, case): (&str, Option<CaseId>)) {
    let why = match failed.0 {
        FailureCode::NotPermitted => "not_permitted",
        FailureCode::NoSuchCase => "no_such_case",
        _ => return,
    };
    let Ok(session) = device.session() else { return };
    // The refusal stands, whether or not there is room to write it down.
    let _ = session.store.write(|write| {
        write.log_access(&AccessRow {
            at_ms: session.now_ms(),
            action: AccessAction::Refused,
            subject: case.map(CaseId::to_bytes).as_ref(),
            detail: &format!("{call} {why}"),
        })
    });
}
