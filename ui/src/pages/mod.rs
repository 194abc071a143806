//! The pages: each has a route, reads what it shows and says what it is reading.

mod case;
mod cases;
mod desk;
mod enrol;
mod filed;
mod form;
mod history;
mod hub_first;
mod institutions;
mod keys;
mod matches;
mod path;
mod print;
mod recovery;
mod reports;
mod start;
mod sync;
mod table;
mod tablet;
mod versions;

use casework::Subject;
use leptos::{ev, prelude::*, task::spawn_local};

use crate::{
    backend, browser,
    components::{Icon, Loading, SyncStrip, icon},
    route::Route,
    state::{app, words},
};

/// How often what is left of a clock is computed anew, in milliseconds.
const TICK_MS: u64 = 20_000;

/// The whole app.
#[component]
pub(crate) fn Root() -> impl IntoView {
    let app = app();
    app.read_start();
    Effect::new(move |_| browser::apply_settings(app.settings.get()));
    Effect::new(move |_| {
        if app.session.with(Option::is_some) {
            spawn_local(app.follow());
        }
    });
    // Whoever types, points or scrolls keeps the tablet from locking itself.
    let pressed = window_event_listener(ev::keydown, move |_| app.is_active());
    let pointed = window_event_listener(ev::pointerdown, move |_| app.is_active());
    let wheeled = window_event_listener(ev::wheel, move |_| app.is_active());
    let moved = window_event_listener(ev::hashchange, move |_| app.route.set(Route::parse(&browser::hash())));
    let hidden = window_event_listener(ev::visibilitychange, move |_| {
        if document().hidden() {
            browser::leave_field();
        }
    });
    on_cleanup(move || {
        pressed.remove();
        pointed.remove();
        wheeled.remove();
        moved.remove();
        hidden.remove();
    });
    set_interval(
        move || {
            app.now_ms.set(browser::now_ms());
            app.leave_before_locking();
        },
        std::time::Duration::from_millis(TICK_MS),
    );

    let lang = Memo::new(move |_| app.settings.get().lang);
    let signed_in = Memo::new(move |_| app.session.with(Option::is_some));
    let hub_first = Memo::new(move |_| {
        app.session
            .with(|session| session.as_ref().is_some_and(|it| it.hub_first))
    });
    let known = Memo::new(move |_| app.start.with(Option::is_some));
    // Drawn anew when the language changes or somebody signs in or out; pages follow the rest by themselves.
    move || {
        lang.get();
        match (signed_in.get(), known.get()) {
            (true, _) if hub_first.get() => view! { <hub_first::HubFirstPage /> }.into_any(),
            (true, _) => view! { <Shell /> }.into_any(),
            (false, true) => view! { <start::StartPage /> }.into_any(),
            (false, false) => view! { <main class="gate"><Loading text=words().app_opening() /></main> }.into_any(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Cases,
    Institutions,
    Matches,
    Reports,
    Sync,
    Tablet,
}

impl Place {
    const fn of(route: &Route) -> Self {
        match route {
            Route::Institutions | Route::Institution(_) => Self::Institutions,
            Route::Matches
            | Route::Compare(_)
            | Route::Form(Subject::Missing(_), ..)
            | Route::Filed(Subject::Missing(_), _) => Self::Matches,
            Route::Form(subject, ..) | Route::Filed(subject, _) if subject.case().is_none() => Self::Institutions,
            Route::Reports | Route::Report(_) => Self::Reports,
            Route::Sync => Self::Sync,
            Route::Tablet => Self::Tablet,
            _ => Self::Cases,
        }
    }
}

/// The frame around every page of an officer who is signed in.
#[component]
fn Shell() -> impl IntoView {
    let app = app();
    let place = Memo::new(move |_| app.route.with(Place::of));
    let reads_institutions = app
        .session
        .with_untracked(|session| session.as_ref().is_some_and(|session| session.reads_institutions));
    let matches = app
        .session
        .with_untracked(|session| session.as_ref().is_some_and(|session| session.reads_reports));
    // How many possible matches nobody has decided about.
    let undecided = RwSignal::new(0_usize);
    Effect::new(move |_| {
        app.matches_changed.track();
        app.cases_changed.track();
        if matches {
            spawn_local(async move {
                if let Ok(page) = backend::matches(None).await {
                    undecided.try_set(page.rows.len() + page.elsewhere.len());
                }
            });
        }
    });
    let count = move || {
        let undecided = undecided.get();
        (undecided > 0).then(|| view! { <span class="rail-count" data-test="matches-count">{undecided}</span> })
    };
    let skip = move |_| browser::focus("main");
    view! {
        <button type="button" class="skip" on:click=skip>{words().app_skip()}</button>
        <div class="shell">
            <nav class="rail" aria-label=words().app_places()>
                {rail_link(place, Place::Cases, &Route::Cases, Icon::Cases, words().app_cases(), "nav-cases")}
                {reads_institutions
                    .then(|| {
                        rail_link(place, Place::Institutions, &Route::Institutions, Icon::House, words().app_institutions(), "nav-institutions")
                    })}
                {matches
                    .then(|| {
                        view! {
                            <div class="rail-counted">
                                {rail_link(place, Place::Matches, &Route::Matches, Icon::Search, words().app_matches(), "nav-matches")}
                                {count}
                            </div>
                        }
                    })}
                {rail_link(place, Place::Reports, &Route::Reports, Icon::Report, words().app_reports(), "nav-reports")}
                {rail_link(place, Place::Sync, &Route::Sync, Icon::Sync, words().app_sync(), "nav-sync")}
                {rail_link(place, Place::Tablet, &Route::Tablet, Icon::Tablet, words().app_tablet(), "nav-tablet")}
            </nav>
            <main id="main" tabindex="-1">
                {move || {
                    app.session
                        .with(|session| session.as_ref().is_some_and(|session| session.read_only))
                        .then(|| view! { <p class="note" role="status" data-test="read-only">{words().app_read_only()}</p> })
                }}
                {move || match place.get() {
                    Place::Cases => view! { <cases::CasesPage /> }.into_any(),
                    Place::Institutions => view! { <institutions::InstitutionsPage /> }.into_any(),
                    Place::Matches => view! { <matches::MatchesPage /> }.into_any(),
                    Place::Reports => view! { <reports::ReportsPage /> }.into_any(),
                    Place::Sync => view! { <sync::SyncPage /> }.into_any(),
                    Place::Tablet => view! { <tablet::TabletPage /> }.into_any(),
                }}
            </main>
            <SyncStrip />
        </div>
        <div class="unseen" role="status" aria-live="polite" data-test="announcement">{app.announcement}</div>
    }
}

fn rail_link(
    here: Memo<Place>,
    place: Place,
    route: &Route,
    sign: Icon,
    label: &'static str,
    test: &'static str,
) -> impl IntoView {
    view! {
        <a
            class="rail-link"
            href=route.to_string()
            aria-current=move || (here.get() == place).then_some("page")
            data-test=test
        >
            {icon(sign)}
            <span>{label}</span>
        </a>
    }
}
