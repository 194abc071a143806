//! Words of the pack for codes and registers.

use casework::{DocumentKind, FactId, Labels, Pack, Term, Value};
use ipc::RegisterRef;

/// The words of a vocabulary for a code, or for each of several.
pub(crate) fn words(pack: &Pack, vocabulary: Option<&str>, value: Option<&Value>) -> Vec<Labels> {
    let Some(vocabulary) = vocabulary.and_then(|id| pack.vocabulary(id)) else {
        return Vec::new();
    };
    let word = |code: &str| vocabulary.term(code).map(|term| term.label.clone());
    match value {
        Some(Value::Text(code)) => word(code).into_iter().collect(),
        Some(Value::Set(codes)) => codes.iter().filter_map(|code| word(code)).collect(),
        _ => Vec::new(),
    }
}

/// The word for the code of a fact.
pub(crate) fn word_of(pack: &Pack, fact: &str, code: &str) -> Option<Labels> {
    let fact = pack.fact(&fact.parse::<FactId>().ok()?)?;
    words(pack, fact.vocabulary.as_deref(), Some(&Value::from(code)))
        .into_iter()
        .next()
}

/// The terms of a vocabulary.
pub(super) fn terms(pack: &Pack, vocabulary: Option<&str>) -> Vec<Term> {
    let known = vocabulary.and_then(|id| pack.vocabulary(id));
    known.map(|vocabulary| vocabulary.terms.clone()).unwrap_or_default()
}

/// Where a register is kept and which vocabulary its values are of; `None` where the pack has no such register.
pub(crate) fn register_place<'p>(pack: &'p Pack, register: &RegisterRef) -> Option<(DocumentKind, Option<&'p str>)> {
    match register {
        RegisterRef::Fact { fact } => pack.fact(fact).map(|fact| (fact.document, fact.vocabulary.as_deref())),
        RegisterRef::Cell { table, column, .. } => {
            let table = pack.table(table)?;
            let column = table.column(column)?;
            Some((table.document, column.vocabulary.as_deref()))
        }
    }
}

/// What a register is called.
pub(crate) fn register_label(pack: &Pack, register: &RegisterRef) -> Labels {
    let found = match register {
        RegisterRef::Fact { fact } => pack.fact(fact).map(|fact| &fact.label),
        RegisterRef::Cell { table, column, .. } => pack
            .table(table)
            .and_then(|table| table.column(column))
            .map(|column| &column.label),
    };
    found.cloned().unwrap_or_default()
}
