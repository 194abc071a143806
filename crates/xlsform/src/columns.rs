//! The headings of a sheet and what they mean, by all the names that pyxform knows for them.

use std::collections::{BTreeMap, BTreeSet};

use casework::Labels;

use crate::finding::{Finding, What};
use crate::languages;
use crate::workbook::{Cell, Row, Sheet};

/// Headings with other names for the same, and the name that is used here.
const ALIASES: [(&str, &str); 24] = [
    ("caption", "label"),
    ("command", "type"),
    ("tag", "name"),
    ("value", "name"),
    ("relevance", "relevant"),
    ("readonly", "read_only"),
    ("constraining_message", "constraint_message"),
    ("jr:constraintmsg", "constraint_message"),
    ("requiredmsg", "required_message"),
    ("jr:requiredmsg", "required_message"),
    ("calculate", "calculation"),
    ("count", "repeat_count"),
    ("jr:count", "repeat_count"),
    ("list name", "list_name"),
    ("form_title", "title"),
    ("set_form_title", "title"),
    ("id_string", "form_id"),
    ("set_form_id", "form_id"),
    ("image", "media"),
    ("big-image", "media"),
    ("audio", "media"),
    ("video", "media"),
    ("choice filter", "choice_filter"),
    ("guidance hint", "guidance_hint"),
];

/// A heading: what it is, the language of its words, and how it was written.
#[derive(Debug, Clone)]
pub(crate) struct Heading {
    pub(crate) key: String,
    language: Option<String>,
    pub(crate) written: String,
}

/// A sheet under its headings.
pub(crate) struct Table<'a> {
    sheet: &'a Sheet,
    pub(crate) headings: BTreeMap<u32, Heading>,
    first: u32,
}

/// A row under headings.
pub(crate) struct Line<'a> {
    table: &'a Table<'a>,
    pub(crate) number: u32,
    cells: &'a Row,
}

fn heading(written: &str) -> (String, Option<String>) {
    let mut words: Vec<&str> = if written.contains("::") {
        written.split("::").map(str::trim).collect()
    } else {
        // An older way to write it, which has one colon; `jr:count` is no language.
        match written.split_once(':') {
            Some((key, language)) if !key.eq_ignore_ascii_case("jr") => vec![key.trim(), language.trim()],
            _ => vec![written.trim()],
        }
    };
    let over = words[0].to_lowercase();
    if words.len() > 1 && matches!(over.as_str(), "bind" | "control" | "body" | "media") {
        words.remove(0);
    }
    let key = words[0].to_lowercase();
    let known = ALIASES.iter().find(|(other, _)| *other == key);
    let key = known.map_or(key, |(_, key)| (*key).to_owned());
    if over == "vatsalya" {
        return (
            words
                .get(1)
                .map_or(key, |word| format!("vatsalya::{}", word.to_lowercase())),
            None,
        );
    }
    (key, words.get(1).map(|language| (*language).to_owned()))
}

impl<'a> Table<'a> {
    /// The sheet, its first row with anything in it being the headings.
    pub(crate) fn new(sheet: &'a Sheet) -> Self {
        let first = sheet.rows.first_key_value();
        let cells = first.into_iter().flat_map(|(_, row)| row);
        let headings = cells.filter_map(|(column, cell)| match cell {
            Cell::Text(written) => {
                let (key, language) = heading(written);
                Some((
                    *column,
                    Heading {
                        key,
                        language,
                        written: written.clone(),
                    },
                ))
            }
            Cell::Broken => None,
        });
        Self {
            sheet,
            headings: headings.collect(),
            first: first.map_or(0, |(row, _)| *row),
        }
    }

    pub(crate) fn lines(&'a self) -> impl Iterator<Item = Line<'a>> {
        let rows = self.sheet.rows.range(self.first + 1..);
        rows.map(|(number, cells)| Line {
            table: self,
            number: *number,
            cells,
        })
    }

    pub(crate) fn finding(&self, row: u32, column: u32, what: What) -> Finding {
        Finding {
            sheet: self.sheet.name.clone(),
            row,
            column,
            what,
        }
    }

    /// Headings that mean nothing here though something stands under them, languages that nobody knows, cells that failed.
    pub(crate) fn look_over(&self, known: &[&str], strange: impl Fn(&str) -> Option<What>, found: &mut Vec<Finding>) {
        let mut used = BTreeSet::new();
        for line in self.lines() {
            used.extend(line.cells.keys().copied());
            let broken = line.cells.iter().filter(|(_, cell)| **cell == Cell::Broken);
            found.extend(broken.map(|(column, _)| self.finding(line.number, *column, What::BrokenCell)));
        }
        for column in used {
            let what = match self.headings.get(&column) {
                None => strange(""),
                Some(heading) if !known.contains(&heading.key.as_str()) => strange(&heading.written),
                Some(heading) => {
                    let unknown = heading
                        .language
                        .as_ref()
                        .filter(|name| languages::code_of(name).is_none());
                    unknown.map(|name| What::UnknownLanguage(name.clone()))
                }
            };
            found.extend(what.map(|what| self.finding(self.first, column, what)));
        }
    }
}

impl Line<'_> {
    /// What stands under a heading, with its column.
    pub(crate) fn cell(&self, key: &str) -> Option<(u32, &str)> {
        let columns = self.table.headings.iter().filter(|(_, heading)| heading.key == key);
        columns
            .into_iter()
            .find_map(|(column, _)| match self.cells.get(column) {
                Some(Cell::Text(text)) => Some((*column, text.as_str())),
                _ => None,
            })
    }

    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.cell(key).map(|(_, text)| text)
    }

    /// Every cell with its heading.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (u32, &Heading, &str)> {
        self.cells
            .iter()
            .filter_map(|(column, cell)| match (self.table.headings.get(column), cell) {
                (Some(heading), Cell::Text(text)) => Some((*column, heading, text.as_str())),
                _ => None,
            })
    }

    /// The words under a heading by language; one without a language has those of `usual`.
    pub(crate) fn words(&self, key: &str, usual: &str) -> BTreeMap<String, String> {
        let mut words = BTreeMap::new();
        for (_, heading, text) in self.cells().filter(|(_, heading, _)| heading.key == key) {
            let code = heading
                .language
                .as_ref()
                .map_or(Some(usual.to_owned()), |name| languages::code_of(name));
            if let Some(code) = code {
                words.entry(code).or_insert_with(|| text.to_owned());
            }
        }
        words
    }

    pub(crate) fn finding(&self, column: u32, what: What) -> Finding {
        self.table.finding(self.number, column, what)
    }
}

/// Words in every language that a pack must have; what is missing is told and taken from another language.
pub(crate) fn complete(
    line: &Line<'_>,
    key: &str,
    mut words: BTreeMap<String, String>,
    found: &mut Vec<Finding>,
) -> Labels {
    let column = line.cell(key).map_or(0, |(column, _)| column);
    let other = words.get("en").or_else(|| words.values().next()).cloned();
    let Some(other) = other else { return Labels::default() };
    if words.values().any(|text| text.contains("${")) {
        found.push(line.finding(column, What::AnswerInLabel));
    }
    for code in casework::lint::LANGUAGES {
        if !words.contains_key(code) {
            found.push(line.finding(column, What::NoWords(code.to_owned())));
            words.insert(code.to_owned(), other.clone());
        }
    }
    labels(&words)
}

pub(crate) fn labels(words: &BTreeMap<String, String>) -> Labels {
    Labels::from_pairs(words.iter().map(|(code, text)| (code.as_str(), text.as_str())))
}

/// The same words in every language that a pack must have.
pub(crate) fn same(text: &str) -> Labels {
    Labels::from_pairs(casework::lint::LANGUAGES.map(|code| (code, text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_means_the_same_by_any_of_its_names() {
        assert_eq!(heading("bind::relevance").0, "relevant");
        assert_eq!(
            heading("Label::Hindi (hi)"),
            ("label".into(), Some("Hindi (hi)".into()))
        );
        assert_eq!(heading("label:English"), ("label".into(), Some("English".into())));
        assert_eq!(heading("jr:count").0, "repeat_count");
        assert_eq!(
            heading("media::image::English (en)"),
            ("media".into(), Some("English (en)".into()))
        );
        assert_eq!(heading("vatsalya::Compartment").0, "vatsalya::compartment");
    }
}
