//! The fields and tables of a form, each with what is known of it.

use std::collections::BTreeSet;

use casefile::{DocumentKey, Register};
use casework::{Asked, DocumentKind, Fact, FormField, Table};
use ipc::{FieldView, FormItem, Provenance, TableView};

use super::{Source, rules::Place, used::who_may_write};
use crate::{
    documents::{DocumentError, Documents},
    session::Session,
    store::Read,
    views::{Part, Speaker, Stood, table, words},
};

/// A form being filled in.
pub(super) struct Filling<'a> {
    pub(super) session: &'a Session,
    pub(super) documents: &'a mut Documents,
    pub(super) read: &'a Read<'a>,
    pub(super) speaker: Speaker<'a>,
    pub(super) source: &'a Source<'a>,
    /// Whether it was filed and is written on all the same.
    pub(super) is_filed: bool,
    /// What stood when it was filed, for a form that is filed again and again.
    pub(super) stood: Vec<Stood>,
    /// Required tables that hold nothing new for this month, quarter or year.
    pub(super) stale: BTreeSet<String>,
}

impl Filling<'_> {
    pub(super) fn item(&mut self, field: &FormField, place: Place) -> Result<Option<FormItem>, DocumentError> {
        let pack = self.session.pack;
        Ok(match &field.asks {
            Asked::Fact(fact) => {
                let Some(known) = pack.fact(fact).filter(|known| self.source.subject.has(known.document)) else {
                    return Ok(None);
                };
                Some(FormItem::Field(Box::new(self.field(known, field, place)?)))
            }
            Asked::Table(table) => {
                let Some(known) = pack
                    .table(table)
                    .filter(|known| self.source.subject.has(known.document))
                else {
                    return Ok(None);
                };
                Some(FormItem::Table(self.table(known, field, place)?))
            }
        })
    }

    fn part(&self, kind: DocumentKind) -> Option<&Part> {
        self.source.parts.iter().find(|part| part.kind == kind)
    }

    fn writable(&self, kind: DocumentKind) -> bool {
        !self.source.frozen && self.session.may_write(kind) && self.part(kind).is_none_or(|part| part.writable)
    }

    fn who(&self, kind: DocumentKind, writable: bool) -> Vec<casework::Labels> {
        if writable || self.source.frozen {
            Vec::new()
        } else {
            who_may_write(self.session, self.source.form, kind)
        }
    }

    fn field(&mut self, known: &Fact, field: &FormField, place: Place) -> Result<FieldView, DocumentError> {
        let kind = known.document;
        let readable = self.session.may_read(kind);
        // A derived fact stands in the sheet only.
        let value = self
            .source
            .sheet
            .record
            .facts
            .get(&known.id)
            .filter(|_| readable)
            .cloned();
        let register = Register::Fact(known.id.clone());
        let part = self.part(kind);
        let clash = part.is_some_and(|part| part.clashes.iter().any(|clash| clash.register == register));
        let from = if value.is_some() && known.derived.is_none() {
            self.provenance(kind, &register)?
        } else {
            None
        };
        let writable = known.derived.is_none() && self.writable(kind);
        Ok(FieldView {
            fact: known.id.clone(),
            kind: known.kind,
            label: known.label.clone(),
            help: known.help.clone(),
            unit: known.unit.clone(),
            terms: words::terms(self.session.pack, known.vocabulary.as_deref()),
            min: known.min,
            max: known.max,
            always_required: field.required,
            required_when: field.required_when.clone(),
            required: place.required,
            shown_when: field.shown_when.clone(),
            shown: place.shown,
            derived: known.derived.clone(),
            checks: self.source.sheet.checks(&known.checks),
            who: self.who(kind, writable || known.derived.is_some()),
            writable,
            readable,
            compartment: kind,
            value,
            from,
            clash,
            needs_reason: self.needs_reason(known),
        })
    }

    /// Whether writing the fact needs a reason.
    fn needs_reason(&self, known: &Fact) -> bool {
        let is_new = || {
            let stood = |stood: &Stood| stood.holds_fact(self.session, &known.id);
            self.source.form.is_added_to(&Asked::Fact(known.id.clone())) && !self.stood.iter().any(stood)
        };
        self.is_filed && !is_new()
    }

    /// Who wrote what stands in a register.
    fn provenance(&mut self, kind: DocumentKind, register: &Register) -> Result<Option<Provenance>, DocumentError> {
        if self.source.frozen {
            return Ok(None);
        }
        let key = DocumentKey::of(self.source.subject, kind);
        let live = match self.documents.get(self.read, key) {
            Ok(Some(open)) => open.document.live(register),
            Ok(None) | Err(DocumentError::Damaged) => Vec::new(),
            Err(error) => return Err(error),
        };
        let Some(version) = live.into_iter().next() else {
            return Ok(None);
        };
        let writer = self.speaker.writer(version.author)?;
        Ok(Some(Provenance {
            by: writer.name,
            role: writer.role,
            own: writer.own,
            at_ms: version.at_ms,
            action: version.action,
        }))
    }

    fn table(&self, known: &Table, field: &FormField, place: Place) -> Result<TableView, DocumentError> {
        let kind = known.document;
        let writable = self.writable(kind);
        let mut view = table::table_view(self.session, &self.speaker, known, self.part(kind), writable)?;
        view.always_required = field.required;
        view.required_when.clone_from(&field.required_when);
        view.required = place.required;
        view.shown_when.clone_from(&field.shown_when);
        view.shown = place.shown;
        view.who = self.who(kind, writable);
        view.stale = self.stale.contains(&known.id);
        view.is_added_to = self.is_filed && self.source.form.is_added_to(&field.asks);
        Ok(view)
    }
}
