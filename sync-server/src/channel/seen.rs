//! A record as a channel may see it.

use casefile::DocumentKey;
use casework::reports::ClockTimes;
use casework::{Compartment, DocumentKind, Record, RecordRow, Subject, Value, age_years, facts};
use protocol::DocumentId;
use serde_json::{Value as Json, json};

use super::{Channel, inert};
use crate::storage::PlacementRow;

/// The longest code of a vocabulary that is sent, in characters.
const CODE_CHARS_MAX: usize = 64;
/// Photos of one child that are told; a child has a handful.
const PHOTOS_MAX: usize = 16;

/// A record as it was folded, whole.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// What it tells of.
    pub subject: Subject,
    /// Its district.
    pub district: &'a str,
    /// All its facts and rows.
    pub record: &'a Record,
    /// Its statutory clocks.
    pub clocks: &'a [ClockTimes],
    /// Where the child was.
    pub placements: &'a [PlacementRow],
    /// The log number up to which changes are in it.
    pub upto: u64,
    /// When the last of them was received.
    pub changed_ms: i64,
}

impl Source<'_> {
    /// The document at which answers are told: whoever reads that reads them.
    pub fn told_at(&self) -> DocumentId {
        let kind = match self.subject {
            Subject::Case(_) => Compartment::Core.into(),
            Subject::Institution(_) => DocumentKind::Institution,
            Subject::Missing(_) => DocumentKind::Missing,
        };
        DocumentId(DocumentKey::of(self.subject, kind).to_bytes())
    }
}

/// What of a child's age a channel may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Nothing.
    None,
    /// Whole years.
    Years,
}

/// Which statutory clocks a channel may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clocks {
    /// None.
    None,
    /// All that have started, are for this child and ask somebody to act.
    All,
    /// The one of that name.
    One(&'static str),
}

/// A record with nothing but what a channel may carry.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    channel: &'static Channel,
    source: &'a Source<'a>,
}

impl<'a> Seen<'a> {
    /// The record as that channel may see it.
    pub const fn new(channel: &'static Channel, source: &'a Source<'a>) -> Self {
        Self { channel, source }
    }

    /// What it tells of.
    pub const fn subject(&self) -> Subject {
        self.source.subject
    }

    /// The record's id, as it is sent.
    pub fn id(&self) -> String {
        uuid::Uuid::from_bytes(self.source.subject.to_bytes()).to_string()
    }

    /// Its district.
    pub const fn district(&self) -> &'a str {
        self.source.district
    }

    /// The log number up to which changes are in it.
    pub const fn upto(&self) -> u64 {
        self.source.upto
    }

    /// When the last of them was received.
    pub fn updated_at(&self) -> Option<String> {
        rfc3339(self.source.changed_ms)
    }

    /// A fact, where the channel may carry it.
    fn fact(&self, name: &str) -> Option<&'a Value> {
        let may = self.channel.facts.contains(&name);
        may.then(|| self.source.record.fact(name)).flatten()
    }

    /// Whether a fact that the channel may carry has this code.
    pub fn is(&self, name: &str, code: &str) -> bool {
        self.fact(name).and_then(Value::as_text) == Some(code)
    }

    /// What somebody wrote, made inert; `None` for nothing.
    pub fn text(&self, name: &str) -> Option<String> {
        words(self.fact(name)?)
    }

    /// A code of a vocabulary.
    pub fn code(&self, name: &str) -> Option<String> {
        code(self.fact(name)?)
    }

    /// The codes of a fact that takes several.
    pub fn codes(&self, name: &str) -> Vec<String> {
        match self.fact(name) {
            Some(Value::Set(codes)) => codes.iter().filter_map(|one| short(one)).collect(),
            _ => Vec::new(),
        }
    }

    /// A moment, as it is sent.
    pub fn moment(&self, name: &str) -> Option<String> {
        self.fact(name)?.as_instant_ms().and_then(rfc3339)
    }

    /// A whole number.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.fact(name)?.as_integer()
    }

    /// The child's age in whole years: by the date of birth, else as stated. The date itself is not told by this.
    pub fn age_years(&self) -> Option<i64> {
        let may = self.channel.age == Age::Years;
        may.then(|| age(self.source.record, self.source.changed_ms)).flatten()
    }

    /// The rows of a table, each with the columns that the channel may carry.
    pub fn rows(&self, table: &'static str) -> impl Iterator<Item = SeenRow<'a>> {
        let channel = self.channel;
        let rows = self.source.record.rows.iter().filter(move |row| row.table == table);
        rows.map(move |row| SeenRow { channel, row })
    }

    /// The photos of a case: their hashes and sizes, where the channel may carry those. The bytes are fetched by the hash.
    pub fn photos(&self) -> Vec<Json> {
        let photo = |row: SeenRow<'_>| {
            let is_photo = row.code("kind").is_none_or(|kind| kind == "photo");
            let sha256: protocol::ids::Sha256 = row.text("sha_field").filter(|_| is_photo)?.parse().ok()?;
            Some(json!({ "sha256": sha256.to_string(), "bytes": row.integer("bytes_field") }))
        };
        self.rows("attachments").filter_map(photo).take(PHOTOS_MAX).collect()
    }

    /// Where the child was, in order: kinds of place and times, where the channel may carry the kind.
    pub fn placements(&self) -> Vec<Json> {
        if !self.channel.columns.contains(&("custody", "place_kind")) {
            return Vec::new();
        }
        let told = |place: &PlacementRow| {
            json!({
                "place_kind": short(&place.place_kind),
                "since": place.since_ms.and_then(rfc3339),
                "until": place.until_ms.and_then(rfc3339),
            })
        };
        self.source.placements.iter().map(told).collect()
    }

    /// The times of the clocks that the channel may carry.
    pub fn clocks(&self) -> Vec<Json> {
        let may = |clock: &&ClockTimes| match self.channel.clocks {
            Clocks::None => false,
            Clocks::All => true,
            Clocks::One(name) => clock.id == name,
        };
        self.source.clocks.iter().filter(may).map(timeliness).collect()
    }
}

/// A row as a channel may see it.
#[derive(Debug, Clone, Copy)]
pub struct SeenRow<'a> {
    channel: &'static Channel,
    row: &'a RecordRow,
}

impl<'a> SeenRow<'a> {
    fn cell(&self, column: &'static str) -> Option<&'a Value> {
        let may = self
            .channel
            .columns
            .iter()
            .any(|(table, of)| *table == self.row.table && *of == column);
        may.then(|| self.row.cell(column)).flatten()
    }

    /// What somebody wrote, made inert.
    pub fn text(&self, column: &'static str) -> Option<String> {
        words(self.cell(column)?)
    }

    /// A code.
    pub fn code(&self, column: &'static str) -> Option<String> {
        code(self.cell(column)?)
    }

    /// A moment, as it is sent.
    pub fn moment(&self, column: &'static str) -> Option<String> {
        self.cell(column)?.as_instant_ms().and_then(rfc3339)
    }

    /// A whole number.
    pub fn integer(&self, column: &'static str) -> Option<i64> {
        self.cell(column)?.as_integer()
    }
}

/// The child's age in whole years at a moment.
pub(crate) fn age(record: &Record, now_ms: i64) -> Option<i64> {
    let born = record.text(facts::CHILD_BIRTH_DATE);
    born.and_then(|born| age_years(born, now_ms))
        .map(i64::from)
        .or_else(|| {
            record
                .integer(facts::CHILD_AGE_STATED)
                .filter(|years| (0..=255).contains(years))
        })
}

/// A statutory clock that has started: when it is due, when it was stopped, whether that was in time.
fn timeliness(clock: &ClockTimes) -> Json {
    let in_time = clock.stopped_at_ms.zip(clock.due_at_ms);
    json!({
        "id": short(&clock.id),
        "instance": clock.instance.chars().take(CODE_CHARS_MAX).collect::<String>(),
        "due_at": clock.due_at_ms.and_then(rfc3339),
        "extended": clock.extended,
        "stopped_at": clock.stopped_at_ms.and_then(rfc3339),
        "in_time": in_time.map(|(stopped_ms, due_ms)| stopped_ms <= due_ms),
    })
}

fn words(value: &Value) -> Option<String> {
    let words = inert::text(value.as_text()?);
    (!words.is_empty()).then_some(words)
}

fn code(value: &Value) -> Option<String> {
    short(value.as_text()?)
}

/// A code as short as one is. An app of tomorrow may write one that is not known here; whatever it is, it is inert.
fn short(code: &str) -> Option<String> {
    let short: String = inert::text(code).chars().take(CODE_CHARS_MAX).collect();
    (!short.is_empty()).then_some(short)
}

/// A moment as RFC 3339 in UTC; `None` for one that no calendar has.
pub fn rfc3339(ms: i64) -> Option<String> {
    jiff::Timestamp::from_millisecond(ms)
        .ok()
        .map(|moment| moment.to_string())
}
