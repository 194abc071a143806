//! A form that a district drew in a workbook, read into a layer of a pack.
//!
//! The workbook follows the XLSForm convention of ODK and Kobo: a sheet `survey` with a question in each row, `choices`
//! with the lists, `settings` with the form's name. What comes out are three files of a pack (dictionary, vocabularies,
//! form), the same for the same workbook, which are looked over by the linter that every pack passes.
//!
//! Nothing of a workbook is passed over: what the house's forms cannot say is a [`Finding`] with its sheet, row and
//! column. One that would change what the form means keeps the form from being written until a person accepts it by name
//! ([`Options::accepted`]).
//!
//! The crate knows packs and workbooks. It knows no case, no file system, no clock and no network: bytes come in, texts go out.

mod assemble;
mod choices;
mod columns;
mod finding;
mod languages;
mod layer;
mod names;
mod outline;
mod settings;
mod translate;
mod workbook;
mod write;
mod xpath;

use std::collections::{BTreeMap, BTreeSet};

use casework::{Compartment, Pack, Role};
use jiff::civil;

pub use finding::{Finding, Tongue, Weight, What};
pub use workbook::{WorkbookError, limits as workbook_limits};
pub use xpath::{Xpath, XpathError};

/// What the person who imports a form says beside the workbook.
#[derive(Debug, Clone)]
pub struct Options {
    /// The district's own beginning of every name, e.g. `br_gay`: lower-case words that begin with a letter.
    pub prefix: String,
    /// The compartment of every answer for which the workbook says nothing else (column `vatsalya::compartment`).
    pub compartment: Compartment,
    /// Who fills the form; none named means whoever may write its facts.
    pub filled_by: BTreeSet<Role>,
    /// First day on which the form is in force.
    pub in_force_from: civil::Date,
    /// What is accepted: a finding's code, for all of that kind, or code and place (`not_kept@survey!F12`), for one.
    pub accepted: BTreeSet<String>,
    /// The files of the pack that the form is added to, by path; empty for a pack of its own.
    pub beside: BTreeMap<String, String>,
}

/// What came of a workbook.
#[derive(Debug, Clone)]
pub struct Import {
    /// Everything that was found, in the order of the sheets.
    pub findings: Vec<Finding>,
    /// The files to add to the pack, by path; `None` while a finding stands in the way.
    pub files: Option<BTreeMap<String, String>>,
}

impl Import {
    /// The findings that keep the form from being written.
    pub fn in_the_way<'a>(&'a self, options: &'a Options) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().filter(|finding| !options.lets(finding))
    }
}

impl Options {
    /// Whether a finding does not stand in the way.
    fn lets(&self, finding: &Finding) -> bool {
        match finding.what.weight() {
            Weight::Told => true,
            Weight::Stops => false,
            Weight::Changes => {
                let one = format!("{}@{}", finding.what.code(), finding.place());
                self.accepted.contains(finding.what.code()) || self.accepted.contains(&one)
            }
        }
    }
}

/// Reads the workbook in `bytes` into files of a pack over `base`.
pub fn import(bytes: &[u8], options: &Options, base: &Pack) -> Result<Import, WorkbookError> {
    let workbook = workbook::read(bytes)?;
    let mut found = Vec::new();
    let assembled = assemble::assemble(&workbook, options, &mut found)?;
    let mut files = write::files(&assembled, options);
    if found.iter().all(|finding| finding.what.weight() != Weight::Stops) {
        // What the dictionary does not take is left out, and told; what is left is looked over as any pack is.
        let mut kept = assembled;
        layer::check_expressions(&mut kept, options, base, &mut found);
        files = write::files(&kept, options);
        layer::look_over(&kept, &files, options, base, &mut found);
    }
    let order: Vec<&str> = workbook.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    let at = |finding: &Finding| order.iter().position(|name| *name == finding.sheet);
    found.sort_by_key(|finding| (at(finding), finding.row, finding.column));
    found.dedup();
    let is_free = found.iter().all(|finding| options.lets(finding));
    Ok(Import {
        findings: found,
        files: is_free.then_some(files),
    })
}
