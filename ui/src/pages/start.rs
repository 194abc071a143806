//! Who is on this tablet: unlock, or set it up.

use ipc::{FailureCode, TabletUser};
use leptos::{ev, prelude::*, task::spawn_local};

use super::enrol::EnrolPanel;
use crate::{
    backend, browser,
    components::{Icon, Problem, failure_text, icon},
    settings::Settings,
    state::{app, words},
    time,
    words::Lang,
};

/// The page before anybody is signed in.
#[component]
pub(crate) fn StartPage() -> impl IntoView {
    let app = app();
    let users = app
        .start
        .with_untracked(|start| start.as_ref().map(|s| s.users.clone()).unwrap_or_default());
    let linked = app
        .start
        .with_untracked(|start| start.as_ref().is_some_and(|s| s.link.is_some()));
    let nobody = users.is_empty();
    let enrolling = RwSignal::new(nobody || linked);
    view! {
        <div class="gate">
            <header class="gate-head">
                <img class="gate-mark" src="assets/mark.svg" alt="" />
                <p class="gate-name">{words().app_name()}</p>
                <Languages />
            </header>
            <main class="gate-card" id="main">
                {move || {
                    if enrolling.get() {
                        let back = (!nobody).then_some(Callback::new(move |()| enrolling.set(false)));
                        view! { <EnrolPanel back=back /> }.into_any()
                    } else {
                        view! { <UnlockPanel users=users.clone() on_other=Callback::new(move |()| enrolling.set(true)) /> }
                            .into_any()
                    }
                }}
            </main>
            <p class="gate-foot">{icon(Icon::Lock)} <span>{words().unlock_promise()}</span></p>
        </div>
    }
}

#[component]
fn Languages() -> impl IntoView {
    let app = app();
    let buttons = Lang::ALL.iter().map(|lang| {
        let lang = *lang;
        view! {
            <button
                type="button"
                class="button quiet"
                lang=lang.code()
                aria-pressed=move || (app.settings.get().lang == lang).to_string()
                data-test=format!("lang-{}", lang.code())
                on:click=move |_| app.settings.update(|settings: &mut Settings| settings.lang = lang)
            >
                {lang.name()}
            </button>
        }
    });
    view! { <div class="gate-languages" role="group" aria-label=words().tablet_language()>{buttons.collect_view()}</div> }
}

/// Until when a user must wait, told second by second.
fn ticking(until_ms: RwSignal<Option<i64>>) -> Memo<Option<i64>> {
    let now = RwSignal::new(browser::now_ms());
    let ticker = set_interval_with_handle(move || now.set(browser::now_ms()), std::time::Duration::from_secs(1));
    on_cleanup(move || {
        if let Ok(ticker) = ticker {
            ticker.clear();
        }
    });
    Memo::new(move |_| until_ms.get().map(|until| until - now.get()).filter(|left| *left > 0))
}

#[component]
fn UnlockPanel(users: Vec<TabletUser>, on_other: Callback<()>) -> impl IntoView {
    let app = app();
    let words = words();
    let chosen = RwSignal::new(users.first().cloned());
    let passphrase = RwSignal::new(String::new());
    let shown = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let until = RwSignal::new(users.first().and_then(|user| user.wait_until_ms));
    let left = ticking(until);
    let several = users.len() > 1;

    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(user) = chosen.get_untracked() else { return };
        if busy.get_untracked() || left.get_untracked().is_some() {
            return;
        }
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let answer = backend::unlock(user.id, passphrase.get_untracked()).await;
            busy.set(false);
            match answer {
                Ok(session) => app.signed_in(session),
                Err(failure) => {
                    match failure.code {
                        FailureCode::Wait { until_ms } => until.set(Some(until_ms)),
                        FailureCode::WrongPassphrase { wait_until_ms, .. } => until.set(wait_until_ms),
                        _ => {}
                    }
                    passphrase.set(String::new());
                    problem.set(Some(failure_text(&failure)));
                    browser::focus("unlock-passphrase");
                }
            }
        });
    };
    // While a wait runs, the countdown takes the place of the sentence that began it.
    let told = Signal::derive(move || match left.get() {
        Some(ms) => Some(words.unlock_wait(time::countdown(words, ms))),
        None => problem.get(),
    });
    let people = users.into_iter().map(|user| {
        let (id, wait) = (user.id.clone(), user.wait_until_ms);
        let name = user.name.clone();
        view! {
            <button
                type="button"
                class="person"
                aria-pressed=move || chosen.with(|c| c.as_ref().is_some_and(|c| c.id == id)).to_string()
                data-test="unlock-user"
                on:click=move |_| {
                    chosen.set(Some(user.clone()));
                    until.set(wait);
                    problem.set(None);
                    browser::focus("unlock-passphrase");
                }
            >
                {icon(Icon::Person)}
                <span>{name}</span>
            </button>
        }
    });
    view! {
        <form class="stack" on:submit=submit>
            <h1>{words.unlock_title()}</h1>
            {several.then(|| view! { <p class="muted">{words.unlock_choose()}</p> })}
            <div class="people">{people.collect_view()}</div>
            <div class="question">
                <label class="label" for="unlock-passphrase">
                    {move || chosen.with(|c| c.as_ref().map(|c| words.unlock_passphrase_of(&c.name)))}
                </label>
                <Passphrase id="unlock-passphrase" value=passphrase shown=shown complete="current-password" />
                <ShowPassphrase shown=shown />
            </div>
            <Problem text=told hook="unlock-error" />
            <button
                type="submit"
                class="button primary wide"
                data-test="unlock-submit"
                disabled=move || busy.get() || left.get().is_some()
            >
                {icon(Icon::Lock)}
                <span>{words.unlock_submit()}</span>
            </button>
            <p class="muted" role="status">{move || busy.get().then(|| words.unlock_busy())}</p>
            <button type="button" class="button quiet" data-test="enrol-open" on:click=move |_| on_other.run(())>
                {icon(Icon::Add)}
                <span>{words.unlock_other()}</span>
            </button>
        </form>
    }
}

/// An input for a passphrase, hidden unless shown.
#[component]
pub(crate) fn Passphrase(
    /// The id, which is also the hook for tests.
    id: &'static str,
    /// What was typed.
    value: RwSignal<String>,
    /// Whether it is shown.
    shown: RwSignal<bool>,
    /// What the keyboard may offer.
    complete: &'static str,
) -> impl IntoView {
    view! {
        <input
            class="input"
            id=id
            type=move || if shown.get() { "text" } else { "password" }
            autocomplete=complete
            autocapitalize="off"
            spellcheck="false"
            data-test=id
            prop:value=value
            on:input=move |event| value.set(event_target_value(&event))
        />
    }
}

/// The tick that shows a passphrase.
#[component]
pub(crate) fn ShowPassphrase(
    /// Whether it is shown.
    shown: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <label class="tick">
            <input type="checkbox" prop:checked=shown on:change=move |event| shown.set(event_target_checked(&event)) />
            <span>{words().unlock_show()}</span>
        </label>
    }
}
