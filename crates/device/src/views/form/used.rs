//! What a role does with a form.

use casework::{About, CaseKind, DocumentKind, Filed, Form, Labels};
use ipc::{FilingKind, FormUse};

use super::count::place_of;
use crate::session::Session;

/// Whether the form is one for what it is to be about, today; for a case, also for its kind.
pub(crate) fn fits(form: &Form, about: &About, kind: Option<&CaseKind>, today: jiff::civil::Date) -> bool {
    let of_kind = |kind: &CaseKind| form.kinds.is_empty() || *kind == CaseKind::Both || form.kinds.contains(kind);
    form.about == *about
        && kind.is_none_or(of_kind)
        && form.in_force_from.is_none_or(|from| from <= today)
        && form.in_force_until.is_none_or(|until| today <= until)
}

/// What this officer's role does with the form.
pub(crate) fn used(session: &Session, form: &Form) -> FormUse {
    let writes_something = || {
        let mut fields = form.sections.iter().flat_map(|section| &section.fields);
        fields.any(|field| place_of(session, field).is_some_and(|kind| session.may_write(kind)))
    };
    if form.filled_by.contains(&session.role) || form.filled_by.is_empty() && writes_something() {
        FormUse::Fills
    } else if form.approved_by.contains(&session.role) {
        FormUse::Approves
    } else {
        FormUse::Reads
    }
}

/// In which ways this officer may file the form. A filing is written in the main document of what the form is about.
pub(crate) fn may_file(session: &Session, form: &Form) -> Vec<FilingKind> {
    let mut ways = Vec::new();
    let main = match form.about {
        About::Case => DocumentKind::Case(casework::Compartment::Core),
        About::Institution => DocumentKind::Institution,
        // No screen fills these yet.
        About::Missing | About::Unknown(_) => return ways,
    };
    if !session.may_write(main) {
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

/// The roles that fill the form and may write the document; where none of them may, every role that may.
pub(crate) fn who_may_write(session: &Session, form: &Form, kind: DocumentKind) -> Vec<Labels> {
    let rights = || {
        session
            .pack
            .rights()
            .iter()
            .filter(|rights| rights.writes.contains(&kind))
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
