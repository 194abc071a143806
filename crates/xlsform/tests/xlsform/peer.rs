//! pyxform, which most servers of forms read workbooks with, beside us: what it accepts we accept, or name what of it we
//! do not take.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use casework::Pack;
use xlsform::{Weight, import};

use crate::support::{accepting, survey};
use crate::workbooks::{Sort, all};

/// Where `cargo xtask setup` puts it; `VATSALYA_PYXFORM` names another.
fn pyxform() -> PathBuf {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tools/pyxform/bin/xls2xform");
    std::env::var_os("VATSALYA_PYXFORM").map_or_else(|| beside.into(), PathBuf::from)
}

/// Whether pyxform makes a form of the workbook.
fn is_taken(workbook: &Path, written: &Path) -> bool {
    let program = pyxform();
    let made = Command::new(&program)
        .arg("--skip_validate")
        .args([workbook, written])
        .output();
    let made = made.unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask setup` installs it", program.display()));
    made.status.success() && written.exists()
}

#[test]
fn what_pyxform_accepts_we_accept_or_name() {
    let folder = tempfile::tempdir().unwrap();
    for (name, sort, bytes) in all() {
        let workbook = folder.path().join(format!("{name}.xlsx"));
        std::fs::write(&workbook, &bytes).unwrap();
        let taken = is_taken(&workbook, &folder.path().join(format!("{name}.xml")));
        let ours = import(&bytes, &accepting(&[]), Pack::national()).unwrap();
        let stops = ours
            .findings
            .iter()
            .filter(|finding| finding.what.weight() == Weight::Stops);
        let stops: Vec<String> = stops.map(|finding| finding.line(xlsform::Tongue::English)).collect();
        match sort {
            Sort::Whole => {
                assert!(taken, "pyxform does not take {name}");
                assert!(ours.files.is_some(), "{name}: {:#?}", ours.findings);
            }
            Sort::Named => {
                assert!(taken, "pyxform does not take {name}");
                assert!(ours.files.is_none() && stops.is_empty(), "{name}: {stops:#?}");
                let codes: Vec<&str> = ours.findings.iter().map(|finding| finding.what.code()).collect();
                let accepted = import(&bytes, &accepting(&codes), Pack::national()).unwrap();
                assert!(accepted.files.is_some(), "{name}: {:#?}", accepted.findings);
            }
            Sort::Broken => {
                assert!(!taken, "pyxform takes {name}");
                assert!(!stops.is_empty(), "we take {name}");
            }
        }
    }
}

/// A row with a question of that kind.
fn row<'a>((kind, name): (&&'a str, &'a str)) -> Vec<&'a str> {
    let calculation = if kind.contains("calculate") { "1" } else { "" };
    vec![kind, name, name, "प्रश्न", "", "", "", calculation]
}

#[test]
fn every_kind_of_question_that_pyxform_knows_is_taken_or_named() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/xlsform/kinds.py");
    let python = pyxform().with_file_name("python");
    let printed = Command::new(&python).arg(script).output();
    let printed = printed.unwrap_or_else(|error| panic!("{}: {error}", python.display()));
    let printed = String::from_utf8(printed.stdout).unwrap();
    let kinds: Vec<&str> = printed.lines().collect();
    assert!(kinds.len() > 60, "pyxform knows {} kinds", kinds.len());
    let names: Vec<String> = (0..kinds.len()).map(|at| format!("q{at}")).collect();
    let rows: Vec<Vec<&str>> = kinds.iter().zip(names.iter().map(String::as_str)).map(row).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let bytes = survey(&rows);
    let ours = import(&bytes, &accepting(&["question_kind"]), Pack::national()).unwrap();
    let files = ours.files.unwrap_or_else(|| panic!("{:#?}", ours.findings));
    let text = files.values().cloned().collect::<String>().replace("\\n", " ");
    let words: BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    for (at, kind) in kinds.iter().enumerate() {
        // The headings are row 1.
        let is_told = ours.findings.iter().any(|finding| finding.row as usize == at + 2);
        assert!(is_told || words.contains(names[at].as_str()), "{kind} is gone");
    }
}
