//! An institution's month: who was there, who came, who left.
//!
//! Custody names a place by its words, so a stay is of the institution whose name it has, however letters are spaced and
//! written large or small. A stay at a place of its kind that has no name may be of this one or of another: it is counted
//! apart, and the report says so.

use super::{
    Basis, CaseTold, Cell, ColumnKind, Count, Counts, NOT_KNOWN, Period, Report, ReportKind, ReportWords, Stay, Table,
    Word,
    count::{entry, hide_few},
};
use crate::Checked;

/// The institution, as its document says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct House {
    /// Its name.
    pub name: String,
    /// The code of its kind.
    pub kind: String,
    /// How many children it is registered for.
    pub capacity: Option<i64>,
    /// How many were there when somebody last counted.
    pub present: Option<i64>,
}

/// The counts of a month. A child who comes twice is admitted twice; one who comes and leaves on the same day is counted
/// with both and is not there at the end.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct HouseMonth {
    /// There when the month began.
    pub at_start: Count,
    /// Came in the month.
    pub admitted: Count,
    /// Left in the month.
    pub left: Count,
    /// There when the month ended.
    pub at_end: Count,
    /// There when the month ended, by sex.
    pub by_sex: Counts,
    /// Where those who left went.
    pub where_to: Counts,
    /// Stays at a place of this kind without a name or without a day, which are not counted.
    pub unclear: Count,
}

/// A name as it is compared.
fn plain(name: &str) -> String {
    let words: Vec<_> = name.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

impl HouseMonth {
    /// Counts the stays of cases at an institution.
    pub fn of<'a>(cases: impl IntoIterator<Item = &'a CaseTold>, house: &House, period: Period) -> Self {
        let mut counts = Self::default();
        let name = plain(&house.name);
        for case in cases {
            for (at, stay) in case.stays.iter().enumerate() {
                match stay.place_name.as_deref().map(plain).filter(|name| !name.is_empty()) {
                    Some(named) if named == name => counts.add(case, at, stay, period),
                    None if stay.place_kind == house.kind && may_touch(stay, period) => counts.unclear.add_if(true),
                    _ => {}
                }
            }
        }
        counts
    }

    fn add(&mut self, case: &CaseTold, at: usize, stay: &Stay, period: Period) {
        let Some(since_ms) = stay.since_ms else {
            self.unclear.add_if(may_touch(stay, period));
            return;
        };
        self.at_start.add_if(stay.is_at(period.starts_ms()));
        self.admitted.add_if(period.holds(since_ms));
        if stay.until_ms.is_some_and(|until_ms| period.holds(until_ms)) {
            self.left.add_if(true);
            let next = case.stays.get(at + 1).filter(|next| next.since_ms.is_some());
            entry(&mut self.where_to, next.map_or(NOT_KNOWN, |next| &next.place_kind)).add_if(true);
        }
        if stay.is_at(period.ends_ms()) {
            self.at_end.add_if(true);
            entry(&mut self.by_sex, case.code("child.sex").unwrap_or(NOT_KNOWN)).add_if(true);
        }
    }

    /// Hides what tells of few children. Sums that bind: the movement of the month, who is there by sex, who left by where to.
    #[must_use]
    pub fn for_outside(mut self) -> Self {
        let sexes: Vec<_> = (5..5 + self.by_sex.len()).collect();
        let places: Vec<_> = (5 + sexes.len()..5 + sexes.len() + self.where_to.len()).collect();
        let bound = [vec![vec![0, 1, 2, 3]], vec![vec![3], sexes], vec![vec![2], places]];
        let mut counts = vec![
            &mut self.at_start,
            &mut self.admitted,
            &mut self.left,
            &mut self.at_end,
            &mut self.unclear,
        ];
        counts.extend(self.by_sex.values_mut().chain(self.where_to.values_mut()));
        hide_few(&mut counts, &bound);
        self
    }
}

/// Whether a stay, as far as its days are known, may have been in the period.
fn may_touch(stay: &Stay, period: Period) -> bool {
    stay.since_ms.is_none_or(|since_ms| since_ms < period.ends_ms())
        && stay.until_ms.is_none_or(|until_ms| until_ms >= period.starts_ms())
}

/// The month as tables.
pub fn house_report(
    counts: &HouseMonth,
    house: &House,
    period: Period,
    basis: &Basis,
    words: ReportWords<'_>,
) -> Report {
    let numbers = |id: &str, title: Word, rows: &[(Word, Option<Count>)]| {
        let mut table = words.table(
            id,
            title,
            &[(Word::What, ColumnKind::Words), (Word::Number, ColumnKind::Count)],
        );
        for (word, count) in rows {
            let cell = count.map_or(Cell::Blank, |count| Cell::Count { count });
            table.rows.push(vec![
                Cell::Words {
                    words: words.say(*word),
                },
                cell,
            ]);
        }
        table
    };
    let known = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok()).map(Count::Of);
    let mut movement: Table = numbers(
        "movement",
        Word::HouseMovement,
        &[
            (Word::HouseAtStart, Some(counts.at_start)),
            (Word::HouseAdmitted, Some(counts.admitted)),
            (Word::HouseLeft, Some(counts.left)),
            (Word::HouseAtEnd, Some(counts.at_end)),
            (Word::HouseUnclear, Some(counts.unclear)),
        ],
    );
    movement.note = words.say(Word::HouseNamed);
    movement.chart = Some(1);
    Report {
        kind: ReportKind::HouseMonth,
        title: words.say(Word::HouseMonth),
        // No rule was read that says what stands in it.
        source: String::new(),
        checked: Checked::C,
        period: Some(period),
        place: house.name.clone(),
        as_of_ms: basis.now_ms,
        basis: basis.lines(words),
        tables: vec![
            numbers(
                "beds",
                Word::HouseBeds,
                &[
                    (Word::HouseCapacity, known(house.capacity)),
                    (Word::HousePresent, known(house.present)),
                ],
            ),
            movement,
            words.counts(("by_sex", Word::HouseBySex), &counts.by_sex, |code| {
                words.term("sex", code)
            }),
            words.counts(("where_to", Word::HouseWhereTo), &counts.where_to, |code| {
                words.term("place_kind", code)
            }),
        ],
    }
}
