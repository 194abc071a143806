//! Whether a clock is for this child: the kind of case, the age, the conditions of the pack.

use jiff::{Span, civil};

use super::{AgeRule, Assumption, Clock, calendar::indian_day};
use crate::{Expression, FactId, Record, Value, facts};

/// What the conditions of a clock say of a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) applies: bool,
    pub(super) assumes: Vec<Assumption>,
}

/// Whether the clock is for this child on `day`. What is not known counts as yes, and is told.
pub(super) fn judge(clock: &Clock, record: &Record, day: civil::Date) -> Verdict {
    let mut verdict = Verdict {
        applies: true,
        assumes: Vec::new(),
    };
    if let Some(condition) = &clock.applies_when {
        match holds(condition, record, day) {
            Some(true) => {}
            Some(false) => verdict.applies = false,
            None => verdict.assumes.push(Assumption::ConditionNotKnown),
        }
    }
    if let Some(rule) = &clock.age {
        let (fits, assumption) = rule.judge(record, day);
        verdict.applies &= fits;
        verdict.assumes.extend(assumption);
    }
    verdict
}

/// Whether a condition holds when `today` is `day`; `None`: not known.
pub(super) fn holds(condition: &Expression, record: &Record, day: civil::Date) -> Option<bool> {
    condition.in_record(record, day).flag()
}

impl AgeRule {
    /// Whether the child is of that age, and what had to be assumed.
    fn judge(&self, record: &Record, started: civil::Date) -> (bool, Option<Assumption>) {
        let day = self
            .on
            .as_ref()
            .and_then(|fact| day_of(record, fact))
            .unwrap_or(started);
        let born = record
            .text(facts::CHILD_BIRTH_DATE)
            .and_then(|born| born.parse::<civil::Date>().ok());
        if let Some(born) = born.filter(|born| *born <= day) {
            return (self.fits(day, |years| birthday(born, years)), None);
        }
        let found = self
            .years
            .as_ref()
            .and_then(|fact| record.facts.get(fact)?.as_integer());
        match (found, record.integer(facts::CHILD_AGE_STATED)) {
            (Some(years), _) => (self.fits_whole(years), None),
            (None, Some(years)) => (self.fits_whole(years), Some(Assumption::AgeAsStated)),
            (None, None) => (true, Some(Assumption::AgeNotKnown)),
        }
    }

    fn fits(&self, day: civil::Date, birthday: impl Fn(u8) -> Option<civil::Date>) -> bool {
        let is = |years: Option<u8>, test: fn(civil::Date, civil::Date) -> bool| {
            years.and_then(&birthday).is_none_or(|birthday| test(day, birthday))
        };
        is(self.at_least, |day, birthday| day >= birthday)
            && is(self.below, |day, birthday| day < birthday)
            && is(self.up_to, |day, birthday| day <= birthday)
            && is(self.above, |day, birthday| day > birthday)
    }

    /// An age in whole years: two years is taken for *up to two years*, the case with less time.
    fn fits_whole(&self, age: i64) -> bool {
        let is = |years: Option<u8>, test: fn(i64, i64) -> bool| years.is_none_or(|years| test(age, years.into()));
        is(self.at_least, |age, years| age >= years)
            && is(self.below, |age, years| age < years)
            && is(self.up_to, |age, years| age <= years)
            && is(self.above, |age, years| age > years)
    }
}

fn birthday(born: civil::Date, years: u8) -> Option<civil::Date> {
    born.checked_add(Span::new().years(years)).ok()
}

/// The day of a fact that is a date or a moment.
fn day_of(record: &Record, fact: &FactId) -> Option<civil::Date> {
    match record.facts.get(fact)? {
        Value::Text(date) => date.parse().ok(),
        Value::Instant(at_ms) => indian_day(*at_ms),
        _ => None,
    }
}
