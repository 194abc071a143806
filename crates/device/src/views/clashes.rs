//! Registers with two versions, as the screen shows them.

use casefile::Register;
use casework::{Compartment, DocumentKind, FactId, Sensitivity};
use ipc::{Clash, RegisterRef};

use super::{Part, Speaker, register_label, register_place};
use crate::{session::Session, store::StoreError};

/// Every clash of these documents. What identifies the child is masked unless `reveal`.
pub(crate) fn clashes(
    session: &Session,
    speaker: &Speaker<'_>,
    parts: &[Part],
    writes: impl Fn(DocumentKind) -> bool,
    reveal: bool,
) -> Result<Vec<Clash>, StoreError> {
    let mut views = Vec::new();
    for part in parts {
        for clash in &part.clashes {
            let register = match (&clash.register, &clash.table) {
                (Register::Fact(fact), _) => RegisterRef::Fact { fact: fact.clone() },
                (Register::Cell { row, column }, Some(table)) => RegisterRef::Cell {
                    table: table.clone(),
                    row: *row,
                    column: column.clone(),
                },
                (Register::Cell { .. }, None) => continue,
            };
            let masked = !reveal && !register_is_plain(session, &register);
            let vocabulary = register_place(session.pack, &register).and_then(|(_, vocabulary)| vocabulary);
            let mut versions = Vec::new();
            for version in &clash.versions {
                let mut view = speaker.version(part.kind, version.clone(), vocabulary)?;
                if masked {
                    view.value = None;
                    view.words.clear();
                }
                versions.push(view);
            }
            views.push(Clash {
                label: register_label(session.pack, &register),
                register,
                versions,
                writable: writes(part.kind),
            });
        }
    }
    Ok(views)
}

/// Whether what stands in a document is shown only when somebody asked to see it: all of a case but `core`.
fn is_masked(kind: DocumentKind) -> bool {
    matches!(kind, DocumentKind::Case(compartment) if compartment != Compartment::Core)
}

/// Whether a fact may be shown to whoever looks over the officer's shoulder.
pub(super) fn is_plain(session: &Session, fact: &FactId) -> bool {
    session.pack.fact(fact).is_some_and(|known| {
        known.sensitivity == Sensitivity::Ordinary
            || known.sensitivity == Sensitivity::Sensitive && known.compartment() == Some(Compartment::Core)
    })
}

fn register_is_plain(session: &Session, register: &RegisterRef) -> bool {
    match register {
        RegisterRef::Fact { fact } => is_plain(session, fact),
        RegisterRef::Cell { table, .. } => session
            .pack
            .table(table)
            .is_some_and(|table| !is_masked(table.document)),
    }
}
