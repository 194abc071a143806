//! Missing and found: who may be the same child, what somebody decides about it, and reporting a child.

use casefile::{Action, Deed, DocumentKey, Edit, Register};
use casework::{
    CaseId, Compartment, DocumentKind, ReportId, RowId, Subject, Value,
    matching::{
        Entry, EntryKind, Report, SHOWN_MIN, Score,
        decisions::{self, Decision},
    },
};
use ipc::{
    Comparison, Decided, Elsewhere, FailureCode, MatchRow, MatchesPage, NewReport, PossibleMatch, ReportCard, Saved,
};

use super::{
    case::ensure_here,
    edit::{ByDocument, check_fact, save},
};
use crate::{
    documents::Documents,
    failure::{Answer, Failed},
    matching::{self, KEPT_MIN, Loaded, PROPOSALS_MAX, Pair},
    session::Session,
    store::{AccessAction, ElsewhereRow, Read, StoreError},
    views::{self, Speaker},
};

/// Longest fact that somebody types to look for a child, in bytes.
const TYPED_BYTES_MAX: usize = 1_000;
/// The document in which decisions stand: whoever reads it may know who the child is.
const DECISIONS: DocumentKind = DocumentKind::Case(Compartment::Identity);

/// The proposals that nobody has decided, and the district's reports.
pub(super) fn page(session: &Session) -> Answer<MatchesPage> {
    let compares = may_compare(session);
    if compares {
        matching::work(session)?;
    }
    let shown = if compares { ipc::PAGE_ROWS_MAX } else { 0 };
    Ok(session.store.read(|read| {
        let mut rows = Vec::new();
        for proposal in read.proposals(f64::from(SHOWN_MIN), shown)? {
            let (other, other_initials) = if proposal.is_case {
                let other = CaseId::from_bytes(proposal.other);
                (Subject::Case(other), read.initials(&proposal.other)?)
            } else {
                let name = entry_of(read, &proposal.other)?.map(|entry| casework::initials(&entry.report.name));
                let other = ReportId::from_bytes(proposal.other);
                (Subject::Missing(other), name.unwrap_or_default())
            };
            let card = read.card(&proposal.subject, session.now_ms())?;
            rows.push(MatchRow {
                case: CaseId::from_bytes(proposal.subject),
                initials: read.initials(&proposal.subject)?,
                number: card.map(|card| card.core.number).unwrap_or_default(),
                other,
                other_initials,
                percent: percent(proposal.probability),
                same_picture: false,
            });
        }
        for (one, other) in same_picture_unasked(read, shown)? {
            let is_pair = |row: &&mut MatchRow| {
                let pair = [row.case.to_bytes(), row.other.to_bytes()];
                pair == [one, other] || pair == [other, one]
            };
            if let Some(row) = rows.iter_mut().find(is_pair) {
                row.same_picture = true;
                continue;
            }
            let card = read.card(&one, session.now_ms())?;
            rows.push(MatchRow {
                case: CaseId::from_bytes(one),
                initials: read.initials(&one)?,
                number: card.map(|card| card.core.number).unwrap_or_default(),
                other: Subject::Case(CaseId::from_bytes(other)),
                other_initials: read.initials(&other)?,
                percent: 0,
                same_picture: true,
            });
        }
        let mut elsewhere = Vec::new();
        for row in read.elsewhere()?.iter().filter(|_| shown > 0) {
            if !read.is_decided(&row.own, &row.other)? {
                elsewhere.push(said_elsewhere(read, row, Vec::new())?);
            }
        }
        let own = read.own_reports()?.into_iter().take(ipc::PAGE_ROWS_MAX as usize);
        let own = own
            .map(|(id, entry)| report_card(session, id, entry.as_deref()))
            .collect();
        Ok::<_, StoreError>(MatchesPage {
            rows,
            elsewhere,
            own,
            open: if session.may_read(DocumentKind::Missing) {
                read.count_reports()?
            } else {
                0
            },
            reports: session.may_write(DocumentKind::Missing) && !session.is_read_only(),
            now_ms: session.now_ms(),
        })
    })?)
}

/// Cases with the same picture that nobody has decided about or linked.
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
    Ok(pairs)
}

/// A record of another district as the screen shows it.
fn said_elsewhere(read: &Read<'_>, row: &ElsewhereRow, decided: Vec<Decided>) -> Result<Elsewhere, StoreError> {
    let named = |id: [u8; 16], is_case: bool| {
        if is_case {
            Subject::Case(CaseId::from_bytes(id))
        } else {
            Subject::Missing(ReportId::from_bytes(id))
        }
    };
    let own = named(row.own, row.own_is_case);
    let initials = match own {
        Subject::Missing(_) => entry_of(read, &row.own)?
            .map(|entry| casework::initials(&entry.report.name))
            .unwrap_or_default(),
        _ => read.initials(&row.own)?,
    };
    Ok(Elsewhere {
        own,
        initials,
        other: named(row.other, row.other_is_case),
        district: row.district.clone(),
        percent: row.percent,
        agreed: row.agreed.split(' ').filter_map(decisions::read_agreed).collect(),
        decided,
        theirs: row.theirs.as_deref().map(Decision::from_code),
    })
}

/// Whoever may not know who children are compares none.
fn may_compare(session: &Session) -> bool {
    session.may_read(DECISIONS) && session.may_read(DocumentKind::Missing)
}

fn report_card(session: &Session, id: [u8; 16], entry: Option<&[u8]>) -> ReportCard {
    let entry = entry.and_then(|bytes| Entry::from_bytes(bytes).ok());
    let is_open = entry.is_some();
    let (kind, report) = entry.map_or((String::new(), Report::default()), |entry| {
        (kind_code(entry.kind).to_owned(), entry.report)
    });
    ReportCard {
        report: ReportId::from_bytes(id),
        initials: casework::initials(&report.name),
        kind,
        age: report.age,
        sex: views::word_of(session.pack, "missing.sex", &report.sex),
        event_date: report.event_date,
        is_open,
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

/// What may be the same child as a case.
pub(super) fn compare(session: &Session, case: CaseId) -> Answer<Comparison> {
    ensure_here(session, case.into())?;
    if !may_compare(session) {
        return Err(FailureCode::NotPermitted.into());
    }
    session.log_look(AccessAction::Revealed, case, "matches")?;
    let subject = case.to_bytes();
    let ours = session.store.read(|read| matching::report_of(read, &subject))?;
    // Pictures that have come are looked at first.
    matching::work(session)?;
    let (proposed, decided, pictured) = {
        let mut documents = session.documents();
        session.store.read(|read| {
            let decided = decided(session, &mut documents, read, case)?;
            let pairs = matching::same_pictures(read)?.into_iter();
            let pictured: Vec<Subject> = pairs
                .filter(|(one, other)| subject == *one || subject == *other)
                .map(|(one, other)| Subject::Case(CaseId::from_bytes(if one == subject { other } else { one })))
                .collect();
            let mut proposed = others_of(&decided);
            proposed.extend(&pictured);
            proposed.sort_unstable();
            proposed.dedup();
            Ok::<_, Failed>((proposed, decided, pictured))
        })?
    };
    let ours = ours.unwrap_or_default();
    let found = matching::with(session, |loaded| {
        let mut others = loaded.others(&ours, Some(&subject));
        // What was decided is shown, however unlikely it was.
        others.extend(
            proposed
                .iter()
                .filter(|known| !others.contains(known))
                .copied()
                .collect::<Vec<_>>(),
        );
        Ok(explained(loaded, &ours, others))
    })?;
    let mut documents = session.documents();
    session.store.read(|read| {
        let mut rows = Vec::new();
        for (other, score) in found.unwrap_or_default() {
            let said = decided
                .iter()
                .filter(|(said, _)| *said == other)
                .map(|(_, said)| said.clone())
                .collect();
            let found = possible(&mut documents, read, other, score, said)?;
            rows.extend(found.map(|found| PossibleMatch {
                same_picture: pictured.contains(&other),
                ..found
            }));
        }
        let mut elsewhere = Vec::new();
        for row in read.elsewhere()?.iter().filter(|row| row.own == subject) {
            let of_it = |(other, _): &&(Subject, Decided)| other.to_bytes() == row.other;
            let said = decided.iter().filter(of_it).map(|(_, said)| said.clone()).collect();
            elsewhere.push(said_elsewhere(read, row, said)?);
        }
        Ok(Comparison {
            case: Some(case),
            elsewhere,
            ours,
            pictures: pictures(&mut documents, read, case)?,
            rows,
            decides: decides(session, &mut documents, read, case)?,
            open: read.count_reports()?,
            now_ms: session.now_ms(),
        })
    })
}

/// Which open reports somebody may mean.
pub(super) fn find(session: &Session, about: Report) -> Answer<Comparison> {
    if !session.may_read(DocumentKind::Missing) {
        return Err(FailureCode::NotPermitted.into());
    }
    let mut about = about;
    for column in casework::matching::COLUMNS {
        let Some(fact) = about.fact_mut(column) else { continue };
        if fact.len() > TYPED_BYTES_MAX {
            return Err(FailureCode::BadCall.into());
        }
        *fact = fact.trim().to_owned();
    }
    if about == Report::default() {
        return Err(FailureCode::BadCall.into());
    }
    let found = matching::with(session, |loaded| {
        let asked = loaded.reports.ask(&about, PROPOSALS_MAX);
        let others = asked.into_iter().filter(|(_, probability)| *probability >= FOUND_MIN);
        let others = others
            .map(|(id, _)| Subject::Missing(ReportId::from_bytes(id)))
            .collect();
        Ok(explained(loaded, &about, others))
    })?
    .unwrap_or_default();
    session.log(AccessAction::Searched, &format!("reports found {}", found.len()))?;
    let mut documents = session.documents();
    session.store.read(|read| {
        let mut rows = Vec::new();
        for (other, score) in found {
            rows.extend(possible(&mut documents, read, other, score, Vec::new())?);
        }
        Ok(Comparison {
            case: None,
            elsewhere: Vec::new(),
            ours: about.clone(),
            pictures: Vec::new(),
            rows,
            decides: false,
            open: read.count_reports()?,
            now_ms: session.now_ms(),
        })
    })
}

/// From this probability on a report is an answer to what somebody typed, who sees for themselves.
const FOUND_MIN: f32 = 0.02;

impl Loaded {
    /// Reports and other cases that may be meant.
    fn others(&mut self, report: &Report, itself: Option<&[u8; 16]>) -> Vec<Subject> {
        let reports = self.reports.ask(report, PROPOSALS_MAX).into_iter();
        let reports = reports.filter(|(_, probability)| *probability >= KEPT_MIN);
        let mut all: Vec<(f32, Subject)> = reports
            .map(|(id, probability)| (probability, Subject::Missing(ReportId::from_bytes(id))))
            .collect();
        let cases = self.cases.ask(report, PROPOSALS_MAX + 1).into_iter();
        let cases = cases.filter(|(id, probability)| *probability >= KEPT_MIN && Some(id) != itself);
        all.extend(cases.map(|(id, probability)| (probability, Subject::Case(CaseId::from_bytes(id)))));
        all.sort_by(|one, other| other.0.total_cmp(&one.0));
        all.into_iter().map(|(_, other)| other).collect()
    }
}

fn explained(loaded: &mut Loaded, ours: &Report, others: Vec<Subject>) -> Vec<(Subject, Option<Score>)> {
    let explain = |other: Subject| {
        let score = match other {
            Subject::Case(case) => loaded.cases.explain(ours, &case.to_bytes()),
            other => loaded.reports.explain(ours, &other.to_bytes()),
        };
        (other, score)
    };
    others.into_iter().map(explain).collect()
}

/// The other side as the screen shows it; `None` where it is here no longer.
fn possible(
    documents: &mut Documents,
    read: &Read<'_>,
    other: Subject,
    score: Option<Score>,
    decided: Vec<Decided>,
) -> Answer<Option<PossibleMatch>> {
    let (kind, district, theirs, pictures) = match other {
        Subject::Case(case) => {
            let Some(theirs) = matching::report_of(read, &case.to_bytes())? else {
                return Ok(None);
            };
            (String::new(), String::new(), theirs, pictures(documents, read, case)?)
        }
        other => {
            let Some(entry) = entry_of(read, &other.to_bytes())? else {
                return Ok(None);
            };
            let is_here = !read.documents_of(&other.to_bytes())?.is_empty();
            let district = if is_here { String::new() } else { entry.district };
            (kind_code(entry.kind).to_owned(), district, entry.report, Vec::new())
        }
    };
    let Some(score) = score else { return Ok(None) };
    Ok(Some(PossibleMatch {
        other,
        kind,
        theirs,
        district,
        is_likely: score.probability >= SHOWN_MIN,
        score,
        decided,
        pictures,
        same_picture: false,
    }))
}

/// The photos of a case.
fn pictures(documents: &mut Documents, read: &Read<'_>, case: CaseId) -> Answer<Vec<RowId>> {
    let key = DocumentKey::case(case, Compartment::Identity);
    let Some(open) = documents.get(read, key)?.filter(|open| !open.leaving) else {
        return Ok(Vec::new());
    };
    let is_photo = |row: &casefile::Row| {
        let kind = row.cells.get("kind").and_then(Value::as_text).unwrap_or_default();
        row.table == "attachments" && !row.removed && matches!(kind, "" | "photo")
    };
    Ok(open
        .document
        .rows()
        .iter()
        .filter(|row| is_photo(row))
        .map(|row| row.id)
        .collect())
}

fn decides(session: &Session, documents: &mut Documents, read: &Read<'_>, case: CaseId) -> Answer<bool> {
    let open = documents.get(read, DocumentKey::case(case, Compartment::Identity))?;
    let writable = open.is_none_or(|open| open.writable && !open.leaving);
    Ok(session.may_write(DECISIONS) && writable && !session.is_read_only())
}

fn others_of(decided: &[(Subject, Decided)]) -> Vec<Subject> {
    let mut others: Vec<Subject> = decided.iter().map(|(other, _)| *other).collect();
    others.sort_unstable();
    others.dedup();
    others
}

/// What was decided about a case, with who wrote it last.
fn decided(
    session: &Session,
    documents: &mut Documents,
    read: &Read<'_>,
    case: CaseId,
) -> Answer<Vec<(Subject, Decided)>> {
    let Some(open) = documents.get(read, DocumentKey::case(case, Compartment::Identity))? else {
        return Ok(Vec::new());
    };
    let mut record = casework::Record::default();
    open.document.add_to(&mut record);
    let speaker = Speaker::new(session, read, &case.to_bytes())?;
    let mut all = Vec::new();
    for one in decisions::of(&record) {
        let wrote = |deed: &Deed| match deed {
            Deed::AddedRow(_) => true,
            Deed::Wrote(Register::Cell { column, .. }) => column == decisions::DECISION,
            _ => false,
        };
        let history = open.document.row_history(one.row);
        let by = history
            .iter()
            .rev()
            .find(|past| wrote(&past.deed))
            .map(|past| past.version.author);
        let decided = Decided {
            decision: one.decision,
            at_ms: one.at_ms,
            by: speaker.by(by)?,
        };
        all.push((one.other, decided));
    }
    Ok(all)
}

/// Writes down what the officer decided, or takes it back.
pub(super) fn decide(session: &Session, case: CaseId, other: Subject, decision: Option<&Decision>) -> Answer<Saved> {
    ensure_here(session, case.into())?;
    let known = decision.is_none_or(|decision| Decision::ALL.contains(decision));
    let comparable = matches!(other, Subject::Case(_) | Subject::Missing(_)) && other != Subject::Case(case);
    if !known || !comparable {
        return Err(FailureCode::BadCall.into());
    }
    if !session.may_write(DECISIONS) {
        session.log(AccessAction::Refused, DECISIONS.code())?;
        return Err(FailureCode::NotPermitted.into());
    }
    let standing = {
        let mut documents = session.documents();
        session.store.read(|read| {
            let open = documents.get(read, DocumentKey::case(case, Compartment::Identity))?;
            let mut record = casework::Record::default();
            if let Some(open) = open {
                open.document.add_to(&mut record);
            }
            Ok::<_, Failed>(decisions::of(&record))
        })?
    };
    let standing: Vec<RowId> = standing
        .iter()
        .filter(|one| one.other == other)
        .map(|one| one.row)
        .collect();
    let edits = match decision {
        None if standing.is_empty() => return Err(FailureCode::NoSuchItem.into()),
        None => standing.into_iter().map(|row| Edit::RemoveRow { row }).collect(),
        Some(decision) if standing.is_empty() => vec![first_decision(session, case, other, decision)?],
        // Whoever decides after others settles what they decided apart.
        Some(decision) => {
            let set = |row, column: &str, value| Edit::SetCell {
                row,
                column: column.to_owned(),
                value: Some(value),
            };
            let both = |row: RowId| {
                [
                    set(row, decisions::DECISION, decision.code().into()),
                    set(row, decisions::AT, Value::Instant(session.now_ms())),
                ]
            };
            standing.into_iter().flat_map(both).collect()
        }
    };
    let edits = ByDocument::from([(DECISIONS, edits)]);
    let saved = save(session, case.into(), &Action::DECIDE, &edits, Vec::new(), |_, _| Ok(()))?;
    session.news.tell([ipc::Topic::Matches]);
    Ok(saved)
}

fn first_decision(session: &Session, case: CaseId, other: Subject, decision: &Decision) -> Answer<Edit> {
    let ours = session
        .store
        .read(|read| matching::report_of(read, &case.to_bytes()))?
        .unwrap_or_default();
    let score = matching::with(session, |loaded| Ok(explained(loaded, &ours, vec![other]).remove(0).1))?.flatten();
    // What nobody here has ever compared, nor the hub, nobody decides about.
    let agreed = match score {
        Some(score) => decisions::agreed(&score),
        None => proposed_elsewhere(session, case, other)?.ok_or(FailureCode::NoSuchItem)?,
    };
    let text = |text: String| Value::Text(text);
    let cells = [
        (decisions::OTHER, text(other.to_string())),
        (decisions::DECISION, decision.code().into()),
        (decisions::AT, Value::Instant(session.now_ms())),
        (decisions::AGREED, text(agreed)),
    ];
    Ok(Edit::AddRow {
        row: RowId::from_bytes(session.platform.uuid_v7().into_bytes()),
        table: decisions::TABLE.to_owned(),
        cells: cells
            .into_iter()
            .map(|(column, value)| (column.to_owned(), value))
            .collect(),
    })
}

/// How the hub says that a case here and a record of another district agree.
fn proposed_elsewhere(session: &Session, case: CaseId, other: Subject) -> Result<Option<String>, StoreError> {
    let rows = session.store.read(|read| read.elsewhere())?;
    let mut rows = rows.into_iter();
    let found = rows.find(|row| row.own == case.to_bytes() && row.other == other.to_bytes());
    Ok(found.map(|row| row.agreed))
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
