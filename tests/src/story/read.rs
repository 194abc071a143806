//! The format of a story, read strictly: a key that nobody knows is an error, not a thing that is quietly not tested.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;

use super::{expect::Expect, sound};

/// Values as they stand in the file; the dictionary says what they are.
pub(super) type Values = BTreeMap<String, toml::Value>;

/// A story.
///
/// Moments are written in Indian time, `2024-03-04 18:20`; `24:00` is the end of a day. Facts, tables, columns, forms
/// and clocks are named as in the pack.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// The name of its file.
    #[serde(skip)]
    pub id: String,
    /// What it is about.
    pub title: String,
    /// The story as one would tell it.
    pub prose: String,
    /// How it is shown in the demo district.
    pub demo: Demo,
    /// Who writes; each has a tablet.
    #[serde(rename = "author")]
    pub authors: Vec<Author>,
    /// The children.
    #[serde(rename = "case")]
    pub cases: Vec<Child>,
    /// The institutions, which the district enters at the hub before the first step.
    #[serde(rename = "institution", default)]
    pub institutions: Vec<House>,
    /// The institutions as something that steps write in, with nothing of their own.
    #[serde(skip)]
    houses: Vec<Child>,
    /// What happens, in order.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// How a story is shown in the demo district.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demo {
    /// The last step that has happened, counted from 1; what follows is still to come.
    pub stands_after: usize,
}

/// Somebody with a tablet.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Author {
    /// How the steps call them.
    pub id: String,
    /// Their name.
    pub name: String,
    /// The code of their role.
    pub role: String,
}

/// A child.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Child {
    /// How the steps call the case.
    pub id: String,
    /// The kind of case it is opened as.
    pub kind: String,
    /// The urgency it is opened with.
    pub urgency: String,
    /// The name, where it is known at first.
    pub name: Option<String>,
    /// The stated age.
    pub age: Option<u8>,
    /// The code of the sex.
    pub sex: Option<String>,
    /// Facts of this child alone, written where a step for all the children says `{…}`; by the name between the braces.
    #[serde(default)]
    pub own: BTreeMap<String, String>,
}

/// An institution.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct House {
    /// How the steps call it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What kind of place it is.
    pub kind: String,
    /// How many children it is registered for.
    pub capacity: u32,
    /// Who works in it: it is given to them.
    #[serde(default)]
    pub staff: Vec<String>,
}

/// Something that happens at one moment. What a step writes is written on one tablet, in the order: opening, facts and
/// rows, choices, filing; then people meet the hub, then cases are given and taken.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When.
    pub at: String,
    /// What happens, in a sentence.
    pub says: String,
    /// Who writes.
    pub by: Option<String>,
    /// In which case; `all` for every one. Needs not be said where there is only one.
    pub case: Option<String>,
    /// In which institution, where it is none of the cases.
    pub institution: Option<String>,
    /// Opens the case, with this first note.
    pub opens: Option<String>,
    /// Facts that are written.
    #[serde(default)]
    pub facts: Values,
    /// Facts that are emptied.
    #[serde(default)]
    pub clear: Vec<String>,
    /// Rows that are added.
    #[serde(default)]
    pub row: Vec<NewRow>,
    /// Cells that are written.
    #[serde(default)]
    pub cell: Vec<SetCell>,
    /// More time for a clock.
    pub extend: Option<Extend>,
    /// A link to another case of the story.
    pub link: Option<LinkTo>,
    /// Tasks that are ticked, by the names of their rows.
    #[serde(default)]
    pub tick: Vec<String>,
    /// A note.
    pub note: Option<String>,
    /// The compartment the note is kept in; `core` where nothing is said.
    pub note_in: Option<String>,
    /// The form on which it is written.
    pub form: Option<String>,
    /// Why a filed form is changed.
    pub reason: Option<String>,
    /// Clashes that are settled.
    #[serde(default)]
    pub choose: Vec<Settle>,
    /// A form that is signed, sent or approved.
    pub file: Option<Filing>,
    /// Who meets the hub, in this order.
    #[serde(default)]
    pub sync: Vec<String>,
    /// Who is given the case; they meet the hub at once.
    #[serde(default)]
    pub assign: Vec<String>,
    /// From whom it is taken; they meet the hub at once.
    #[serde(default)]
    pub unassign: Vec<String>,
    /// The code with which the tablet refuses what this step writes.
    pub refused: Option<String>,
    /// What must be so afterwards.
    #[serde(default)]
    pub expect: Vec<Expect>,
}

/// A row that is added.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRow {
    /// The table.
    pub table: String,
    /// How later steps call the row.
    pub id: Option<String>,
    /// Its cells.
    pub cells: Values,
}

/// A cell that is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetCell {
    /// The row.
    pub row: String,
    /// The column.
    pub column: String,
    /// What is written; the cell is emptied where nothing is said.
    pub value: Option<toml::Value>,
}

/// More time for a clock, ordered at the moment of the step.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extend {
    /// Which clock.
    pub clock: String,
    /// The code of who ordered it.
    pub authority: String,
    /// The number of the order.
    pub order: String,
    /// Why.
    pub reason: String,
    /// The last day.
    pub until: String,
}

/// A link to another case of the story.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkTo {
    /// The other case. Where a step is for all the cases, they are linked with this one, which is not linked with itself.
    pub case: String,
    /// How they belong together.
    pub relation: String,
    /// A note.
    pub note: Option<String>,
}

/// A clash that is settled.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settle {
    /// The fact, where it is one.
    pub fact: Option<String>,
    /// The row, where it is a cell.
    pub row: Option<String>,
    /// The column of that row.
    pub column: Option<String>,
    /// The value that is chosen.
    pub value: toml::Value,
}

/// A form that is filed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filing {
    /// The form.
    pub form: String,
    /// `signed`, `sent` or `approved`.
    pub how: String,
}

impl Story {
    /// Reads a story and checks that it is whole.
    pub fn parse(id: &str, text: &str) -> anyhow::Result<Self> {
        let mut story: Self = toml::from_str(text).with_context(|| format!("{id}.toml"))?;
        id.clone_into(&mut story.id);
        let house = |house: &House| Child {
            id: house.id.clone(),
            ..Child::default()
        };
        story.houses = story.institutions.iter().map(house).collect();
        sound::check(&story).with_context(|| format!("{id}.toml"))?;
        Ok(story)
    }

    /// What a step or an expectation is about: one institution, or cases.
    pub fn about(&self, case: Option<&str>, institution: Option<&str>) -> anyhow::Result<Vec<&Child>> {
        let Some(named) = institution else {
            return self.cases_of(case);
        };
        let house = self.houses.iter().find(|house| house.id == named);
        Ok(vec![
            house.with_context(|| format!("there is no institution `{named}`"))?,
        ])
    }

    /// The names of the cases a step is about.
    pub fn cases_of(&self, named: Option<&str>) -> anyhow::Result<Vec<&Child>> {
        match named {
            Some("all") => Ok(self.cases.iter().collect()),
            Some(name) => {
                let case = self.cases.iter().find(|case| case.id == name);
                Ok(vec![case.with_context(|| format!("there is no case `{name}`"))?])
            }
            None if self.cases.len() == 1 => Ok(self.cases.iter().collect()),
            None => bail!("which case? the story has several"),
        }
    }
}

/// Every story, in the order of the names of their files.
pub fn all() -> anyhow::Result<Vec<Story>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("stories");
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    ensure!(!files.is_empty(), "no story in {}", folder.display());
    let read = |path: PathBuf| {
        let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Story::parse(&id, &fs::read_to_string(&path)?)
    };
    files.into_iter().map(read).collect()
}
