//! The workbooks of `tests/workbooks`: forms as districts draw them, invented by us. Each is a text with a line for a row
//! and a tab between cells, so that a change can be read; the `.xlsx` is made of it here.

use rust_xlsxwriter::Workbook;

/// What pyxform and we make of a workbook.
#[derive(Clone, Copy)]
pub(crate) enum Sort {
    /// Both take it as it is.
    Whole,
    /// pyxform takes it; we name what we do not, and take it once that is accepted.
    Named,
    /// Neither takes it.
    Broken,
}

const TEXTS: [(&str, Sort, &str); 8] = [
    (
        "school_visit",
        Sort::Whole,
        include_str!("../workbooks/school_visit.txt"),
    ),
    (
        "hostel_inspection",
        Sort::Whole,
        include_str!("../workbooks/hostel_inspection.txt"),
    ),
    (
        "nutrition_survey",
        Sort::Named,
        include_str!("../workbooks/nutrition_survey.txt"),
    ),
    (
        "child_labour_drive",
        Sort::Named,
        include_str!("../workbooks/child_labour_drive.txt"),
    ),
    (
        "old_headings",
        Sort::Named,
        include_str!("../workbooks/old_headings.txt"),
    ),
    (
        "unclosed_group",
        Sort::Broken,
        include_str!("../workbooks/unclosed_group.txt"),
    ),
    (
        "no_such_list",
        Sort::Broken,
        include_str!("../workbooks/no_such_list.txt"),
    ),
    (
        "no_such_kind",
        Sort::Broken,
        include_str!("../workbooks/no_such_kind.txt"),
    ),
];

/// Every workbook by name.
pub(crate) fn all() -> Vec<(&'static str, Sort, Vec<u8>)> {
    TEXTS.map(|(name, sort, text)| (name, sort, made_of(text))).to_vec()
}

fn made_of(text: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    for sheet in text.split("== ").skip(1) {
        let (name, rows) = sheet.split_once('\n').unwrap();
        let worksheet = book.add_worksheet();
        worksheet.set_name(name.trim()).unwrap();
        for (row, line) in rows.lines().enumerate() {
            for (column, cell) in line.split('\t').enumerate().filter(|(_, cell)| !cell.is_empty()) {
                let (row, column) = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
                // Spreadsheets keep numbers as numbers.
                match cell.parse::<f64>() {
                    Ok(number) => worksheet.write_number(row, column, number).unwrap(),
                    Err(_) => worksheet.write_string(row, column, cell).unwrap(),
                };
            }
        }
    }
    book.save_to_buffer().unwrap()
}
