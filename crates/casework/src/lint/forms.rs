//! Forms that those who fill them can fill.

use super::{Look, Severity};
use crate::{About, Asked, DocumentKind, Form, FormField, pack::ItemKind};

pub(super) fn check(look: &mut Look<'_>) {
    for form in look.pack.all_forms() {
        look.repeated(form);
        look.begun_anew(form);
        for field in form.sections.iter().flat_map(|section| &section.fields) {
            let (name, document, computed) = match &field.asks {
                Asked::Fact(id) => match look.pack.fact(id) {
                    Some(fact) => (id.as_str(), fact.document, fact.is_read_only()),
                    None => continue,
                },
                Asked::Table(id) => match look.pack.table(id) {
                    Some(table) => (id.as_str(), table.document, false),
                    None => continue,
                },
            };
            look.subject(form, name, document);
            look.filler(form, field, name, document, computed);
        }
    }
}

impl Look<'_> {
    /// A section that is added to needs something that can be added: a row, or an answer that may have stood empty. And
    /// what it adds to must not stand in a section that is written once, where the addition would be an amendment.
    fn repeated(&mut self, form: &Form) {
        let at = (ItemKind::Form, form.id.as_str());
        for section in form.sections.iter().filter(|section| section.repeats.is_some()) {
            let may_be_added = |field: &FormField| field.table().is_some() || !field.required;
            if !section.fields.iter().any(may_be_added) {
                let message = format!(
                    "form {}: {} repeats, and nothing can be added in it: no table, and every answer is required",
                    form.id, section.id
                );
                self.say(Severity::Error, at, &section.id, message);
            }
            for table in section.fields.iter().filter_map(FormField::table) {
                if !form.is_added_to(&Asked::Table(table.to_owned())) {
                    let message = format!(
                        "form {}: {table} repeats in {}, and stands in a section that does not",
                        form.id, section.id
                    );
                    self.say(Severity::Error, at, table, message);
                }
            }
        }
    }

    /// A form that is begun anew is emptied of something that it asks for, and of all that it says.
    fn begun_anew(&mut self, form: &Form) {
        let Some(afresh) = &form.afresh else { return };
        let at = (ItemKind::Form, form.id.as_str());
        let asked: Vec<&Asked> = form
            .sections
            .iter()
            .flat_map(|section| &section.fields)
            .map(|field| &field.asks)
            .collect();
        let begins = |start: &&String| {
            let mut facts = asked.iter().filter_map(|asked| match asked {
                Asked::Fact(fact) => Some(fact),
                Asked::Table(_) => None,
            });
            !facts.any(|fact| fact.as_str().starts_with(start.as_str()))
        };
        let is_asked = |table: &str| {
            asked
                .iter()
                .any(|asked| matches!(asked, Asked::Table(known) if known == table))
        };
        let nowhere = afresh.facts.iter().filter(begins);
        let nowhere = nowhere.chain(afresh.tables.iter().filter(|table| !is_asked(table.as_str())));
        for name in nowhere {
            let message = format!(
                "form {}: {name} is emptied when it is begun anew, and the form does not ask for it",
                form.id
            );
            self.say(Severity::Error, at, name, message);
        }
    }

    fn subject(&mut self, form: &Form, name: &str, document: DocumentKind) {
        let fits = match form.about {
            About::Case => document.compartment().is_some(),
            About::Institution => document == DocumentKind::Institution,
            About::Missing => document == DocumentKind::Missing,
            About::Unknown(_) => true,
        };
        if !fits {
            let (about, of) = (form.about.code(), document.code());
            let message = format!(
                "form {} is about a document of kind `{about}`, and {name} belongs to `{of}`",
                form.id
            );
            self.say(Severity::Error, (ItemKind::Form, &form.id), name, message);
        }
    }

    fn filler(&mut self, form: &Form, field: &FormField, name: &str, document: DocumentKind, computed: bool) {
        if form.filled_by.is_empty() {
            return;
        }
        let (rights, id) = (self.pack.rights(), &form.id);
        let at = (ItemKind::Form, id.as_str());
        let code = document.code();
        let writes = form.filled_by.iter().any(|role| rights.may_write(role, document));
        let reads = form.filled_by.iter().any(|role| rights.may_read(role, document));
        let approver = form.approved_by.iter().any(|role| rights.may_write(role, document));
        if field.required && !reads {
            let message = format!("form {id} requires {name}, and nobody who fills it may read `{code}`");
            self.say(Severity::Error, at, name, message);
        } else if !writes && !computed && approver {
            let message = format!("form {id}: {name} (`{code}`) can be written only by whoever approves the form");
            self.say(Severity::Warning, at, name, message);
        } else if !writes && !computed {
            let message = format!("form {id}: nobody who fills it may write {name} (`{code}`)");
            self.say(Severity::Error, at, name, message);
        }
    }
}
