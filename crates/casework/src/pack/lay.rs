//! One pack over another: what has a new name is added, what has a name of the pack below takes its place whole, and new
//! labels are put on.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Pack, PackFault,
    file::{About, Labelled, Relabel},
    read::{Draft, ItemKind, Reading},
};
use crate::{
    Labels, Rights,
    clock::Clock,
    period::{self, Period},
};

/// The pack of `draft` over `base`. The clocks are handed out by themselves, because the pack keeps them with an index
/// that is made when everything else stands.
pub(super) fn over(base: &Pack, about: About, draft: Draft, clocks: &mut Vec<Clock>, reading: &mut Reading) -> Pack {
    let mut pack = base.clone();
    pack.id = about.id;
    pack.version = about.version;
    pack.in_force_from = about.in_force_from;
    for fact in draft.facts {
        let moved = base
            .fact(&fact.id)
            .is_some_and(|old| (old.document, old.kind) != (fact.document, fact.kind));
        let name = fact.id.to_string();
        let twice =
            pack.facts.insert(fact.id.clone(), fact).is_some() && base.facts.keys().all(|id| id.as_str() != name);
        reading.judge(ItemKind::Fact, &name, moved, twice);
    }
    for table in draft.tables {
        let moved = base.table(&table.id).is_some_and(|old| old.document != table.document);
        let name = table.id.clone();
        let twice = pack.tables.insert(name.clone(), table).is_some() && base.table(&name).is_none();
        reading.judge(ItemKind::Table, &name, moved, twice);
    }
    for vocabulary in draft.vocabularies {
        let name = vocabulary.id.clone();
        let twice = pack.vocabularies.insert(name.clone(), vocabulary).is_some() && base.vocabulary(&name).is_none();
        reading.judge(ItemKind::Vocabulary, &name, false, twice);
    }
    let own: BTreeSet<String> = draft.forms.iter().map(|form| form.id.clone()).collect();
    pack.forms.retain(|id, _| !own.contains(id));
    for form in draft.forms {
        pack.forms.entry(form.id.clone()).or_default().push(form);
    }
    pack.forms
        .values_mut()
        .for_each(|texts| texts.sort_by_key(|form| form.in_force_from));
    let replaced = |clock: &&Clock| draft.clocks.iter().all(|own| own.id != clock.id);
    *clocks = base.clocks().iter().filter(replaced).cloned().collect();
    clocks.extend(draft.clocks);
    let below = base
        .rights()
        .iter()
        .filter(|old| draft.roles.iter().all(|own| own.role != old.role));
    let rights: Vec<_> = below.cloned().chain(draft.roles.iter().cloned()).collect();
    pack.rights = Rights::new(rights);
    if draft.matching.is_some() {
        pack.matching = draft.matching;
    }
    if draft.duty.is_some() {
        pack.duty = draft.duty;
    }
    pack.reports.extend(draft.reports);
    if draft.paper.is_some() {
        pack.paper = draft.paper;
    }
    if let Some(stages) = draft.stages {
        pack.stages = pack.stages.overlaid(stages);
    }
    for relabel in &draft.relabels {
        if let Err(what) = put_label(&mut pack, clocks, &relabel.item) {
            let (from, name) = ("a new label".to_owned(), relabel.item.id.clone());
            reading.error("relabel.toml", relabel.line, PackFault::Missing { from, what, name });
        }
    }
    periods(&pack, clocks, reading);
    pack
}

impl Reading {
    fn judge(&mut self, kind: ItemKind, name: &str, moved: bool, twice: bool) {
        if moved {
            self.error_at(kind, name, PackFault::Moved(name.to_owned()));
        }
        if twice {
            self.error_at(kind, name, PackFault::Twice(name.to_owned()));
        }
    }

    pub(super) fn error_at(&mut self, kind: ItemKind, id: &str, fault: PackFault) {
        let origin = self.origin(kind, id);
        self.error(&origin.file, origin.line, fault);
    }
}

/// Puts a new label on; what the pack has no such thing, says what was looked for.
fn put_label(pack: &mut Pack, clocks: &mut [Clock], relabel: &Relabel) -> Result<(), &'static str> {
    let id = relabel.id.as_str();
    let (whole, part) = id.split_once('/').unwrap_or((id, ""));
    let found = |labels: Option<&mut Labels>, what| match labels {
        Some(labels) => {
            labels.lay_over(&relabel.label);
            Ok(())
        }
        None => Err(what),
    };
    match relabel.kind {
        Labelled::Fact => {
            let fact = pack.facts.iter_mut().find(|(fact, _)| fact.as_str() == id);
            found(fact.map(|(_, fact)| &mut fact.label), "fact")
        }
        Labelled::Table => found(pack.tables.get_mut(id).map(|table| &mut table.label), "table"),
        Labelled::Column => {
            let columns = pack.tables.get_mut(whole).map(|table| &mut table.columns);
            let column = columns.and_then(|columns| columns.iter_mut().find(|column| column.id == part));
            found(column.map(|column| &mut column.label), "column")
        }
        Labelled::Term => {
            let terms = pack.vocabularies.get_mut(whole).map(|vocabulary| &mut vocabulary.terms);
            let term = terms.and_then(|terms| terms.iter_mut().rfind(|term| term.code == part));
            found(term.map(|term| &mut term.label), "term")
        }
        Labelled::Form => {
            let form = pack.forms.get_mut(id).and_then(|texts| texts.last_mut());
            found(form.map(|form| &mut form.title), "form")
        }
        Labelled::Section => {
            let form = pack.forms.get_mut(whole).and_then(|texts| texts.last_mut());
            let section = form.and_then(|form| form.sections.iter_mut().find(|section| section.id == part));
            found(section.map(|section| &mut section.title), "section")
        }
        Labelled::Clock => {
            let clock = clocks.iter_mut().rfind(|clock| clock.id == id);
            found(clock.map(|clock| &mut clock.label), "clock")
        }
        Labelled::Role => found(pack.rights.label_mut(id), "role"),
    }
}

/// Items of one name have periods apart, and no period ends before it begins.
fn periods(pack: &Pack, clocks: &[Clock], reading: &mut Reading) {
    for (id, texts) in &pack.forms {
        let periods: Vec<_> = texts
            .iter()
            .map(|form| (form.in_force_from, form.in_force_until))
            .collect();
        reading.judge_periods(ItemKind::Form, id, id, &periods);
    }
    let clocks = clocks
        .iter()
        .map(|clock| (clock.id.as_str(), (Some(clock.in_force_from), clock.in_force_until)));
    for (id, periods) in by_name(clocks) {
        reading.judge_periods(ItemKind::Clock, id, id, &periods);
    }
    let roles = pack.rights.iter();
    let roles = roles.map(|rights| (rights.role.code(), (rights.in_force_from, rights.in_force_until)));
    for (id, periods) in by_name(roles) {
        reading.judge_periods(ItemKind::Role, id, id, &periods);
    }
    for vocabulary in pack.vocabularies.values() {
        let terms = vocabulary.terms.iter();
        let terms = terms.map(|term| (term.code.as_str(), (term.in_force_from, term.in_force_until)));
        for (code, periods) in by_name(terms) {
            let name = format!("{}/{code}", vocabulary.id);
            reading.judge_periods(ItemKind::Vocabulary, &vocabulary.id, &name, &periods);
        }
    }
    for fact in pack.facts.values() {
        let period = (fact.in_force_from, fact.in_force_until);
        reading.judge_periods(ItemKind::Fact, fact.id.as_str(), fact.id.as_str(), &[period]);
    }
}

fn by_name<'a>(items: impl Iterator<Item = (&'a str, Period)>) -> BTreeMap<&'a str, Vec<Period>> {
    let mut named: BTreeMap<&str, Vec<Period>> = BTreeMap::new();
    for (name, period) in items {
        named.entry(name).or_default().push(period);
    }
    named
}

impl Reading {
    fn judge_periods(&mut self, kind: ItemKind, id: &str, name: &str, periods: &[Period]) {
        let backwards = |(from, until): &Period| matches!((from, until), (Some(from), Some(until)) if until < from);
        if periods.iter().any(backwards) {
            self.error_at(kind, id, PackFault::Backwards(name.to_owned()));
        }
        let clashes = |(at, one): (usize, &Period)| periods[..at].iter().any(|other| period::overlap(*one, *other));
        if periods.iter().enumerate().any(clashes) {
            self.error_at(kind, id, PackFault::Twice(name.to_owned()));
        }
    }
}

impl Rights {
    fn label_mut(&mut self, role: &str) -> Option<&mut Labels> {
        self.iter_mut()
            .rfind(|rights| rights.role.code() == role)
            .map(|rights| &mut rights.label)
    }
}
