//! The trees that tables and indexes are kept in, read from single pages. The form is that of `SQLite` 3 and does not
//! change any more.

use std::collections::HashSet;

use rusqlite::types::Value;

use super::{super::StoreError, pages::Pages};
use crate::vault::USABLE_BYTES;

/// A tree is never deeper: each level multiplies the pages.
const DEPTH_MAX: usize = 24;
/// The first page begins with the header of the file.
const FILE_HEAD_BYTES: usize = 100;
/// The largest row: a database of ours holds no larger blob.
const ROW_BYTES_MAX: usize = 256 * 1024 * 1024;

/// A row as it stands in a tree. A column whose bytes lie on lost pages is `None`.
pub(super) struct Row {
    /// The number of the row, where the tree is a table with numbers.
    pub(super) number: Option<i64>,
    pub(super) columns: Vec<Option<Value>>,
}

/// What comes by on a walk, in the order of the tree.
pub(super) enum Found {
    Row(Row),
    /// Something stood here that cannot be read.
    Hole,
}

/// Takes in what comes by.
pub(super) type Each<'a> = &'a mut dyn FnMut(Found) -> Result<(), StoreError>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    IndexInner,
    TableInner,
    IndexLeaf,
    TableLeaf,
}

struct Cell {
    child: Option<u32>,
    number: Option<i64>,
    /// Bytes of the row in all, those that stand in this page, and where the others begin.
    length: usize,
    here: Vec<u8>,
    beyond: Option<u32>,
}

struct Node {
    kind: Kind,
    cells: Vec<Cell>,
    right: Option<u32>,
}

/// Walks trees and remembers which pages it has seen.
pub(super) struct Walker<'a> {
    pub(super) pages: &'a mut Pages,
    pub(super) seen: HashSet<u32>,
}

impl Walker<'_> {
    /// Everything in the tree with this root.
    pub(super) fn walk(&mut self, root: u32, each: Each<'_>) -> Result<(), StoreError> {
        self.below(root, 0, each)
    }

    /// The rows that stand in one page, whatever belongs below it; none where it is no page of a tree.
    pub(super) fn rows_of(
        &mut self,
        number: u32,
        kind: impl Fn(Kind) -> bool,
        each: Each<'_>,
    ) -> Result<(), StoreError> {
        let node = self.pages.page(number).and_then(|page| node(&page, number));
        let Some(node) = node.filter(|node| kind(node.kind)) else {
            return Ok(());
        };
        for cell in node.cells {
            let found = self.row(cell);
            each(found)?;
        }
        Ok(())
    }

    fn below(&mut self, number: u32, depth: usize, each: Each<'_>) -> Result<(), StoreError> {
        let is_new = self.seen.insert(number);
        let node = self.pages.page(number).and_then(|page| node(&page, number));
        let Some(node) = node.filter(|_| is_new && depth < DEPTH_MAX) else {
            return each(Found::Hole);
        };
        for cell in node.cells {
            if let Some(child) = cell.child {
                self.below(child, depth + 1, each)?;
            }
            if node.kind != Kind::TableInner {
                let found = self.row(cell);
                each(found)?;
            }
        }
        node.right.map_or(Ok(()), |right| self.below(right, depth + 1, each))
    }

    fn row(&mut self, cell: Cell) -> Found {
        let mut bytes = cell.here;
        let mut next = cell.beyond;
        while let Some(number) = next.filter(|_| bytes.len() < cell.length) {
            self.seen.insert(number);
            let Some(page) = self.pages.page(number) else { break };
            let some = (cell.length - bytes.len()).min(USABLE_BYTES - 4);
            bytes.extend_from_slice(&page[4..4 + some]);
            next = big_endian(&page, 0).filter(|number| *number > 0);
        }
        columns(&bytes).map_or(Found::Hole, |columns| {
            Found::Row(Row {
                number: cell.number,
                columns,
            })
        })
    }
}

/// How many rows with how many columns stand in a page, whatever it is.
pub(super) fn rows_in(page: &[u8]) -> usize {
    let nodes = [1, 2].into_iter().filter_map(|number| node(page, number));
    nodes
        .flat_map(|node| node.cells)
        .filter_map(|cell| columns(&cell.here))
        .map(|columns| 1 + columns.len())
        .sum()
}

fn node(page: &[u8], number: u32) -> Option<Node> {
    let start = if number == 1 { FILE_HEAD_BYTES } else { 0 };
    let kind = match page.get(start)? {
        2 => Kind::IndexInner,
        5 => Kind::TableInner,
        10 => Kind::IndexLeaf,
        13 => Kind::TableLeaf,
        _ => return None,
    };
    let is_inner = matches!(kind, Kind::IndexInner | Kind::TableInner);
    let right = if is_inner {
        Some(big_endian(page, start + 8)?)
    } else {
        None
    };
    let pointers = start + if is_inner { 12 } else { 8 };
    let count = usize::from(short(page, start + 3)?);
    let cells = (0..count).map(|n| cell(page, kind, usize::from(short(page, pointers + 2 * n)?)));
    Some(Node {
        kind,
        cells: cells.collect::<Option<_>>()?,
        right,
    })
}

fn cell(page: &[u8], kind: Kind, mut at: usize) -> Option<Cell> {
    let mut child = None;
    if matches!(kind, Kind::IndexInner | Kind::TableInner) {
        child = Some(big_endian(page, at)?);
        at += 4;
    }
    if kind == Kind::TableInner {
        return Some(Cell {
            child,
            number: None,
            length: 0,
            here: Vec::new(),
            beyond: None,
        });
    }
    let length = usize::try_from(varint(page, &mut at)?)
        .ok()
        .filter(|length| *length <= ROW_BYTES_MAX)?;
    let number = match kind {
        Kind::TableLeaf => Some(varint(page, &mut at)?.cast_signed()),
        _ => None,
    };
    let most = match kind {
        Kind::TableLeaf => USABLE_BYTES - 35,
        _ => (USABLE_BYTES - 12) * 64 / 255 - 23,
    };
    let least = (USABLE_BYTES - 12) * 32 / 255 - 23;
    let here = if length <= most {
        length
    } else {
        let fitting = least + (length - least) % (USABLE_BYTES - 4);
        if fitting <= most { fitting } else { least }
    };
    let bytes = page.get(at..at + here)?.to_vec();
    let beyond = if here < length {
        Some(big_endian(page, at + here)?)
    } else {
        None
    };
    Some(Cell {
        child,
        number,
        length,
        here: bytes,
        beyond,
    })
}

/// The columns of a row of which these bytes are left, from its beginning on.
fn columns(bytes: &[u8]) -> Option<Vec<Option<Value>>> {
    let mut at = 0;
    let head = usize::try_from(varint(bytes, &mut at)?).ok()?;
    let mut kinds = Vec::new();
    while at < head {
        kinds.push(varint(bytes, &mut at)?);
    }
    let mut columns = Vec::with_capacity(kinds.len());
    for kind in kinds {
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            long => usize::try_from((long - 12) / 2).ok()?,
        };
        let value = bytes
            .get(at..)
            .and_then(|rest| rest.get(..length))
            .and_then(|bytes| value(kind, bytes));
        columns.push(value);
        at = at.checked_add(length)?;
    }
    Some(columns)
}

fn value(kind: u64, bytes: &[u8]) -> Option<Value> {
    Some(match kind {
        0 => Value::Null,
        8 => Value::Integer(0),
        9 => Value::Integer(1),
        7 => Value::Real(f64::from_be_bytes(bytes.try_into().ok()?)),
        1..=6 => {
            let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
            let start = if negative { -1 } else { 0 };
            Value::Integer(bytes.iter().fold(start, |sum: i64, byte| (sum << 8) | i64::from(*byte)))
        }
        text if text % 2 == 1 => Value::Text(String::from_utf8(bytes.to_vec()).ok()?),
        _ => Value::Blob(bytes.to_vec()),
    })
}

fn varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut number = 0;
    for n in 0..9 {
        let byte = *bytes.get(*at)?;
        *at += 1;
        if n == 8 {
            return Some((number << 8) | u64::from(byte));
        }
        number = (number << 7) | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(number)
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn big_endian(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
