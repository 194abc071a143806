//! What is saved of a damaged file: the tables that cannot be made anew, and how their rows are known.
//!
//! Where the way down to rows is lost, they are found by looking at every page, and told apart by their shape. What lists,
//! search and clocks read is not saved: it is made from the documents.

use rusqlite::types::Value;

/// What stands in a column.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// The number of the row, which the row itself does not repeat.
    Number,
    Integer,
    Text,
    Blob,
    /// A blob of this length.
    Bytes(usize),
    /// The time of a moment, in milliseconds: no number of a row is as large.
    Moment,
    /// This, or nothing.
    Maybe(&'static Shape),
}

use Shape::{Blob, Bytes, Integer, Maybe, Moment, Number, Text};

/// A table that is saved.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    /// Whether rows have numbers of their own, instead of being ordered by their key.
    pub(super) numbered: bool,
    pub(super) columns: &'static [(&'static str, Shape)],
}

/// The tables, those first that others point to.
pub(super) const TABLES: [Table; 15] = [
    Table {
        name: "meta",
        numbered: false,
        columns: &[("key", Text), ("value", Blob)],
    },
    Table {
        name: "document",
        numbered: true,
        columns: &[
            ("row", Number),
            ("id", Bytes(17)),
            ("subject", Bytes(16)),
            ("snapshot", Blob),
            ("clashes", Integer),
            ("writable", Integer),
            ("hub_number", Integer),
            ("leaving", Integer),
        ],
    },
    Table {
        name: "increment",
        numbered: false,
        columns: &[("document", Integer), ("n", Integer), ("bytes", Blob)],
    },
    Table {
        name: "own_change",
        numbered: true,
        columns: &[
            ("n", Number),
            ("document", Bytes(17)),
            ("subject", Bytes(16)),
            ("hash", Bytes(32)),
            ("action", Text),
            ("made_ms", Integer),
            ("bytes", Maybe(&Blob)),
            ("number", Maybe(&Integer)),
            ("late", Integer),
            ("refused", Maybe(&Integer)),
        ],
    },
    Table {
        name: "receipt",
        numbered: false,
        columns: &[
            ("subject", Bytes(16)),
            ("channel", Text),
            ("accepted_upto", Maybe(&Integer)),
            ("reference", Maybe(&Text)),
            ("accepted_ms", Maybe(&Integer)),
            ("rejected_upto", Maybe(&Integer)),
            ("reason", Maybe(&Text)),
            ("rejected_ms", Maybe(&Integer)),
        ],
    },
    Table {
        name: "author",
        numbered: false,
        columns: &[
            ("author", Bytes(16)),
            ("user", Bytes(16)),
            ("name", Text),
            ("role", Text),
            ("device", Text),
        ],
    },
    Table {
        name: "destroyed",
        numbered: false,
        columns: &[("document", Bytes(17))],
    },
    Table {
        name: "set_aside",
        numbered: false,
        columns: &[
            ("document", Bytes(17)),
            ("number", Integer),
            ("received_ms", Integer),
            ("bytes", Blob),
            ("reason", Text),
        ],
    },
    Table {
        name: "media",
        numbered: true,
        columns: &[
            ("sha", Bytes(32)),
            ("size", Integer),
            ("subject", Bytes(16)),
            ("bytes", Maybe(&Blob)),
            ("unsent", Integer),
            ("wanted", Integer),
        ],
    },
    Table {
        name: "access_log",
        numbered: true,
        columns: &[
            ("n", Number),
            ("at_ms", Integer),
            ("action", Text),
            ("subject", Maybe(&Bytes(16))),
            ("detail", Text),
            ("hash", Bytes(32)),
        ],
    },
    Table {
        name: "received",
        numbered: false,
        columns: &[("subject", Bytes(16)), ("hash", Bytes(32)), ("at_ms", Moment)],
    },
    Table {
        name: "damaged",
        numbered: false,
        columns: &[("document", Bytes(17)), ("found_ms", Moment)],
    },
    Table {
        name: "appeal",
        numbered: false,
        columns: &[
            ("document", Bytes(17)),
            ("plea", Integer),
            ("asked_s", Integer),
            ("state", Integer),
            ("at_ms", Maybe(&Moment)),
            ("words", Text),
        ],
    },
    Table {
        name: "destroyed_record",
        numbered: false,
        columns: &[
            ("subject", Bytes(16)),
            ("number", Text),
            ("section", Text),
            ("at_ms", Moment),
        ],
    },
    Table {
        name: "received_run",
        numbered: false,
        columns: &[
            ("document", Bytes(17)),
            ("author", Bytes(16)),
            ("first", Integer),
            ("times", Blob),
        ],
    },
];

/// Earlier than any moment that an officer's clock could show, later than any number of a row.
const MOMENT_MIN: i64 = 1 << 39;

impl Shape {
    /// Whether a value may stand here. One that is lost might have.
    fn takes(self, value: Option<&Value>) -> bool {
        let Some(value) = value else { return true };
        match self {
            Number => *value == Value::Null,
            Integer => matches!(value, Value::Integer(_)),
            Text => matches!(value, Value::Text(_)),
            Blob => matches!(value, Value::Blob(_)),
            Bytes(length) => matches!(value, Value::Blob(bytes) if bytes.len() == length),
            Moment => matches!(value, Value::Integer(at_ms) if *at_ms >= MOMENT_MIN),
            Maybe(shape) => *value == Value::Null || shape.takes(Some(value)),
        }
    }
}

impl Table {
    /// Whether a row found anywhere is one of this table.
    pub(super) fn fits(&self, columns: &[Option<Value>]) -> bool {
        columns.len() == self.columns.len()
            && self
                .columns
                .iter()
                .zip(columns)
                .all(|((_, shape), value)| shape.takes(value.as_ref()))
    }
}
