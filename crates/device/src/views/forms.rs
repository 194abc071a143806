//! The forms of a case or an institution.

use casework::{About, CaseKind, Form};
use ipc::{FilingView, FormSummary, FormUse};

use crate::{
    session::Session,
    views::form::{Sheet, count, fits, percent, used},
};

/// The forms about a case of this kind, or about an institution: those this officer fills first, then those to be
/// approved, then the others.
pub(super) fn form_summaries(
    session: &Session,
    (about, kind): (&About, Option<&CaseKind>),
    sheet: &Sheet,
    filings: &[FilingView],
) -> Vec<FormSummary> {
    let summary = |form: &Form| {
        let total = count(session, form, sheet).total();
        let mut of_form = filings.iter().filter(|filing| filing.form == form.id);
        let filed = of_form.next().cloned();
        FormSummary {
            form: form.id.clone(),
            title: form.title.clone(),
            source: form.source.clone(),
            filled: total.filled,
            required: total.required,
            percent: percent(total.filled, total.required),
            used: used(session, form),
            filings: u32::try_from(of_form.count()).unwrap_or(u32::MAX) + u32::from(filed.is_some()),
            filed,
        }
    };
    let ids = session.pack.forms().map(|form| form.id.as_str());
    let mut summaries: Vec<FormSummary> = ids
        .filter_map(|id| session.pack.form_on(id, sheet.today))
        .filter(|form| fits(form, about, kind, sheet.today))
        .map(summary)
        .collect();
    let rank = |used: FormUse| match used {
        FormUse::Fills => 0,
        FormUse::Approves => 1,
        FormUse::Reads => 2,
    };
    summaries.sort_by_cached_key(|summary| {
        (
            rank(summary.used),
            summary.form.parse().unwrap_or(u32::MAX),
            summary.form.clone(),
        )
    });
    summaries
}
