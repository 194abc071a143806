//! Registers whose rows are cases: what is overdue, and which follow-ups are due. They name a case by its number and no
//! child.

use super::{
    Basis, CaseTold, Cell, ClockTimes, ColumnKind, Count, Period, Report, ReportKind, ReportWords, Table, Word,
    is_overdue, words::plain,
};
use crate::{
    Checked, Labels,
    clock::{DAY_MS, indian_day},
};

/// Rows of a list that are shown and given out; that there are more is said.
pub const LIST_ROWS_MAX: usize = 2_000;

/// The clocks of the time after a child went home or to another family.
pub const FOLLOW_UPS: [&str; 4] = ["follow-up-1", "follow-up-2", "follow-up-3", "adoption-follow-up"];

/// A line of a list, before it has words.
struct Line<'a> {
    case: &'a CaseTold,
    /// `None`: the visit that an officer named.
    clock: Option<&'a ClockTimes>,
    due_ms: Option<i64>,
}

/// The time limits that have run out.
pub fn overdue_report(cases: &[CaseTold], basis: &Basis, words: ReportWords<'_>) -> Report {
    let lines = cases.iter().flat_map(|case| {
        let stage = case.stage();
        let over = case
            .clocks
            .iter()
            .filter(move |clock| is_overdue(clock, &stage, basis.now_ms));
        over.map(move |clock| Line {
            case,
            clock: Some(clock),
            due_ms: clock.due_at_ms,
        })
    });
    let by_clock = by_clock(cases, basis, words);
    let table = listed(
        "overdue",
        (Word::Overdue, Word::OverdueNote),
        lines.collect(),
        basis,
        words,
    );
    Report {
        kind: ReportKind::Overdue,
        title: words.say(Word::Overdue),
        source: "JJ Act 2015".into(),
        checked: Checked::A,
        period: None,
        place: basis.place.clone(),
        as_of_ms: basis.now_ms,
        basis: basis.lines(words),
        tables: vec![by_clock, table],
    }
}

/// What is due after a child went home, until the end of a month: what the law asks for and what an officer named. What was
/// due before and is not done stands in it, too.
pub fn follow_ups_report(cases: &[CaseTold], period: Period, basis: &Basis, words: ReportWords<'_>) -> Report {
    let ends_ms = period.ends_ms();
    let lines = cases.iter().flat_map(|case| {
        let open = case.clocks.iter().filter(move |clock| {
            FOLLOW_UPS.contains(&clock.id.as_str())
                && clock.stopped_at_ms.is_none()
                // A time limit that ends with the month's last day ends at this midnight.
                && clock.due_at_ms.is_none_or(|due_ms| due_ms <= ends_ms)
        });
        let open = open.map(move |clock| Line {
            case,
            clock: Some(clock),
            due_ms: clock.due_at_ms,
        });
        let visit = case
            .next_visit_ms
            .filter(|due_ms| *due_ms <= ends_ms)
            .map(|due_ms| Line {
                case,
                clock: None,
                due_ms: Some(due_ms),
            });
        open.chain(visit)
    });
    let words_of = (Word::FollowUps, Word::FollowUpsNote);
    let table = listed("follow_ups", words_of, lines.collect(), basis, words);
    Report {
        kind: ReportKind::FollowUps,
        title: words.say(Word::FollowUps),
        source: "MR Form 7 part D, r.39(4)".into(),
        checked: Checked::B,
        period: Some(period),
        place: basis.place.clone(),
        as_of_ms: basis.now_ms,
        basis: basis.lines(words),
        tables: vec![table],
    }
}

/// How many of each clock have run out.
fn by_clock(cases: &[CaseTold], basis: &Basis, words: ReportWords<'_>) -> Table {
    let mut counts = std::collections::BTreeMap::<&str, u64>::new();
    for case in cases {
        let stage = case.stage();
        for clock in case
            .clocks
            .iter()
            .filter(|clock| is_overdue(clock, &stage, basis.now_ms))
        {
            *counts.entry(&clock.id).or_default() += 1;
        }
    }
    let columns = [(Word::TimeLimit, ColumnKind::Words), (Word::Number, ColumnKind::Count)];
    let mut table = words.table("by_clock", Word::NotMet, &columns);
    for (clock, count) in counts {
        table.push(words.clock(clock), [Count::Of(count)]);
    }
    table.chart = Some(1);
    table.summed(words)
}

fn listed(
    id: &str,
    (title, note): (Word, Word),
    mut lines: Vec<Line<'_>>,
    basis: &Basis,
    words: ReportWords<'_>,
) -> Table {
    // What has no time is due as soon as can be: it comes first.
    lines.sort_by(|a, b| (a.due_ms, &a.case.name).cmp(&(b.due_ms, &b.case.name)));
    let mut table = words.table(
        id,
        title,
        &[
            (Word::Case, ColumnKind::Words),
            (Word::What, ColumnKind::Words),
            (Word::WhoActs, ColumnKind::Words),
            (Word::DueOn, ColumnKind::Day),
            (Word::DaysOver, ColumnKind::Count),
            (Word::Source, ColumnKind::Words),
        ],
    );
    let left_out = lines.len().saturating_sub(LIST_ROWS_MAX);
    table.note = if left_out > 0 {
        words.counted(Word::LeftOut, left_out as u64)
    } else {
        words.say(note)
    };
    table.rows = lines
        .iter()
        .take(LIST_ROWS_MAX)
        .map(|line| row(line, basis.now_ms, words))
        .collect();
    table
}

fn row(line: &Line<'_>, now_ms: i64, words: ReportWords<'_>) -> Vec<Cell> {
    let known = line.clock.and_then(|times| {
        let clocks = words.pack().clocks();
        clocks.iter().rfind(|clock| clock.id == times.id)
    });
    let said = |labels: Labels| {
        if labels.is_empty() {
            Cell::Blank
        } else {
            Cell::Words { words: labels }
        }
    };
    // A time limit in days runs out at a midnight: its last day is the one that ends then.
    let day = line.due_ms.and_then(|due_ms| indian_day(due_ms.saturating_sub(1)));
    let over = line
        .due_ms
        .filter(|due_ms| *due_ms < now_ms)
        .map(|due_ms| (now_ms - due_ms) / DAY_MS);
    vec![
        Cell::Text {
            text: line.case.name.clone(),
        },
        Cell::Words {
            words: match (known, line.clock) {
                (Some(clock), _) => clock.label.clone(),
                (None, Some(times)) => plain(&times.id),
                (None, None) => words.say(Word::NextVisit),
            },
        },
        said(known.map(|clock| clock.who.clone()).unwrap_or_default()),
        day.map_or(Cell::Blank, |day| Cell::Day { day }),
        over.map_or(Cell::Blank, |days| Cell::number(days.unsigned_abs())),
        known.map_or(Cell::Blank, |clock| Cell::Text {
            text: clock.source.clone(),
        }),
    ]
}
