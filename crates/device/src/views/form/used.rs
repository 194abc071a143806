//! What a role does with a form.

use casework::{About, CaseKind, Compartment, Filed, Form, Labels};
use ipc::{FilingKind, FormUse};

use super::count::place_of;
use crate::session::Session;

/// Whether the form is one for a case of this kind, today.
pub(crate) fn fits(form: &Form, kind: &CaseKind, today: jiff::civil::Date) -> bool {
    let of_kind = form.kinds.is_empty() || *kind == CaseKind::Both || form.kinds.contains(kind);
    form.about == About::Case
        && of_kind
        && form.in_force_from.is_none_or(|from| from <= today)
        && form.in_force_until.is_none_or(|until| today <= until)
}

/// What this officer's role does with the form.
pub(crate) fn used(session: &Session, form: &Form) -> FormUse {
    let writes_something = || {
        let mut fields = form.sections.iter().flat_map(|section| &section.fields);
        fields.any(|field| place_of(session, field).is_some_and(|compartment| session.may_write(compartment)))
    };
    if form.filled_by.contains(&session.role) || form.filled_by.is_empty() && writes_something() {
        FormUse::Fills
    } else if form.approved_by.contains(&session.role) {
        FormUse::Approves
    } else {
        FormUse::Reads
    }
}

/// In which ways this officer may file the form. A filing is written in `core`.
pub(crate) fn may_file(session: &Session, form: &Form) -> Vec<FilingKind> {
    let mut ways = Vec::new();
    if !session.may_write(Compartment::Core) {
        return ways;
    }
    if used(session, form) == FormUse::Fills {
        ways.push(match form.filed {
            Filed::Sent => FilingKind::Sent,
            Filed::Signed | Filed::Unknown(_) => FilingKind::Signed,
        });
    }
    if form.approved_by.contains(&session.role) {
        ways.push(FilingKind::Approved);
    }
    ways
}

/// The roles that fill the form and may write the compartment; where none of them may, every role that may.
pub(crate) fn who_may_write(session: &Session, form: &Form, compartment: Compartment) -> Vec<Labels> {
    let rights = || {
        session
            .pack
            .rights()
            .iter()
            .filter(|rights| rights.writes.contains(&compartment.into()))
    };
    let filling: Vec<Labels> = rights()
        .filter(|rights| form.filled_by.contains(&rights.role))
        .map(|rights| rights.label.clone())
        .collect();
    if filling.is_empty() {
        rights().map(|rights| rights.label.clone()).collect()
    } else {
        filling
    }
}
