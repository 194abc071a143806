//! Conditions that decide nothing.

use super::{Look, Severity, Truth, truth};
use crate::{Asked, Expression, pack::ItemKind};

/// What a condition is for; that says which answer makes it useless.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Shows, requires or starts something where it is true.
    Condition,
    /// Warns where it is false.
    Check,
}

pub(super) fn check(look: &mut Look<'_>) {
    let pack = look.pack;
    for fact in pack.facts() {
        for check in &fact.checks {
            look.rule((ItemKind::Fact, fact.id.as_str()), "check", &check.when, Use::Check);
        }
    }
    for form in pack.all_forms() {
        let at = (ItemKind::Form, form.id.as_str());
        for section in &form.sections {
            if let Some(condition) = &section.shown_when {
                look.rule(at, &section.id, condition, Use::Condition);
            }
            for field in &section.fields {
                let name = match &field.asks {
                    Asked::Fact(fact) => fact.as_str(),
                    Asked::Table(table) => table,
                };
                for condition in field.shown_when.iter().chain(&field.required_when) {
                    look.rule(at, name, condition, Use::Condition);
                }
            }
        }
    }
    for clock in pack.clocks() {
        for condition in clock.expressions() {
            look.rule((ItemKind::Clock, &clock.id), &clock.id, condition, Use::Condition);
        }
    }
    let mut stages = pack.stages().clone();
    for (place, condition) in stages.conditions_mut() {
        let name = place.rsplit(' ').next().unwrap_or_default();
        look.rule((ItemKind::Stages, ""), name, condition, Use::Check);
    }
}

impl Look<'_> {
    fn rule(&mut self, at: (ItemKind, &str), name: &str, condition: &Expression, of: Use) {
        let found = truth(condition, self.pack);
        let (severity, verdict) = match (of, found) {
            (
                _,
                Truth {
                    sometimes_true: false,
                    decided: true,
                    ..
                },
            ) => (Severity::Error, "can never be true"),
            (
                Use::Check,
                Truth {
                    sometimes_false: false,
                    decided: true,
                    ..
                },
            ) => (Severity::Warning, "never warns"),
            (
                Use::Condition,
                Truth {
                    always_true: true,
                    decided: true,
                    ..
                },
            ) => (Severity::Warning, "is always true"),
            (
                _,
                Truth {
                    sometimes_true: false, ..
                },
            ) => (Severity::Info, "was not seen to be true; too many cases to try"),
            _ => return,
        };
        let message = format!("{} {name}: `{condition}` {verdict}", at.1);
        self.say(severity, at, name, message.trim().to_owned());
    }
}
