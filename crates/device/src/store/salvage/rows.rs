//! Copying what is left of the rows into a new file.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rusqlite::{Connection, params_from_iter, types::Value};

use super::{
    super::StoreError,
    pages::Pages,
    tables::{TABLES, Table},
    tree::{Found, Kind, Row, Walker},
};

/// Stands for a snapshot that is lost: no document begins like this.
pub(super) const NO_SNAPSHOT: &[u8] = b"lost";
/// Above every number of a hub's log: how much of a document the hub has is not known.
pub(super) const NUMBER_UNKNOWN: i64 = i64::MAX;

/// Documents by their rows between which increments are lost; from the first and to the last where there is none.
pub(super) type Between = (Option<i64>, Option<i64>);

/// What was found in a damaged file.
#[derive(Default)]
pub(super) struct Rows {
    /// Tables of which something is lost.
    pub(super) holes: BTreeSet<&'static str>,
    /// How many rows of each table were copied.
    pub(super) copied: BTreeMap<&'static str, u64>,
    /// Documents whose snapshot is lost.
    pub(super) no_snapshot: Vec<[u8; 17]>,
    pub(super) increments: Vec<Between>,
    /// Rows of pictures that no hub has, which were copied with their bytes.
    pub(super) unsent: HashSet<i64>,
    pub(super) indexes: Indexes,
    pub(super) sequences: HashMap<String, i64>,
}

/// What indexes tell of rows that are lost, and which of these are whole.
#[derive(Default)]
pub(super) struct Indexes {
    /// Documents and their rows.
    pub(super) documents: BTreeMap<[u8; 17], i64>,
    /// Those of them that are leaving.
    pub(super) leaving: HashSet<i64>,
    /// Changes made here, by their number.
    pub(super) own: HashMap<i64, ([u8; 16], [u8; 32])>,
    /// Those of them that wait.
    pub(super) waiting: HashSet<i64>,
    /// Rows of pictures that no hub has.
    pub(super) unsent: HashSet<i64>,
    whole: HashSet<&'static str>,
}

impl Indexes {
    pub(super) const DOCUMENTS: &'static str = "sqlite_autoindex_document_1";
    pub(super) const LEAVING: &'static str = "document_leaving";
    pub(super) const OWN: &'static str = "sqlite_autoindex_own_change_1";
    pub(super) const WAITING: &'static str = "own_change_waiting";
    pub(super) const UNSENT: &'static str = "media_unsent";
    const ALL: [&'static str; 5] = [Self::DOCUMENTS, Self::LEAVING, Self::OWN, Self::WAITING, Self::UNSENT];

    /// Whether nothing of it is lost.
    pub(super) fn is_whole(&self, name: &str) -> bool {
        self.whole.contains(name)
    }

    fn note(&mut self, name: &str, row: Row) {
        let mut columns = row.columns.into_iter().map(|value| value.unwrap_or(Value::Null));
        let mut next = || columns.next().unwrap_or(Value::Null);
        match (name, next(), next(), next()) {
            (Self::DOCUMENTS, Value::Blob(id), Value::Integer(row), _) => {
                self.documents.extend(<[u8; 17]>::try_from(id).map(|id| (id, row)));
            }
            (Self::LEAVING, _, Value::Integer(row), _) => _ = self.leaving.insert(row),
            (Self::OWN, Value::Blob(subject), Value::Blob(hash), Value::Integer(n)) => {
                if let (Ok(subject), Ok(hash)) = (subject.try_into(), hash.try_into()) {
                    self.own.insert(n, (subject, hash));
                }
            }
            (Self::WAITING, _, Value::Integer(n), _) => _ = self.waiting.insert(n),
            (Self::UNSENT, _, Value::Integer(row), _) => _ = self.unsent.insert(row),
            _ => {}
        }
    }
}

/// Copies every row that still reads. `progress` hears how many pages were seen.
pub(super) fn copy(pages: &mut Pages, to: &Connection, mut progress: impl FnMut(usize)) -> Result<Rows, StoreError> {
    let mut walker = Walker {
        pages,
        seen: HashSet::new(),
    };
    let mut rows = Rows::default();
    let (roots, whole) = roots(&mut walker)?;
    let saved: Vec<&Table> = TABLES.iter().filter(|table| is_there(to, table.name)).collect();
    for table in &saved {
        let copies: &[&str] = if table.name == "meta" {
            &["meta", "meta_again"]
        } else {
            &[table.name]
        };
        for name in copies {
            match roots.get(*name) {
                Some(root) => copy_table(&mut walker, to, (table, *root), &mut rows, &mut progress)?,
                None if name == &table.name => _ = rows.holes.insert(table.name),
                None => {}
            }
        }
    }
    for (name, root) in &roots {
        if TABLES.iter().any(|table| table.name == name) || name == "meta_again" {
            continue;
        }
        let index = Indexes::ALL.into_iter().find(|index| index == name);
        let mut holes = false;
        walker.walk(*root, &mut |found| {
            match found {
                Found::Row(row) if name == "sqlite_sequence" => note_sequence(&mut rows.sequences, &row),
                Found::Row(row) => index
                    .into_iter()
                    .for_each(|index| rows.indexes.note(index, row.again())),
                Found::Hole => holes = true,
            }
            Ok(())
        })?;
        if !holes && whole {
            rows.indexes.whole.extend(index);
        }
    }
    let lost: Vec<&Table> = saved
        .into_iter()
        .filter(|table| rows.holes.contains(table.name))
        .collect();
    if !lost.is_empty() {
        copy_strays(&mut walker, to, &lost, &mut rows)?;
    }
    Ok(rows)
}

/// Where each tree begins, and whether that is known of all.
fn roots(walker: &mut Walker<'_>) -> Result<(BTreeMap<String, u32>, bool), StoreError> {
    let (mut roots, mut whole) = (BTreeMap::new(), true);
    walker.walk(1, &mut |found| {
        match found {
            Found::Row(row) => roots.extend(root_of(&row)),
            Found::Hole => whole = false,
        }
        Ok(())
    })?;
    if whole {
        return Ok((roots, true));
    }
    // The way to them is lost, and they themselves may not be.
    for number in 2..=walker.pages.count() {
        walker.rows_of(number, |kind| kind == Kind::TableLeaf, &mut |found| {
            if let Found::Row(row) = found {
                roots.extend(root_of(&row));
            }
            Ok(())
        })?;
    }
    let saved = TABLES.iter().map(|table| table.name);
    let whole = saved.chain(Indexes::ALL).all(|name| roots.contains_key(name));
    Ok((roots, whole))
}

/// Where the tree of a table or an index begins, where the row is one of the schema.
fn root_of(row: &Row) -> Option<(String, u32)> {
    let [
        Some(Value::Text(kind)),
        Some(Value::Text(name)),
        Some(Value::Text(_)),
        Some(Value::Integer(root)),
        _,
    ] = &row.columns[..]
    else {
        return None;
    };
    let is_tree = ["table", "index"].contains(&kind.as_str());
    let root = u32::try_from(*root).ok().filter(|root| is_tree && *root > 0)?;
    Some((name.clone(), root))
}

fn is_there(to: &Connection, table: &str) -> bool {
    let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    to.query_row(sql, [table], |_| Ok(())).is_ok()
}

fn note_sequence(sequences: &mut HashMap<String, i64>, row: &Row) {
    if let [Some(Value::Text(name)), Some(Value::Integer(last))] = &row.columns[..] {
        sequences.insert(name.clone(), *last);
    }
}

fn copy_table(
    walker: &mut Walker<'_>,
    to: &Connection,
    (table, root): (&Table, u32),
    rows: &mut Rows,
    progress: &mut impl FnMut(usize),
) -> Result<(), StoreError> {
    // Of increments it is told between which documents some are lost.
    let (mut before, mut open) = (None, false);
    let mut copied = 0;
    walker.walk(root, &mut |found| {
        copied += 1;
        progress(copied);
        let Found::Row(row) = found else {
            rows.holes.insert(table.name);
            open = true;
            return Ok(());
        };
        let at = match row.columns.first() {
            Some(Some(Value::Integer(document))) if table.name == "increment" => Some(*document),
            _ => None,
        };
        if std::mem::take(&mut open) && at.is_some() {
            rows.increments.push((before, at));
        }
        before = at;
        if !insert(to, table, row, rows)? {
            rows.holes.insert(table.name);
            open = true;
        }
        Ok(())
    })?;
    if open && table.name == "increment" {
        rows.increments.push((before, None));
    }
    Ok(())
}

/// Rows to which no way leads any more.
fn copy_strays(walker: &mut Walker<'_>, to: &Connection, lost: &[&Table], rows: &mut Rows) -> Result<(), StoreError> {
    for number in 2..=walker.pages.count() {
        if walker.seen.contains(&number) {
            continue;
        }
        let is_kept = |kind| kind != Kind::TableInner;
        walker.rows_of(number, is_kept, &mut |found| {
            let Found::Row(row) = found else { return Ok(()) };
            let is_of = |table: &&&Table| table.numbered == row.number.is_some() && table.fits(&row.columns);
            if let Some(table) = lost.iter().find(is_of) {
                insert(to, table, row, rows)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Writes a row into the new file. Returns whether it was all there.
fn insert(to: &Connection, table: &Table, mut row: Row, rows: &mut Rows) -> Result<bool, StoreError> {
    if row.columns.len() != table.columns.len() {
        return Ok(false);
    }
    let whole = row.columns.iter().all(Option::is_some);
    match table.name {
        "document" if !whole => rows.no_snapshot.extend(without_snapshot(&mut row)),
        "media" if !whole => without_bytes(&mut row),
        _ => {}
    }
    let Some(mut values) = row.columns.into_iter().collect::<Option<Vec<Value>>>() else {
        return Ok(false);
    };
    if let ("media", Some(number), [_, _, _, Value::Blob(_), Value::Integer(1), _]) =
        (table.name, row.number, &values[..])
    {
        rows.unsent.insert(number);
    }
    if let (Some(number), Some(Value::Null)) = (row.number, values.first()) {
        values[0] = Value::Integer(number);
    }
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let marks = vec!["?"; names.len()].join(", ");
    let sql = format!(
        "INSERT OR IGNORE INTO {} ({}) VALUES ({marks})",
        table.name,
        names.join(", ")
    );
    let count = to.prepare_cached(&sql)?.execute(params_from_iter(values))?;
    *rows.copied.entry(table.name).or_default() += count as u64;
    Ok(whole)
}

/// A document of which the copy is lost, and with it what stands behind it. Returns which.
fn without_snapshot(row: &mut Row) -> Option<[u8; 17]> {
    let Some(Some(Value::Blob(id))) = row.columns.get(1) else {
        return None;
    };
    let id = <[u8; 17]>::try_from(id.as_slice()).ok()?;
    let defaults = [
        Value::Null,
        Value::Blob(id.to_vec()),
        Value::Blob(id[..16].to_vec()),
        Value::Blob(NO_SNAPSHOT.to_vec()),
        Value::Integer(0),
        Value::Integer(1),
        Value::Integer(NUMBER_UNKNOWN),
        Value::Integer(0),
    ];
    // Half a snapshot is none.
    for (column, default) in row.columns.iter_mut().zip(defaults) {
        column.get_or_insert(default);
    }
    Some(id)
}

/// A picture whose bytes, or what stands behind them, are lost: where the hub has them, they can be had again.
fn without_bytes(row: &mut Row) {
    let [Some(_), Some(Value::Integer(size)), Some(_), bytes, unsent, wanted] = &mut row.columns[..] else {
        return;
    };
    let are_here = bytes.is_some();
    bytes.get_or_insert(Value::Null);
    *unsent = Some(Value::Integer(i64::from(are_here)));
    *wanted = Some(Value::Integer(i64::from(!are_here && *size < 2)));
}

impl Row {
    /// The same row for another reader.
    fn again(&self) -> Self {
        Self {
            number: self.number,
            columns: self.columns.clone(),
        }
    }
}
