//! A district's figures of a month or a quarter, as Child Protection Services wants them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    AGE_YEARS, Basis, CaseTold, ClockTimes, ColumnKind, Count, Counts, NOT_KNOWN, Period, PeriodKind, Report,
    ReportKind, ReportWords, Table, Word,
    count::{Bound, entry, hide_few},
    words::plain,
};
use crate::{Checked, Value};

/// The ages that are counted together, by their last year.
const AGES: [(&str, i64); 4] = [("0-5", 5), ("6-10", 10), ("11-14", 14), ("15-17", 17)];
/// Whoever was no child any more.
const ADULT: &str = "18+";

/// A step that is counted in the period in which it was taken. Each is one fact of the case: a child that went home twice
/// counts in the period of the last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Back in the family.
    Restored,
    /// The family is supported with money.
    SponsorshipOrdered,
    /// With a foster family.
    FosterPlaced,
    /// Supported after leaving care.
    AftercareBegun,
    /// Declared legally free for adoption.
    LegallyFree,
    /// With the adoptive family.
    AdoptionPlaced,
}

impl Step {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 6] = [
        Self::Restored,
        Self::SponsorshipOrdered,
        Self::FosterPlaced,
        Self::AftercareBegun,
        Self::LegallyFree,
        Self::AdoptionPlaced,
    ];

    /// The fact that says when.
    const fn fact(self) -> &'static str {
        match self {
            Self::Restored => "restoration.restored_at",
            Self::SponsorshipOrdered => "sponsorship.ordered_at",
            Self::FosterPlaced => "foster.placement_at",
            Self::AftercareBegun => "aftercare.started_at",
            Self::LegallyFree => "adoption.legally_free_at",
            Self::AdoptionPlaced => "adoption.placement_at",
        }
    }

    const fn word(self) -> Word {
        match self {
            Self::Restored => Word::StepRestored,
            Self::SponsorshipOrdered => Word::StepSponsorship,
            Self::FosterPlaced => Word::StepFoster,
            Self::AftercareBegun => Word::StepAftercare,
            Self::LegallyFree => Word::StepLegallyFree,
            Self::AdoptionPlaced => Word::StepAdoption,
        }
    }
}

/// Cases of one kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfKind {
    /// Opened before the period, and without a final order when it began.
    pub pending_at_start: Count,
    /// Opened in the period.
    pub opened: Count,
    /// A final order was made in the period.
    pub disposed: Count,
    /// Without a final order when the period ended.
    pub pending_at_end: Count,
}

/// Runs of one clock that were due in the period.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfClock {
    /// All of them.
    pub due: Count,
    /// Stopped in time.
    pub in_time: Count,
    /// Stopped later, and before the period ended.
    pub late: Count,
    /// Not stopped when the period ended.
    pub not_met: Count,
}

/// The counts of a period.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// By the code of the kind of case.
    pub kinds: BTreeMap<String, OfKind>,
    /// Cases opened in the period, by the child's sex.
    pub by_sex: Counts,
    /// The same by the age in whole years when the case was opened.
    pub by_age: Counts,
    /// The same by the clauses of JJ s.2(14); a case may stand on several.
    pub by_ground: Counts,
    /// Children by the kind of place they were at when the period ended.
    pub placed_at_end: Counts,
    /// Steps taken in the period.
    pub steps: BTreeMap<Step, Count>,
    /// Statutory clocks that ran out in the period, by name.
    pub clocks: BTreeMap<String, OfClock>,
}

impl Figures {
    /// Counts the cases that were opened before the period ended. Of which nobody wrote when it was opened is not counted.
    pub fn of<'a>(cases: impl IntoIterator<Item = &'a CaseTold>, period: Period) -> Self {
        let mut figures = Self {
            steps: Step::ALL.into_iter().map(|step| (step, Count::Of(0))).collect(),
            ..Self::default()
        };
        for case in cases {
            if case.opened_at_ms.is_some_and(|opened_ms| opened_ms < period.ends_ms()) {
                figures.add(case, period);
            }
        }
        figures
    }

    /// Whether there was no case.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    fn add(&mut self, case: &CaseTold, period: Period) {
        let was_opened = case.opened_at_ms.is_some_and(|at_ms| period.holds(at_ms));
        let of_kind = entry(&mut self.kinds, case.kind());
        of_kind.pending_at_start.add_if(case.is_pending(period.starts_ms()));
        of_kind.opened.add_if(was_opened);
        let disposed_ms = case.moment("order.final_at");
        of_kind
            .disposed
            .add_if(disposed_ms.is_some_and(|at_ms| period.holds(at_ms)));
        of_kind.pending_at_end.add_if(case.is_pending(period.ends_ms()));
        if was_opened {
            entry(&mut self.by_sex, case.code("child.sex").unwrap_or(NOT_KNOWN)).add_if(true);
            let years = case.facts.get(AGE_YEARS).and_then(Value::as_integer);
            entry(&mut self.by_age, age_group(years)).add_if(true);
            for ground in case.codes("case.grounds").into_iter().flatten() {
                entry(&mut self.by_ground, ground).add_if(true);
            }
        }
        if let Some(stay) = case.stay_at(period.ends_ms()) {
            entry(&mut self.placed_at_end, &stay.place_kind).add_if(true);
        }
        for (step, count) in &mut self.steps {
            count.add_if(case.moment(step.fact()).is_some_and(|at_ms| period.holds(at_ms)));
        }
        for clock in &case.clocks {
            self.add_clock(clock, period);
        }
    }

    fn add_clock(&mut self, clock: &ClockTimes, period: Period) {
        let Some(due_ms) = clock.due_at_ms.filter(|due_ms| period.holds(*due_ms)) else {
            return;
        };
        let of_clock = entry(&mut self.clocks, &clock.id);
        of_clock.due.add_if(true);
        let stopped_ms = clock.stopped_at_ms.filter(|stopped_ms| *stopped_ms < period.ends_ms());
        of_clock.in_time.add_if(stopped_ms.is_some_and(|at_ms| at_ms <= due_ms));
        of_clock.late.add_if(stopped_ms.is_some_and(|at_ms| at_ms > due_ms));
        of_clock.not_met.add_if(stopped_ms.is_none());
    }

    /// Hides what tells of few children, before the figures leave the district: see [`hide_few`]. Sums that bind: each kind's
    /// row, each clock's row, and that as many cases were opened by sex and by age as by kind.
    #[must_use]
    pub fn for_outside(mut self) -> Self {
        let mut counts: Vec<&mut Count> = Vec::new();
        let mut bound: Vec<Bound> = Vec::new();
        let mut opened = Vec::new();
        for of in self.kinds.values_mut() {
            let at = counts.len();
            opened.push(at + 1);
            bound.push(vec![(at..at + 4).collect()]);
            counts.extend([
                &mut of.pending_at_start,
                &mut of.opened,
                &mut of.disposed,
                &mut of.pending_at_end,
            ]);
        }
        let (sexes, ages) = (self.by_sex.len(), self.by_age.len());
        let at = counts.len();
        let (by_sex, by_age): (Vec<_>, Vec<_>) =
            ((at..at + sexes).collect(), (at + sexes..at + sexes + ages).collect());
        counts.extend(self.by_sex.values_mut().chain(self.by_age.values_mut()));
        for (one, other) in [(&opened, &by_sex), (&opened, &by_age), (&by_sex, &by_age)] {
            bound.push(vec![one.clone(), other.clone()]);
        }
        for of in self.clocks.values_mut() {
            let at = counts.len();
            bound.push(vec![(at..at + 4).collect()]);
            counts.extend([&mut of.due, &mut of.in_time, &mut of.late, &mut of.not_met]);
        }
        let rest = self.by_ground.values_mut().chain(self.placed_at_end.values_mut());
        counts.extend(rest.chain(self.steps.values_mut()));
        hide_few(&mut counts, &bound);
        self
    }
}

pub(super) fn age_group(years: Option<i64>) -> &'static str {
    let group = years.and_then(|years| AGES.into_iter().find(|(_, last)| (0..=*last).contains(&years)));
    match (group, years) {
        (Some((name, _)), _) => name,
        (None, Some(18..)) => ADULT,
        (None, _) => NOT_KNOWN,
    }
}

/// The figures as tables.
pub fn figures_report(figures: &Figures, period: Period, basis: &Basis, words: ReportWords<'_>) -> Report {
    let (kind, title) = match period.kind() {
        PeriodKind::Month => (ReportKind::FiguresMonth, Word::FiguresMonth),
        PeriodKind::Quarter => (ReportKind::FiguresQuarter, Word::FiguresQuarter),
    };
    Report {
        kind,
        title: words.say(title),
        // Which figures the scheme wants, and how, was not read in a published text.
        source: "Mission Vatsalya, Child Protection Services".into(),
        checked: Checked::C,
        period: Some(period),
        place: basis.place.clone(),
        as_of_ms: basis.now_ms,
        basis: basis.lines(words),
        tables: vec![
            of_kinds(figures, words),
            words.counts(("by_sex", Word::OpenedBySex), &figures.by_sex, |code| {
                words.term("sex", code)
            }),
            of_ages(figures, words),
            words.counts(("by_ground", Word::OpenedByGround), &figures.by_ground, |code| {
                words.term("ground", code)
            }),
            words.counts(("placed_at_end", Word::PlacedAtEnd), &figures.placed_at_end, |code| {
                words.term("place_kind", code)
            }),
            of_steps(figures, words),
            of_clocks(figures, words),
        ],
    }
}

fn of_kinds(figures: &Figures, words: ReportWords<'_>) -> Table {
    let cells = |of: &OfKind| [of.pending_at_start, of.opened, of.disposed, of.pending_at_end];
    let mut table = words.table(
        "cases",
        Word::CasesByKind,
        &[
            (Word::KindOfCase, ColumnKind::Words),
            (Word::PendingAtStart, ColumnKind::Count),
            (Word::Opened, ColumnKind::Count),
            (Word::Disposed, ColumnKind::Count),
            (Word::PendingAtEnd, ColumnKind::Count),
        ],
    );
    for (code, of) in &figures.kinds {
        table.push(words.term("case_kind", code), cells(of));
    }
    table.chart = Some(4);
    table.summed(words)
}

/// In the order of ages, and not of their names.
fn of_ages(figures: &Figures, words: ReportWords<'_>) -> Table {
    let mut table = words.table(
        "by_age",
        Word::OpenedByAge,
        &[(Word::AgeYears, ColumnKind::Words), (Word::Number, ColumnKind::Count)],
    );
    let names = AGES.into_iter().map(|(name, _)| name).chain([ADULT, NOT_KNOWN]);
    for name in names {
        let Some(count) = figures.by_age.get(name) else {
            continue;
        };
        let label = if name == NOT_KNOWN {
            words.say(Word::NotKnown)
        } else {
            plain(name)
        };
        table.push(label, [*count]);
    }
    table.chart = Some(1);
    table.summed(words)
}

fn of_steps(figures: &Figures, words: ReportWords<'_>) -> Table {
    let mut table = words.table(
        "steps",
        Word::Steps,
        &[(Word::What, ColumnKind::Words), (Word::Number, ColumnKind::Count)],
    );
    for (step, count) in &figures.steps {
        table.push(words.say(step.word()), [*count]);
    }
    table.chart = Some(1);
    table
}

fn of_clocks(figures: &Figures, words: ReportWords<'_>) -> Table {
    let mut table = words.table(
        "clocks",
        Word::ClocksDue,
        &[
            (Word::TimeLimit, ColumnKind::Words),
            (Word::Due, ColumnKind::Count),
            (Word::InTime, ColumnKind::Count),
            (Word::Late, ColumnKind::Count),
            (Word::NotMet, ColumnKind::Count),
        ],
    );
    for (clock, of) in &figures.clocks {
        table.push(words.clock(clock), [of.due, of.in_time, of.late, of.not_met]);
    }
    table.chart = Some(4);
    table.summed(words)
}
