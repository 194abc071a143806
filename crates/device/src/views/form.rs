//! A form of a case, filled with what is known and where that came from.

use casefile::{DocumentKey, Register};
use casework::{Asked, CaseId, Column, Compartment, Fact, FactId, Form, FormField, Table};
use ipc::{CellView, ColumnView, FieldView, FormItem, FormView, Provenance, RowView, SectionView, TableView};

use super::{Part, Speaker};
use crate::{
    documents::{DocumentError, Documents},
    session::Session,
    store::Read,
};

/// How many required fields have a value, and how many there are.
pub(super) fn completeness(form: &Form, has: impl Fn(&FactId) -> bool) -> (u32, u32) {
    let mut counted = (0, 0);
    for field in form.sections.iter().flat_map(|section| &section.fields) {
        if let (Asked::Fact(fact), true) = (&field.asks, field.required) {
            counted.1 += 1;
            counted.0 += u32::from(has(fact));
        }
    }
    counted
}

/// A form being filled in.
struct Filling<'a> {
    session: &'a Session,
    documents: &'a mut Documents,
    read: &'a Read<'a>,
    speaker: Speaker<'a>,
    case: CaseId,
    parts: &'a [Part],
}

/// The form as the screen shows it.
pub(crate) fn form_view(
    session: &Session,
    documents: &mut Documents,
    read: &Read<'_>,
    case: CaseId,
    form: &Form,
    parts: &[Part],
) -> Result<FormView, DocumentError> {
    let speaker = Speaker::new(session, read, &case.to_bytes())?;
    let mut filling = Filling {
        session,
        documents,
        read,
        speaker,
        case,
        parts,
    };
    let (filled, required) = completeness(form, |fact| parts.iter().any(|part| part.facts.contains_key(fact)));
    let mut sections = Vec::new();
    for section in &form.sections {
        let mut items = Vec::new();
        for field in &section.fields {
            items.extend(filling.item(field)?);
        }
        sections.push(SectionView {
            id: section.id.clone(),
            title: section.title.clone(),
            why: section.why.clone(),
            items,
        });
    }
    Ok(FormView {
        form: form.id.clone(),
        title: form.title.clone(),
        source: form.source.clone(),
        sections,
        filled,
        required,
    })
}

impl Filling<'_> {
    fn item(&mut self, field: &FormField) -> Result<Option<FormItem>, DocumentError> {
        let pack = self.session.pack;
        Ok(match &field.asks {
            Asked::Fact(fact) => {
                let known = pack.fact(fact).and_then(|known| Some((known, known.compartment()?)));
                let Some((known, compartment)) = known else {
                    return Ok(None);
                };
                Some(FormItem::Field(Box::new(self.field(
                    known,
                    compartment,
                    field.required,
                )?)))
            }
            Asked::Table(table) => pack
                .table(table)
                .and_then(|table| Some(FormItem::Table(self.table(table, table.compartment()?)))),
        })
    }

    fn part(&self, compartment: Compartment) -> Option<&Part> {
        self.parts.iter().find(|part| part.compartment == compartment)
    }

    fn writable(&self, compartment: Compartment) -> bool {
        self.session.may_write(compartment) && self.part(compartment).is_none_or(|part| part.writable)
    }

    fn field(&mut self, known: &Fact, compartment: Compartment, required: bool) -> Result<FieldView, DocumentError> {
        let part = self.part(compartment);
        let value = part.and_then(|part| part.facts.get(&known.id)).cloned();
        let register = Register::Fact(known.id.clone());
        let clash = part.is_some_and(|part| part.clashes.iter().any(|clash| clash.register == register));
        let key = DocumentKey::case(self.case, compartment);
        let live = match self.documents.get(self.read, key)? {
            Some(open) if value.is_some() => open.document.live(&register),
            _ => Vec::new(),
        };
        let from = match live.into_iter().next() {
            Some(version) => Some(Provenance {
                by: self.speaker.by(Some(version.author))?,
                at_ms: version.at_ms,
                action: version.action,
            }),
            None => None,
        };
        Ok(FieldView {
            fact: known.id.clone(),
            kind: known.kind,
            label: known.label.clone(),
            help: known.help.clone(),
            unit: known.unit.clone(),
            terms: self.terms(known.vocabulary.as_deref()),
            min: known.min,
            max: known.max,
            required,
            writable: self.writable(compartment),
            readable: self.session.may_read(compartment),
            compartment,
            value,
            from,
            clash,
        })
    }

    fn table(&self, table: &Table, compartment: Compartment) -> TableView {
        let part = self.part(compartment);
        let rows = part.into_iter().flat_map(|part| &part.rows);
        let rows = rows.filter(|row| row.table == table.id && !row.removed);
        let cell = |row: &casefile::Row, column: &Column| {
            let register = Register::Cell {
                row: row.id,
                column: column.id.clone(),
            };
            CellView {
                value: row.cells.get(&column.id).cloned(),
                clash: part.is_some_and(|part| part.clashes.iter().any(|clash| clash.register == register)),
            }
        };
        TableView {
            table: table.id.clone(),
            label: table.label.clone(),
            columns: table.columns.iter().map(|column| self.column(column)).collect(),
            rows: rows
                .map(|row| RowView {
                    row: row.id,
                    cells: table.columns.iter().map(|column| cell(row, column)).collect(),
                })
                .collect(),
            writable: self.writable(compartment),
        }
    }

    fn column(&self, column: &Column) -> ColumnView {
        ColumnView {
            column: column.id.clone(),
            kind: column.kind,
            label: column.label.clone(),
            terms: self.terms(column.vocabulary.as_deref()),
            unit: column.unit.clone(),
        }
    }

    fn terms(&self, vocabulary: Option<&str>) -> Vec<casework::Term> {
        vocabulary
            .and_then(|id| self.session.pack.vocabulary(id))
            .map(|it| it.terms.clone())
            .unwrap_or_default()
    }
}
