//! The expressions of rows: conditions, and the kinds of what is calculated.

use super::Builder;
use crate::finding::{Finding, What};
use crate::layer::{Place, Rule};
use crate::outline::{Item, RowKind};
use crate::translate::{Kind, Named, Part, Stuck, Translation};
use crate::xpath::{Xpath, XpathError};

/// Values calculated from calculated values, one from the other; a device goes no deeper.
const CHAIN_MAX: usize = 4;

impl Builder<'_> {
    fn place(item: &Item<'_>, column: u32) -> Place {
        let Finding { sheet, row, column, .. } = item.line.finding(column, What::NoLabel);
        Place { sheet, row, column }
    }

    /// The condition under a heading; a constraint names the fact it is about.
    pub(super) fn rule(
        &self,
        item: &Item<'_>,
        key: &str,
        own: Option<(&str, &Kind)>,
        found: &mut Vec<Finding>,
    ) -> Option<Rule> {
        let (column, text) = item.line.cell(key)?;
        let mut translation = Translation {
            scope: &self.scope,
            own,
            by_calendar: false,
        };
        let read = text.parse::<Xpath>().map_err(Stuck::Error);
        let part = read.and_then(|xpath| translation.condition(&xpath, own.is_some()));
        if translation.by_calendar {
            found.push(item.line.finding(column, What::ByCalendar));
        }
        let part = Self::taken(item, column, part, found)?;
        Some(Rule {
            text: part.text,
            at: Self::place(item, column),
        })
    }

    fn taken(item: &Item<'_>, column: u32, part: Result<Part, Stuck>, found: &mut Vec<Finding>) -> Option<Part> {
        match part {
            Ok(part) => Some(part),
            Err(Stuck::Error(error)) => {
                found.push(item.line.finding(column, What::Expression(error)));
                None
            }
            Err(Stuck::Pending) => {
                found.push(item.line.finding(column, What::Expression(XpathError::Chain)));
                None
            }
        }
    }

    /// What a calculation comes to.
    pub(super) fn calculation(&self, item: &Item<'_>, found: &mut Vec<Finding>) -> Option<(Rule, Kind)> {
        let (column, _) = item.line.cell("calculation")?;
        let (part, by_calendar) = self.calculate(item)?;
        if item.kind == RowKind::Calculate && matches!(self.scope.get(&item.name), Some(Named::Pending)) {
            found.push(item.line.finding(column, What::Expression(XpathError::Chain)));
            return None;
        }
        if by_calendar {
            found.push(item.line.finding(column, What::ByCalendar));
        }
        let part = Self::taken(item, column, part, found)?;
        let kind = match part.kind {
            Kind::Literal(_) => Kind::Text,
            Kind::Nothing => {
                found.push(
                    item.line
                        .finding(column, What::Expression(XpathError::Kinds("''".to_owned()))),
                );
                return None;
            }
            kind => kind,
        };
        let at = Self::place(item, column);
        Some((Rule { text: part.text, at }, kind))
    }

    fn calculate(&self, item: &Item<'_>) -> Option<(Result<Part, Stuck>, bool)> {
        let (_, text) = item.line.cell("calculation")?;
        let mut translation = Translation {
            scope: &self.scope,
            own: None,
            by_calendar: false,
        };
        let read = text.parse::<Xpath>().map_err(Stuck::Error);
        let part = read.and_then(|xpath| translation.part(&xpath, true));
        Some((part, translation.by_calendar))
    }

    /// Finds the kinds of calculated values, those first that rest on questions alone.
    pub(super) fn calculations(&mut self, items: &[Item<'_>], found: &mut Vec<Finding>) {
        let pending = |named: Option<&Named>| matches!(named, Some(Named::Pending));
        for _ in 0..CHAIN_MAX {
            let mut known = Vec::new();
            for item in items.iter().filter(|item| item.kind == RowKind::Calculate) {
                if !pending(self.scope.get(&item.name)) {
                    continue;
                }
                let named = match self.calculate(item) {
                    Some((Err(Stuck::Pending), _)) => continue,
                    Some((Ok(part), _)) => match part.kind {
                        Kind::Nothing => Named::LeftOut,
                        Kind::Literal(_) => Named::Fact(self.fact_id(&item.word), Kind::Text),
                        kind => Named::Fact(self.fact_id(&item.word), kind),
                    },
                    // Told where the row is read.
                    Some((Err(Stuck::Error(_)), _)) | None => Named::LeftOut,
                };
                known.push((item.name.clone(), named));
            }
            // Only now, so that each turn is one step of the chain.
            self.scope.extend(known);
        }
        for item in items {
            if item.kind == RowKind::Calculate && item.line.cell("calculation").is_none() {
                found.push(item.line.finding(0, What::NotKept("calculate".to_owned())));
            }
        }
    }
}
