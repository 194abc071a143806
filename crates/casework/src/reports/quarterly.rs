//! What the Child Welfare Committee tells the District Magistrate each quarter: Form 16.
//!
//! The rule (MR r.17(v)) asks for the children in need of care and protection that came before the Committee, with the nature
//! of disposal, the pending cases and the reasons for the pendency. The order of items in the printed Form 16 was not read,
//! so that the report says that it is to be verified; why a case is pending is for the Committee to write.

use std::collections::BTreeMap;

use super::{
    Basis, CaseTold, Cell, ColumnKind, Count, Counts, NOT_KNOWN, OfKind, Period, Report, ReportKind, ReportWords,
    Table, Word,
    count::{Bound, entry, hide_few},
};
use crate::Checked;

/// The clock of the Committee's inquiry (JJ s.36).
const INQUIRY: &str = "inquiry-cwc";

/// The counts of a quarter.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Quarterly {
    /// Children by sex: pending when the quarter began, received, disposed of, pending when it ended.
    pub by_sex: BTreeMap<String, OfKind>,
    /// Received, by the clauses of JJ s.2(14); a child may come under several.
    pub received: Counts,
    /// Disposed of, by the kind of the final order.
    pub disposal: Counts,
    /// Pending when the quarter ended, and how the time for the inquiry stood then.
    pub pending: Pending,
    /// Where the children were whose cases were pending when the quarter ended.
    pub placed: Counts,
}

/// Cases that were pending, by how the time for the inquiry stood.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// Within the law's own time.
    pub in_time: Count,
    /// Within the time as it was extended.
    pub extended: Count,
    /// That time had run out.
    pub over: Count,
    /// The law sets this case no such time, or the child has not been produced yet.
    pub no_limit: Count,
}

impl Quarterly {
    /// Counts the cases of children in need of care and protection.
    pub fn of<'a>(cases: impl IntoIterator<Item = &'a CaseTold>, period: Period) -> Self {
        let mut counts = Self::default();
        let ours = cases.into_iter().filter(|case| {
            ["cncp", "both"].contains(&case.kind())
                && case.opened_at_ms.is_some_and(|opened_ms| opened_ms < period.ends_ms())
        });
        for case in ours {
            counts.add(case, period);
        }
        counts
    }

    fn add(&mut self, case: &CaseTold, period: Period) {
        let was_received = case.opened_at_ms.is_some_and(|at_ms| period.holds(at_ms));
        let was_disposed = case.moment("order.final_at").is_some_and(|at_ms| period.holds(at_ms));
        let is_pending = case.is_pending(period.ends_ms());
        let was_pending = case.is_pending(period.starts_ms());
        if !(was_received || was_disposed || is_pending || was_pending) {
            return;
        }
        let of = entry(&mut self.by_sex, case.code("child.sex").unwrap_or(NOT_KNOWN));
        of.pending_at_start.add_if(was_pending);
        of.opened.add_if(was_received);
        of.disposed.add_if(was_disposed);
        of.pending_at_end.add_if(is_pending);
        if was_received {
            for ground in case.codes("case.grounds").into_iter().flatten() {
                entry(&mut self.received, ground).add_if(true);
            }
        }
        if was_disposed {
            entry(&mut self.disposal, case.code("order.final_kind").unwrap_or(NOT_KNOWN)).add_if(true);
        }
        if is_pending {
            self.pending.add(case, period.ends_ms());
            let place = case
                .stay_at(period.ends_ms())
                .map_or(NOT_KNOWN, |stay| &stay.place_kind);
            entry(&mut self.placed, place).add_if(true);
        }
    }

    /// Hides what tells of few children. Sums that bind: each row of sexes; and that as many are pending by sex, by time and by
    /// place, and as many disposed of by sex and by order.
    #[must_use]
    pub fn for_outside(mut self) -> Self {
        let mut counts: Vec<&mut Count> = Vec::new();
        let mut bound: Vec<Bound> = Vec::new();
        let (mut disposed, mut pending) = (Vec::new(), Vec::new());
        for of in self.by_sex.values_mut() {
            let at = counts.len();
            bound.push(vec![(at..at + 4).collect()]);
            disposed.push(at + 2);
            pending.push(at + 3);
            counts.extend([
                &mut of.pending_at_start,
                &mut of.opened,
                &mut of.disposed,
                &mut of.pending_at_end,
            ]);
        }
        let of_time = &mut self.pending;
        let times = [
            &mut of_time.in_time,
            &mut of_time.extended,
            &mut of_time.over,
            &mut of_time.no_limit,
        ];
        let by_time: Vec<_> = (counts.len()..counts.len() + times.len()).collect();
        counts.extend(times);
        let by_place: Vec<_> = (counts.len()..counts.len() + self.placed.len()).collect();
        counts.extend(self.placed.values_mut());
        let by_order: Vec<_> = (counts.len()..counts.len() + self.disposal.len()).collect();
        counts.extend(self.disposal.values_mut());
        for (one, other) in [
            (&pending, &by_time),
            (&pending, &by_place),
            (&by_time, &by_place),
            (&disposed, &by_order),
        ] {
            bound.push(vec![one.clone(), other.clone()]);
        }
        counts.extend(self.received.values_mut());
        hide_few(&mut counts, &bound);
        self
    }
}

impl Pending {
    /// How the time for the inquiry stood at `at_ms`. An extension that was ordered later counts, too: it moves the time.
    fn add(&mut self, case: &CaseTold, at_ms: i64) {
        let clock = case.clocks.iter().find(|clock| clock.id == INQUIRY);
        let count = match clock.and_then(|clock| Some((clock.due_at_ms?, clock.extended))) {
            None => &mut self.no_limit,
            Some((due_ms, _)) if due_ms < at_ms => &mut self.over,
            Some((_, true)) => &mut self.extended,
            Some((_, false)) => &mut self.in_time,
        };
        count.add_if(true);
    }
}

/// The quarter as tables.
pub fn quarterly_report(counts: &Quarterly, period: Period, basis: &Basis, words: ReportWords<'_>) -> Report {
    Report {
        kind: ReportKind::Form16,
        title: words.say(Word::Form16),
        source: "MR r.17(v), Form 16".into(),
        checked: Checked::C,
        period: Some(period),
        place: basis.place.clone(),
        as_of_ms: basis.now_ms,
        basis: basis.lines(words),
        tables: vec![
            of_cases(counts, words),
            words.counts(("received", Word::Form16Received), &counts.received, |code| {
                words.term("ground", code)
            }),
            words.counts(("disposal", Word::Form16Disposal), &counts.disposal, |code| {
                words.term("order_kind", code)
            }),
            of_pending(counts.pending, words),
            words.counts(("placed", Word::Form16Placed), &counts.placed, |code| {
                words.term("place_kind", code)
            }),
        ],
    }
}

fn of_cases(counts: &Quarterly, words: ReportWords<'_>) -> Table {
    let columns = [
        (Word::Sex, ColumnKind::Words),
        (Word::PendingAtStart, ColumnKind::Count),
        (Word::Opened, ColumnKind::Count),
        (Word::Disposed, ColumnKind::Count),
        (Word::PendingAtEnd, ColumnKind::Count),
    ];
    let mut table = words.table("cases", Word::Form16Cases, &columns);
    for (code, of) in &counts.by_sex {
        let cells = [of.pending_at_start, of.opened, of.disposed, of.pending_at_end];
        table.push(words.term("sex", code), cells);
    }
    table.chart = Some(4);
    table.summed(words)
}

fn of_pending(pending: Pending, words: ReportWords<'_>) -> Table {
    let columns = [
        (Word::HowItStands, ColumnKind::Words),
        (Word::Number, ColumnKind::Count),
    ];
    let mut table = words.table("pending", Word::Form16Pending, &columns);
    for (word, count) in [
        (Word::PendingInTime, pending.in_time),
        (Word::PendingExtended, pending.extended),
        (Word::PendingOver, pending.over),
        (Word::PendingNoLimit, pending.no_limit),
    ] {
        table
            .rows
            .push(vec![Cell::Words { words: words.say(word) }, Cell::Count { count }]);
    }
    table.note = words.say(Word::Form16PendingNote);
    table.chart = Some(1);
    table.summed(words)
}
