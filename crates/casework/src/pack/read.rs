//! A pack out of its files: every file read, laid over the pack below, names and expressions checked.

use std::collections::BTreeMap;

use super::{
    Pack, PackError, PackFault,
    file::{self, About, At, Content, Mode, Relabel, limits},
    lay, names,
};
use crate::{
    Fact, Form, Labels, Rights, RoleRights, Table, Vocabulary,
    clock::{Clock, Clocks, Used},
    duty::DutyRules,
    matching::Knowledge,
    paper::PaperWords,
    stage::Stages,
};

/// What an item of a pack is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ItemKind {
    Fact,
    Table,
    Vocabulary,
    Form,
    Clock,
    Role,
    Stages,
    Paper,
    Reports,
}

/// Where an item stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) file: String,
    pub(crate) line: usize,
}

/// The files of a pack, by path within it.
pub(crate) type Files = BTreeMap<String, String>;

/// Everything that reading a pack found.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// The pack, where it could be put together at all.
    pub(crate) pack: Option<Pack>,
    /// What is wrong; a pack with an error is not used.
    pub(crate) errors: Vec<PackError>,
    /// What a newer pack has and this app does not know.
    pub(crate) notes: Vec<PackError>,
    /// Where the items of this pack (not of the one below) stand.
    origins: BTreeMap<(ItemKind, String), Vec<Origin>>,
}

/// The items of the files, before they are put together.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) about: Option<About>,
    pub(super) facts: Vec<Fact>,
    pub(super) tables: Vec<Table>,
    pub(super) vocabularies: Vec<Vocabulary>,
    pub(super) forms: Vec<Form>,
    pub(super) clocks: Vec<Clock>,
    pub(super) roles: Vec<RoleRights>,
    pub(super) stages: Option<Stages>,
    pub(super) matching: Option<Box<Knowledge>>,
    pub(super) duty: Option<Box<DutyRules>>,
    pub(super) paper: Option<Box<PaperWords>>,
    pub(super) reports: BTreeMap<String, Labels>,
    pub(super) relabels: Vec<At<Relabel>>,
}

/// Reads a pack and keeps everything that was found.
pub(crate) fn read(files: &Files, base: Option<&Pack>, mode: Mode) -> Reading {
    let mut reading = Reading::default();
    if let Err(error) = within_limits(files) {
        reading.errors.push(error);
        return reading;
    }
    let mut draft = Draft::default();
    let mut unknown = Vec::new();
    for (path, text) in files {
        match file::read(path, text, &mut unknown) {
            Ok(content) => reading.take(path, content, &mut draft),
            Err(error) if error.fault == PackFault::UnknownFile => unknown.push(error),
            Err(error) => reading.errors.push(error),
        }
    }
    match mode {
        Mode::Shipped => reading.errors.extend(unknown),
        Mode::Outside => reading.notes.extend(unknown),
    }
    let Some(about) = draft.about.take() else {
        // Where `pack.toml` is there and wrong, that was said already.
        if !files.contains_key("pack.toml") {
            reading.error("pack.toml", 1, PackFault::NoFile);
        }
        return reading;
    };
    if reading.errors.is_empty() {
        reading.assemble(about, draft, base, mode, files);
    }
    reading
}

fn within_limits(files: &Files) -> Result<(), PackError> {
    let too_much = |file: &str, what, max| PackError {
        file: file.to_owned(),
        line: 1,
        fault: PackFault::TooMuch { what, max },
    };
    if files.len() > limits::FILES_MAX {
        return Err(too_much("pack.toml", "files", limits::FILES_MAX));
    }
    for (path, text) in files {
        if path.len() > limits::PATH_BYTES_MAX {
            return Err(too_much("pack.toml", "bytes in a path", limits::PATH_BYTES_MAX));
        }
        if text.len() > limits::FILE_BYTES_MAX {
            return Err(too_much(path, "bytes in a file", limits::FILE_BYTES_MAX));
        }
    }
    if files.values().map(String::len).sum::<usize>() > limits::BYTES_MAX {
        return Err(too_much("pack.toml", "bytes in all files", limits::BYTES_MAX));
    }
    Ok(())
}

impl Reading {
    pub(super) fn error(&mut self, file: &str, line: usize, fault: PackFault) {
        self.errors.push(PackError {
            file: file.to_owned(),
            line,
            fault,
        });
    }

    /// Where the item stands; the pack's own file for what comes from the pack below.
    pub(crate) fn origin(&self, kind: ItemKind, id: &str) -> Origin {
        let found = self.origins.get(&(kind, id.to_owned())).and_then(|all| all.last());
        found.cloned().unwrap_or_else(|| Origin {
            file: "pack.toml".to_owned(),
            line: 1,
        })
    }

    /// Whether the item is this pack's own and not of the pack below.
    pub(crate) fn is_own(&self, kind: ItemKind, id: &str) -> bool {
        self.origins.contains_key(&(kind, id.to_owned()))
    }

    /// Where `name` stands within the item, else where the item begins.
    pub(crate) fn place(&self, files: &Files, kind: ItemKind, id: &str, name: &str) -> Origin {
        let mut origin = self.origin(kind, id);
        let below = files.get(&origin.file).and_then(|text| {
            let lines = text.lines().enumerate().skip(origin.line - 1);
            lines
                .into_iter()
                .find(|(_, line)| file::names(line, name))
                .map(|(at, _)| at + 1)
        });
        origin.line = below.unwrap_or(origin.line);
        origin
    }

    fn note_origin(&mut self, kind: ItemKind, id: &str, file: &str, line: usize) {
        self.origins.entry((kind, id.to_owned())).or_default().push(Origin {
            file: file.to_owned(),
            line,
        });
    }

    fn take(&mut self, path: &str, content: Content, draft: &mut Draft) {
        match content {
            Content::About(about) => draft.about = Some(*about),
            Content::Dictionary(facts, tables) => {
                for At { line, item } in facts {
                    self.note_origin(ItemKind::Fact, item.id.as_str(), path, line);
                    draft.facts.push(item);
                }
                for At { line, item } in tables {
                    self.note_origin(ItemKind::Table, &item.id, path, line);
                    draft.tables.push(item);
                }
            }
            Content::Vocabularies(vocabularies) => {
                for At { line, item } in vocabularies {
                    self.note_origin(ItemKind::Vocabulary, &item.id, path, line);
                    draft.vocabularies.push(item);
                }
            }
            Content::Form(form) => {
                self.note_origin(ItemKind::Form, &form.id, path, 1);
                draft.forms.push(*form);
            }
            Content::Clocks(clocks) => {
                for At { line, item } in clocks {
                    self.note_origin(ItemKind::Clock, &item.id, path, line);
                    draft.clocks.push(item);
                }
            }
            Content::Roles(roles) => {
                for At { line, item } in roles {
                    self.note_origin(ItemKind::Role, item.role.code(), path, line);
                    draft.roles.push(item);
                }
            }
            Content::Stages(stages) => {
                self.note_origin(ItemKind::Stages, "", path, 1);
                draft.stages = Some(*stages);
            }
            Content::Matching(knowledge) => draft.matching = Some(knowledge),
            Content::Duty(duty) => draft.duty = Some(duty),
            Content::Paper(paper) => {
                self.note_origin(ItemKind::Paper, "", path, 1);
                draft.paper = Some(paper);
            }
            Content::Reports(words) => {
                self.note_origin(ItemKind::Reports, "", path, 1);
                draft.reports.extend(words);
            }
            Content::Relabels(relabels) => draft.relabels.extend(relabels),
        }
    }

    fn assemble(&mut self, about: About, draft: Draft, base: Option<&Pack>, mode: Mode, files: &Files) {
        let items = draft.facts.len()
            + draft.tables.len()
            + draft.vocabularies.len()
            + draft.forms.len()
            + draft.clocks.len()
            + draft.roles.len()
            + draft.relabels.len();
        if items > limits::ITEMS_MAX {
            let max = limits::ITEMS_MAX;
            return self.error("pack.toml", 1, PackFault::TooMuch { what: "items", max });
        }
        let given = base.map_or("", Pack::id);
        let wanted = about.over.as_deref().unwrap_or_default();
        if wanted != given {
            let (wanted, given) = (wanted.to_owned(), given.to_owned());
            return self.error("pack.toml", 1, PackFault::Base { wanted, given });
        }
        let mut clocks = Vec::new();
        let empty;
        let base = if let Some(base) = base {
            base
        } else {
            empty = Pack::empty();
            &empty
        };
        let mut pack = lay::over(base, about, draft, &mut clocks, self);
        names::check(&mut pack, &mut clocks, mode, files, self);
        pack.clocks = Clocks::new(clocks, |used| pack.document_of(used));
        pack.left_out += self.notes.len();
        self.pack = Some(pack);
    }
}

impl Pack {
    fn empty() -> Self {
        Self {
            id: String::new(),
            version: String::new(),
            in_force_from: jiff::civil::Date::MIN,
            facts: BTreeMap::new(),
            tables: BTreeMap::new(),
            vocabularies: BTreeMap::new(),
            forms: BTreeMap::new(),
            clocks: Clocks::default(),
            stages: Stages::default(),
            matching: None,
            duty: None,
            paper: None,
            reports: BTreeMap::new(),
            rights: Rights::default(),
            left_out: 0,
        }
    }

    /// The document that holds what a clock uses; `None` for what the pack does not define.
    pub(super) fn document_of(&self, used: Used<'_>) -> Option<crate::DocumentKind> {
        match used {
            Used::Fact(fact) => Some(self.fact(fact)?.document),
            Used::Column { table, column } => {
                let table = self.table(table)?;
                table.column(column).map(|_| table.document)
            }
        }
    }

    /// Reads a pack from outside: a state's, which lies over `base`, or a newer national one without a base. What this
    /// app does not know is left out; everything else that is wrong is an error, the first of which is returned.
    pub fn parse(files: &BTreeMap<String, String>, base: Option<&Self>) -> Result<Self, PackError> {
        read(files, base, Mode::Outside).into_pack()
    }
}

impl Reading {
    /// The pack, or the first thing that is wrong with it.
    pub(super) fn into_pack(self) -> Result<Pack, PackError> {
        let nothing = || PackError {
            file: "pack.toml".to_owned(),
            line: 1,
            fault: PackFault::NoFile,
        };
        match self.errors.into_iter().next() {
            Some(error) => Err(error),
            None => self.pack.ok_or_else(nothing),
        }
    }
}
