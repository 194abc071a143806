//! The time for working without the hub has passed: nothing is shown before it was reached, and nothing is lost.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    backend,
    components::{Icon, Problem, failure_text, icon},
    state::{app, words},
};

/// The page in the place of everything else.
#[component]
pub(crate) fn HubFirstPage() -> impl IntoView {
    let app = app();
    let words = words();
    let problem = RwSignal::new(None::<String>);
    let sync = move |_| {
        problem.set(None);
        spawn_local(async move {
            if let Err(failure) = backend::sync_now().await {
                problem.set(Some(failure_text(&failure)));
            }
        });
    };
    let lock = move |_| {
        spawn_local(async move {
            if backend::lock().await.is_ok() {
                app.signed_out();
            }
        });
    };
    let net = move || app.sync.with(|sync| sync.as_ref().map(|view| words.net(&view.net)));
    let waiting = move || {
        app.sync.with(|sync| {
            sync.as_ref()
                .filter(|view| view.waiting > 0)
                .map(|view| words.strip_waiting(u64::from(view.waiting)))
        })
    };
    view! {
        <div class="gate">
            <main class="gate-card stack" id="main" tabindex="-1" data-test="hub-first">
                <h1>{words.hub_first_title()}</h1>
                <p class="lead">{words.hub_first_lead()}</p>
                <p>{words.hub_first_safe()}</p>
                <p class="muted" role="status">{net} " " {waiting}</p>
                <Problem text=problem />
                <button type="button" class="button primary wide" data-test="sync-now" on:click=sync>
                    {icon(Icon::Sync)}
                    <span>{words.strip_sync_now()}</span>
                </button>
                <button type="button" class="button quiet" data-test="lock" on:click=lock>
                    {icon(Icon::Lock)}
                    <span>{words.tablet_lock()}</span>
                </button>
            </main>
        </div>
    }
}
