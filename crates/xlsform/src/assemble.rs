//! From the rows of a workbook to what a pack holds.

mod questions;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use casework::{FactId, Labels};

use crate::choices::{self, Lists};
use crate::columns::{Table, complete, labels, same};
use crate::finding::{Finding, What};
use crate::layer::{Asks, Assembled, FieldDraft, Rule, SectionDraft, TableDraft};
use crate::outline::{Item, RowKind, outline};
use crate::settings::{self, Settings};
use crate::translate::{Kind, Named, Scope};
use crate::workbook::{Workbook, WorkbookError};
use crate::{Options, names};

/// Headings of `survey` that are read, or known and told of where they stand.
const READ: [&str; 36] = [
    "type",
    "name",
    "label",
    "hint",
    "guidance_hint",
    "relevant",
    "constraint",
    "constraint_message",
    "required",
    "required_message",
    "calculation",
    "read_only",
    "default",
    "trigger",
    "appearance",
    "choice_filter",
    "repeat_count",
    "parameters",
    "media",
    "autoplay",
    "rows",
    "disabled",
    "vatsalya::compartment",
    "vatsalya::sensitivity",
    "$given_name",
    "noapperrorstring",
    "no_app_error_string",
    "save_to",
    "compact_tag",
    "sms_field",
    "sms_option",
    "sms_separator",
    "sms_allow_media",
    "sms_date_format",
    "sms_datetime_format",
    "sms_response",
];

/// A group or repeat that is open.
struct Frame {
    word: String,
    title: Labels,
    row: u32,
    is_repeat: bool,
    rule: Option<Rule>,
    /// The table whose rows are described; `None` outside of one, and in one that is left out.
    table: Option<TableDraft>,
    /// How the table is asked for.
    asked: Option<FieldDraft>,
}

struct Builder<'a> {
    options: &'a Options,
    settings: &'a Settings,
    lists: &'a Lists,
    scope: Scope,
    frames: Vec<Frame>,
    /// Whether the last section is still the one of the innermost group.
    is_open: bool,
    sections_named: BTreeSet<String>,
    out: Assembled,
}

/// Reads the sheets and puts together what they say.
pub(crate) fn assemble(
    workbook: &Workbook,
    options: &Options,
    found: &mut Vec<Finding>,
) -> Result<Assembled, WorkbookError> {
    let sheet = workbook.sheet("survey").ok_or(WorkbookError::NoSheet("survey"))?;
    let table = Table::new(sheet);
    table.look_over(&READ, |name| Some(What::UnknownColumn(name.to_owned())), found);
    for other in &workbook.sheets {
        let name = other.name.trim().to_lowercase();
        if !matches!(name.as_str(), "survey" | "choices" | "settings") {
            found.push(Finding {
                sheet: other.name.clone(),
                row: 0,
                column: 0,
                what: What::OtherSheet,
            });
        }
    }
    let settings = settings::read(workbook, found);
    let lists = choices::read(workbook, &settings.language, found);
    let items = outline(&table, &lists, found);
    let version = settings
        .version
        .as_ref()
        .map_or(String::new(), |version| format!(", version {version}"));
    let mut builder = Builder {
        options,
        settings: &settings,
        lists: &lists,
        scope: Scope::new(),
        frames: Vec::new(),
        is_open: false,
        sections_named: BTreeSet::new(),
        out: Assembled {
            id: format!("{}_{}", options.prefix, settings.id),
            title: settings.title.clone(),
            source: format!("XLSForm {}{version}", settings.id),
            facts: Vec::new(),
            tables: Vec::new(),
            vocabularies: BTreeMap::new(),
            sections: Vec::new(),
        },
    };
    builder.names(&items, found);
    builder.calculations(&items, found);
    for item in &items {
        builder.row(item, found);
    }
    for frame in &builder.frames {
        found.push(table.finding(frame.row, 0, What::NotEnded));
    }
    if builder.out.sections.iter().all(|section| section.fields.is_empty()) {
        found.push(table.finding(0, 0, What::NoQuestions));
    }
    builder.out.sections.retain(|section| !section.fields.is_empty());
    Ok(builder.out)
}

impl Builder<'_> {
    fn fact_id(&self, word: &str) -> String {
        format!("{}.{}.{word}", self.options.prefix, self.settings.id)
    }

    fn table_id(&self, word: &str) -> String {
        format!("{}_{word}", self.out.id)
    }

    /// What every name stands for. A name that stands in two groups cannot be asked for.
    fn names(&mut self, items: &[Item<'_>], found: &mut Vec<Finding>) {
        let mut repeats = 0_usize;
        for item in items {
            let id = self.fact_id(&item.word);
            let is_asked = matches!(item.kind, RowKind::Question { .. } | RowKind::Calculate);
            if is_asked && id.parse::<FactId>().is_err() {
                let column = item.line.cell("name").map_or(0, |(column, _)| column);
                found.push(item.line.finding(column, What::BadName(item.name.clone())));
            }
            let named = match &item.kind {
                RowKind::EndRepeat => {
                    repeats = repeats.saturating_sub(1);
                    continue;
                }
                RowKind::EndGroup => continue,
                RowKind::BeginRepeat => {
                    repeats += 1;
                    if repeats == 1 {
                        Named::Table(self.table_id(&item.word))
                    } else {
                        Named::LeftOut
                    }
                }
                _ if is_asked && repeats > 0 => Named::InRows,
                RowKind::Question { kind, other, .. } => {
                    if *other {
                        let name = format!("{}_other", item.name);
                        let text = Named::Fact(self.fact_id(&format!("{}_other", item.word)), Kind::Text);
                        self.scope.insert(name, text);
                    }
                    Named::Fact(id, kind.clone())
                }
                RowKind::Calculate => Named::Pending,
                RowKind::Today => Named::Today,
                RowKind::Note | RowKind::BeginGroup | RowKind::LeftOut => Named::LeftOut,
            };
            let twice = self.scope.contains_key(&item.name);
            self.scope
                .insert(item.name.clone(), if twice { Named::LeftOut } else { named });
        }
    }

    fn row(&mut self, item: &Item<'_>, found: &mut Vec<Finding>) {
        match &item.kind {
            RowKind::BeginGroup | RowKind::BeginRepeat => self.begin(item, found),
            RowKind::EndGroup | RowKind::EndRepeat => self.end(item, found),
            RowKind::Note => self.note(item, found),
            RowKind::Question { .. } => self.question(item, found),
            RowKind::Calculate => self.calculated(item, found),
            RowKind::Today | RowKind::LeftOut => {}
        }
    }

    fn in_repeat(&self) -> bool {
        self.frames.iter().any(|frame| frame.is_repeat)
    }

    fn begin(&mut self, item: &Item<'_>, found: &mut Vec<Finding>) {
        let line = &item.line;
        let is_repeat = item.kind == RowKind::BeginRepeat;
        let words = line.words("label", &self.settings.language);
        let title = match self.frames.last() {
            _ if !words.is_empty() => complete(line, "label", words, found),
            _ if is_repeat && !item.name.is_empty() => {
                found.push(line.finding(0, What::NoLabel));
                same(&item.name)
            }
            Some(frame) => frame.title.clone(),
            None => self.out.title.clone(),
        };
        let nested = is_repeat && self.in_repeat();
        if nested {
            found.push(line.finding(0, What::NestedRepeat));
        }
        let inside = self.in_repeat();
        Self::told(item, &["relevant"], found);
        Self::no_hint(item, found);
        let rule = if inside {
            if let Some((column, _)) = line.cell("relevant") {
                found.push(line.finding(column, What::InRepeat("relevant".to_owned())));
            }
            None
        } else {
            self.rule(item, "relevant", None, found)
        };
        let (mut table, mut asked) = (None, None);
        if is_repeat && !nested {
            let id = self.table_id(&item.word);
            asked = Some(FieldDraft {
                asks: Asks::Table(id.clone()),
                required: false,
                required_when: None,
                shown_when: rule.clone(),
            });
            table = Some(TableDraft {
                id,
                compartment: self.compartment(item, found),
                label: title.clone(),
                columns: Vec::new(),
            });
        }
        self.frames.push(Frame {
            word: item.word.clone(),
            title,
            row: line.number,
            is_repeat,
            rule: if is_repeat { None } else { rule },
            table,
            asked,
        });
        if !inside && !is_repeat {
            self.is_open = false;
        }
    }

    fn end(&mut self, item: &Item<'_>, found: &mut Vec<Finding>) {
        let is_repeat = item.kind == RowKind::EndRepeat;
        if self.frames.last().is_none_or(|frame| frame.is_repeat != is_repeat) {
            found.push(item.line.finding(0, What::NotBegun));
            return;
        }
        let Some(frame) = self.frames.pop() else { return };
        if let (Some(table), Some(asked)) = (frame.table, frame.asked)
            && !table.columns.is_empty()
        {
            self.out.tables.push(table);
            self.section().fields.push(asked);
        }
        if !is_repeat && !self.in_repeat() {
            self.is_open = false;
        }
    }

    /// The section of the innermost group; a new one where another group stood between.
    fn section(&mut self) -> &mut SectionDraft {
        if !self.is_open || self.out.sections.is_empty() {
            let word = self
                .frames
                .last()
                .map_or("main", |frame| frame.word.as_str())
                .to_owned();
            let mut id = word.clone();
            let mut number = 2;
            while !self.sections_named.insert(id.clone()) {
                id = format!("{word}_{number}");
                number += 1;
            }
            let title = self.frames.last().map_or(&self.out.title, |frame| &frame.title).clone();
            let shown_when = self.frames.iter().filter_map(|frame| frame.rule.clone()).collect();
            self.out.sections.push(SectionDraft {
                id,
                title,
                why: Labels::default(),
                shown_when,
                fields: Vec::new(),
            });
            self.is_open = true;
        }
        let last = self.out.sections.len() - 1;
        &mut self.out.sections[last]
    }

    /// A note becomes a sentence at the head of its section.
    fn note(&mut self, item: &Item<'_>, found: &mut Vec<Finding>) {
        let line = &item.line;
        if self.in_repeat() {
            found.push(line.finding(0, What::InRepeat("note".to_owned())));
            return;
        }
        Self::told(item, &[], found);
        Self::no_hint(item, found);
        let words = line.words("label", &self.settings.language);
        if words.is_empty() {
            return;
        }
        let text = complete(line, "label", words, found);
        let section = self.section();
        let mut joined: BTreeMap<String, String> = BTreeMap::new();
        for (code, words) in section.why.iter().chain(text.iter()) {
            let so_far = joined.entry(code.to_owned()).or_default();
            if !so_far.is_empty() {
                so_far.push('\n');
            }
            so_far.push_str(words);
        }
        section.why = labels(&joined);
    }

    /// The vocabulary of a list, made at its first use.
    fn vocabulary(&mut self, list: &str, other: bool) -> String {
        let at = self.lists.keys().position(|name| name == list).unwrap_or_default();
        let word = names::word(list).unwrap_or_else(|| format!("list_{}", at + 1));
        // Two lists may become one word.
        let same = self
            .lists
            .keys()
            .take(at)
            .filter(|name| names::word(name).as_ref() == Some(&word))
            .count();
        let mut id = format!("{}_{word}", self.out.id);
        if same > 0 {
            id = format!("{id}_{}", same + 1);
        }
        let mut terms = self.lists.get(list).cloned().unwrap_or_default();
        if other {
            id.push_str("_or_other");
            if terms.iter().all(|term| term.code != "other") {
                let label = Labels::from_pairs([("en", "Other"), ("hi", "अन्य")]);
                terms.push(choices::Term {
                    code: "other".to_owned(),
                    label,
                });
            }
        }
        self.out.vocabularies.entry(id.clone()).or_insert(terms);
        id
    }
}
