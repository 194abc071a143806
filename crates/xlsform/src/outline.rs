//! The sheet `survey`, row by row: what each row is, and what its name becomes.

use std::collections::BTreeSet;

use crate::choices::Lists;
use crate::columns::{Line, Table};
use crate::finding::{Finding, What};
use crate::names;
use crate::translate::Kind;

/// What a row is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum RowKind {
    /// A question; long texts are told from short ones.
    Question {
        kind: Kind,
        long: bool,
        phone: bool,
        other: bool,
    },
    Calculate,
    Note,
    BeginGroup,
    EndGroup,
    BeginRepeat,
    EndRepeat,
    /// The day, recorded by the telephone.
    Today,
    /// Nothing of it is in the form.
    LeftOut,
}

/// A row that means something.
pub(crate) struct Item<'a> {
    pub(crate) line: Line<'a>,
    pub(crate) kind: RowKind,
    /// The name in the workbook.
    pub(crate) name: String,
    /// The last word of its name in the pack.
    pub(crate) word: String,
}

/// What telephones write by themselves, and the words before and after that older forms have.
const RECORDED: [&str; 20] = [
    "start",
    "start time",
    "end",
    "end time",
    "today",
    "deviceid",
    "device id",
    "imei",
    "subscriberid",
    "subscriber id",
    "simserial",
    "sim id",
    "phonenumber",
    "phone number",
    "username",
    "email",
    "audit",
    "background audio",
    "start geopoint",
    "background geopoint",
];

/// Kinds of question that a form does not have.
const OTHER_KINDS: [&str; 24] = [
    "geopoint",
    "geotrace",
    "geoshape",
    "location",
    "gps",
    "image",
    "photo",
    "picture",
    "audio",
    "video",
    "file",
    "time",
    "hidden",
    "rank",
    "xml external",
    "csv external",
    "osm",
    "barcode",
    "percentage",
    "number of days in last month",
    "number of days in last six months",
    "number of days in last year",
    "select one external",
    "cascading select",
];

const SELECT_ONE: [&str; 6] = [
    "select one",
    "select1",
    "select one from",
    "select one using",
    "add select one prompt using",
    "q select1",
];
const SELECT_MANY: [&str; 7] = [
    "select multiple",
    "select multiple from",
    "select multiple using",
    "select all that apply",
    "select all that apply from",
    "add select multiple prompt using",
    "q select",
];
const FROM_FILE: [&str; 2] = ["select one from file", "select multiple from file"];

/// The kind without what older forms write around it: `add date prompt`, `q date`, `get today`, `uri:email`.
fn bare(written: &str) -> &str {
    let without = |text| {
        ["q ", "get ", "uri:"]
            .iter()
            .find_map(|start| str::strip_prefix(text, *start))
            .unwrap_or(text)
    };
    match written
        .strip_prefix("add ")
        .and_then(|rest| rest.strip_suffix(" prompt"))
    {
        Some(kind) => kind,
        None => without(written),
    }
}

fn plain(kind: Kind) -> RowKind {
    RowKind::Question {
        kind,
        long: false,
        phone: false,
        other: false,
    }
}

/// What the cell under `type` says; the list must be there.
fn kind_of(written: &str, line: &Line<'_>, lists: &Lists) -> Result<RowKind, What> {
    let text = written.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = text.to_lowercase();
    let unscored = lower.replace(['_', '-'], " ");
    Ok(match bare(&unscored) {
        "begin group" | "begin loop" => RowKind::BeginGroup,
        "end group" | "end loop" => RowKind::EndGroup,
        "begin repeat" | "begin lgroup" | "begin looped group" => RowKind::BeginRepeat,
        "end repeat" | "end lgroup" | "end looped group" => RowKind::EndRepeat,
        "note" => RowKind::Note,
        "calculate" => RowKind::Calculate,
        "text" | "string" => {
            let looks = line.text("appearance").unwrap_or_default();
            let long = looks.split_whitespace().any(|word| word == "multiline");
            RowKind::Question {
                kind: Kind::Text,
                long,
                phone: false,
                other: false,
            }
        }
        "phone number" if line.text("label").is_some() => RowKind::Question {
            kind: Kind::Text,
            long: false,
            phone: true,
            other: false,
        },
        "integer" | "int" => plain(Kind::Integer),
        "decimal" => plain(Kind::Number),
        "range" => plain(range(line)),
        "date" => plain(Kind::Date),
        "datetime" | "date time" => plain(Kind::Moment),
        "acknowledge" | "trigger" => plain(Kind::Flag),
        "today" => RowKind::Today,
        _ => return select(&text, &unscored, lists),
    })
}

/// A range has whole numbers where start, end and step are whole.
fn range(line: &Line<'_>) -> Kind {
    let whole = line.text("parameters").unwrap_or_default().split([' ', ',', ';']);
    let mut numbers = whole.filter_map(|word| word.split_once('='));
    if numbers.all(|(_, number)| number.trim().parse::<i64>().is_ok()) {
        Kind::Integer
    } else {
        Kind::Number
    }
}

fn select(text: &str, unscored: &str, lists: &Lists) -> Result<RowKind, What> {
    let begins =
        |word: &&str| unscored == *word || unscored.strip_prefix(*word).is_some_and(|rest| rest.starts_with(' '));
    if FROM_FILE.iter().any(&begins) {
        return Err(What::QuestionKind(text.to_owned()));
    }
    let words = SELECT_ONE
        .iter()
        .map(|word| (word, false))
        .chain(SELECT_MANY.iter().map(|word| (word, true)));
    let longest = words
        .filter(|(word, _)| begins(word))
        .max_by_key(|(word, _)| word.len());
    if let Some((word, many)) = longest {
        let rest = text[word.len()..].trim();
        let (list, other) = match rest
            .strip_suffix("or_other")
            .or_else(|| rest.strip_suffix("or specify other"))
        {
            Some(list) => (list.trim(), true),
            None => (rest, false),
        };
        if list.starts_with("${") {
            return Err(What::QuestionKind(text.to_owned()));
        }
        if !lists.contains_key(list) {
            return Err(What::NoList(list.to_owned()));
        }
        let kind = if many {
            Kind::Codes(list.to_owned())
        } else {
            Kind::Code(list.to_owned())
        };
        return Ok(RowKind::Question {
            kind,
            long: false,
            phone: false,
            other,
        });
    }
    if RECORDED.contains(&bare(unscored)) {
        return Err(What::Recorded(text.to_owned()));
    }
    let known = OTHER_KINDS.iter().any(|kind| bare(unscored) == *kind || begins(kind));
    Err(if known {
        What::QuestionKind(text.to_owned())
    } else {
        What::UnknownKind(text.to_owned())
    })
}

/// The rows that mean something, with names that no other row has.
pub(crate) fn outline<'a>(table: &'a Table<'a>, lists: &Lists, found: &mut Vec<Finding>) -> Vec<Item<'a>> {
    let mut items = Vec::new();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    // The groups that are open, with the names in each.
    let mut groups: Vec<(String, BTreeSet<String>)> = vec![(String::new(), BTreeSet::new())];
    for line in table.lines() {
        let Some((column, written)) = line.cell("type") else {
            if line
                .cells()
                .any(|(_, heading, _)| matches!(heading.key.as_str(), "name" | "label"))
            {
                found.push(line.finding(0, What::UnknownKind(String::new())));
            }
            continue;
        };
        if line.text("disabled").is_some_and(is_yes) {
            found.push(line.finding(column, What::SwitchedOff));
            continue;
        }
        let kind = kind_of(written, &line, lists).unwrap_or_else(|what| {
            found.push(line.finding(column, what));
            RowKind::LeftOut
        });
        if kind == RowKind::BeginGroup && written.to_lowercase().contains("loop") {
            // Its questions are asked once, as those of a group.
            found.push(line.finding(column, What::NotKept(written.to_owned())));
        }
        if kind == RowKind::Today {
            found.push(line.finding(column, What::Recorded(written.to_owned())));
        }
        if matches!(kind, RowKind::EndGroup | RowKind::EndRepeat) {
            if groups.len() > 1 {
                groups.pop();
            }
            items.push(Item {
                line,
                kind,
                name: String::new(),
                word: String::new(),
            });
            continue;
        }
        let (name, word) = named(&line, &kind, &groups, &mut taken, found);
        if let Some((_, names)) = groups.last_mut()
            && !name.is_empty()
            && !names.insert(name.clone())
        {
            found.push(line.finding(
                line.cell("name").map_or(0, |(column, _)| column),
                What::NameTwice(name.clone()),
            ));
        }
        if matches!(kind, RowKind::BeginGroup | RowKind::BeginRepeat) {
            groups.push((word.clone(), BTreeSet::new()));
        }
        items.push(Item { line, kind, name, word });
    }
    items
}

fn named(
    line: &Line<'_>,
    kind: &RowKind,
    groups: &[(String, BTreeSet<String>)],
    taken: &mut BTreeSet<String>,
    found: &mut Vec<Finding>,
) -> (String, String) {
    let (column, name) = line.cell("name").unwrap_or((0, ""));
    // What holds no answer may go without a name.
    let needs = matches!(
        kind,
        RowKind::Question { .. } | RowKind::Calculate | RowKind::BeginRepeat
    );
    let Some(word) = names::word(name) else {
        if needs {
            found.push(line.finding(column, What::BadName(name.to_owned())));
        }
        let word = format!("row_{}", line.number);
        taken.insert(word.clone());
        return (name.to_owned(), word);
    };
    let mut free = word.clone();
    if taken.contains(&free) && needs {
        let group = groups.last().map_or("", |(group, _)| group.as_str());
        free = format!("{group}_{word}");
        let mut number = 2;
        while taken.contains(&free) {
            free = format!("{word}_{number}");
            number += 1;
        }
        found.push(line.finding(column, What::Renamed(name.to_owned(), free.clone())));
    }
    taken.insert(free.clone());
    (name.to_owned(), free)
}

/// Whether a cell says yes, in any of the ways that pyxform knows.
pub(crate) fn is_yes(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "yes" | "true" | "true()" | "1")
}

/// Whether a cell says no.
pub(crate) fn is_no(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "no" | "false" | "false()" | "0")
}
