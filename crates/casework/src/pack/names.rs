//! Whether a pack holds together: every name is defined, every expression makes sense with the dictionary.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Mode, Pack, PackFault,
    read::{Files, ItemKind, Origin, Reading},
};
use crate::{
    About, Asked, CellOnFiling, Checked, Expression, FactId, FactType, Filed, Form, Repeats, Role, RowOnFiling,
    clock::Clock, expression::Dictionary,
};

/// Checks everything, and lets the expressions know which facts are sets.
pub(super) fn check(pack: &mut Pack, clocks: &mut [Clock], mode: Mode, files: &Files, reading: &mut Reading) {
    let dictionary = pack.dictionary();
    let mut check = Check { files, mode, reading };
    check.dictionary(pack);
    check.expressions(pack, clocks, &dictionary);
    check.derived(pack);
    for form in pack.forms.values().flatten() {
        check.form(pack, form);
    }
    for clock in clocks.iter() {
        check.clock(pack, clock);
    }
    check.roles(pack);
}

impl Pack {
    /// What expressions are checked against.
    pub fn dictionary(&self) -> Dictionary {
        let fact = |fact: &crate::Fact| (fact.id.clone(), (fact.kind, fact.vocabulary.clone()));
        let codes = |vocabulary: &crate::Vocabulary| vocabulary.terms.iter().map(|term| term.code.clone()).collect();
        let vocabularies = self.vocabularies.iter();
        Dictionary {
            facts: self.facts.values().map(fact).collect(),
            tables: self.tables.keys().cloned().collect(),
            vocabularies: vocabularies
                .map(|(id, vocabulary)| (id.clone(), codes(vocabulary)))
                .collect(),
        }
    }
}

struct Check<'a> {
    files: &'a Files,
    mode: Mode,
    reading: &'a mut Reading,
}

impl Check<'_> {
    /// Says a fault of an item, at the line where `name` stands in it.
    fn say(&mut self, kind: ItemKind, id: &str, name: &str, fault: PackFault) {
        let Origin { file, line } = self.reading.place(self.files, kind, id, name);
        self.reading.error(&file, line, fault);
    }

    fn missing(&mut self, kind: ItemKind, id: &str, from: &str, what: &'static str, name: &str) {
        let (from, named) = (from.to_owned(), name.to_owned());
        self.say(
            kind,
            id,
            name,
            PackFault::Missing {
                from,
                what,
                name: named,
            },
        );
    }

    /// A code that a pack from outside may have and a shipped one may not.
    fn code(&mut self, kind: ItemKind, id: &str, what: &'static str, code: Option<&str>) {
        if let Some(code) = code.filter(|_| self.mode == Mode::Shipped) {
            let fault = PackFault::UnknownCode {
                what,
                code: code.to_owned(),
            };
            self.say(kind, id, code, fault);
        }
    }

    fn dictionary(&mut self, pack: &Pack) {
        for fact in pack.facts.values() {
            let id = fact.id.as_str();
            if fact.kind == FactType::Unknown && self.mode == Mode::Shipped {
                self.say(ItemKind::Fact, id, id, PackFault::UnknownType(fact.id.clone()));
            }
            self.code(ItemKind::Fact, id, "mark", fact.checked.as_ref().and_then(unknown_mark));
            self.choice(pack, ItemKind::Fact, id, id, fact.kind, fact.vocabulary.as_deref());
        }
        for table in pack.tables.values() {
            let mut seen = BTreeSet::new();
            for column in &table.columns {
                let name = format!("{}/{}", table.id, column.id);
                if !seen.insert(&column.id) {
                    self.say(ItemKind::Table, &table.id, &column.id, PackFault::Twice(name.clone()));
                }
                match column.kind {
                    FactType::Choices => {
                        self.say(
                            ItemKind::Table,
                            &table.id,
                            &column.id,
                            PackFault::SetInColumn(name.clone()),
                        );
                    }
                    FactType::Unknown if self.mode == Mode::Shipped => {
                        let (what, code) = ("type of a column", column.id.clone());
                        self.say(
                            ItemKind::Table,
                            &table.id,
                            &column.id,
                            PackFault::UnknownCode { what, code },
                        );
                    }
                    kind => self.choice(
                        pack,
                        ItemKind::Table,
                        &table.id,
                        &name,
                        kind,
                        column.vocabulary.as_deref(),
                    ),
                }
            }
        }
    }

    fn choice(&mut self, pack: &Pack, of: ItemKind, id: &str, name: &str, kind: FactType, vocabulary: Option<&str>) {
        if kind == FactType::Unknown {
            return;
        }
        match (matches!(kind, FactType::Choice | FactType::Choices), vocabulary) {
            (true, Some(vocabulary)) if pack.vocabulary(vocabulary).is_none() => {
                self.missing(of, id, name, "vocabulary", vocabulary);
            }
            (true, Some(_)) | (false, None) => {}
            (true, None) | (false, Some(_)) => self.say(of, id, id, PackFault::Choice(name.to_owned())),
        }
    }

    fn expressions(&mut self, pack: &mut Pack, clocks: &mut [Clock], dictionary: &Dictionary) {
        for fact in pack.facts.values_mut() {
            let (id, kind, vocabulary) = (fact.id.to_string(), fact.kind, fact.vocabulary.clone());
            for check in &mut fact.checks {
                self.condition(ItemKind::Fact, &id, "check", &mut check.when, dictionary);
            }
            if let Some(derived) = &mut fact.derived
                && let Err(fault) = derived.check_value(dictionary, kind, vocabulary.as_deref())
            {
                let from = format!("{id}, derived");
                self.say(
                    ItemKind::Fact,
                    &id,
                    "derived",
                    PackFault::Expression {
                        from,
                        fault: Box::new(fault),
                    },
                );
            }
        }
        for form in pack.forms.values_mut().flatten() {
            let id = form.id.clone();
            for section in &mut form.sections {
                if let Some(condition) = &mut section.shown_when {
                    self.condition(ItemKind::Form, &id, &section.id, condition, dictionary);
                }
                for field in &mut section.fields {
                    let name = match &field.asks {
                        Asked::Fact(fact) => fact.to_string(),
                        Asked::Table(table) => table.clone(),
                    };
                    for condition in field.shown_when.iter_mut().chain(&mut field.required_when) {
                        self.condition(ItemKind::Form, &id, &name, condition, dictionary);
                    }
                }
            }
        }
        for clock in clocks {
            let id = clock.id.clone();
            for condition in clock.expressions_mut() {
                self.condition(ItemKind::Clock, &id, &id, condition, dictionary);
            }
        }
        for (place, condition) in pack.stages.conditions_mut() {
            self.condition(ItemKind::Stages, "", &place, condition, dictionary);
        }
    }

    fn condition(
        &mut self,
        kind: ItemKind,
        id: &str,
        place: &str,
        condition: &mut Expression,
        dictionary: &Dictionary,
    ) {
        if let Err(fault) = condition.check_condition(dictionary) {
            let from = if place == id {
                id.to_owned()
            } else {
                format!("{id} {place}")
            };
            let from = from.trim().to_owned();
            self.say(
                kind,
                id,
                place,
                PackFault::Expression {
                    from,
                    fault: Box::new(fault),
                },
            );
        }
    }

    /// No derived fact is computed from itself, over however many steps.
    fn derived(&mut self, pack: &Pack) {
        let steps: BTreeMap<&FactId, Vec<&FactId>> = pack
            .facts
            .values()
            .filter_map(|fact| Some((&fact.id, fact.derived.as_ref()?.facts())))
            .collect();
        for start in steps.keys() {
            let mut seen = BTreeSet::new();
            let mut open = steps[start].clone();
            while let Some(fact) = open.pop() {
                if seen.insert(fact) {
                    open.extend(steps.get(fact).into_iter().flatten());
                }
            }
            if seen.contains(*start) {
                self.say(
                    ItemKind::Fact,
                    start.as_str(),
                    "derived",
                    PackFault::Circle((*start).clone()),
                );
            }
        }
    }

    fn form(&mut self, pack: &Pack, form: &Form) {
        let (id, name) = (form.id.as_str(), format!("form {}", form.id));
        let about = matches!(form.about, About::Unknown(_)).then(|| form.about.code());
        self.code(ItemKind::Form, id, "kind of document", about);
        let filed = matches!(form.filed, Filed::Unknown(_)).then(|| form.filed.code());
        self.code(ItemKind::Form, id, "way of filing", filed);
        self.code(ItemKind::Form, id, "mark", unknown_mark(&form.checked));
        for kind in &form.kinds {
            let unknown = matches!(kind, crate::CaseKind::Unknown(_)).then(|| kind.code());
            self.code(ItemKind::Form, id, "kind of case", unknown);
        }
        for role in form.filled_by.iter().chain(&form.approved_by) {
            let unknown = matches!(role, Role::Unknown(_));
            if unknown && self.mode == Mode::Shipped {
                self.say(
                    ItemKind::Form,
                    id,
                    role.code(),
                    PackFault::UnknownRole(role.code().to_owned()),
                );
            } else if !unknown && pack.rights.of(role).is_none() {
                self.missing(ItemKind::Form, id, &name, "role", role.code());
            }
        }
        for fact in &form.on_filing {
            match pack.fact(fact) {
                None => self.missing(ItemKind::Form, id, &name, "fact", fact.as_str()),
                Some(known) if known.kind != FactType::Instant => {
                    let (form, fact) = (id.to_owned(), fact.clone());
                    self.say(ItemKind::Form, id, "on_filing", PackFault::NoMoment { form, fact });
                }
                Some(_) => {}
            }
        }
        for row in &form.rows_on_filing {
            self.row_on_filing(pack, form, row);
        }
        let mut seen = BTreeSet::new();
        for section in &form.sections {
            if !seen.insert(&section.id) {
                self.say(
                    ItemKind::Form,
                    id,
                    &section.id,
                    PackFault::Twice(format!("{id}/{}", section.id)),
                );
            }
            let unknown = section.repeats.as_ref();
            let unknown = unknown.filter(|repeats| matches!(repeats, Repeats::Unknown(_)));
            self.code(ItemKind::Form, id, "time to repeat", unknown.map(Repeats::code));
            for field in &section.fields {
                match &field.asks {
                    Asked::Fact(fact) if pack.fact(fact).is_none() => {
                        self.missing(ItemKind::Form, id, &name, "fact", fact.as_str());
                    }
                    Asked::Table(table) if pack.table(table).is_none() => {
                        self.missing(ItemKind::Form, id, &name, "table", table);
                    }
                    _ => {}
                }
            }
        }
    }

    /// A row that filing writes: its table, columns and facts are there, and what is put in a column fits it.
    fn row_on_filing(&mut self, pack: &Pack, form: &Form, row: &RowOnFiling) {
        let (id, name) = (form.id.as_str(), format!("form {}", form.id));
        let Some(table) = pack.table(&row.table) else {
            return self.missing(ItemKind::Form, id, &name, "table", &row.table);
        };
        // What makes the row known is one of its cells.
        let unsaid = row.key.iter().filter(|column| !row.cells.contains_key(*column));
        let mut unfit: Vec<&String> = unsaid.collect();
        for (column, from) in &row.cells {
            let Some(known) = table.column(column) else {
                self.missing(ItemKind::Form, id, &name, "column", column);
                continue;
            };
            let vocabulary = known.vocabulary.as_deref();
            let fits = match from {
                CellOnFiling::Fact(fact) => {
                    let Some(fact) = pack.fact(fact) else {
                        self.missing(ItemKind::Form, id, &name, "fact", fact.as_str());
                        continue;
                    };
                    fact.kind == known.kind && fact.vocabulary.as_deref() == vocabulary
                }
                CellOnFiling::Is(code) => match vocabulary.and_then(|vocabulary| pack.vocabulary(vocabulary)) {
                    Some(vocabulary) => vocabulary.term(code).is_some(),
                    None => known.kind == FactType::Text,
                },
            };
            if !fits {
                unfit.push(column);
            }
        }
        if let Some(column) = &row.filed_at {
            match table.column(column) {
                None => self.missing(ItemKind::Form, id, &name, "column", column),
                Some(known) if known.kind != FactType::Instant => unfit.push(column),
                Some(_) => {}
            }
        }
        for column in unfit {
            let (form, column) = (id.to_owned(), format!("{}.{column}", row.table));
            self.say(ItemKind::Form, id, "row_on_filing", PackFault::NoFit { form, column });
        }
    }

    fn clock(&mut self, pack: &Pack, clock: &Clock) {
        let id = clock.id.as_str();
        for used in clock.uses() {
            if pack.document_of(used).is_none() {
                self.missing(
                    ItemKind::Clock,
                    id,
                    &format!("clock {id}"),
                    "fact or column",
                    &used.to_string(),
                );
            }
        }
        for fault in clock.faults() {
            let id = id.to_owned();
            self.say(ItemKind::Clock, &clock.id, &clock.id, PackFault::Clock { id, fault });
        }
        self.code(ItemKind::Clock, id, "mark", unknown_mark(&clock.checked));
    }

    fn roles(&mut self, pack: &Pack) {
        for rights in pack.rights.iter() {
            let code = rights.role.code();
            if matches!(rights.role, Role::Unknown(_)) && self.mode == Mode::Shipped {
                self.say(ItemKind::Role, code, code, PackFault::UnknownRole(code.to_owned()));
            }
            if !rights.writes.is_subset(&rights.reads) {
                self.say(ItemKind::Role, code, "writes", PackFault::WritesUnread(code.to_owned()));
            }
        }
    }
}

fn unknown_mark(checked: &Checked) -> Option<&str> {
    match checked {
        Checked::Unknown(code) => Some(code),
        _ => None,
    }
}
