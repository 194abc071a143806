//! The sheet `choices`: lists of codes with words.

use std::collections::BTreeMap;

use casework::Labels;

use crate::columns::{Table, complete, same};
use crate::finding::{Finding, What};
use crate::workbook::Workbook;

#[derive(Debug, Clone)]
pub(crate) struct Term {
    pub(crate) code: String,
    pub(crate) label: Labels,
}

/// The lists by name, each in the order of its rows.
pub(crate) type Lists = BTreeMap<String, Vec<Term>>;

const READ: [&str; 4] = ["list_name", "name", "label", "media"];

pub(crate) fn read(workbook: &Workbook, language: &str, found: &mut Vec<Finding>) -> Lists {
    let mut lists = Lists::new();
    let Some(sheet) = workbook.sheet("choices") else {
        return lists;
    };
    let table = Table::new(sheet);
    // Further columns are for filters, and a filter is told where it stands.
    table.look_over(&READ, |name| Some(What::LookOnly(name.to_owned())), found);
    for line in table.lines() {
        let Some(list) = line.text("list_name") else {
            if line.text("name").or(line.text("label")).is_some() {
                found.push(line.finding(0, What::NoList(String::new())));
            }
            continue;
        };
        let Some((column, code)) = line.cell("name") else {
            found.push(line.finding(0, What::BadName(String::new())));
            continue;
        };
        for (column, heading, _) in line.cells().filter(|(_, heading, _)| heading.key == "media") {
            found.push(line.finding(column, What::NotKept(heading.written.clone())));
        }
        let words = line.words("label", language);
        let label = if words.is_empty() {
            found.push(line.finding(column, What::NoLabel));
            same(code)
        } else {
            complete(&line, "label", words, found)
        };
        let terms = lists.entry(list.to_owned()).or_default();
        if terms.iter().any(|term| term.code == code) {
            found.push(line.finding(column, What::ChoiceTwice(code.to_owned())));
            continue;
        }
        let code = code.to_owned();
        terms.push(Term { code, label });
    }
    lists
}
