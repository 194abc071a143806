//! Who is on this tablet: unlock, or set it up.

use ipc::{FailureCode, TabletUser};
use leptos::{ev, prelude::*, task::spawn_local};

use super::{enrol::EnrolPanel, recovery::RecoveryPanel};
use crate::{
    backend, browser,
    components::{Asking, Icon, Languages, Passphrase, Problem, ShowPassphrase, icon, ticking},
    state::{app, words},
    time,
};

/// From so many tries on, what comes after the last one is told.
const TOLD_TRIES_MAX: u32 = 5;

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
    let recovering = RwSignal::new(None::<TabletUser>);
    let keystore = app
        .start
        .with_untracked(|start| start.as_ref().is_some_and(|start| start.keystore));
    view! {
        <div class="gate">
            <header class="gate-head">
                <img class="gate-mark" src="assets/mark.svg" alt="" />
                <p class="gate-name">{words().app_name()}</p>
                <Languages />
            </header>
            <Farewells />
            <main class="gate-card" id="main">
                {move || {
                    if let Some(user) = recovering.get() {
                        let back = Callback::new(move |()| recovering.set(None));
                        view! { <RecoveryPanel user=user back=back /> }.into_any()
                    } else if enrolling.get() {
                        let back = (!nobody).then_some(Callback::new(move |()| enrolling.set(false)));
                        view! { <EnrolPanel back=back /> }.into_any()
                    } else {
                        let on_other = Callback::new(move |()| enrolling.set(true));
                        let on_recover = Callback::new(move |user| recovering.set(Some(user)));
                        view! { <UnlockPanel users=users.clone() on_other=on_other on_recover=on_recover /> }.into_any()
                    }
                }}
            </main>
            <footer class="gate-end">
                {(!keystore).then(|| view! { <p class="gate-foot" data-test="no-keystore">{words().unlock_no_keystore()}</p> })}
                <p class="gate-foot">{icon(Icon::Lock)} <span>{words().unlock_promise()}</span></p>
            </footer>
        </div>
    }
}

/// What is left of users who were shut out.
#[component]
fn Farewells() -> impl IntoView {
    let app = app();
    let words = words();
    let forget = move |id: String| {
        spawn_local(async move {
            if backend::forget_farewell(id).await.is_ok() {
                app.read_start();
            }
        });
    };
    move || {
        let all = app
            .start
            .with(|start| start.as_ref().map(|start| start.farewells.clone()).unwrap_or_default());
        let cards = all.into_iter().map(|one| {
            let id = one.id.clone();
            let date = |ms| time::date_time(words, ms);
            let title = words.farewell_title(one.name);
            let spoken = title.clone();
            view! {
                <section class="gate-card stack" aria-label=spoken data-test="farewell">
                    <h2>{title}</h2>
                    <p>{words.farewell_ended(date(one.dismissed_ms), date(one.destroyed_ms))}</p>
                    <p data-test="farewell-on-hub">{words.farewell_on_hub(u64::from(one.on_hub))}</p>
                    {(one.kept_aside > 0).then(|| view! { <p>{words.farewell_kept_aside(u64::from(one.kept_aside))}</p> })}
                    {(one.pictures_lost > 0)
                        .then(|| view! { <p>{words.farewell_pictures_lost(u64::from(one.pictures_lost))}</p> })}
                    <p class="muted">{words.farewell_code(one.hub, one.code)}</p>
                    <button type="button" class="button quiet" on:click=move |_| forget(id.clone())>
                        {words.farewell_close()}
                    </button>
                </section>
            }
        });
        cards.collect_view()
    }
}

#[component]
fn UnlockPanel(users: Vec<TabletUser>, on_other: Callback<()>, on_recover: Callback<TabletUser>) -> impl IntoView {
    let app = app();
    let words = words();
    let chosen = RwSignal::new(users.first().cloned());
    let passphrase = RwSignal::new(String::new());
    let shown = RwSignal::new(false);
    let asking = Asking::new();
    let until = RwSignal::new(users.first().and_then(|user| user.wait_until_ms));
    let left = ticking(until);
    let erased_after = RwSignal::new(users.first().map_or(0, |user| user.erased_after));
    let erased = RwSignal::new(users.first().is_some_and(|user| user.erased));
    let several = users.len() > 1;

    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(user) = chosen.get_untracked() else { return };
        if left.get_untracked().is_some() {
            return;
        }
        asking.run_or(
            || backend::unlock(user.id, passphrase.get_untracked()),
            move |session| app.signed_in(session),
            move |failure| {
                match failure.code {
                    FailureCode::Wait { until_ms } => until.set(Some(until_ms)),
                    FailureCode::WrongPassphrase {
                        wait_until_ms,
                        erased_after: left,
                        ..
                    } => {
                        until.set(wait_until_ms);
                        erased_after.set(left);
                    }
                    FailureCode::Erased => erased.set(true),
                    _ => {}
                }
                passphrase.set(String::new());
                browser::focus("unlock-passphrase");
            },
        );
    };
    // While a wait runs, the countdown takes the place of the sentence that began it.
    let told = Signal::derive(move || match left.get() {
        Some(ms) => Some(words.unlock_wait(time::countdown(words, ms))),
        None => asking.problem.get(),
    });
    // What comes after the last try is told before it, not after.
    let gone = Signal::derive(move || {
        if erased.get() {
            let recoverable = chosen.with(|user| user.as_ref().is_some_and(|user| user.recoverable));
            return Some(
                if recoverable {
                    words.unlock_erased()
                } else {
                    words.unlock_erased_alone()
                }
                .to_owned(),
            );
        }
        let few = erased_after.get() <= TOLD_TRIES_MAX;
        few.then(|| words.unlock_erased_left(u64::from(erased_after.get())))
    });
    let people = users.into_iter().map(|user| {
        let (id, wait) = (user.id.clone(), user.wait_until_ms);
        let (after, is_erased) = (user.erased_after, user.erased);
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
                    erased_after.set(after);
                    erased.set(is_erased);
                    asking.problem.set(None);
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
            {move || gone.get().map(|text| view! { <p class="note" data-test="unlock-erased">{text}</p> })}
            <button
                type="submit"
                class="button primary wide"
                data-test="unlock-submit"
                disabled=move || asking.busy.get() || left.get().is_some() || erased.get()
            >
                {icon(Icon::Lock)}
                <span>{words.unlock_submit()}</span>
            </button>
            <p class="muted" role="status">{move || asking.busy.get().then(|| words.unlock_busy())}</p>
            {move || {
                let recoverable = chosen.get().filter(|user| user.recoverable);
                recoverable.map(|user| {
                    view! {
                        <button
                            type="button"
                            class="button quiet"
                            data-test="recovery-open"
                            on:click=move |_| on_recover.run(user.clone())
                        >
                            {icon(Icon::Person)}
                            <span>{words.unlock_forgot()}</span>
                        </button>
                    }
                })
            }}
            <button type="button" class="button quiet" data-test="enrol-open" on:click=move |_| on_other.run(())>
                {icon(Icon::Add)}
                <span>{words.unlock_other()}</span>
            </button>
        </form>
    }
}
