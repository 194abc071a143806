//! The access log: what it says, whether its chain holds, and what it is told of calls that were refused.

use casefile::DocumentKey;
use casework::Subject;
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
            let documents = match row.subject {
                Some(subject) => read.documents_of(&subject)?,
                None => Vec::new(),
            };
            let mut keys = documents.into_iter().filter_map(DocumentKey::from_bytes);
            let subject = keys.find_map(DocumentKey::about);
            newest.push(AccessLine {
                n: row.n,
                at_ms: row.at_ms,
                action: row.action,
                subject,
                initials: subject.map_or(Ok(String::new()), |subject| read.called(subject))?,
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

/// The name and the subject of a call whose refusal is a row of the log. Edits and filings write theirs themselves, with
/// what was to be written.
pub(super) fn about(request: &Request) -> Option<(&'static str, Option<Subject>)> {
    Some(match request {
        Request::OpenCase(_) => ("open_case", None),
        Request::Case { case, reveal: false } => ("case", Some((*case).into())),
        Request::Case { case, reveal: true } => ("reveal", Some((*case).into())),
        Request::Institution { institution } => ("institution", Some((*institution).into())),
        Request::Form { subject, .. } => ("form", Some(*subject)),
        Request::Filed { subject, .. } => ("filed", Some(*subject)),
        Request::Print(order) => ("print", Some(order.subject)),
        Request::Report(ask) | Request::GiveOut(ipc::ReportOrder { ask, .. }) => {
            ("report", ask.institution.map(Subject::Institution))
        }
        Request::History { subject, .. } | Request::RowHistory { subject, .. } => ("history", Some(*subject)),
        Request::Compare { own } => ("compare", Some(*own)),
        Request::DecideMatch { own, .. } => ("decide_match", Some(*own)),
        Request::AskDistrict { other } => ("ask_district", Some(*other)),
        Request::AddReportPhoto { report, .. } => ("add_photo", Some((*report).into())),
        Request::ReportPicture { report, .. } => ("picture", Some((*report).into())),
        Request::FindReports { .. } => ("find_reports", None),
        Request::ReportChild(_) => ("report_child", None),
        Request::AddPhoto { case, .. } => ("add_photo", Some((*case).into())),
        Request::AddFile { case, .. } => ("add_file", Some((*case).into())),
        Request::AddSignature { case, .. } => ("add_signature", Some((*case).into())),
        Request::AttachedFile { case, .. } => ("file", Some((*case).into())),
        Request::PaperPage { case, .. } => ("page", Some((*case).into())),
        Request::Picture { case, .. } => ("picture", Some((*case).into())),
        _ => return None,
    })
}

/// Writes that a call was refused, where it was: for want of a right, or of the case or institution.
pub(super) fn refused(device: &Device, failed: &Failed, (call, subject): (&str, Option<Subject>)) {
    let why = match failed.0 {
        FailureCode::NotPermitted => "not_permitted",
        FailureCode::NoSuchCase => "no_such_case",
        FailureCode::NoSuchInstitution => "no_such_institution",
        FailureCode::NoSuchReport => "no_such_report",
        _ => return,
    };
    let Ok(session) = device.session() else { return };
    // The refusal stands, whether or not there is room to write it down.
    let _ = session.store.write(|write| {
        write.log_access(&AccessRow {
            at_ms: session.now_ms(),
            action: AccessAction::Refused,
            subject: subject.map(Subject::to_bytes).as_ref(),
            detail: &format!("{call} {why}"),
        })
    });
}
