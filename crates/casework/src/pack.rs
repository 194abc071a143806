//! A pack: the law, the dictionary, the forms and the roles as dated data.
//!
//! The type and its questions are here for everybody; reading one from its files needs the feature `packs`.

use std::collections::BTreeMap;

use jiff::civil;

use crate::{
    Fact, FactId, FactType, Form, Labels, Rights, Table, Vocabulary, clock::Clocks, duty::DutyRules,
    matching::Knowledge, paper::PaperWords, period, stage::Stages,
};

#[cfg(feature = "packs")]
mod bundle;
#[cfg(feature = "packs")]
mod compose;
#[cfg(feature = "packs")]
mod error;
#[cfg(feature = "packs")]
mod file;
#[cfg(feature = "packs")]
mod lay;
#[cfg(feature = "packs")]
mod names;
#[cfg(feature = "packs")]
mod read;
#[cfg(feature = "packs")]
mod shipped;

#[cfg(feature = "packs")]
pub use bundle::{BundleError, PackBundle};
#[cfg(feature = "packs")]
pub use error::{PackError, PackFault};
#[cfg(feature = "packs")]
pub(crate) use file::Mode;
#[cfg(feature = "packs")]
pub use file::limits as pack_limits;
#[cfg(feature = "packs")]
pub(crate) use read::{ItemKind, Origin, Reading, read as read_files};
#[cfg(feature = "packs")]
pub use shipped::{shipped_files, shipped_states};

/// A pack, read and checked. A state's pack holds the national one too, with the state's own laid over it.
#[derive(Debug, Clone)]
pub struct Pack {
    id: String,
    version: String,
    in_force_from: civil::Date,
    facts: BTreeMap<FactId, Fact>,
    tables: BTreeMap<String, Table>,
    vocabularies: BTreeMap<String, Vocabulary>,
    /// Every text of a form, the latest last.
    forms: BTreeMap<String, Vec<Form>>,
    clocks: Clocks,
    stages: Stages,
    matching: Option<Box<Knowledge>>,
    duty: Option<Box<DutyRules>>,
    paper: Option<Box<PaperWords>>,
    /// The words of reports, by their codes.
    reports: BTreeMap<String, Labels>,
    rights: Rights,
    /// Keys and files that a newer pack has and this app left out, those of the pack below counted in.
    left_out: usize,
}

impl Pack {
    /// The pack's name, e.g. `national` or `states/br`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The pack's own version, e.g. `2026.13`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How much a newer pack holds that this app does not know: keys and files that were left out, facts and columns of a
    /// type it cannot show. Nothing that stands there is lost; it is not seen.
    pub fn not_known(&self) -> usize {
        let facts = self.facts.values().map(|fact| fact.kind);
        let columns = self.tables.values().flat_map(|table| &table.columns);
        let kinds = facts.chain(columns.map(|column| column.kind));
        self.left_out + kinds.filter(|kind| *kind == FactType::Unknown).count()
    }

    /// First day on which the pack as a whole is in force.
    pub fn in_force_from(&self) -> civil::Date {
        self.in_force_from
    }

    /// The fact of that name.
    pub fn fact(&self, id: &FactId) -> Option<&Fact> {
        self.facts.get(id)
    }

    /// All facts, by name.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.facts.values()
    }

    /// The table of that name.
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables.get(id)
    }

    /// All tables, by name.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values()
    }

    /// The vocabulary of that name.
    pub fn vocabulary(&self, id: &str) -> Option<&Vocabulary> {
        self.vocabularies.get(id)
    }

    /// All vocabularies, by name.
    pub fn vocabularies(&self) -> impl Iterator<Item = &Vocabulary> {
        self.vocabularies.values()
    }

    /// The form of that number, as it reads last.
    pub fn form(&self, id: &str) -> Option<&Form> {
        self.forms.get(id)?.last()
    }

    /// The form of that number as it reads on `day`; `None` where none is in force then.
    pub fn form_on(&self, id: &str, day: civil::Date) -> Option<&Form> {
        let texts = self.forms.get(id)?;
        texts
            .iter()
            .rfind(|form| period::holds(form.in_force_from, form.in_force_until, day))
    }

    /// All forms, by number, each as it reads last.
    pub fn forms(&self) -> impl Iterator<Item = &Form> {
        self.forms.values().filter_map(|texts| texts.last())
    }

    /// Every text of every form, those that are no longer in force too.
    pub fn all_forms(&self) -> impl Iterator<Item = &Form> {
        self.forms.values().flatten()
    }

    /// The definitions of the statutory clocks.
    pub fn clocks(&self) -> &Clocks {
        &self.clocks
    }

    /// The stages of a case: what each rests on, and the usual steps.
    pub fn stages(&self) -> &Stages {
        &self.stages
    }

    /// What matching knows beforehand; a pack may be without.
    pub fn matching(&self) -> Option<&Knowledge> {
        self.matching.as_deref()
    }

    /// How long a referral waits for an officer on duty; a pack may be without.
    pub fn duty(&self) -> Option<&DutyRules> {
        self.duty.as_deref()
    }

    /// The words of reports, by the codes of [`Word`](crate::reports::Word); a pack may be without some.
    pub const fn reports(&self) -> &BTreeMap<String, Labels> {
        &self.reports
    }

    /// The words of every paper; a pack may be without.
    pub fn paper(&self) -> Option<&PaperWords> {
        self.paper.as_deref()
    }

    /// Who may do what, as it reads last.
    pub fn rights(&self) -> &Rights {
        &self.rights
    }
}
