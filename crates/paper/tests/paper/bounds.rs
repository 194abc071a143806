//! A long history is a paper as well, and too long a one is refused before anything is set.

use paper::{Answer, PAPER_BYTES_MAX, PrintError, Section};

use crate::{
    sheets::{question, sheet, sheet_with, text},
    tools::{plain, print, try_print},
};

/// Bytes of a paper of a hundred pages: fonts and words, no more.
const HUNDRED_PAGES_BYTES_MAX: usize = 3 * 1024 * 1024;

#[test]
fn a_hundred_pages_are_one_paper_of_a_moderate_size() {
    let visit =
        "She goes to school again and has a friend there. वह फिर स्कूल जाती है। Her mother asks for help with the rent. ";
    let mut sheet = sheet();
    sheet.sections = (0..64)
        .map(|at| Section {
            title: vec![format!("Visit {at}"), format!("भेंट {at}")],
            items: (0..4)
                .map(|_| question("", ("What was seen", "क्या देखा गया"), text(&visit.repeat(18))))
                .chain([question("", ("Next visit", "अगली भेंट"), Answer::Blank)])
                .collect(),
        })
        .collect();
    let file = print(sheet);
    assert!((90..=140).contains(&file.paper.pages), "{}", file.paper.pages);
    assert!(
        file.paper.pdf.len() <= HUNDRED_PAGES_BYTES_MAX,
        "{}",
        file.paper.pdf.len()
    );
    assert!(file.words().contains(&plain("Visit 59")));
}

#[test]
fn more_than_fits_a_paper_is_refused() {
    let error = try_print(sheet_with(&"x ".repeat(PAPER_BYTES_MAX / 2 + 1))).unwrap_err();
    assert!(matches!(error, PrintError::TooMuch));
}

#[test]
fn a_word_longer_than_a_line_stays_on_the_paper() {
    let long = "9".repeat(300);
    let file = print(sheet_with(&long));
    assert_eq!(file.words().matches('9').count(), 300);
    // No letter lies beyond the margin.
    let boxes = file.told("pdftotext", &["-bbox"], &["-"]);
    let right = boxes
        .split("xMax=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next()?.parse::<f64>().ok());
    assert!(right.fold(0.0, f64::max) < 595.0 - 40.0);
}
