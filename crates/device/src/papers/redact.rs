//! What a redacted copy is without: the facts and tables that the dictionary says identify, and wherever the same words
//! stand in what somebody wrote elsewhere.
//!
//! Nobody can be sure that a text says nothing of a child. What is done here takes out what is known; whoever hands the
//! copy on reads it first, and the screen says so.

use std::collections::BTreeSet;

use casework::{Column, Fact, FactType, Pack, Table, Value};

use crate::views::Part;

/// In the place of a word that was taken out of a text.
const GONE: &str = "[…]";

/// Words shorter than this are taken out as part of a whole only.
const WORD_CHARS_MIN: usize = 3;

/// Of what has more words than this, each word says little: it is taken out as a whole, and its longer words.
const NAME_WORDS_MAX: usize = 4;

/// How long such a word is.
const LONG_WORD_CHARS_MIN: usize = 5;

/// The words that identify.
#[derive(Debug, Default)]
pub(crate) struct Redaction {
    words: BTreeSet<String>,
}

impl Redaction {
    /// Gathers the words out of everything that is here of the subject, whether or not it stands on the form.
    pub(crate) fn new(pack: &Pack, parts: &[Part]) -> Self {
        let mut redaction = Self::default();
        for part in parts {
            for (id, value) in &part.facts {
                let known = pack.fact(id);
                let told = known.is_none_or(|fact| Fact::is_withheld(fact) && is_said(fact.kind));
                if let Some(text) = value.as_text().filter(|_| told) {
                    redaction.add(text);
                }
            }
            for row in part.rows.iter().filter(|row| !row.removed) {
                let Some(table) = pack.table(&row.table) else { continue };
                for column in &table.columns {
                    let told = (Table::is_withheld(table) || Column::is_withheld(column)) && is_said(column.kind);
                    let of_bytes = casework::attachment::is_table(&table.id) && column.id != "signer";
                    if let Some(Value::Text(text)) = row.cells.get(&column.id).filter(|_| told && !of_bytes) {
                        redaction.add(text);
                    }
                }
            }
        }
        redaction
    }

    fn add(&mut self, text: &str) {
        let words: Vec<&str> = pieces(text)
            .filter(|(is_word, _)| *is_word)
            .map(|(_, word)| word)
            .collect();
        let chars_min = if words.len() > NAME_WORDS_MAX {
            LONG_WORD_CHARS_MIN
        } else {
            WORD_CHARS_MIN
        };
        let telling = words.into_iter().filter(|word| word.chars().count() >= chars_min);
        self.words.extend(telling.map(str::to_lowercase));
    }

    /// The text without those words.
    pub(crate) fn scrub(&self, text: &str) -> String {
        let kept = |(is_word, piece): (bool, &str)| {
            if is_word && self.words.contains(&piece.to_lowercase()) {
                GONE.to_owned()
            } else {
                piece.to_owned()
            }
        };
        pieces(text).map(kept).collect()
    }
}

/// Whether a value of this kind is words, and no date or code.
fn is_said(kind: FactType) -> bool {
    matches!(
        kind,
        FactType::Text | FactType::LongText | FactType::Phone | FactType::Unknown
    )
}

/// The words of a text and what stands between them, in order.
fn pieces(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_word = in_word(first);
        let end = rest.find(|letter| in_word(letter) != is_word).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some((is_word, piece))
    })
}

/// Whether a letter is part of a word: in Indian scripts, whatever is no space, mark or danda.
fn in_word(letter: char) -> bool {
    let is_mark = letter.is_ascii_punctuation() || matches!(letter, '\u{964}' | '\u{965}' | '\u{2010}'..='\u{2027}');
    !letter.is_whitespace() && !letter.is_control() && !is_mark
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> Redaction {
        let mut redaction = Redaction::default();
        for text in texts {
            redaction.add(text);
        }
        redaction
    }

    #[test]
    fn a_name_goes_wherever_it_stands_and_nothing_with_it() {
        let redaction = of(&["Asha Kumari", "आशा कुमारी", "98765 43210"]);
        assert_eq!(
            redaction.scrub("ASHA's brother; Ashapur. (Kumari)"),
            "[…]'s brother; Ashapur. ([…])"
        );
        assert_eq!(redaction.scrub("यहां आशा आई। कुमारी, आशाएं"), "यहां […] आई। […], आशाएं");
        assert_eq!(redaction.scrub("call 98765-43210 now"), "call […]-[…] now");
    }

    #[test]
    fn of_an_address_the_short_words_stay() {
        let redaction = of(&["House 4, near the old temple, Ranipur, Gaya district"]);
        assert_eq!(redaction.scrub("near the road to Ranipur"), "near the road to […]");
    }
}
