//! What a workbook becomes: facts, tables, vocabularies and a form, before they are written, and whether they hold
//! together as a pack.

use std::collections::BTreeMap;

use casework::{Compartment, Expression, FactType, Labels, Pack, Sensitivity, lint};

use crate::choices::Term;
use crate::finding::{Finding, What};
use crate::{Options, write};

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) sheet: String,
    pub(crate) row: u32,
    pub(crate) column: u32,
}

impl Place {
    fn finding(&self, what: What) -> Finding {
        Finding {
            sheet: self.sheet.clone(),
            row: self.row,
            column: self.column,
            what,
        }
    }
}

/// An expression of a pack, and the cell it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) text: String,
    pub(crate) at: Place,
}

#[derive(Debug, Clone)]
pub(crate) struct FactDraft {
    pub(crate) id: String,
    pub(crate) kind: FactType,
    pub(crate) vocabulary: Option<String>,
    pub(crate) range: (Option<i64>, Option<i64>),
    pub(crate) compartment: Compartment,
    pub(crate) sensitivity: Sensitivity,
    pub(crate) label: Labels,
    pub(crate) help: Labels,
    pub(crate) check: Option<(Rule, Labels)>,
    pub(crate) derived: Option<Rule>,
}

#[derive(Debug, Clone)]
pub(crate) struct ColumnDraft {
    pub(crate) id: String,
    pub(crate) kind: FactType,
    pub(crate) vocabulary: Option<String>,
    pub(crate) range: (Option<i64>, Option<i64>),
    pub(crate) sensitivity: Sensitivity,
    pub(crate) label: Labels,
}

#[derive(Debug, Clone)]
pub(crate) struct TableDraft {
    pub(crate) id: String,
    pub(crate) compartment: Compartment,
    pub(crate) label: Labels,
    pub(crate) columns: Vec<ColumnDraft>,
}

#[derive(Debug, Clone)]
pub(crate) enum Asks {
    Fact(String),
    Table(String),
}

#[derive(Debug, Clone)]
pub(crate) struct FieldDraft {
    pub(crate) asks: Asks,
    pub(crate) required: bool,
    pub(crate) required_when: Option<Rule>,
    pub(crate) shown_when: Option<Rule>,
}

#[derive(Debug, Clone)]
pub(crate) struct SectionDraft {
    pub(crate) id: String,
    pub(crate) title: Labels,
    pub(crate) why: Labels,
    /// All of these hold.
    pub(crate) shown_when: Vec<Rule>,
    pub(crate) fields: Vec<FieldDraft>,
}

/// Everything that a workbook becomes.
#[derive(Debug, Clone)]
pub(crate) struct Assembled {
    /// The form's name, prefix and all, in words joined by `_`.
    pub(crate) id: String,
    pub(crate) title: Labels,
    pub(crate) source: String,
    pub(crate) facts: Vec<FactDraft>,
    pub(crate) tables: Vec<TableDraft>,
    pub(crate) vocabularies: BTreeMap<String, Vec<Term>>,
    pub(crate) sections: Vec<SectionDraft>,
}

/// The pack that the files are looked over in: the one they are added to, or one made up for them.
fn around(files: &BTreeMap<String, String>, options: &Options, base: &Pack) -> BTreeMap<String, String> {
    let mut all = options.beside.clone();
    all.entry("pack.toml".to_owned()).or_insert_with(|| {
        format!(
            "id = \"states/{}\"\nover = {:?}\nversion = \"1\"\nin_force_from = \"{}\"\n",
            options.prefix,
            base.id(),
            options.in_force_from
        )
    });
    all.extend(files.clone());
    all
}

/// Takes out every rule that the dictionary does not take, and says which.
pub(crate) fn check_expressions(draft: &mut Assembled, options: &Options, base: &Pack, found: &mut Vec<Finding>) {
    let plain = write::files(&without_rules(draft), options);
    let (findings, pack) = lint::check(&around(&plain, options, base), Some(base));
    let Some(pack) = pack else {
        found.extend(
            findings
                .into_iter()
                .take(1)
                .map(|finding| whole(What::Lint(finding.message))),
        );
        return;
    };
    let dictionary = pack.dictionary();
    let read = |rule: &Rule| rule.text.parse::<Expression>().map_err(|error| error.to_string());
    let mut keeps = |rule: &Rule, fits: &dyn Fn(Expression) -> Result<(), String>| match read(rule).and_then(fits) {
        Ok(()) => true,
        Err(why) => {
            found.push(rule.at.finding(What::Refused(why)));
            false
        }
    };
    let condition = |mut read: Expression| read.check_condition(&dictionary).map_err(|error| error.to_string());
    for fact in &mut draft.facts {
        let (kind, vocabulary) = (fact.kind, fact.vocabulary.clone());
        let value = |mut read: Expression| {
            let checked = read.check_value(&dictionary, kind, vocabulary.as_deref());
            checked.map_err(|error| error.to_string())
        };
        fact.derived = fact.derived.take().filter(|rule| keeps(rule, &value));
        fact.check = fact.check.take().filter(|(rule, _)| keeps(rule, &condition));
    }
    for section in &mut draft.sections {
        section.shown_when.retain(|rule| keeps(rule, &condition));
        for field in &mut section.fields {
            field.shown_when = field.shown_when.take().filter(|rule| keeps(rule, &condition));
            field.required_when = field.required_when.take().filter(|rule| keeps(rule, &condition));
        }
    }
}

fn without_rules(draft: &Assembled) -> Assembled {
    let mut bare = draft.clone();
    for fact in &mut bare.facts {
        fact.check = None;
        fact.derived = None;
    }
    for section in &mut bare.sections {
        section.shown_when.clear();
        for field in &mut section.fields {
            field.shown_when = None;
            field.required_when = None;
        }
    }
    bare
}

fn whole(what: What) -> Finding {
    Finding {
        sheet: "survey".to_owned(),
        row: 0,
        column: 0,
        what,
    }
}

/// What the linter of every pack says, at the cell of the rule it names where it names one.
pub(crate) fn look_over(
    draft: &Assembled,
    files: &BTreeMap<String, String>,
    options: &Options,
    base: &Pack,
    found: &mut Vec<Finding>,
) {
    let (findings, _) = lint::check(&around(files, options, base), Some(base));
    let bad = findings
        .into_iter()
        .filter(|finding| finding.severity == lint::Severity::Error);
    let rules: Vec<&Rule> = rules(draft).collect();
    for finding in bad.filter(|finding| files.contains_key(&finding.file)) {
        let named = rules.iter().find(|rule| {
            let read = rule.text.parse::<Expression>();
            read.is_ok_and(|read| finding.message.contains(&format!("`{read}`")))
        });
        let what = What::Lint(finding.message.trim_end_matches('.').to_owned());
        found.push(named.map_or_else(|| whole(what.clone()), |rule| rule.at.finding(what.clone())));
    }
}

fn rules(draft: &Assembled) -> impl Iterator<Item = &Rule> {
    let of_facts = draft.facts.iter();
    let of_facts = of_facts.flat_map(|fact| fact.derived.iter().chain(fact.check.iter().map(|(rule, _)| rule)));
    let of_sections = draft.sections.iter().flat_map(|section| {
        let fields = section.fields.iter();
        let of_fields = fields.flat_map(|field| field.shown_when.iter().chain(&field.required_when));
        section.shown_when.iter().chain(of_fields)
    });
    of_facts.chain(of_sections)
}
