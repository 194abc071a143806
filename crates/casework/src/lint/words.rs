//! Every word in every language that ships.

use super::{LANGUAGES, Look, Severity};
use crate::{Labels, pack::ItemKind};

pub(super) fn check(look: &mut Look<'_>) {
    let pack = look.pack;
    for fact in pack.facts() {
        let at = (ItemKind::Fact, fact.id.as_str());
        look.needed(at, fact.id.as_str(), &fact.label);
        look.optional(at, "help", &fact.help);
        for check in &fact.checks {
            look.needed(at, "check", &check.says);
        }
    }
    for table in pack.tables() {
        let at = (ItemKind::Table, table.id.as_str());
        look.needed(at, &table.id, &table.label);
        for column in &table.columns {
            look.needed(at, &column.id, &column.label);
        }
    }
    for vocabulary in pack.vocabularies() {
        for term in &vocabulary.terms {
            look.needed((ItemKind::Vocabulary, &vocabulary.id), &term.code, &term.label);
        }
    }
    for form in pack.all_forms() {
        let at = (ItemKind::Form, form.id.as_str());
        look.needed(at, "title", &form.title);
        for section in &form.sections {
            look.needed(at, &section.id, &section.title);
            look.optional(at, &section.id, &section.why);
        }
    }
    for clock in pack.clocks() {
        let at = (ItemKind::Clock, clock.id.as_str());
        look.needed(at, "label", &clock.label);
        look.needed(at, "who", &clock.who);
        look.needed(at, "section", &clock.section);
        look.optional(at, "otherwise", &clock.otherwise);
        look.optional(at, "ended", &clock.ended);
    }
    for rights in pack.rights().iter() {
        look.needed((ItemKind::Role, rights.role.code()), "label", &rights.label);
    }
    for (name, labels) in pack.paper().into_iter().flat_map(crate::paper::PaperWords::labels) {
        look.needed((ItemKind::Paper, ""), name, labels);
    }
    for (name, labels) in pack.reports() {
        look.needed((ItemKind::Reports, ""), name, labels);
    }
    for (place, labels) in pack.stages().labels() {
        look.needed(
            (ItemKind::Stages, ""),
            place.rsplit(' ').next().unwrap_or_default(),
            labels,
        );
    }
}

impl Look<'_> {
    fn needed(&mut self, at: (ItemKind, &str), name: &str, labels: &Labels) {
        for lang in LANGUAGES {
            if !labels.has(lang) {
                let id = at.1;
                let message = format!("{id} ({name}) has no words in `{lang}`");
                self.say(Severity::Error, at, name, message.trim().to_owned());
            }
        }
    }

    /// Words that may be left out, but not in one language only.
    fn optional(&mut self, at: (ItemKind, &str), name: &str, labels: &Labels) {
        if !labels.is_empty() {
            self.needed(at, name, labels);
        }
    }
}
