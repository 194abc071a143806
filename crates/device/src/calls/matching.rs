//! Missing and found: who may be the same child, what somebody decides about it, and reporting a child.

mod asked;
mod compare;
mod decide;

use casefile::{Action, Edit};
use casework::{
    CaseId, Compartment, DocumentKind, ReportId, Subject, Value,
    matching::{
        Entry, EntryKind, Report, SHOWN_MIN,
        decisions::{self, Decision},
    },
};
use ipc::{Decided, Elsewhere, FailureCode, Glimpse, MatchRow, MatchesPage, NewReport, ReportCard};

pub(super) use asked::ask;
pub(super) use compare::{compare, find};
pub(super) use decide::decide;

use super::edit::{ByDocument, check_fact, save};
use crate::{
    failure::Answer,
    matching::{self, Pair},
    session::Session,
    store::{AccessAction, ElsewhereRow, Read, StoreError},
    views,
};

/// The document in which decisions about cases stand: whoever reads it may know who the child is.
const DECISIONS: DocumentKind = DocumentKind::Case(Compartment::Identity);

/// The proposals that nobody has decided, and the district's reports; of one record, the proposals about its child.
pub(super) fn page(session: &Session, of: Option<Subject>) -> Answer<MatchesPage> {
    let compares = may_compare(session);
    if compares {
        matching::work(session)?;
    }
    let shown = if compares { ipc::PAGE_ROWS_MAX } else { 0 };
    // Of one record all are looked through.
    let read_max = if of.is_some() && compares { u32::MAX } else { shown };
    Ok(session.store.read(|read| {
        let concerns = |pair: [[u8; 16]; 2]| of.is_none_or(|of| pair.contains(&of.to_bytes()));
        let mut rows = Vec::new();
        for proposal in read.proposals(f64::from(SHOWN_MIN), read_max)? {
            if !concerns([proposal.subject, proposal.other]) {
                continue;
            }
            let other = if proposal.is_case {
                Subject::Case(CaseId::from_bytes(proposal.other))
            } else {
                Subject::Missing(ReportId::from_bytes(proposal.other))
            };
            let own = Subject::Case(CaseId::from_bytes(proposal.subject));
            rows.push(match_row(session, read, own, other, percent(proposal.probability))?);
        }
        for (own, other, probability) in read.report_proposals(f64::from(SHOWN_MIN), read_max)? {
            if !concerns([own, other]) {
                continue;
            }
            let [own, other] = [own, other].map(|id| Subject::Missing(ReportId::from_bytes(id)));
            rows.push(match_row(session, read, own, other, percent(probability))?);
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.percent));
        rows.truncate(shown as usize);
        for (one, other) in same_picture_unasked(read, read_max)? {
            if !concerns([one, other]) {
                continue;
            }
            let is_pair = |row: &&mut MatchRow| {
                let pair = [row.own.to_bytes(), row.other.to_bytes()];
                pair == [one, other] || pair == [other, one]
            };
            if let Some(row) = rows.iter_mut().find(is_pair) {
                row.same_picture = true;
                continue;
            }
            let (own, other) = oriented(named(read, one)?, named(read, other)?);
            rows.push(MatchRow {
                same_picture: true,
                ..match_row(session, read, own, other, 0)?
            });
        }
        let mut elsewhere = Vec::new();
        for row in read.elsewhere()?.iter().filter(|_| shown > 0) {
            if concerns([row.own, row.own]) && !read.is_decided(&row.own, &row.other)? {
                elsewhere.push(said_elsewhere(session, read, row, Vec::new())?);
            }
        }
        let own = if of.is_none() { read.own_reports()? } else { Vec::new() };
        let own = own
            .into_iter()
            .take(ipc::PAGE_ROWS_MAX as usize)
            .map(|(id, entry)| report_card(session, id, entry.as_deref()))
            .collect();
        Ok::<_, StoreError>(MatchesPage {
            rows,
            elsewhere,
            own,
            open: if of.is_none() && session.may_read(DocumentKind::Missing) {
                read.count_reports()?
            } else {
                0
            },
            reports: session.may_write(DocumentKind::Missing) && !session.is_read_only(),
            now_ms: session.now_ms(),
        })
    })?)
}

/// Which record an id is of: whatever is no report here and none of the index is a case.
fn named(read: &Read<'_>, id: [u8; 16]) -> Result<Subject, StoreError> {
    let is_report = read.is_own_report(&id)? || read.report(&id)?.is_some();
    Ok(if is_report {
        Subject::Missing(ReportId::from_bytes(id))
    } else {
        Subject::Case(CaseId::from_bytes(id))
    })
}

/// Of a case and a report the case is looked at: there the decision stands.
const fn oriented(one: Subject, other: Subject) -> (Subject, Subject) {
    match (one, other) {
        (Subject::Missing(_), Subject::Case(_)) => (other, one),
        _ => (one, other),
    }
}

fn match_row(
    session: &Session,
    read: &Read<'_>,
    own: Subject,
    other: Subject,
    percent: u8,
) -> Result<MatchRow, StoreError> {
    Ok(MatchRow {
        own,
        about: glimpse(session, read, own)?,
        other,
        about_other: glimpse(session, read, other)?,
        percent,
        same_picture: false,
    })
}

/// What is said of a record without a name.
fn glimpse(session: &Session, read: &Read<'_>, subject: Subject) -> Result<Glimpse, StoreError> {
    let id = subject.to_bytes();
    if matches!(subject, Subject::Missing(_)) {
        return Ok(glimpse_of_report(session, entry_of(read, &id)?));
    }
    let card = read.card(&id, session.now_ms())?;
    let report = matching::report_of(read, &id)?.unwrap_or_default();
    Ok(Glimpse {
        initials: read.initials(&id)?,
        number: card.map(|card| card.core.number).unwrap_or_default(),
        ..glimpse_of(session, report)
    })
}

/// The same of a report; nothing where it is open no longer.
fn glimpse_of_report(session: &Session, entry: Option<Entry>) -> Glimpse {
    entry.map_or_else(Glimpse::default, |entry| Glimpse {
        kind: kind_code(entry.kind).to_owned(),
        number: entry.district,
        ..glimpse_of(session, entry.report)
    })
}

fn glimpse_of(session: &Session, report: Report) -> Glimpse {
    Glimpse {
        initials: casework::initials(&report.name),
        sex: views::word_of(session.pack, "missing.sex", &report.sex),
        age: report.age,
        event_date: report.event_date,
        ..Glimpse::default()
    }
}

fn initials_of(read: &Read<'_>, subject: Subject) -> Result<String, StoreError> {
    if matches!(subject, Subject::Missing(_)) {
        let entry = entry_of(read, &subject.to_bytes())?;
        return Ok(entry
            .map(|entry| casework::initials(&entry.report.name))
            .unwrap_or_default());
    }
    read.initials(&subject.to_bytes())
}

/// Records with the same picture that nobody has decided about or linked.
fn same_picture_unasked(read: &Read<'_>, limit: u32) -> Result<Vec<Pair>, StoreError> {
    let mut pairs = Vec::new();
    if limit == 0 {
        return Ok(pairs);
    }
    for (one, other) in matching::same_pictures(read)? {
        let linked = read.linked_from(&one)?.contains(&other) || read.linked_from(&other)?.contains(&one);
        if !linked && !read.is_decided(&one, &other)? && !read.is_decided(&other, &one)? {
            pairs.push((one, other));
        }
    }
    pairs.truncate(limit as usize);
    Ok(pairs)
}

/// A record of another district as the screen shows it.
fn said_elsewhere(
    session: &Session,
    read: &Read<'_>,
    row: &ElsewhereRow,
    decided: Vec<Decided>,
) -> Result<Elsewhere, StoreError> {
    let named = |id: [u8; 16], is_case: bool| {
        if is_case {
            Subject::Case(CaseId::from_bytes(id))
        } else {
            Subject::Missing(ReportId::from_bytes(id))
        }
    };
    let own = named(row.own, row.own_is_case);
    Ok(Elsewhere {
        own,
        initials: initials_of(read, own)?,
        other: named(row.other, row.other_is_case),
        district: row.district.clone(),
        percent: row.percent,
        agreed: row.agreed.split(' ').filter_map(decisions::read_agreed).collect(),
        decided,
        theirs: row.theirs.as_deref().map(Decision::from_code),
        asked: asked::asked(session, read, &row.other)?,
    })
}

/// Whoever may not know who children are compares none.
fn may_compare(session: &Session) -> bool {
    session.may_read(DECISIONS) && session.may_read(DocumentKind::Missing)
}

fn report_card(session: &Session, id: [u8; 16], entry: Option<&[u8]>) -> ReportCard {
    let entry = entry.and_then(|bytes| Entry::from_bytes(bytes).ok());
    ReportCard {
        report: ReportId::from_bytes(id),
        is_open: entry.is_some(),
        about: glimpse_of_report(session, entry),
    }
}

fn entry_of(read: &Read<'_>, id: &[u8; 16]) -> Result<Option<Entry>, StoreError> {
    let bytes = read.report(id)?;
    Ok(bytes.and_then(|bytes| Entry::from_bytes(&bytes).ok()))
}

const fn kind_code(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Missing => "missing",
        EntryKind::Sighted => "sighted",
        EntryKind::Found => "found",
        EntryKind::Unknown(_) => "",
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a probability is between 0 and 1"
)]
fn percent(probability: f64) -> u8 {
    // What is not certain is never called so.
    ((probability * 100.0) as u8).min(99)
}

/// Begins a report of a child.
pub(super) fn report(session: &Session, new: &NewReport) -> Answer<ReportId> {
    if !session.may_write(DocumentKind::Missing) {
        session.log(AccessAction::Refused, DocumentKind::Missing.code())?;
        return Err(FailureCode::NotPermitted.into());
    }
    let report = ReportId::from_bytes(session.platform.uuid_v7().into_bytes());
    let mut edits = Vec::new();
    let mut set = |name: &str, value: Value| -> Answer<()> {
        let fact = name.parse().map_err(|_| FailureCode::Fault)?;
        check_fact(session, &fact, &value)?;
        edits.push(Edit::SetFact { fact, value });
        Ok(())
    };
    set("missing.kind", new.kind.as_str().into())?;
    set("missing.reported_at", Value::Instant(session.now_ms()))?;
    let name = new.name.trim();
    if !name.is_empty() {
        set("missing.name", name.into())?;
    }
    if let Some(age) = new.age_years {
        set("missing.age", Value::Integer(age.into()))?;
    }
    if let Some(sex) = new.sex.as_deref().filter(|sex| !sex.is_empty()) {
        set("missing.sex", sex.into())?;
    }
    let edits = ByDocument::from([(DocumentKind::Missing, edits)]);
    save(session, report.into(), &Action::REPORT, &edits, Vec::new(), |_, _| {
        Ok(())
    })?;
    Ok(report)
}
