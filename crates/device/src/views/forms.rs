//! The forms of a case or an institution.

use std::collections::{BTreeMap, BTreeSet};

use casework::{About, CaseKind, Form, Subject};
use ipc::{FilingView, FormSummary, FormUse};

use crate::{
    documents::{DocumentError, Documents},
    session::Session,
    store::Read,
    views::{
        Part,
        form::{Sheet, count, fits, percent, stale_of, today, used},
    },
};

/// The tables of each form that was filed and hold nothing new for this month, quarter or year.
pub(super) fn stale_forms(
    session: &Session,
    documents: &mut Documents,
    read: &Read<'_>,
    subject: Subject,
    (parts, filings): (&[Part], &[FilingView]),
) -> Result<BTreeMap<String, BTreeSet<String>>, DocumentError> {
    let mut found = BTreeMap::new();
    let today = today(session.now_ms());
    let filed: BTreeSet<&str> = filings.iter().map(|filing| filing.form.as_str()).collect();
    for form in filed.into_iter().filter_map(|id| session.pack.form_on(id, today)) {
        let stale = stale_of(session, documents, read, (subject, form), parts)?;
        found.insert(form.id.clone(), stale);
    }
    Ok(found)
}

/// The forms about a case of this kind, or about an institution: those this officer fills first, then those to be
/// approved, then the others.
pub(super) fn form_summaries(
    session: &Session,
    (about, kind): (&About, Option<&CaseKind>),
    sheet: &Sheet,
    (filings, stale): (&[FilingView], &BTreeMap<String, BTreeSet<String>>),
) -> Vec<FormSummary> {
    let none = BTreeSet::new();
    let summary = |form: &Form| {
        let total = count(session, form, sheet, stale.get(&form.id).unwrap_or(&none)).total();
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
