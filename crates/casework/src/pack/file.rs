//! One file of a pack: from text to items, each with the line where it stands.

use std::collections::BTreeMap;

use jiff::civil;
use serde::{Deserialize, de::DeserializeOwned};
use toml::Spanned;

use super::{PackError, PackFault};
use crate::{
    Fact, Form, Labels, RoleRights, Table, Vocabulary, clock::Clock, duty::DutyRules, matching::Knowledge,
    paper::PaperWords, stage::Stages,
};

/// What a reader takes of a pack from outside. Shipped packs stay far below.
pub mod limits {
    /// Files of a pack.
    pub const FILES_MAX: usize = 500;
    /// Bytes of one file.
    pub const FILE_BYTES_MAX: usize = 1024 * 1024;
    /// Bytes of all files together.
    pub const BYTES_MAX: usize = 8 * 1024 * 1024;
    /// Bytes of a path.
    pub const PATH_BYTES_MAX: usize = 128;
    /// Facts, tables, vocabularies, forms, clocks, roles and new labels together.
    pub const ITEMS_MAX: usize = 20_000;
}

/// How strictly a pack is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A pack that ships: it knows nothing that this app does not know.
    Shipped,
    /// A pack from outside, perhaps newer than the app: what the app does not know is told and left out.
    Outside,
}

/// An item and the line where it begins.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    pub(super) line: usize,
    pub(super) item: T,
}

/// `pack.toml`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct About {
    pub(super) id: String,
    pub(super) version: String,
    pub(super) in_force_from: civil::Date,
    pub(super) over: Option<String>,
}

/// A new label for something that the pack below has.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Relabel {
    pub(super) kind: Labelled,
    pub(super) id: String,
    pub(super) label: Labels,
}

/// What a new label may be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Labelled {
    Form,
    Fact,
    Term,
    Section,
    Clock,
    Table,
    Column,
    Role,
}

#[derive(Deserialize)]
struct DictionaryFile {
    #[serde(default)]
    fact: Vec<Spanned<Fact>>,
    #[serde(default)]
    table: Vec<Spanned<Table>>,
}

#[derive(Deserialize)]
struct VocabulariesFile {
    #[serde(default)]
    vocabulary: Vec<Spanned<Vocabulary>>,
}

#[derive(Deserialize)]
struct ClocksFile {
    #[serde(default)]
    clock: Vec<Spanned<Clock>>,
}

#[derive(Deserialize)]
struct RolesFile {
    #[serde(default)]
    role: Vec<Spanned<RoleRights>>,
}

#[derive(Deserialize)]
struct MatchingFile {
    matching: Knowledge,
}

#[derive(Deserialize)]
struct RelabelFile {
    #[serde(default)]
    relabel: Vec<Spanned<Relabel>>,
}

/// What a file holds; which it is, its path says.
pub(super) enum Content {
    About(Box<About>),
    Dictionary(Vec<At<Fact>>, Vec<At<Table>>),
    Vocabularies(Vec<At<Vocabulary>>),
    Form(Box<Form>),
    Clocks(Vec<At<Clock>>),
    Roles(Vec<At<RoleRights>>),
    Stages(Box<Stages>),
    Matching(Box<Knowledge>),
    Duty(Box<DutyRules>),
    Paper(Box<PaperWords>),
    Reports(BTreeMap<String, Labels>),
    Relabels(Vec<At<Relabel>>),
}

/// Reads the file at `path`. Keys that nothing reads are added to `unknown`.
pub(super) fn read(path: &str, text: &str, unknown: &mut Vec<PackError>) -> Result<Content, PackError> {
    let mut file = File { path, text, unknown };
    let folder = path.split_once('/').map_or("", |(folder, _)| folder);
    Ok(match (folder, path) {
        ("", "pack.toml") => Content::About(Box::new(file.parse()?)),
        ("", "roles.toml") => Content::Roles(file.items(|file: RolesFile| file.role)?),
        ("", "stages.toml") => Content::Stages(Box::new(file.parse()?)),
        ("", "matching.toml") => Content::Matching(Box::new(file.matching()?)),
        ("", "duty.toml") => Content::Duty(Box::new(file.parse()?)),
        ("", "paper.toml") => Content::Paper(Box::new(file.parse()?)),
        ("", "reports.toml") => Content::Reports(file.parse()?),
        ("", "relabel.toml") => Content::Relabels(file.items(|file: RelabelFile| file.relabel)?),
        ("dictionary", _) => {
            let parsed: DictionaryFile = file.parse()?;
            Content::Dictionary(file.lines(parsed.fact), file.lines(parsed.table))
        }
        ("vocabularies", _) => Content::Vocabularies(file.items(|file: VocabulariesFile| file.vocabulary)?),
        ("clocks", _) => Content::Clocks(file.items(|file: ClocksFile| file.clock)?),
        ("forms", _) => Content::Form(Box::new(file.parse()?)),
        _ => return Err(file.error(1, PackFault::UnknownFile)),
    })
}

struct File<'a> {
    path: &'a str,
    text: &'a str,
    unknown: &'a mut Vec<PackError>,
}

impl File<'_> {
    fn error(&self, line: usize, fault: PackFault) -> PackError {
        PackError {
            file: self.path.to_owned(),
            line,
            fault,
        }
    }

    fn parse<T: DeserializeOwned>(&mut self) -> Result<T, PackError> {
        let unreadable = |error: &toml::de::Error| {
            let line = error.span().map_or(1, |span| line_of(self.text, span.start));
            self.error(line, PackFault::Unreadable(error.message().to_owned()))
        };
        let deserializer = toml::Deserializer::parse(self.text).map_err(|error| unreadable(&error))?;
        let mut ignored = Vec::new();
        let parsed = serde_ignored::deserialize(deserializer, |path| ignored.push(path.to_string()))
            .map_err(|error| unreadable(&error))?;
        for path in ignored {
            let error = self.error(line_of_key(self.text, &path), PackFault::UnknownKey(path));
            self.unknown.push(error);
        }
        Ok(parsed)
    }

    fn matching(&mut self) -> Result<Knowledge, PackError> {
        let file: MatchingFile = self.parse()?;
        let fault = |error| self.error(1, PackFault::Matching(error));
        file.matching.check().map_err(fault)?;
        Ok(file.matching)
    }

    fn items<F: DeserializeOwned, T>(&mut self, of: impl Fn(F) -> Vec<Spanned<T>>) -> Result<Vec<At<T>>, PackError> {
        let items = of(self.parse()?);
        Ok(self.lines(items))
    }

    fn lines<T>(&self, items: Vec<Spanned<T>>) -> Vec<At<T>> {
        let at = |item: Spanned<T>| At {
            line: line_of(self.text, item.span().start),
            item: item.into_inner(),
        };
        items.into_iter().map(at).collect()
    }
}

/// The line of a byte, counted from 1.
fn line_of(text: &str, byte: usize) -> usize {
    1 + text.bytes().take(byte).filter(|b| *b == b'\n').count()
}

/// The line of a key such as `fact.3.colour`, as well as it can be told: the parser says which item, not where.
fn line_of_key(text: &str, path: &str) -> usize {
    let mut words = path.split('.');
    let (item, number) = (
        words.next().unwrap_or_default(),
        words.next().and_then(|n| n.parse::<usize>().ok()),
    );
    let key = path.rsplit('.').next().unwrap_or_default();
    let header = format!("[[{item}]]");
    let mut headers = 0;
    let mut begun = number.is_none();
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with(&header) {
            begun |= Some(headers) == number;
            headers += 1;
        }
        if begun && names(line, key) {
            return at + 1;
        }
    }
    1
}

/// Whether `name` stands in `line` as a word of its own.
pub(super) fn names(line: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + name.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}
