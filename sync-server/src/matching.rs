//! Comparing a whole state: missing children with those who were found, seen or taken in; and cases with one another, and
//! reports of one kind with one another, across institutions and districts. It goes by the numbers of the state's reports: what
//! is new is compared with all that is there. Where a photo of the one is a photo of the other, the two are proposed, too.
//!
//! Everything here proposes; what stands in the one record is never told to whoever may read only the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use casework::matching::{Entry, EntryKind, Knowledge, LOOK_BYTES, List, Look, Relation, Report, SHOWN_MIN, decisions};

use crate::hub::Hub;
use crate::packs::state_of;
use crate::storage::{MatchProposal, NumberedReport, ReportSort, Result};

/// Reports that are compared before what came of it is kept.
const AT_ONCE: u32 = 200;
/// Proposals for one report.
const PROPOSALS_MAX: usize = 10;
/// Reports that came since an index was laid: each is compared with every question.
const LATE_MAX: usize = 500;

/// The states in memory: made anew from the reports whenever a hub starts.
#[derive(Debug, Default)]
pub struct Matching(Mutex<BTreeMap<String, State>>);

/// A state in memory.
#[derive(Debug)]
struct State {
    /// The number up to which reports are in the lists.
    read: BTreeMap<u8, u64>,
    /// Who is missing: asked by those who were found.
    missing: List,
    /// Who was found, seen or taken in: asked by those who are missing.
    found: List,
    /// Who was taken in: asked by cases.
    cases: List,
    /// The kinds of the reports that are no cases.
    kinds: BTreeMap<[u8; 16], EntryKind>,
    /// What the photos of each record look like.
    looks: BTreeMap<[u8; 16], Vec<Look>>,
}

impl State {
    fn new(knowledge: &Knowledge) -> Option<Self> {
        let list = |relation| Some(List::gather(knowledge).ok()?.lay(relation));
        Some(Self {
            read: BTreeMap::new(),
            missing: list(Relation::FoundAndMissing)?,
            found: list(Relation::MissingAndFound)?,
            cases: list(Relation::Duplicates)?,
            kinds: BTreeMap::new(),
            looks: BTreeMap::new(),
        })
    }

    /// Puts a report in the place of what it said before.
    fn put(&mut self, report: &NumberedReport) {
        let subject = report.row.subject;
        let entry = report
            .row
            .entry
            .as_deref()
            .and_then(|bytes| Entry::from_bytes(bytes).ok());
        let of_case = report.row.sort == ReportSort::Case;
        let looks: Vec<Look> = looks(report).collect();
        if looks.is_empty() {
            self.looks.remove(&subject);
        } else {
            self.looks.insert(subject, looks);
        }
        let (mut missing, mut found, mut case) = (None, None, None);
        if let Some(entry) = entry {
            if of_case {
                case = Some(entry.report.clone());
                found = Some(entry.report);
            } else {
                self.kinds.insert(subject, entry.kind);
                match entry.kind {
                    EntryKind::Missing => missing = Some(entry.report),
                    EntryKind::Sighted | EntryKind::Found => found = Some(entry.report),
                    EntryKind::Unknown(_) => {}
                }
            }
        }
        self.missing.put(subject, missing.as_ref());
        self.found.put(subject, found.as_ref());
        self.cases.put(subject, case.as_ref());
    }

    /// Who it may be.
    fn propose(&mut self, report: &NumberedReport) -> Vec<MatchProposal> {
        let subject = report.row.subject;
        let Some(entry) = report
            .row
            .entry
            .as_deref()
            .and_then(|bytes| Entry::from_bytes(bytes).ok())
        else {
            return Vec::new();
        };
        let said = &entry.report;
        let mut proposals = Vec::new();
        if report.row.sort == ReportSort::Case {
            ask(
                &mut self.missing,
                Relation::FoundAndMissing,
                subject,
                said,
                &mut proposals,
            );
            ask(&mut self.cases, Relation::Duplicates, subject, said, &mut proposals);
        } else if entry.kind == EntryKind::Missing {
            ask(
                &mut self.found,
                Relation::MissingAndFound,
                subject,
                said,
                &mut proposals,
            );
            // Two districts that report one child.
            ask(&mut self.missing, Relation::Duplicates, subject, said, &mut proposals);
        } else {
            ask(
                &mut self.missing,
                Relation::FoundAndMissing,
                subject,
                said,
                &mut proposals,
            );
            // Two reports that a child was seen or found; cases among them are told apart by their kind.
            let from = proposals.len();
            ask(&mut self.found, Relation::Duplicates, subject, said, &mut proposals);
            let kinds = &self.kinds;
            let mut at = 0;
            proposals.retain(|proposal| {
                at += 1;
                at <= from || kinds.contains_key(&proposal.other)
            });
        }
        self.same_pictures(report, said, &mut proposals);
        proposals
    }

    /// Proposes whoever has a picture that is one of the report's, too, whatever else is known; where it was proposed already
    /// the picture is one more reason.
    fn same_pictures(&mut self, report: &NumberedReport, said: &Report, proposals: &mut Vec<MatchProposal>) {
        let subject = report.row.subject;
        let own: Vec<Look> = looks(report).collect();
        if own.is_empty() {
            return;
        }
        let of_one = |looks: &Vec<Look>| looks.iter().any(|look| own.iter().any(|own| own.is_same(look)));
        let others = self.looks.iter().filter(|(other, _)| **other != subject);
        let others: Vec<[u8; 16]> = others
            .filter(|(_, looks)| of_one(looks))
            .map(|(other, _)| *other)
            .take(PROPOSALS_MAX)
            .collect();
        for other in others {
            if let Some(known) = proposals.iter_mut().find(|known| known.other == other) {
                known.agreed = format!("{} {}", decisions::SAME_PICTURE, known.agreed);
                continue;
            }
            let (list, relation) = match (self.missing.has(&subject), self.missing.has(&other)) {
                (true, true) => (&mut self.missing, Relation::Duplicates),
                (false, true) => (&mut self.missing, Relation::FoundAndMissing),
                (true, false) => (&mut self.found, Relation::MissingAndFound),
                (false, false) => (&mut self.found, Relation::Duplicates),
            };
            let score = list.explain_as(relation, said, &other);
            let agreed = score.as_ref().map(decisions::agreed).unwrap_or_default();
            proposals.push(MatchProposal {
                one: subject,
                other,
                percent: score.map_or(0, |score| percent(score.probability)),
                agreed: format!("{} {agreed}", decisions::SAME_PICTURE).trim_end().to_owned(),
            });
        }
    }
}

/// What the photos of a report look like.
fn looks(report: &NumberedReport) -> impl Iterator<Item = Look> {
    report.row.looks.chunks_exact(LOOK_BYTES).filter_map(Look::from_bytes)
}

fn ask(list: &mut List, relation: Relation, subject: [u8; 16], report: &Report, proposals: &mut Vec<MatchProposal>) {
    for (other, probability) in list.ask_as(relation, report, PROPOSALS_MAX + 1) {
        if other == subject || probability < SHOWN_MIN {
            continue;
        }
        let score = list.explain_as(relation, report, &other);
        let agreed = score.map(|score| decisions::agreed(&score));
        proposals.push(MatchProposal {
            one: subject,
            other,
            percent: percent(probability),
            agreed: agreed.unwrap_or_default(),
        });
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a probability is between 0 and 1"
)]
fn percent(probability: f32) -> u8 {
    // What is not certain is never called so.
    ((probability * 100.0) as u8).min(99)
}

/// Compares what is new in every state, some of it at a time. Says whether there was any.
pub fn work(hub: &Hub) -> Result<bool> {
    let districts = hub.storage.districts()?;
    let states: BTreeMap<String, String> = districts
        .into_iter()
        .map(|district| (state_of(&district.code), district.code))
        .collect();
    let mut worked = false;
    for (state, district) in states {
        worked |= work_at(hub, &state, &district)?;
    }
    Ok(worked)
}

fn work_at(hub: &Hub, state: &str, district: &str) -> Result<bool> {
    let (last, from) = (hub.storage.last_report(state)?, hub.storage.matched(state)?);
    if from >= last {
        return Ok(false);
    }
    let pack = hub.pack_of(district)?;
    let mut states = hub.matching.0.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(knowledge) = pack.matching() else {
        return Ok(false);
    };
    let loaded = match states.remove(state).or_else(|| State::new(knowledge)) {
        Some(loaded) => states.entry(state.to_owned()).or_insert(loaded),
        None => return Ok(false),
    };
    for sort in [ReportSort::Shared, ReportSort::Case] {
        loop {
            let read = loaded.read.get(&(sort as u8)).copied().unwrap_or(0);
            let reports = hub.storage.reports(state, sort, read, AT_ONCE)?;
            let Some(newest) = reports.last() else { break };
            for report in &reports {
                loaded.put(report);
            }
            loaded.read.insert(sort as u8, newest.number);
        }
    }
    for list in [&mut loaded.missing, &mut loaded.found, &mut loaded.cases] {
        list.lay_if_late(LATE_MAX);
    }
    let mut new = Vec::new();
    for sort in [ReportSort::Shared, ReportSort::Case] {
        new.extend(hub.storage.reports(state, sort, from, AT_ONCE)?);
    }
    new.sort_by_key(|report| report.number);
    new.truncate(AT_ONCE as usize);
    // What has a higher number by now is compared under that one.
    let upto = new.last().map_or(last, |report| report.number);
    let compared: BTreeSet<[u8; 16]> = new.iter().map(|report| report.row.subject).collect();
    let proposals: Vec<MatchProposal> = new.iter().flat_map(|report| loaded.propose(report)).collect();
    let compared: Vec<[u8; 16]> = compared.into_iter().collect();
    // Where another hub was quicker its proposals stand.
    hub.storage.keep_proposals(state, (from, upto), &compared, &proposals)?;
    Ok(true)
}
