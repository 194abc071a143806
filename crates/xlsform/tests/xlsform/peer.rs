//! pyxform, which most servers of forms read workbooks with, beside us: what it accepts we accept, or name what of it we
//! do not take.

use std::path::{Path, PathBuf};
use std::process::Command;

use casework::Pack;
use xlsform::{Weight, import};

use crate::support::accepting;
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
