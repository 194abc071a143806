//! Workbooks made for a test, and the words to import them with.

use std::collections::BTreeSet;

use casework::{Compartment, Pack};
use rust_xlsxwriter::Workbook;
use xlsform::{Import, Options, import};

/// A sheet: its name and its rows, of which the first is the headings.
pub(crate) type Sheet<'a> = (&'a str, &'a [&'a [&'a str]]);

/// A workbook with these sheets, every cell a text.
pub(crate) fn workbook(sheets: &[Sheet<'_>]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).unwrap();
        for (row, cells) in rows.iter().enumerate() {
            for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                let (row, column) = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
                sheet.write_string(row, column, *text).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

pub(crate) fn accepting(accepted: &[&str]) -> Options {
    Options {
        prefix: "br_gay".to_owned(),
        compartment: Compartment::Care,
        filled_by: BTreeSet::new(),
        in_force_from: "2027-01-01".parse().unwrap(),
        accepted: accepted.iter().map(|code| (*code).to_owned()).collect(),
        beside: std::collections::BTreeMap::new(),
    }
}

pub(crate) fn imported(bytes: &[u8], accepted: &[&str]) -> Import {
    import(bytes, &accepting(accepted), Pack::national()).unwrap()
}

/// Place and code of every finding.
pub(crate) fn told(import: &Import) -> Vec<String> {
    let line = |finding: &xlsform::Finding| format!("{} {}", finding.place(), finding.what.code());
    import.findings.iter().map(line).collect()
}

/// The headings that most forms here have.
pub(crate) const HEADINGS: &[&str] = &[
    "type",
    "name",
    "label::English (en)",
    "label::Hindi (hi)",
    "relevant",
    "constraint",
    "required",
    "calculation",
];

/// A workbook whose survey has these rows under [`HEADINGS`], with a list of yes and no and one of colours.
pub(crate) fn survey(rows: &[&[&str]]) -> Vec<u8> {
    let mut all = vec![HEADINGS];
    all.extend(rows);
    workbook(&[
        ("survey", &all),
        (
            "choices",
            &[
                &["list_name", "name", "label::English (en)", "label::Hindi (hi)"],
                &["yn", "yes", "Yes", "हाँ"],
                &["yn", "no", "No", "नहीं"],
                &["marks", "1", "One", "एक"],
                &["marks", "2", "Two", "दो"],
            ],
        ),
        (
            "settings",
            &[
                &["form_id", "form_title::English (en)", "form_title::Hindi (hi)"],
                &["visit", "School visit", "विद्यालय भ्रमण"],
            ],
        ),
    ])
}
