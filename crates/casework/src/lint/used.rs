//! What is there and nobody uses.

use std::collections::BTreeSet;

use super::{Look, Severity};
use crate::{Asked, facts, pack::ItemKind};

pub(super) fn check(look: &mut Look<'_>, is_overlay: bool) {
    let pack = look.pack;
    let columns = pack.tables().flat_map(|table| &table.columns);
    let of_columns = columns.filter_map(|column| column.vocabulary.as_deref());
    let of_facts = pack.facts().filter_map(|fact| fact.vocabulary.as_deref());
    let used: BTreeSet<&str> = of_columns.chain(of_facts).collect();
    for vocabulary in pack
        .vocabularies()
        .filter(|vocabulary| !used.contains(vocabulary.id.as_str()))
    {
        let message = format!("no fact and no column takes its codes from `{}`", vocabulary.id);
        look.say(
            Severity::Warning,
            (ItemKind::Vocabulary, &vocabulary.id),
            &vocabulary.id,
            message,
        );
    }
    let fields = pack
        .all_forms()
        .flat_map(|form| &form.sections)
        .flat_map(|section| &section.fields);
    let asked: BTreeSet<&str> = fields
        .map(|field| match &field.asks {
            Asked::Fact(fact) => fact.as_str(),
            Asked::Table(table) => table,
        })
        .chain(facts::ALL)
        .collect();
    if is_overlay {
        return;
    }
    for fact in pack
        .facts()
        .filter(|fact| !asked.contains(fact.id.as_str()) && !fact.is_read_only())
    {
        let message = format!("no form asks for {}", fact.id);
        look.say(
            Severity::Info,
            (ItemKind::Fact, fact.id.as_str()),
            fact.id.as_str(),
            message,
        );
    }
}
