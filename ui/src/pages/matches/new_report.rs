//! A new report: only what is known now; the rest is asked on its form.

use ipc::NewReport;
use leptos::{ev, prelude::*};

use super::FORM;
use crate::{
    backend, browser,
    components::{Asking, Problem, Sheet},
    pages::cases::new_case::{age_of, group, line, sexes},
    route::{FormPlace, Route},
    state::{app, words},
};

/// The sheet.
#[component]
pub(super) fn NewReportSheet(
    /// The officer closes it.
    on_close: Callback<()>,
) -> impl IntoView {
    let app = app();
    let words = words();
    let kind = RwSignal::new("missing");
    let sex = RwSignal::new(None::<&'static str>);
    let (name, age) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let asking = Asking::new();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let age_years = match age_of(words, &age.get_untracked()) {
            Ok(age_years) => age_years,
            Err(why) => return asking.refuse(why, "report-age"),
        };
        let new = NewReport {
            kind: kind.get_untracked().to_owned(),
            name: name.get_untracked().trim().to_owned(),
            age_years,
            sex: sex.get_untracked().map(str::to_owned),
        };
        asking.run(
            || backend::report_child(new),
            move |report| {
                app.announce(words.app_saved());
                on_close.run(());
                browser::go(&Route::Form(report.into(), FORM.to_owned(), FormPlace::Sections));
            },
        );
    };
    let kinds = vec![
        ("missing", "missing", words.match_kind_missing()),
        ("sighted", "sighted", words.match_kind_sighted()),
        ("found", "found", words.match_kind_found()),
    ];
    let sexes = sexes(words, None);
    view! {
        <Sheet title=words.match_report() test="new-report-sheet" on_close=on_close>
            <form class="stack" on:submit=submit>
                <p class="lead">{words.match_new_lead()}</p>
                {group("report-kind", words.match_new_kind(), kinds, kind)}
                {line("report-name", words.new_name(), "text", name)}
                {line("report-age", words.new_age(), "numeric", age)}
                {group("report-sex", words.new_sex(), sexes, sex)}
                <Problem text=asking.problem />
                <button type="submit" class="button primary wide" data-test="report-submit" disabled=asking.busy>
                    {words.match_new_submit()}
                </button>
            </form>
        </Sheet>
    }
}
