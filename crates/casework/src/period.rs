//! The days between which an item of a pack is in force.

use jiff::civil;

/// Whether `day` lies between the two, both included; what is not given is open.
pub(crate) fn holds(from: Option<civil::Date>, until: Option<civil::Date>, day: civil::Date) -> bool {
    from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until)
}

/// A period: first and last day, open where not given.
#[cfg(feature = "packs")]
pub(crate) type Period = (Option<civil::Date>, Option<civil::Date>);

/// Whether two periods share a day.
#[cfg(feature = "packs")]
pub(crate) fn overlap(one: Period, other: Period) -> bool {
    let starts_before_end = |one: Period, other: Period| match (one.0, other.1) {
        (Some(from), Some(until)) => from <= until,
        _ => true,
    };
    starts_before_end(one, other) && starts_before_end(other, one)
}
