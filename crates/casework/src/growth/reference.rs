//! The tables of WHO, read once from the pack, and the z-score by the LMS method.

use std::{collections::BTreeMap, sync::OnceLock};

use super::{Indicator, Severity, Sex, Word};
use crate::Labels;

const WHO_2006: &str = include_str!("../../packs/national/growth/who_2006.csv");
const WHO_2007: &str = include_str!("../../packs/national/growth/who_2007.csv");
const WORDS: &str = include_str!("../../packs/national/growth/words.csv");

/// Last day of the standards of 2006: 60 completed months.
pub(super) const UNDER_FIVE_DAYS_MAX: u32 = 1856;

/// Power, median and coefficient of variation at one age or height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lms {
    l: f64,
    m: f64,
    s: f64,
}

/// Which table of the standards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Table {
    /// 2006, by day of age.
    Age2006(Indicator),
    /// 2007, by month of age.
    Age2007(Indicator),
    /// 2006, weight by length in cm.
    Length,
    /// 2006, weight by height in cm.
    Height,
}

impl Lms {
    /// The z-score of `y`. Measures that depend on weight are skewed: beyond ±3 the distance is reckoned in units of
    /// the space between the second and the third standard deviation (WHO 2006, Methods and development, chapter 7).
    pub(super) fn z(self, y: f64, restricted: bool) -> f64 {
        let z = if self.l.abs() < 1e-9 {
            (y / self.m).ln() / self.s
        } else {
            ((y / self.m).powf(self.l) - 1.0) / (self.l * self.s)
        };
        if restricted && z > 3.0 {
            3.0 + (y - self.at(3.0)) / (self.at(3.0) - self.at(2.0))
        } else if restricted && z < -3.0 {
            -3.0 + (y - self.at(-3.0)) / (self.at(-2.0) - self.at(-3.0))
        } else {
            z
        }
    }

    /// The measure at `z` standard deviations, within ±3.
    fn at(self, z: f64) -> f64 {
        if self.l.abs() < 1e-9 {
            self.m * (self.s * z).exp()
        } else {
            self.m * (1.0 + self.l * self.s * z).powf(1.0 / self.l)
        }
    }
}

type Rows = Vec<(f64, Lms)>;

/// The values of `table` at `at`, on a straight line between the published rows; `None` outside them.
pub(super) fn lms(table: Table, sex: Sex, at: f64) -> Option<Lms> {
    static TABLES: OnceLock<BTreeMap<(Table, Sex), Rows>> = OnceLock::new();
    let rows = TABLES.get_or_init(tables).get(&(table, sex))?;
    let after = rows.partition_point(|(x, _)| *x < at);
    let (right_at, right) = rows.get(after)?;
    let Some((left_at, left)) = after.checked_sub(1).and_then(|before| rows.get(before)) else {
        return ((*right_at - at).abs() < 1e-6).then_some(*right);
    };
    let share = (at - left_at) / (right_at - left_at);
    let between = |a: f64, b: f64| a + (b - a) * share;
    Some(Lms {
        l: between(left.l, right.l),
        m: between(left.m, right.m),
        s: between(left.s, right.s),
    })
}

fn tables() -> BTreeMap<(Table, Sex), Rows> {
    let mut tables: BTreeMap<(Table, Sex), Rows> = BTreeMap::new();
    for (text, by_age) in [
        (WHO_2006, Table::Age2006 as fn(Indicator) -> Table),
        (WHO_2007, Table::Age2007 as fn(Indicator) -> Table),
    ] {
        for line in lines(text) {
            let (key, row) = parse_row(line, by_age).expect("the shipped tables parse, as their test shows");
            tables.entry(key).or_default().push(row);
        }
    }
    tables
}

fn parse_row(line: &str, by_age: fn(Indicator) -> Table) -> Option<((Table, Sex), (f64, Lms))> {
    let mut cells = line.split(',');
    let table = match cells.next()? {
        "weight_for_length" => Table::Length,
        "weight_for_height" => Table::Height,
        other => by_age(indicator(other)?),
    };
    let sex = Sex::from_code(cells.next()?)?;
    let mut number = || cells.next()?.parse::<f64>().ok();
    let at = number()?;
    let (l, m, s) = (number()?, number()?, number()?);
    Some(((table, sex), (at, Lms { l, m, s })))
}

/// The lines that hold data: neither comment nor the names of the columns.
fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#')).skip(1)
}

fn indicator(code: &str) -> Option<Indicator> {
    Some(match code {
        "height_for_age" => Indicator::HeightForAge,
        "weight_for_age" => Indicator::WeightForAge,
        "weight_for_height" => Indicator::WeightForHeight,
        "bmi_for_age" => Indicator::BmiForAge,
        "upper_arm" => Indicator::UpperArm,
        _ => return None,
    })
}

struct Band {
    indicator: Indicator,
    days: (u32, u32),
    under: bool,
    limit: f64,
    word: Word,
}

/// What `figure` (a z-score, or mm) is called at that age; `None` where it is as expected. Where the age is not known
/// only the words that hold for every age of the indicator are given, which are those for weight by height.
pub(super) fn word(indicator: Indicator, age_days: Option<u32>, figure: f64) -> Option<Word> {
    static BANDS: OnceLock<Vec<Band>> = OnceLock::new();
    let bands = BANDS.get_or_init(|| {
        lines(WORDS)
            .map(|line| parse_band(line).expect("the shipped words parse, as their test shows"))
            .collect()
    });
    bands
        .iter()
        .filter(|band| band.indicator == indicator)
        .filter(|band| age_days.is_none_or(|days| (band.days.0..=band.days.1).contains(&days)))
        .find(|band| {
            if band.under {
                figure < band.limit
            } else {
                figure > band.limit
            }
        })
        .map(|band| band.word.clone())
}

fn parse_band(line: &str) -> Option<Band> {
    let cells: Vec<&str> = line.split(',').collect();
    let [name, from, to, side, limit, code, severity, en, hi] = cells[..] else {
        return None;
    };
    Some(Band {
        indicator: indicator(name)?,
        days: (from.parse().ok()?, to.parse().ok()?),
        under: match side {
            "under" => true,
            "over" => false,
            _ => return None,
        },
        limit: limit.parse().ok()?,
        word: Word {
            code: code.to_owned(),
            severity: match severity {
                "moderate" => Severity::Moderate,
                "severe" => Severity::Severe,
                _ => return None,
            },
            label: Labels::from_pairs([("en", en), ("hi", hi)]),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_tables_are_whole_and_sorted() {
        let tables = tables();
        assert_eq!(tables.len(), 16);
        for (key, rows) in &tables {
            assert!(rows.windows(2).all(|pair| pair[0].0 < pair[1].0), "{key:?}");
            assert!(rows.iter().all(|(_, lms)| lms.m > 0.0 && lms.s > 0.0), "{key:?}");
            let (first, last) = (rows[0].0, rows[rows.len() - 1].0);
            let reach = match key.0 {
                Table::Age2006(_) => (0.0, 1856.0),
                Table::Age2007(Indicator::WeightForAge) => (61.0, 120.0),
                Table::Age2007(_) => (61.0, 228.0),
                Table::Length => (45.0, 110.0),
                Table::Height => (65.0, 120.0),
            };
            assert_eq!((first, last), reach, "{key:?}");
        }
    }

    #[test]
    fn every_word_parses_and_has_both_languages() {
        for line in lines(WORDS) {
            let band = parse_band(line).unwrap_or_else(|| panic!("{line}"));
            assert!(band.word.label.has("en") && band.word.label.has("hi"), "{line}");
        }
    }

    #[test]
    fn a_published_row_is_given_as_it_stands() {
        let row = lms(Table::Age2006(Indicator::WeightForAge), Sex::Male, 0.0).unwrap();
        assert_eq!(
            row,
            Lms {
                l: 0.3487,
                m: 3.3464,
                s: 0.14602
            }
        );
        assert_eq!(lms(Table::Length, Sex::Male, 44.9), None);
        assert_eq!(lms(Table::Length, Sex::Male, 110.1), None);
    }
}
