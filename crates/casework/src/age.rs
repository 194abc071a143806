//! How old a child is: by the date of birth; else by the stated age, counted on from the day it was stated.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Record, clock::indian_date, facts};

/// The day on which the age was stated.
const STATED_ON: &str = "child.age_stated_on";
/// Where nobody wrote that day: the moments at which an age is first asked, the surest first.
const ASKED_AT: [&str; 4] = [
    "production.at",
    "case.taken_in_charge_at",
    "case.apprehended_at",
    facts::OPENED_AT,
];

/// An age in whole years and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Age {
    /// Whole years.
    pub years: u8,
    /// What it rests on.
    pub from: AgeFrom,
}

/// What an age rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgeFrom {
    /// The date of birth.
    BirthDate,
    /// A stated or apparent age, with the day known on which it was stated.
    Stated,
    /// A stated or apparent age of an unknown day: it does not grow.
    StatedUndated,
}

/// The child's date of birth.
pub fn birth_date(record: &Record) -> Option<Date> {
    record.text(facts::CHILD_BIRTH_DATE)?.parse().ok()
}

/// The child's age at a moment, by the day in India.
pub fn at(record: &Record, moment_ms: i64) -> Option<Age> {
    on(record, indian_date(moment_ms)?)
}

/// The child's age on a day; `None` where nothing is known, before birth, and for what cannot be an age.
pub fn on(record: &Record, day: Date) -> Option<Age> {
    if let Some(born) = birth_date(record) {
        return Some(Age {
            years: u8::try_from(years_between(born, day)).ok()?,
            from: AgeFrom::BirthDate,
        });
    }
    let stated = i32::try_from(record.integer(facts::CHILD_AGE_STATED)?).ok()?;
    let (since, from) = match stated_on(record) {
        // Within a year before that day the child is not taken to be younger than was said.
        Some(stated_on) if day < stated_on => (-years_between(day, stated_on), AgeFrom::Stated),
        Some(stated_on) => (years_between(stated_on, day), AgeFrom::Stated),
        None => (0, AgeFrom::StatedUndated),
    };
    Some(Age {
        years: u8::try_from(stated.checked_add(since)?).ok()?,
        from,
    })
}

/// The day on which the age was stated.
fn stated_on(record: &Record) -> Option<Date> {
    let written = record.text(STATED_ON).and_then(|day| day.parse().ok());
    written.or_else(|| {
        let asked = ASKED_AT.iter().find_map(|fact| record.moment(fact))?;
        indian_date(asked)
    })
}

/// Whole years from one day to another.
fn years_between(from: Date, to: Date) -> i32 {
    let years = i32::from(to.year()) - i32::from(from.year());
    years - i32::from((to.month(), to.day()) < (from.month(), from.day()))
}
