//! Looks over a pack and says what an officer would otherwise find: words that are missing, fields that nobody may fill,
//! questions that are never asked.

use std::collections::BTreeMap;

use crate::{
    Pack,
    pack::{ItemKind, Mode, Origin, Reading, read_files, shipped_files, shipped_states},
};

mod forms;
mod rules;
mod truth;
mod used;
mod words;

pub use truth::{Truth, truth};

/// The languages that ship; a pack has every word in each.
pub const LANGUAGES: [&str; 2] = ["en", "hi"];

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The pack must not go out.
    Error,
    /// Probably a mistake.
    Warning,
    /// Worth knowing.
    Info,
}

/// Something that was found, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The file, by its path within the pack.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is the matter, in a sentence.
    pub message: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        write!(f, "{}:{}: {severity}: {}", self.file, self.line, self.message)
    }
}

/// Looks over a pack; a state's with the pack it lies over. The worst comes first. The pack is given back where it could
/// be put together, so that states can be laid over it.
pub fn check(files: &BTreeMap<String, String>, base: Option<&Pack>) -> (Vec<Finding>, Option<Pack>) {
    let mut reading = read_files(files, base, Mode::Shipped);
    let errors = std::mem::take(&mut reading.errors);
    let mut findings: Vec<Finding> = errors
        .into_iter()
        .map(|error| Finding {
            severity: Severity::Error,
            message: error.fault.to_string(),
            file: error.file,
            line: error.line,
        })
        .collect();
    let pack = reading.pack.take();
    if let Some(pack) = &pack {
        let mut look = Look {
            pack,
            reading: &reading,
            files,
            findings: &mut findings,
        };
        words::check(&mut look);
        forms::check(&mut look);
        rules::check(&mut look);
        used::check(&mut look, base.is_some());
    }
    findings.sort();
    findings.dedup();
    (findings, pack)
}

/// Every error in the packs that ship, with paths below `packs/`. Build scripts stop for them.
pub fn shipped_errors() -> Vec<Finding> {
    let mut errors = Vec::new();
    let mut look_over = |id: &str, base: Option<&Pack>| {
        let (findings, pack) = check(&shipped_files(id), base);
        let bad = findings
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error);
        errors.extend(bad.map(|finding| Finding {
            file: format!("{id}/{}", finding.file),
            ..finding
        }));
        pack
    };
    let national = look_over("national", None);
    for state in shipped_states() {
        look_over(&format!("states/{state}"), national.as_ref());
    }
    errors
}

struct Look<'a> {
    pack: &'a Pack,
    reading: &'a Reading,
    files: &'a BTreeMap<String, String>,
    findings: &'a mut Vec<Finding>,
}

impl Look<'_> {
    /// Says something of an item of this pack, at the line where `name` stands in it. What the pack below has is its
    /// own affair.
    fn say(&mut self, severity: Severity, (kind, id): (ItemKind, &str), name: &str, message: String) {
        if !self.reading.is_own(kind, id) {
            return;
        }
        let Origin { file, line } = self.reading.place(self.files, kind, id, name);
        self.findings.push(Finding {
            severity,
            file,
            line,
            message,
        });
    }
}
