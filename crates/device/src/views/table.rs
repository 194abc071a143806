//! A table with its rows, on a form or of a case or an institution.

use casefile::{Register, Row};
use casework::{Column, Table};
use ipc::{CellView, ColumnView, RowView, TableView};

use super::{Part, Speaker, words, words::terms};
use crate::{session::Session, store::StoreError};

/// The table with the rows that were not removed.
pub(crate) fn table_view(
    session: &Session,
    speaker: &Speaker<'_>,
    table: &Table,
    part: Option<&Part>,
    writable: bool,
) -> Result<TableView, StoreError> {
    let rows = part.into_iter().flat_map(|part| &part.rows);
    let mut views = Vec::new();
    for row in rows.filter(|row| row.table == table.id && !row.removed) {
        views.push(RowView {
            row: row.id,
            cells: table
                .columns
                .iter()
                .map(|column| cell(session, part, row, column))
                .collect(),
            by: speaker.by(row.author)?,
        });
    }
    let column = |column: &Column| ColumnView {
        column: column.id.clone(),
        kind: column.kind,
        label: column.label.clone(),
        terms: terms(session.pack, column.vocabulary.as_deref()),
        unit: column.unit.clone(),
        min: column.min,
        max: column.max,
    };
    Ok(TableView {
        table: table.id.clone(),
        label: table.label.clone(),
        columns: table.columns.iter().map(column).collect(),
        rows: views,
        compartment: table.document,
        required: false,
        always_required: false,
        required_when: None,
        shown_when: None,
        shown: true,
        writable,
        readable: session.may_read(table.document),
        who: Vec::new(),
        is_added_to: false,
        stale: false,
    })
}

fn cell(session: &Session, part: Option<&Part>, row: &Row, column: &Column) -> CellView {
    let register = Register::Cell {
        row: row.id,
        column: column.id.clone(),
    };
    let value = row.cells.get(&column.id).cloned();
    CellView {
        words: words(session.pack, column.vocabulary.as_deref(), value.as_ref()),
        value,
        clash: part.is_some_and(|part| part.clashes.iter().any(|clash| clash.register == register)),
    }
}
