//! The clocks of a case for the list, and what reports are counted of: read out of what its documents say together, without opening any of them.

use std::{collections::BTreeSet, sync::Arc};

use casework::{
    DocumentKind, FactId, Pack, Record, Role,
    clock::{self, Running, Used},
    facts, reports,
};

use crate::{
    platform::Clock,
    store::{CaseClocks, ClockRow, StoreError, Write},
};

/// Longer texts decide no rule: they stay out of the slices.
const TEXT_BYTES_MAX: usize = 200;
/// The table of extensions, which every clock may look at.
const EXTENSIONS: &str = "clock_extensions";

/// What the clocks of a pack and reports look at, and whose clocks they are.
pub(crate) struct Clockwork {
    pack: &'static Pack,
    now: Arc<dyn Clock>,
    facts: BTreeSet<FactId>,
    tables: BTreeSet<String>,
    reads: BTreeSet<DocumentKind>,
}

impl Clockwork {
    pub(crate) fn new(pack: &'static Pack, role: &Role, now: Arc<dyn Clock>) -> Self {
        let mut facts: BTreeSet<FactId> = facts::ALL.iter().filter_map(|name| name.parse().ok()).collect();
        let mut tables = BTreeSet::from([EXTENSIONS.to_owned()]);
        for clock in pack.clocks() {
            for used in clock.uses() {
                match used {
                    Used::Fact(fact) => _ = facts.insert(fact.clone()),
                    Used::Column { table, .. } => _ = tables.insert(table.to_owned()),
                }
            }
            for expression in clock.expressions() {
                facts.extend(expression.facts().into_iter().cloned());
                tables.extend(expression.tables().into_iter().map(str::to_owned));
            }
            facts.extend(clock.age.iter().filter_map(|age| age.on.clone()));
        }
        let counted = reports::FACTS.iter().chain(reports::MORE_FACTS);
        facts.extend(counted.filter_map(|name| name.parse().ok()));
        tables.extend(reports::TABLES.iter().map(|table| (*table).to_owned()));
        let rights = pack.rights().of(role);
        Self {
            pack,
            now,
            facts,
            tables,
            reads: rights.map(|rights| rights.reads.clone()).unwrap_or_default(),
        }
    }

    pub(super) fn pack(&self) -> &'static Pack {
        self.pack
    }

    fn now_ms(&self) -> i64 {
        self.now.now_ms()
    }

    /// What the clocks and reports need of a document.
    pub(super) fn slice(&self, mut record: Record) -> Record {
        record.facts.retain(|fact, _| self.facts.contains(fact));
        record.rows.retain(|row| self.tables.contains(&row.table));
        for row in &mut record.rows {
            row.cells
                .retain(|_, value| value.as_text().is_none_or(|text| text.len() <= TEXT_BYTES_MAX));
        }
        record
    }

    /// Reads the clocks of a case anew from its slices.
    pub(super) fn wind(&self, write: &Write<'_>, subject: &[u8; 16]) -> Result<(), StoreError> {
        let mut record = Record::default();
        for slice in write.slices(subject)? {
            let slice: Record = serde_json::from_str(&slice).map_err(|_| StoreError::Row("case_slice"))?;
            record.facts.extend(slice.facts);
            record.rows.extend(slice.rows);
        }
        let now_ms = self.now_ms();
        let mut timings = self
            .pack
            .clocks()
            .timings(&record, now_ms, |kind| self.reads.contains(&kind));
        // A time that passes asks nobody to act.
        timings.retain(|timing| !timing.clock.duty.passes() && timing.standing(now_ms).is_open());
        clock::sort(&mut timings, now_ms);
        let mut open: Vec<ClockRow> = timings
            .iter()
            .filter_map(|timing| {
                Some(ClockRow {
                    clock: timing.clock.id.clone(),
                    instance: timing.instance.to_string(),
                    due_ms: timing.due_at_ms?,
                })
            })
            .collect();
        open.sort_by(|a, b| (&a.clock, &a.instance).cmp(&(&b.clock, &b.instance)));
        open.dedup_by(|a, b| (&a.clock, &a.instance) == (&b.clock, &b.instance));
        let next = timings.first().map(|timing| (timing.due_at_ms, to_row(timing.told())));
        write.set_clocks(subject, &CaseClocks { open, next })
    }
}

/// A clock as a row of a list keeps it.
pub(crate) fn to_row(running: Running) -> String {
    serde_json::to_string(&running.without_words()).unwrap_or_default()
}

/// The clock of a row, with its words; `None` where the pack has no such clock.
pub(crate) fn with_words(pack: &Pack, running: &str) -> Option<Running> {
    serde_json::from_str::<Running>(running).ok()?.with_words(pack)
}
