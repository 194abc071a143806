//! The list: what may be one child and nobody has decided, then the reports of the district. No name in full.

use casework::{Subject, matching::Field};
use ipc::{Comparison, Elsewhere, MatchRow, MatchesPage, ReportCard};
use leptos::{prelude::*, task::spawn_local};

use super::{FORM, called, find::FindSheet, glimpsed, kind, new_report::NewReportSheet, traits};
use crate::{
    backend,
    components::{Icon, Loading, Problem, failure_text, icon},
    route::{FormPlace, Route},
    state::{app, words},
    words::Words,
};

/// The pane.
#[component]
pub(super) fn ListPane(found: RwSignal<Option<Comparison>>) -> impl IntoView {
    let app = app();
    let words = words();
    let page = RwSignal::new(None::<MatchesPage>);
    let problem = RwSignal::new(None::<String>);
    let reporting = RwSignal::new(false);
    let finding = RwSignal::new(false);
    Effect::new(move |_| {
        app.matches_changed.track();
        app.cases_changed.track();
        spawn_local(async move {
            match backend::matches(None).await {
                Ok(read) => {
                    problem.try_set(None);
                    page.try_set(Some(read));
                }
                Err(failure) => drop(problem.try_set(Some(failure_text(&failure)))),
            }
        });
    });
    let list = move || match page.get() {
        None if problem.with(Option::is_some) => ().into_any(),
        None => view! { <Loading text=words.match_reading() /> }.into_any(),
        Some(page) => {
            let mut rows: Vec<_> = page.rows.into_iter().map(|one| row(one).into_any()).collect();
            rows.extend(page.elsewhere.into_iter().map(|one| elsewhere(one).into_any()));
            let own: Vec<_> = page.own.into_iter().map(card).collect();
            view! {
                <h2 class="list-part">{words.match_possible()}</h2>
                {if rows.is_empty() {
                    view! { <p class="muted house-limit" data-test="matches-none">{words.match_possible_none()}</p> }.into_any()
                } else {
                    view! { <ul class="houses" data-test="matches">{rows}</ul> }.into_any()
                }}
                <h2 class="list-part">{words.match_own()}</h2>
                {if own.is_empty() {
                    view! { <p class="muted house-limit">{words.match_own_none()}</p> }.into_any()
                } else {
                    view! { <ul class="houses" data-test="reports">{own}</ul> }.into_any()
                }}
            }
            .into_any()
        }
    };
    let may_report = Memo::new(move |_| page.with(|page| page.as_ref().is_some_and(|page| page.reports)));
    view! {
        <section class="list-pane" aria-label=words.match_title()>
            <header class="list-head">
                <div class="list-title">
                    <h1>{words.match_title()}</h1>
                    <p class="muted" role="status" data-test="matches-open">
                        {move || page.with(|page| page.as_ref().map(|page| words.match_open(u64::from(page.open))))}
                    </p>
                </div>
                <div class="actions">
                    <button type="button" class="button" data-test="find-child" on:click=move |_| finding.set(true)>
                        {icon(Icon::Search)}
                        <span>{words.match_find()}</span>
                    </button>
                    {move || {
                        may_report
                            .get()
                            .then(|| {
                                view! {
                                    <button
                                        type="button"
                                        class="button primary"
                                        data-test="report-child"
                                        on:click=move |_| reporting.set(true)
                                    >
                                        {icon(Icon::Add)}
                                        <span>{words.match_report()}</span>
                                    </button>
                                }
                            })
                    }}
                </div>
            </header>
            <div class="list-problem"><Problem text=problem /></div>
            <div class="houses-scroll">{list}</div>
            {move || {
                reporting.get().then(|| view! { <NewReportSheet on_close=Callback::new(move |()| reporting.set(false)) /> })
            }}
            {move || {
                finding
                    .get()
                    .then(|| view! { <FindSheet found=found on_close=Callback::new(move |()| finding.set(false)) /> })
            }}
        </section>
    }
}

fn row(row: MatchRow) -> impl IntoView {
    let words = words();
    let own = row.own;
    let is_open = move || app().route.with(|route| *route == Route::Compare(own));
    let what = what(words, own, row.other);
    let sides = format!("{} · {}", called(words, &row.about.initials), row.about.number);
    view! {
        <li>
            <a
                class="house"
                class:open=is_open
                href=Route::Compare(own).to_string()
                aria-current=move || is_open().then_some("true")
                data-test="match-row"
            >
                {avatar(&row.about.initials)}
                <span class="row-text">
                    <span class="row-top">
                        <span class="house-name">{sides.trim_end_matches([' ', '·']).to_owned()}</span>
                        {(row.percent > 0).then(|| view! { <span class="tag warn">{words.match_percent(row.percent)}</span> })}
                        {row.same_picture.then(|| view! { <span class="tag warn" data-test="same-picture">{words.match_same_picture_short()}</span> })}
                    </span>
                    <span class="house-line">{what} ": " {glimpsed(words, &row.about_other)}</span>
                </span>
            </a>
        </li>
    }
}

/// The circle with the first letters, or with a person where there is no name.
fn avatar(initials: &str) -> impl IntoView {
    let inside = if initials.is_empty() {
        icon(Icon::Person).into_any()
    } else {
        initials.to_owned().into_any()
    };
    view! { <span class="avatar" aria-hidden="true">{inside}</span> }
}

/// What the other is to the one.
pub(super) fn what(words: Words, own: Subject, other: Subject) -> &'static str {
    match (own, other) {
        (_, Subject::Case(_)) => words.match_with_case(),
        (Subject::Missing(_), _) => words.match_with_other_report(),
        _ => words.match_with_report(),
    }
}

fn elsewhere(row: Elsewhere) -> impl IntoView {
    let words = words();
    let place = Route::Compare(row.own);
    let what = what(words, row.own, row.other);
    view! {
        <li>
            <a class="house" href=place.to_string() data-test="elsewhere-row">
                {avatar(&row.initials)}
                <span class="row-text">
                    <span class="row-top">
                        <span class="house-name">{called(words, &row.initials)}</span>
                        {(row.percent > 0).then(|| view! { <span class="tag warn">{words.match_percent(row.percent)}</span> })}
                        {says_picture(&row).then(|| view! { <span class="tag warn" data-test="same-picture">{words.match_same_picture_short()}</span> })}
                    </span>
                    <span class="house-line">{what} " · " {words.match_in_district(&row.district)}</span>
                </span>
            </a>
        </li>
    }
}

/// Whether a picture of the one is a picture of the other.
fn says_picture(row: &Elsewhere) -> bool {
    row.agreed.iter().any(|(field, _)| *field == Field::Picture)
}

fn card(card: ReportCard) -> impl IntoView {
    let words = words();
    let report = card.report;
    let is_open = move || app().route.with(Route::report) == Some(report);
    let place = Route::Form(report.into(), FORM.to_owned(), FormPlace::Sections);
    let sort = if card.is_open {
        view! { <span class="tag">{kind(words, &card.about.kind)}</span> }.into_any()
    } else {
        view! { <span class="tag">{words.match_closed()}</span> }.into_any()
    };
    view! {
        <li>
            <a
                class="house"
                class:open=is_open
                href=place.to_string()
                aria-current=move || is_open().then_some("true")
                data-test="report-row"
            >
                <span class="avatar" aria-hidden="true">{icon(Icon::Person)}</span>
                <span class="row-text">
                    <span class="row-top">
                        <span class="house-name">{called(words, &card.about.initials)}</span>
                        {sort}
                    </span>
                    <span class="house-line">{traits(words, &card.about).join(" · ")}</span>
                </span>
            </a>
        </li>
    }
}
