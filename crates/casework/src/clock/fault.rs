//! What can be wrong with a clock's definition by itself; names that the pack does not define are found by the pack.

use super::{Clock, Place, Trigger};
use crate::Labels;

/// What is wrong with a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No place in the law.
    #[error("says not where it stands in the law")]
    NoSource,
    /// No sentence that says what the law says.
    #[error("says not in words what the law says")]
    NoSection,
    /// Nothing starts it.
    #[error("never starts")]
    NeverStarts,
    /// Nothing stops it.
    #[error("never stops")]
    NeverStops,
    /// A column is named, but no row starts it.
    #[error("names a column of the row that starts it, but no row does")]
    ColumnWithoutRow,
    /// A condition without the words for a child it is not for.
    #[error("has a condition, but no words (otherwise) for when it does not hold")]
    NoOtherwise,
    /// It ends without saying why.
    #[error("ends (ends_at), but has no words (ended) that say why")]
    NoEnded,
    /// It repeats without a length.
    #[error("repeats, but has no length")]
    RepeatsWithoutLength,
    /// It may be extended, but has no length.
    #[error("may be extended, but has no length")]
    ExtendsWithoutLength,
    /// Its text was in force until before it came into force.
    #[error("was in force until before it came into force")]
    PeriodBackwards,
}

impl Clock {
    /// Everything that is wrong with the definition by itself.
    pub fn faults(&self) -> Vec<Fault> {
        let said = |labels: &Labels| labels.has("en");
        let is_column = |trigger: &Trigger| matches!(trigger, Trigger::Place(Place::Column(_)));
        let names_column = self.stops_at.iter().any(is_column)
            || self.granted_days.is_some()
            || matches!(self.journey, Some(Place::Column(_)));
        let by_row = |trigger: &Trigger| matches!(trigger, Trigger::Rows(_));
        let asks = self.applies_when.is_some() || self.age.is_some();
        let checks = [
            (Fault::NoSource, self.source.trim().is_empty()),
            (Fault::NoSection, !said(&self.section)),
            (
                Fault::NeverStarts,
                self.starts_at.is_empty() || self.starts_at.iter().any(is_column),
            ),
            (Fault::NeverStops, self.stops_at.is_empty()),
            (
                Fault::ColumnWithoutRow,
                names_column && !self.starts_at.iter().any(by_row),
            ),
            (Fault::NoOtherwise, asks && !said(&self.otherwise)),
            (Fault::NoEnded, !self.ends_at.is_empty() && !said(&self.ended)),
            (
                Fault::RepeatsWithoutLength,
                self.repeats.is_some() && self.length.is_none(),
            ),
            (
                Fault::ExtendsWithoutLength,
                !self.extensions.is_empty() && self.length.is_none(),
            ),
            (
                Fault::PeriodBackwards,
                self.in_force_until.is_some_and(|until| until < self.in_force_from),
            ),
        ];
        checks
            .into_iter()
            .filter(|(_, is_so)| *is_so)
            .map(|(fault, _)| fault)
            .collect()
    }
}
