//! What a case is found by: the names, numbers and places in its facts and tables, and its notes.

use std::collections::BTreeMap;

use casefile::{Entry, Row};
use casework::{FactId, FactType, Pack, Value, attachment};

use crate::store::findable;

/// Most characters of one document that can be found by; the newest notes come first.
const WORDS_CHARS_MAX: usize = 12_000;

/// The words of a document. Codes and statements taken down in full are left out.
pub(super) fn words(facts: &BTreeMap<FactId, Value>, rows: &[Row], timeline: &[Entry], pack: &Pack) -> String {
    let is_short = |kind: FactType| matches!(kind, FactType::Text | FactType::Phone);
    let of_facts = facts.iter().filter_map(|(id, value)| {
        let known = pack.fact(id).is_some_and(|fact| is_short(fact.kind));
        value.as_text().filter(|_| known)
    });
    let of_rows = rows
        .iter()
        .filter(|row| !row.removed && !attachment::is_table(&row.table))
        .flat_map(|row| {
            let table = pack.table(&row.table);
            row.cells.iter().filter_map(move |(column, value)| {
                let known = table
                    .and_then(|table| table.column(column))
                    .is_some_and(|column| is_short(column.kind));
                value.as_text().filter(|_| known)
            })
        });
    let of_notes = timeline.iter().rev().map(|entry| entry.text.as_str());
    let mut words = String::new();
    let mut room = WORDS_CHARS_MAX;
    for text in of_facts.chain(of_rows).chain(of_notes) {
        words.extend(text.chars().take(room));
        words.push('\n');
        room = room.saturating_sub(text.chars().count() + 1);
    }
    findable(&words)
}
