//! What the rules of a form say of a case: what is asked, what is required, what is missing, what is doubtful.

use std::collections::BTreeSet;

use casework::{Asked, Expression, FactCheck, FactId, Form, FormField, FormSection, Pack, Record, RecordRow};
use ipc::CheckView;
use jiff::civil;

/// Derived facts may stand on derived facts, but not deeper than this.
const DERIVED_DEPTH_MAX: usize = 4;

/// A case as the rules of a form see it: with the derived facts.
pub(crate) struct Sheet {
    pub(crate) record: Record,
    pub(crate) today: civil::Date,
}

/// What the rules say of a place on a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) shown: bool,
    pub(crate) required: bool,
    /// Whether something stands there.
    pub(crate) held: bool,
}

impl Sheet {
    /// Adds the derived facts to what is known.
    pub(crate) fn new(pack: &Pack, record: Record, today: civil::Date) -> Self {
        let mut sheet = Self { record, today };
        for _ in 0..DERIVED_DEPTH_MAX {
            let mut grown = false;
            for fact in pack.facts() {
                let Some(derived) = &fact.derived else { continue };
                let value = derived.in_record(&sheet.record, today).into_value();
                if sheet.record.facts.get(&fact.id) != value.as_ref() {
                    grown = true;
                    match value {
                        Some(value) => sheet.record.facts.insert(fact.id.clone(), value),
                        None => sheet.record.facts.remove(&fact.id),
                    };
                }
            }
            if !grown {
                break;
            }
        }
        sheet
    }

    /// A rule that is not there holds; one of which nothing is known does not.
    fn holds(&self, rule: Option<&Expression>) -> bool {
        rule.is_none_or(|rule| rule.in_record(&self.record, self.today).is_true())
    }

    fn held(&self, field: &FormField) -> bool {
        match &field.asks {
            Asked::Fact(fact) => self.record.facts.contains_key(fact),
            Asked::Table(table) => self.record.rows_of(table).next().is_some(),
        }
    }

    /// Whether the rule of the section holds. Where it does not, only what holds a value is shown of it.
    pub(crate) fn section_holds(&self, section: &FormSection) -> bool {
        self.holds(section.shown_when.as_ref())
    }

    /// What the rules say of a field of a section whose own rule does or does not hold.
    pub(crate) fn place(&self, field: &FormField, section_holds: bool) -> Place {
        let held = self.held(field);
        let asked = section_holds && self.holds(field.shown_when.as_ref());
        let required = field.required
            || field
                .required_when
                .as_ref()
                .is_some_and(|rule| rule.in_record(&self.record, self.today).is_true());
        Place {
            shown: asked || held,
            required: asked && required,
            held,
        }
    }

    /// The checks of a fact; one of which nothing is known complains of nothing.
    pub(crate) fn checks(&self, checks: &[FactCheck]) -> Vec<CheckView> {
        let view = |check: &FactCheck| CheckView {
            when: check.when.clone(),
            says: check.says.clone(),
            failing: check.when.in_record(&self.record, self.today).is_false(),
        };
        checks.iter().map(view).collect()
    }

    /// What the rules of a form mention and the form does not hold: facts with their values, rows without their cells.
    pub(crate) fn context(&self, form: &Form, pack: &Pack) -> Record {
        let (mut facts, mut tables) = (BTreeSet::<&FactId>::new(), BTreeSet::<&str>::new());
        let mut on_form = (BTreeSet::<&FactId>::new(), BTreeSet::<&str>::new());
        let mut mention = |rule: &'_ Expression| {
            let known: Vec<FactId> = rule.facts().into_iter().cloned().collect();
            let counted: Vec<String> = rule.tables().into_iter().map(str::to_owned).collect();
            (known, counted)
        };
        let mut mentioned = Vec::new();
        for section in &form.sections {
            mentioned.extend(section.shown_when.iter().map(&mut mention));
            for field in &section.fields {
                let rules = field.shown_when.iter().chain(&field.required_when);
                mentioned.extend(rules.map(&mut mention));
                match &field.asks {
                    Asked::Fact(fact) => {
                        on_form.0.insert(fact);
                        if let Some(known) = pack.fact(fact) {
                            mentioned.extend(known.derived.iter().map(&mut mention));
                            mentioned.extend(known.checks.iter().map(|check| mention(&check.when)));
                        }
                    }
                    Asked::Table(table) => _ = on_form.1.insert(table),
                }
            }
        }
        for (known, counted) in &mentioned {
            facts.extend(known);
            tables.extend(counted.iter().map(String::as_str));
        }
        let wanted = |fact: &FactId| facts.contains(fact) && !on_form.0.contains(fact);
        let counted = |row: &RecordRow| tables.contains(row.table.as_str()) && !on_form.1.contains(row.table.as_str());
        let known = self.record.facts.iter().filter(|(fact, _)| wanted(fact));
        Record {
            facts: known.map(|(fact, value)| (fact.clone(), value.clone())).collect(),
            rows: self
                .record
                .rows
                .iter()
                .filter(|row| counted(row))
                .map(|row| RecordRow {
                    id: row.id,
                    table: row.table.clone(),
                    cells: std::collections::BTreeMap::new(),
                })
                .collect(),
        }
    }
}

/// Of a hundred, rounded down so that only what is complete says so; all of it where nothing is required.
pub(crate) fn percent(filled: u32, required: u32) -> u8 {
    if required == 0 {
        return 100;
    }
    u8::try_from(u64::from(filled.min(required)) * 100 / u64::from(required)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_complete_is_a_hundred_percent() {
        assert_eq!(percent(0, 0), 100);
        assert_eq!(percent(0, 3), 0);
        assert_eq!(percent(2, 3), 66);
        assert_eq!(percent(199, 200), 99);
        assert_eq!(percent(200, 200), 100);
    }
}
