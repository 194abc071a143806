//! On a report's own page: who may be its child, with first letters only, and the way to the comparison and the photos.

use casework::{ReportId, Subject};
use leptos::{prelude::*, task::spawn_local};

use super::{called, list::what};
use crate::{
    backend,
    components::{Icon, icon},
    route::Route,
    state::{app, words},
};

/// What is proposed for a report.
#[component]
pub(crate) fn OfReport(
    /// The report.
    report: ReportId,
) -> impl IntoView {
    let app = app();
    let words = words();
    let own = Subject::from(report);
    let rows = RwSignal::new(None::<Vec<(Subject, Option<u8>, String, &'static str)>>);
    Effect::new(move |_| {
        app.matches_changed.track();
        app.cases_changed.track();
        spawn_local(async move {
            // Where the list cannot be read the report is, all the same; the way to the comparison stays.
            let Ok(page) = backend::matches().await else { return };
            let near = page.rows.iter().filter(|row| row.own == own || row.other == own);
            let mut found: Vec<_> = near
                .map(|row| {
                    let (other, initials) = if row.own == own {
                        (row.other, &row.other_initials)
                    } else {
                        (row.own, &row.initials)
                    };
                    let percent = (row.percent > 0).then_some(row.percent);
                    (row.own, percent, called(words, initials), what(words, own, other))
                })
                .collect();
            let far = page.elsewhere.iter().filter(|row| row.own == own);
            found.extend(far.map(|row| {
                let district = words.match_in_district(&row.district);
                let percent = (row.percent > 0).then_some(row.percent);
                (own, percent, district, what(words, own, row.other))
            }));
            rows.try_set(Some(found));
        });
    });
    let list = move || {
        let rows = rows.get()?;
        if rows.is_empty() {
            return Some(
                view! { <p class="muted" data-test="of-report-none">{words.match_of_report_none()}</p> }.into_any(),
            );
        }
        let items: Vec<_> = rows
            .into_iter()
            .map(|(place, percent, called, what)| {
                view! {
                    <li>
                        <a class="link" href=Route::Compare(place).to_string() data-test="of-report-row">
                            {called} " · " {what} {percent.map(|percent| format!(" · {}", words.match_percent(percent)))}
                        </a>
                    </li>
                }
            })
            .collect();
        Some(view! { <ul class="people" data-test="of-report">{items}</ul> }.into_any())
    };
    view! {
        <section class="card stack" data-test="report-matches">
            <h3>{words.match_of_report()}</h3>
            {list}
            <a class="button" href=Route::Compare(own).to_string() data-test="report-compare">
                {icon(Icon::Photo)}
                <span>{words.match_of_report_open()}</span>
            </a>
        </section>
    }
}
