//! What people decided about two records that may be one child: rows of the case, with who wrote them and when in its history.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Field, Knowledge, Level, Score};
use crate::{Record, RecordRow, RowId, Subject, vocabulary::coded};

/// The table that holds them. Two people who decide apart about the same pair have written two rows, and both are seen; whoever
/// decides after them writes in both.
pub const TABLE: &str = "match_decisions";
/// The table that holds those about two reports, in the one that is the officer's own. Of a case no report says anything.
pub const TABLE_OF_REPORTS: &str = "report_decisions";
/// The column of the decision.
pub const DECISION: &str = "decision";
/// The column of the moment.
pub const AT: &str = "at";
/// The column that names the other: `missing/` or `case/` and its id.
pub const OTHER: &str = "other";
/// The column of how each fact agreed when it was decided: what weights may be taught with.
pub const AGREED: &str = "agreed";

coded!(
    /// What somebody decided.
    Decision {
        /// They are one child.
        Same = "same",
        /// They are two.
        NotSame = "not_same",
        /// Nobody can tell yet; it is not proposed again until somebody decides otherwise.
        Unsure = "unsure",
    }
);

/// A decision as it stands in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Its row.
    pub row: RowId,
    /// The report, or the other case.
    pub other: Subject,
    /// What was decided.
    pub decision: Decision,
    /// When.
    pub at_ms: Option<i64>,
    /// How each fact agreed then, see [`agreed`].
    pub agreed: String,
}

/// The decisions that a record holds.
pub fn of(record: &Record) -> Vec<Decided> {
    let decided = |row: &RecordRow| {
        Some(Decided {
            row: row.id,
            other: row.text(OTHER)?.parse().ok()?,
            decision: Decision::from_code(row.text(DECISION)?),
            at_ms: row.moment(AT),
            agreed: row.text(AGREED).unwrap_or_default().to_owned(),
        })
    };
    let rows = record.rows_of(TABLE).chain(record.rows_of(TABLE_OF_REPORTS));
    rows.filter_map(decided).collect()
}

/// That a picture of the one is a picture of the other, as a word of [`agreed`].
pub const SAME_PICTURE: &str = "picture=same";

/// How each fact agreed, in few words without a value: `given=same family=close`. What is only taken off is left out.
pub fn agreed(score: &Score) -> String {
    let mut said: Vec<String> = Vec::new();
    for reason in &score.reasons {
        if matches!(reason.field, Field::Sibling | Field::Third) {
            continue;
        }
        let word = format!("{}={}", field_code(reason.field), level_code(reason.level));
        if !said.contains(&word) {
            said.push(word);
        }
    }
    said.join(" ")
}

/// The code of a field, as packs and locales write it.
pub const fn field_code(field: Field) -> &'static str {
    match field {
        Field::Given => "given",
        Field::Family => "family",
        Field::Father => "father",
        Field::Mother => "mother",
        Field::Sex => "sex",
        Field::Birth => "birth",
        Field::Age => "age",
        Field::Event => "event",
        Field::Pin => "pin",
        Field::District => "district",
        Field::State => "state",
        Field::Place => "place",
        Field::Height => "height",
        Field::Marks => "marks",
        Field::Clothing => "clothing",
        Field::Companions => "companions",
        Field::Language => "language",
        Field::Sibling => "sibling",
        Field::Third => "third",
        Field::Picture => "picture",
    }
}

/// The code of a level.
pub const fn level_code(level: Level) -> &'static str {
    match level {
        Level::Same => "same",
        Level::Close => "close",
        Level::Near => "near",
        Level::Similar => "similar",
        Level::Initial => "initial",
        Level::Swapped => "swapped",
        Level::Different => "different",
    }
}

/// The field and the level of a word of [`agreed`].
pub fn read_agreed(word: &str) -> Option<(Field, Level)> {
    let (field, level) = word.split_once('=')?;
    let mut known = Field::COMPARED.into_iter().chain([Field::Picture]);
    let field = known.find(|known| field_code(*known) == field)?;
    let level = field.levels().iter().find(|known| level_code(**known) == level)?;
    Some((field, *level))
}

impl Knowledge {
    /// What it would be if it had also been taught by these pairs, which people decided to be one child: how often one child
    /// agrees so well with itself, with what is here counting for as many pairs as it says. How often strangers agree nobody
    /// can learn from pairs that were proposed because they agreed, so that stays.
    #[must_use]
    pub fn taught<'a>(&self, agreed: impl IntoIterator<Item = &'a str>) -> Self {
        let mut counts: BTreeMap<(Field, Level), f64> = BTreeMap::new();
        for pair in agreed {
            for at in pair.split(' ').filter_map(read_agreed) {
                *counts.entry(at).or_default() += 1.0;
            }
        }
        let mut taught = self.clone();
        for (field, rates) in &mut taught.rates {
            let count = |level: &Level| counts.get(&(*field, *level)).copied().unwrap_or(0.0);
            let all: f64 = rates.m.keys().map(count).sum();
            // Nothing was said of it: the rates stay to the last bit.
            if all == 0.0 {
                continue;
            }
            for (level, rate) in &mut rates.m {
                *rate = (*rate * self.matches_of_prior + count(level)) / (self.matches_of_prior + all);
            }
        }
        taught
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        DocumentKind, Pack, Value,
        matching::{How, Reason},
    };

    #[test]
    fn the_pack_keeps_decisions_where_the_child_is_named() {
        let case = DocumentKind::Case(crate::Compartment::Identity);
        for (name, document) in [(TABLE, case), (TABLE_OF_REPORTS, DocumentKind::Missing)] {
            let table = Pack::national().table(name).unwrap();
            assert_eq!(table.document, document);
            for column in [DECISION, AT, OTHER, AGREED] {
                assert!(table.column(column).is_some(), "{column}");
            }
            let column = table.column(DECISION).unwrap();
            for decision in Decision::ALL {
                column.check(&Value::from(decision.code()), Pack::national()).unwrap();
            }
        }
    }

    #[test]
    fn weights_are_taught_by_pairs_and_by_what_was_known_before() {
        let known = Pack::national().matching().unwrap();
        assert_eq!(known.taught([]), *known);
        let pairs = vec!["sex=different age=near"; 1_000];
        let taught = known.taught(pairs);
        taught.check().unwrap();
        let rate = |knowledge: &Knowledge, field, level| knowledge.rates[&field].m[&level];
        assert!(rate(&taught, Field::Sex, Level::Different) > 0.9);
        assert!(rate(known, Field::Sex, Level::Different) < 0.1);
        assert_eq!(
            taught.rates[&Field::Given],
            known.rates[&Field::Given],
            "of what is not said nothing is learned"
        );
        assert_eq!(taught.rates[&Field::Sex].u, known.rates[&Field::Sex].u);
        let once = known.taught(["sex=different"]);
        assert!(
            rate(&once, Field::Sex, Level::Different) < 0.1,
            "one pair is hardly believed"
        );
    }

    #[test]
    fn what_agreed_is_told_in_words_without_a_value_and_read_again() {
        let reason = |field, level| Reason {
            field,
            level,
            how: How::Plain,
            weight: 1.0,
            words: Some(("Asha".into(), "आशा".into())),
        };
        let score = Score {
            score: 1.0,
            probability: 0.9,
            reasons: vec![
                reason(Field::Given, Level::Same),
                reason(Field::Sibling, Level::Same),
                reason(Field::Age, Level::Near),
                reason(Field::Given, Level::Same),
            ],
        };
        assert_eq!(agreed(&score), "given=same age=near");
        for (field, level) in Field::COMPARED
            .into_iter()
            .flat_map(|field| field.levels().iter().map(move |level| (field, *level)))
        {
            let word = format!("{}={}", field_code(field), level_code(level));
            assert_eq!(read_agreed(&word), Some((field, level)));
        }
        assert_eq!(read_agreed("given=swapped"), None);
        assert_eq!(read_agreed(SAME_PICTURE), Some((Field::Picture, Level::Same)));
    }
}
