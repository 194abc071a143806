//! On the page of a record: who else may be its child, without a name, and the way to the comparison.

use casework::Subject;
use ipc::{Glimpse, MatchesPage};
use leptos::{prelude::*, task::spawn_local};

use super::{glimpsed, kind, list::what};
use crate::{
    backend,
    components::{Icon, icon},
    route::Route,
    state::{app, words},
    words::Words,
};

/// Somebody who may be the child of a record.
#[derive(Clone)]
struct Near {
    /// Whose comparison shows both.
    place: Subject,
    percent: u8,
    what: &'static str,
    said: String,
}

/// Those who are proposed for a record.
fn near(words: Words, page: &MatchesPage, own: Subject) -> Vec<Near> {
    let said = |about: &Glimpse| format!("{}: {}", kind(words, &about.kind), glimpsed(words, about));
    let here = page.rows.iter().filter(|row| row.own == own || row.other == own);
    let here = here.map(|row| {
        let (other, about) = if row.own == own {
            (row.other, &row.about_other)
        } else {
            (row.own, &row.about)
        };
        Near {
            place: row.own,
            percent: row.percent,
            what: what(words, own, other),
            said: said(about),
        }
    });
    let elsewhere = page.elsewhere.iter().filter(|row| row.own == own);
    let elsewhere = elsewhere.map(|row| Near {
        place: own,
        percent: row.percent,
        what: what(words, own, row.other),
        said: words.match_in_district(&row.district),
    });
    here.chain(elsewhere).collect()
}

/// What is proposed for a report, or for a case, on whose page there is nothing where nobody is.
#[component]
pub(crate) fn OfRecord(
    /// The record.
    own: Subject,
) -> impl IntoView {
    let app = app();
    let words = words();
    let rows = RwSignal::new(None::<Vec<Near>>);
    Effect::new(move |_| {
        app.matches_changed.track();
        app.cases_changed.track();
        spawn_local(async move {
            // Where the list cannot be read the record is, all the same; the way to the comparison stays.
            if let Ok(page) = backend::matches(Some(own)).await {
                rows.try_set(Some(near(words, &page, own)));
            }
        });
    });
    let is_report = matches!(own, Subject::Missing(_));
    let list = move || {
        let rows = rows.get()?;
        if rows.is_empty() {
            return Some(
                view! { <p class="muted" data-test="of-record-none">{words.match_of_report_none()}</p> }.into_any(),
            );
        }
        let rows: Vec<_> = rows.into_iter().map(row).collect();
        Some(view! { <ul class="nears" data-test="of-record">{rows}</ul> }.into_any())
    };
    let is_shown =
        Memo::new(move |_| is_report || rows.with(|rows| rows.as_ref().is_some_and(|rows| !rows.is_empty())));
    move || {
        let open = is_report.then(|| {
            view! {
                <a class="button" href=Route::Compare(own).to_string() data-test="report-compare">
                    {icon(Icon::Photo)}
                    <span>{words.match_of_report_open()}</span>
                </a>
            }
        });
        is_shown.get().then(|| {
            view! {
                <section class="card stack" class:may-be=!is_report data-test="record-matches">
                    <h3>{if is_report { words.match_of_report() } else { words.match_of_case() }}</h3>
                    {list}
                    {open}
                </section>
            }
        })
    }
}

fn row(near: Near) -> impl IntoView {
    let words = crate::state::words();
    view! {
        <li>
            <a class="near" href=Route::Compare(near.place).to_string() data-test="of-record-row">
                <span class="row-text">
                    <span class="near-said">{near.said}</span>
                    <span class="house-line">{near.what}</span>
                </span>
                {(near.percent > 0).then(|| view! { <span class="tag warn">{words.match_percent(near.percent)}</span> })}
            </a>
        </li>
    }
}
