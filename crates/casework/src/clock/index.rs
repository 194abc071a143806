//! All clocks of a pack, found by what starts them, so that a record is not asked about clocks that cannot have begun.

use std::{collections::BTreeMap, ops::Deref};

use super::{Clock, Place, Running, Subject, Timing, Trigger, Used, timing};
use crate::{CaseKind, DocumentKind, FactId, Record, facts};

/// Room for the runs of most cases.
const RUNS_USUAL: usize = 12;

/// The clocks of a pack.
#[derive(Debug, Clone, Default)]
pub struct Clocks {
    all: Vec<Clock>,
    /// For each clock, the documents that must be readable for its times to be right.
    documents: Vec<Vec<DocumentKind>>,
    by_fact: Vec<(FactId, Vec<usize>)>,
    by_table: BTreeMap<String, Vec<usize>>,
    /// The fact that says of which kind a case is.
    kind: Option<FactId>,
}

impl Deref for Clocks {
    type Target = [Clock];
    fn deref(&self) -> &[Clock] {
        &self.all
    }
}

impl<'a> IntoIterator for &'a Clocks {
    type Item = &'a Clock;
    type IntoIter = std::slice::Iter<'a, Clock>;
    fn into_iter(self) -> Self::IntoIter {
        self.all.iter()
    }
}

impl Clocks {
    /// Indexes clocks; `document` says where a fact or a table is kept.
    pub fn new(clocks: Vec<Clock>, document: impl Fn(Used<'_>) -> Option<DocumentKind>) -> Self {
        let mut by_fact: BTreeMap<FactId, Vec<usize>> = BTreeMap::new();
        let mut by_table: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, clock) in clocks.iter().enumerate() {
            for trigger in &clock.starts_at {
                let facts = match trigger {
                    Trigger::Place(Place::Fact(fact)) => std::slice::from_ref(fact),
                    Trigger::Place(Place::Column(_)) => &[],
                    Trigger::First(earliest) => &earliest.first,
                    Trigger::Quarters(quarters) => std::slice::from_ref(&quarters.quarters_from),
                    Trigger::Rows(rows) => {
                        by_table.entry(rows.table.clone()).or_default().push(index);
                        &[]
                    }
                };
                for fact in facts {
                    by_fact.entry(fact.clone()).or_default().push(index);
                }
            }
        }
        let documents_of = |clock: &Clock| {
            let mut documents: Vec<_> = clock.uses().into_iter().filter_map(&document).collect();
            documents.sort_unstable();
            documents.dedup();
            documents
        };
        Self {
            documents: clocks.iter().map(documents_of).collect(),
            by_fact: by_fact.into_iter().collect(),
            by_table,
            kind: facts::KIND.parse().ok(),
            all: clocks,
        }
    }

    /// The documents that must be readable for a clock's times to be right.
    pub fn documents(&self, id: &str) -> &[DocumentKind] {
        let at = self.all.iter().position(|clock| clock.id == id);
        at.map_or(&[], |at| &self.documents[at])
    }

    /// The runs that have begun, in no order. Clocks that need a document which `reads` denies are left out: what
    /// stops them could not be seen, and they would seem to be overdue.
    pub fn timings<'a>(
        &'a self,
        record: &Record,
        now_ms: i64,
        reads: impl Fn(DocumentKind) -> bool,
    ) -> Vec<Timing<'a>> {
        let mut begun = vec![false; self.all.len()];
        // Both are in the order of their names, so that one walk over the record finds all of them.
        let mut triggers = self.by_fact.iter().peekable();
        for fact in record.facts.keys() {
            while triggers.next_if(|(trigger, _)| trigger < fact).is_some() {}
            if let Some((_, clocks)) = triggers.next_if(|(trigger, _)| trigger == fact) {
                for index in clocks {
                    begun[*index] = true;
                }
            }
        }
        for row in &record.rows {
            if let Some(clocks) = self.by_table.get(&row.table) {
                for index in clocks {
                    begun[*index] = true;
                }
            }
        }
        let kind = self.kind_of(record);
        let mut timings = Vec::with_capacity(RUNS_USUAL);
        for (index, _) in begun.iter().enumerate().filter(|(_, begun)| **begun) {
            let clock = &self.all[index];
            let is_readable = self.documents[index].iter().all(|document| reads(*document));
            if is_readable && is_for(clock, &kind) {
                timing::runs_of(clock, record, now_ms, &mut timings);
            }
        }
        timings
    }

    fn kind_of(&self, record: &Record) -> CaseKind {
        let kind = self.kind.as_ref().and_then(|kind| record.facts.get(kind)?.as_text());
        kind.map_or(CaseKind::Cncp, CaseKind::from_code)
    }
}

fn is_for(clock: &Clock, kind: &CaseKind) -> bool {
    clock.about != Subject::Case || clock.kinds.is_empty() || *kind == CaseKind::Both || clock.kinds.contains(kind)
}

/// The clocks of a record that have begun: open ones first, soonest due first and those without a time after them;
/// then those that were stopped or do not apply.
pub fn of_record(clocks: &Clocks, record: &Record, now_ms: i64) -> Vec<Running> {
    of_reader(clocks, record, now_ms, |_| true)
}

/// The same for somebody who may not read every document: clocks that need one of the others are left out, because
/// what stops them could not be seen.
pub fn of_reader(clocks: &Clocks, record: &Record, now_ms: i64, reads: impl Fn(DocumentKind) -> bool) -> Vec<Running> {
    let mut timings = clocks.timings(record, now_ms, reads);
    sort(&mut timings, now_ms);
    timings.iter().map(Timing::told).collect()
}

/// Puts runs in the order in which they are shown.
pub fn sort(timings: &mut [Timing<'_>], now_ms: i64) {
    timings.sort_by(|a, b| {
        let rank = |timing: &Timing<'_>| {
            let closed = !timing.standing(now_ms).is_open();
            (
                closed,
                timing.due_at_ms.is_none(),
                timing.due_at_ms,
                timing.started_at_ms,
            )
        };
        rank(a).cmp(&rank(b)).then_with(|| a.clock.id.cmp(&b.clock.id))
    });
}
