//! The forms of a case.

use casework::{CaseKind, Form, Record, facts};
use ipc::{FilingView, FormSummary, FormUse};

use crate::{
    session::Session,
    views::form::{Sheet, count, fits, percent, used},
};

/// The forms for a case of this kind: those this officer fills first, then those to be approved, then the others.
pub(super) fn form_summaries(
    session: &Session,
    record: &Record,
    sheet: &Sheet,
    filings: &[FilingView],
) -> Vec<FormSummary> {
    let kind = record.text(facts::KIND).map_or(CaseKind::Cncp, CaseKind::from_code);
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
        .filter(|form| fits(form, &kind, sheet.today))
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
