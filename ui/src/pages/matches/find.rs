//! Looking for a child in the state's open reports by what somebody knows.

use casework::matching::Report;
use ipc::Comparison;
use leptos::{ev, prelude::*};

use super::compare::Side;
use crate::{
    backend, browser,
    components::{Asking, Empty, Icon, Problem, Sheet, icon},
    pages::cases::new_case::{group, line},
    route::Route,
    state::words,
};

/// The sheet.
#[component]
pub(super) fn FindSheet(
    /// Where what was found goes.
    found: RwSignal<Option<Comparison>>,
    /// The officer closes it.
    on_close: Callback<()>,
) -> impl IntoView {
    let words = words();
    let text = || RwSignal::new(String::new());
    let (name, father, mother, age, place, marks) = (text(), text(), text(), text(), text(), text());
    let sex = RwSignal::new(None::<&'static str>);
    let asking = Asking::new();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let said = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
        let about = Report {
            name: said(name),
            father_name: said(father),
            mother_name: said(mother),
            age: said(age),
            place: said(place),
            marks: said(marks),
            sex: sex.get_untracked().unwrap_or_default().to_owned(),
            ..Report::default()
        };
        if about == Report::default() {
            return asking.refuse(words.match_find_needed().to_owned(), "find-name");
        }
        asking.run(
            || backend::find_reports(about),
            move |read| {
                found.set(Some(read));
                on_close.run(());
                browser::go(&Route::Matches);
            },
        );
    };
    let sexes = vec![
        (Some("female"), "female", words.new_girl()),
        (Some("male"), "male", words.new_boy()),
        (None, "not_known", words.new_not_known()),
    ];
    view! {
        <Sheet title=words.match_find() test="find-sheet" on_close=on_close>
            <form class="stack" on:submit=submit>
                <p class="lead">{words.match_find_help()}</p>
                {line("find-name", words.match_f_name(), "text", name)}
                {line("find-father", words.match_f_father(), "text", father)}
                {line("find-mother", words.match_f_mother(), "text", mother)}
                {line("find-age", words.match_f_age(), "numeric", age)}
                {group("find-sex", words.new_sex(), sexes, sex)}
                {line("find-place", words.match_f_place(), "text", place)}
                {line("find-marks", words.match_f_marks(), "text", marks)}
                <Problem text=asking.problem />
                <button type="submit" class="button primary wide" data-test="find-submit" disabled=asking.busy>
                    {words.match_find_go()}
                </button>
            </form>
        </Sheet>
    }
}

/// What was found.
#[component]
pub(super) fn Found(found: RwSignal<Option<Comparison>>) -> impl IntoView {
    let words = words();
    move || {
        let read = found.get()?;
        let sides: Vec<_> = read
            .rows
            .into_iter()
            .map(|other| view! { <Side ours=read.ours.clone() ours_called=words.match_typed() languages=read.languages.clone() other=other /> })
            .collect();
        let nobody = sides
            .is_empty()
            .then(|| view! { <Empty title=words.match_found_none() help=words.match_find_help() /> });
        Some(view! {
            <article class="case stack" data-test="found-reports">
                <button type="button" class="button quiet" data-test="found-close" on:click=move |_| found.set(None)>
                    {icon(Icon::Back)}
                    <span>{words.match_title()}</span>
                </button>
                <p class="muted">{words.match_open(u64::from(read.open))}</p>
                {nobody}
                {sides}
            </article>
        })
    }
}
