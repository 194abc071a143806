//! What a step writes, as the screen would hand it to the device.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use casework::{CaseId, CaseKind, Compartment, RowId, Urgency, Value};
use ipc::{FieldEdit, NewCase, RegisterRef};

use super::{
    read::{Child, NewRow, SetCell, Settle, Step},
    values::{Shift, fill, of_cell, of_fact},
};

/// The table and id of a row that an earlier step named.
pub(super) type Rows = BTreeMap<(String, String), (String, RowId)>;

/// What is known while a step is read for one child.
pub(super) struct Reading<'a> {
    pub(super) child: &'a Child,
    pub(super) shift: Shift,
    pub(super) rows: &'a Rows,
    pub(super) cases: &'a BTreeMap<String, CaseId>,
}

impl Reading<'_> {
    /// How the case is opened.
    pub(super) fn opening(&self, note: &str) -> NewCase {
        NewCase {
            kind: CaseKind::from_code(&self.child.kind),
            urgency: Urgency::from_code(&self.child.urgency),
            note: fill(note, &self.child.own),
            child_name: self.child.name.clone(),
            age_years: self.child.age,
            sex: self.child.sex.clone(),
        }
    }

    /// The edits of a step, and the names of the rows they add.
    pub(super) fn edits(&self, step: &Step) -> anyhow::Result<(Vec<FieldEdit>, Vec<Option<String>>)> {
        let mut edits = Vec::new();
        let mut names = Vec::new();
        for (fact, value) in &step.facts {
            let (fact, value) = of_fact(fact, value, self.shift, &self.child.own)?;
            edits.push(FieldEdit::SetFact { fact, value });
        }
        for fact in &step.clear {
            let fact = fact.parse().with_context(|| fact.clone())?;
            edits.push(FieldEdit::ClearFact { fact });
        }
        for row in self.added(step)? {
            edits.push(self.row(&row)?);
            names.push(row.id);
        }
        for cell in &step.cell {
            edits.push(self.cell(cell)?);
        }
        for row in &step.tick {
            let (_, row) = self.find(row)?;
            edits.push(FieldEdit::TickTask { row, done: true });
        }
        if let Some(note) = &step.note {
            edits.push(FieldEdit::AddNote {
                compartment: compartment(step.note_in.as_deref())?,
                text: fill(note, &self.child.own),
            });
        }
        Ok((edits, names))
    }

    /// The rows a step adds, extensions and links among them.
    fn added(&self, step: &Step) -> anyhow::Result<Vec<NewRow>> {
        let text = |text: &str| toml::Value::String(text.to_owned());
        let mut rows = step.row.clone();
        if let Some(extend) = &step.extend {
            let cells = [
                ("clock", &extend.clock),
                ("authority", &extend.authority),
                ("order_number", &extend.order),
                ("reason", &extend.reason),
                ("until", &extend.until),
                ("made_at", &step.at),
            ];
            rows.push(NewRow {
                table: "clock_extensions".into(),
                id: None,
                cells: cells.map(|(column, value)| (column.to_owned(), text(value))).into(),
            });
        }
        if let Some(link) = step.link.as_ref().filter(|link| link.case != self.child.id) {
            let other = self.cases.get(&link.case);
            let other = other.with_context(|| format!("`{}` is not opened yet", link.case))?;
            let mut cells = BTreeMap::from([
                ("case".to_owned(), text(&other.to_string())),
                ("relation".to_owned(), text(&link.relation)),
            ]);
            cells.extend(link.note.as_deref().map(|note| ("note".to_owned(), text(note))));
            rows.push(NewRow {
                table: "links".into(),
                id: None,
                cells,
            });
        }
        Ok(rows)
    }

    fn row(&self, row: &NewRow) -> anyhow::Result<FieldEdit> {
        let cell = |(column, value): (&String, &toml::Value)| {
            let value = match value {
                // A row of another table is named as the story names it.
                toml::Value::String(name) if column == "item" || column == "filing" => Value::Text(
                    self.find(name)
                        .map_or_else(|_| name.clone(), |(_, row)| row.to_string()),
                ),
                value => of_cell(&row.table, column, value, self.shift, &self.child.own)?,
            };
            anyhow::Ok((column.clone(), value))
        };
        Ok(FieldEdit::AddRow {
            table: row.table.clone(),
            cells: row.cells.iter().map(cell).collect::<anyhow::Result<_>>()?,
        })
    }

    fn cell(&self, cell: &SetCell) -> anyhow::Result<FieldEdit> {
        let (table, row) = self.find(&cell.row)?;
        let value = cell.value.as_ref();
        let value = value.map(|value| of_cell(&table, &cell.column, value, self.shift, &self.child.own));
        Ok(FieldEdit::SetCell {
            table,
            row,
            column: cell.column.clone(),
            value: value.transpose()?,
        })
    }

    /// The register of a clash and the value that is chosen.
    pub(super) fn settled(&self, settle: &Settle) -> anyhow::Result<(RegisterRef, Value)> {
        match (&settle.fact, &settle.row, &settle.column) {
            (Some(fact), None, None) => {
                let (fact, value) = of_fact(fact, &settle.value, self.shift, &self.child.own)?;
                Ok((RegisterRef::Fact { fact }, value))
            }
            (None, Some(row), Some(column)) => {
                let (table, row) = self.find(row)?;
                let value = of_cell(&table, column, &settle.value, self.shift, &self.child.own)?;
                let column = column.clone();
                Ok((RegisterRef::Cell { table, row, column }, value))
            }
            _ => bail!("a choice is of a fact, or of a row and its column"),
        }
    }

    pub(super) fn find(&self, row: &str) -> anyhow::Result<(String, RowId)> {
        let known = self.rows.get(&(self.child.id.clone(), row.to_owned()));
        known
            .cloned()
            .with_context(|| format!("no step before added the row `{row}`"))
    }
}

fn compartment(code: Option<&str>) -> anyhow::Result<Compartment> {
    let code = code.unwrap_or("core");
    Compartment::ALL
        .into_iter()
        .find(|compartment| compartment.code() == code)
        .with_context(|| format!("no compartment `{code}`"))
}
