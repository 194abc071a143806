//! Who may be the same child: the state's index in memory, and proposals worked out as cases are written and reports come.
//!
//! Everything here proposes. What has to be compared stands in the store (`match_due`) from the transaction that wrote it on,
//! so nothing is forgotten by a tablet that dies, and what was compared twice is the same.

use std::{
    collections::HashMap,
    sync::{MutexGuard, PoisonError},
};

use casework::matching::{Entry, EntryKind, List, Relation, Report, Score, told};
use ipc::Topic;

use crate::{
    media::look,
    session::Session,
    store::{LookOf, ProposalRow, Read, StoreError, Write},
};

/// From this probability on a proposal is kept; from [`casework::matching::SHOWN_MIN`] on it is shown unasked.
pub(crate) const KEPT_MIN: f32 = 0.5;
/// Proposals that are kept for one case.
pub(crate) const PROPOSALS_MAX: usize = 10;
/// Thumbnails that are looked at in one transaction.
const PICTURES_AT_ONCE: u32 = 16;
/// Cases and reports that are worked at in one transaction.
const AT_ONCE: u32 = 64;
/// So many comparisons of reports that came with cases are made one by one; where there are more, every case asks the index.
const COMPARISONS_MAX: usize = 20_000;
/// Reports and cases that came since the index was laid: each is compared with every question.
const LATE_MAX: usize = 400;

/// Two records, of which at least the first is here.
pub(crate) type Pair = ([u8; 16], [u8; 16]);

/// The index in memory. Empty until it is warmed or somebody asks.
#[derive(Default)]
pub(crate) struct Linkage(Option<Loaded>);

/// The index, and the cases that are here.
pub(crate) struct Loaded {
    /// The open reports of the state.
    pub(crate) reports: List,
    /// The cases on this tablet.
    pub(crate) cases: List,
    /// Which of the reports are of missing children; the others were seen or found.
    missing: HashMap<[u8; 16], bool>,
}

/// Drops the index from memory; the next to ask reads it anew.
pub(crate) fn forget(session: &Session) {
    lock(session).0 = None;
}

fn lock(session: &Session) -> MutexGuard<'_, Linkage> {
    session.linkage.lock().unwrap_or_else(|poisoned| {
        // A call panicked half-way through an index: it is laid anew.
        let mut linkage = PoisonError::into_inner(poisoned);
        linkage.0 = None;
        session.linkage.clear_poison();
        linkage
    })
}

/// Works out what is due, and tells the screens where something came of it. Where nothing is, the index stays unread.
pub(crate) fn work(session: &Session) -> Result<(), StoreError> {
    let mut linkage = lock(session);
    let worked = work_off(session, &mut linkage)? | look_at_pictures(session)?;
    drop(linkage);
    if worked {
        session.news.tell([Topic::Matches]);
    }
    Ok(())
}

/// Reads the index before somebody asks: with fifty thousand reports it takes seconds, and a child is looked for at once.
/// Where there are no reports nothing is read.
pub(crate) fn warm(session: &Session) -> Result<(), StoreError> {
    if session.store.read(|read| read.has_reports())? {
        load(session, &mut lock(session))?;
    }
    Ok(())
}

/// Works out what is due, and then does something with the index. `None`: the pack knows nothing of matching.
pub(crate) fn with<T>(
    session: &Session,
    body: impl FnOnce(&mut Loaded) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    work(session)?;
    load(session, &mut lock(session))?.map(body).transpose()
}

fn load<'l>(session: &Session, linkage: &'l mut Linkage) -> Result<Option<&'l mut Loaded>, StoreError> {
    if linkage.0.is_none() {
        let Some(knowledge) = session.pack.matching() else {
            return Ok(None);
        };
        let (Ok(mut reports), Ok(mut cases)) = (List::gather(knowledge), List::gather(knowledge)) else {
            return Ok(None);
        };
        let mut missing = HashMap::new();
        session.store.read(|read| {
            read.each_report(|id, bytes| {
                // Whoever locks the tablet does not wait for an index.
                if session.status.is_stopping() {
                    return;
                }
                if let Ok(entry) = Entry::from_bytes(bytes) {
                    missing.insert(id, entry.kind == EntryKind::Missing);
                    reports.store(id, &compared(entry));
                }
            })?;
            for subject in read.told_of()? {
                if let Some(report) = report_of(read, &subject)? {
                    cases.store(subject, &report);
                }
            }
            Ok::<_, StoreError>(())
        })?;
        if session.status.is_stopping() {
            return Ok(None);
        }
        linkage.0 = Some(Loaded {
            reports: reports.lay(Relation::FoundAndMissing),
            cases: cases.lay(Relation::Duplicates),
            missing,
        });
    }
    Ok(linkage.0.as_mut())
}

/// What a report says, for comparing with cases. A child that was found and one that was taken in have no order in time.
fn compared(entry: Entry) -> Report {
    let mut report = entry.report;
    if entry.kind == EntryKind::Found {
        report.event_date.clear();
    }
    report
}

/// What a case tells of its child, out of the documents of it that are here.
pub(crate) fn report_of(read: &Read<'_>, subject: &[u8; 16]) -> Result<Option<Report>, StoreError> {
    let parts = read.told(subject)?;
    let parts = parts
        .iter()
        .map(|part| serde_json::from_str(part).map_err(|_| StoreError::Row("told")));
    Ok(told::joined(parts.collect::<Result<Vec<Report>, _>>()?))
}

/// Compares what is due. Says whether anything was.
fn work_off(session: &Session, linkage: &mut Linkage) -> Result<bool, StoreError> {
    if session.is_read_only() || session.pack.matching().is_none() {
        return Ok(false);
    }
    let mut worked = false;
    loop {
        let (due, own_due, reports, here) = session.store.read(|read| {
            let (due, own_due) = (read.match_due(AT_ONCE)?, read.own_due(AT_ONCE)?);
            let here = read.told_of()?.len() + read.open_own_reports()?.len();
            Ok::<_, StoreError>((due, own_due, read.count_due_reports()? as usize, here))
        })?;
        if due.cases.is_empty() && due.reports.is_empty() && own_due.is_empty() {
            return Ok(worked);
        }
        worked = true;
        if reports.saturating_mul(here) > COMPARISONS_MAX || reports > COMPARISONS_MAX {
            session.store.write(|write| write.set_all_due())?;
            linkage.0 = None;
            continue;
        }
        let Some(loaded) = load(session, linkage)? else {
            return Ok(worked);
        };
        session.store.write(|write| {
            for id in &due.reports {
                loaded.put_report(*id, entry(write, id)?);
            }
            let own = own_reports(write)?;
            for subject in &due.cases {
                let report = report_of(write, subject)?;
                loaded.cases.put(*subject, report.as_ref());
            }
            for id in &due.reports {
                let proposals = cases_for(write, loaded, id)?;
                write.set_report_proposals(id, &proposals)?;
                if !write.is_own_report(id)? {
                    loaded.compare_with_own(write, &own, id)?;
                }
            }
            for id in &own_due {
                let proposals = match own.iter().find(|own| own.id == *id) {
                    Some(own) => loaded.reports_for(own),
                    None => Vec::new(),
                };
                write.set_own_proposals(id, &proposals)?;
            }
            for subject in &due.cases {
                let proposals = match report_of(write, subject)? {
                    Some(report) => loaded.proposals(subject, &report),
                    None => Vec::new(),
                };
                write.set_proposals(subject, &proposals)?;
            }
            Ok::<_, StoreError>(())
        })?;
        loaded.reports.lay_if_late(LATE_MAX);
        loaded.cases.lay_if_late(LATE_MAX);
    }
}

/// Looks at the thumbnails that came. Says whether there were any.
fn look_at_pictures(session: &Session) -> Result<bool, StoreError> {
    if session.is_read_only() {
        return Ok(false);
    }
    let mut looked = false;
    loop {
        let thumbs = session.store.read(|read| read.unlooked(PICTURES_AT_ONCE))?;
        if thumbs.is_empty() {
            return Ok(looked);
        }
        looked = true;
        let looks: Vec<_> = thumbs.iter().map(|(sha, bytes)| (*sha, look::look(bytes))).collect();
        session.store.write(|write| {
            let mut looks = looks.iter();
            looks.try_for_each(|(sha, look)| write.set_look(sha, look.as_ref()))
        })?;
    }
}

/// The cases and reports with a picture that another case or report has, too: each pair once, first the one that is here.
pub(crate) fn same_pictures(read: &Read<'_>) -> Result<Vec<Pair>, StoreError> {
    let (here, elsewhere) = (read.looks()?, read.looks_elsewhere()?);
    let mut pairs = std::collections::BTreeSet::new();
    for (at, (one, look)) in here.iter().enumerate() {
        let same = |(other, other_look): &&LookOf| one != other && look.is_same(other_look);
        let among = here[at + 1..].iter().filter(same);
        pairs.extend(among.map(|(other, _)| (*one.min(other), *one.max(other))));
        pairs.extend(elsewhere.iter().filter(same).map(|(other, _)| (*one, *other)));
    }
    Ok(pairs.into_iter().collect())
}

/// An open report whose document is here.
pub(crate) struct OwnReport {
    pub(crate) id: [u8; 16],
    pub(crate) kind: EntryKind,
    pub(crate) report: Report,
}

/// A report as it stands in the index, while it is open.
fn entry(read: &Read<'_>, id: &[u8; 16]) -> Result<Option<Entry>, StoreError> {
    Ok(read.report(id)?.and_then(|bytes| Entry::from_bytes(&bytes).ok()))
}

impl OwnReport {
    /// The report of that id, where it is open.
    pub(crate) fn read(read: &Read<'_>, id: &[u8; 16]) -> Result<Option<Self>, StoreError> {
        Ok(entry(read, id)?.map(|entry| Self::of(*id, entry)))
    }

    fn is_missing(&self) -> bool {
        self.kind == EntryKind::Missing
    }

    fn of(id: [u8; 16], entry: Entry) -> Self {
        Self {
            id,
            kind: entry.kind,
            report: entry.report,
        }
    }
}

/// The open reports whose document is here.
fn own_reports(read: &Read<'_>) -> Result<Vec<OwnReport>, StoreError> {
    let own = read.open_own_reports()?.into_iter();
    let own = own.filter_map(|(id, bytes)| Some(OwnReport::of(id, Entry::from_bytes(&bytes).ok()?)));
    Ok(own.collect())
}

/// What a report is to another: who is missing may have been found, and two of one sort may be about one child.
const fn relation(is_missing: bool, other_is_missing: bool) -> Relation {
    match (is_missing, other_is_missing) {
        (true, false) => Relation::MissingAndFound,
        (false, true) => Relation::FoundAndMissing,
        (true, true) | (false, false) => Relation::Duplicates,
    }
}

/// The cases that a report may be about.
fn cases_for(read: &Read<'_>, loaded: &mut Loaded, id: &[u8; 16]) -> Result<Vec<ProposalRow>, StoreError> {
    let mut proposals = Vec::new();
    if !loaded.reports.has(id) {
        return Ok(proposals);
    }
    for subject in read.told_of()? {
        let Some(report) = report_of(read, &subject)? else {
            continue;
        };
        let probability = loaded.reports.probability(&report, id);
        proposals.extend(probability.and_then(|probability| row(&subject, id, false, probability)));
    }
    proposals.sort_by(|one, other| other.probability.total_cmp(&one.probability));
    proposals.truncate(PROPOSALS_MAX);
    Ok(proposals)
}

impl Loaded {
    /// Puts a report in the place of what it said before; `None` takes it out.
    fn put_report(&mut self, id: [u8; 16], entry: Option<Entry>) {
        if let Some(entry) = entry {
            self.missing.insert(id, entry.kind == EntryKind::Missing);
            self.reports.put(id, Some(&compared(entry)));
        } else {
            self.missing.remove(&id);
            self.reports.put(id, None);
        }
    }

    /// How many open reports there are. Counting them in the store would read and decrypt all of them, for each question.
    pub(crate) fn open(&self) -> u32 {
        u32::try_from(self.missing.len()).unwrap_or(u32::MAX)
    }

    /// The other reports that may be about the child of one that is here, and how likely.
    pub(crate) fn reports_for(&mut self, own: &OwnReport) -> Vec<([u8; 16], f64)> {
        let mut all = Vec::new();
        for other_is_missing in [true, false] {
            let relation = relation(own.is_missing(), other_is_missing);
            let found = self.reports.ask_as(relation, &own.report, PROPOSALS_MAX + 1);
            let meant = found.into_iter().filter(|(id, probability)| {
                *id != own.id && *probability >= KEPT_MIN && self.missing.get(id) == Some(&other_is_missing)
            });
            all.extend(meant.map(|(id, probability)| (id, f64::from(probability))));
        }
        all.sort_by(|one, other| other.1.total_cmp(&one.1));
        all.truncate(PROPOSALS_MAX);
        all
    }

    /// Why a report that is here scores as it does with another.
    pub(crate) fn explain_reports(&mut self, own: &OwnReport, other: &[u8; 16]) -> Option<Score> {
        let relation = relation(own.is_missing(), *self.missing.get(other)?);
        self.reports.explain_as(relation, &own.report, other)
    }

    /// Compares a report that came with those that are here.
    fn compare_with_own(&mut self, write: &Write<'_>, own: &[OwnReport], id: &[u8; 16]) -> Result<(), StoreError> {
        for own in own {
            let probability = self.explain_reports(own, id).map(|score| score.probability);
            let kept = probability.filter(|probability| *probability >= KEPT_MIN);
            write.set_report_pair(&own.id, id, kept.map(f64::from))?;
        }
        Ok(())
    }

    /// The reports, and the other cases, that a case may be about.
    fn proposals(&mut self, subject: &[u8; 16], report: &Report) -> Vec<ProposalRow> {
        let reports = self.reports.ask(report, PROPOSALS_MAX);
        let cases = self.cases.ask(report, PROPOSALS_MAX + 1);
        let of_reports = reports.into_iter().filter_map(|(id, p)| row(subject, &id, false, p));
        let others = cases.into_iter().filter(|(id, _)| id != subject);
        let of_cases = others.filter_map(|(id, p)| row(subject, &id, true, p));
        of_reports.chain(of_cases).collect()
    }
}

fn row(subject: &[u8; 16], other: &[u8; 16], is_case: bool, probability: f32) -> Option<ProposalRow> {
    (probability >= KEPT_MIN).then(|| ProposalRow {
        subject: *subject,
        other: *other,
        is_case,
        probability: f64::from(probability),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, Bench};

    #[test]
    fn the_index_is_read_before_somebody_asks_where_there_are_reports_and_not_while_the_tablet_is_locked() {
        let bench = Bench::new();
        let (vault, key) = testing::enrolled(&bench);
        let session = testing::session(&bench, &vault, &key);
        let is_read = || lock(&session).0.is_some();
        warm(&session).unwrap();
        assert!(!is_read(), "nobody is looked for");
        let entry = Entry {
            id: [7; 16],
            kind: EntryKind::Missing,
            district: "D2".into(),
            report: Report {
                name: "Ramesh Paswan".into(),
                ..Report::default()
            },
            look: None,
        };
        let put = session
            .store
            .write(|write| write.put_report(&entry.id, &entry.to_bytes(), None));
        put.unwrap();
        warm(&session).unwrap();
        assert!(is_read());
        session.end();
        warm(&session).unwrap();
        assert!(!is_read());
    }
}
