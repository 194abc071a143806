//! What somebody decides: asked of the hub once, said, and what is shown is asked for anew.

use leptos::prelude::*;

use crate::{
    components::{Asking, Problem, Sheet},
    console::{
        hub::{Answer, Trouble},
        office::office,
    },
    reader::words,
};

/// Asks the hub to do something. When it has, says what came of it and asks anew for what is shown.
pub(super) fn decide<T: 'static, F>(
    asking: Asking,
    ask: impl FnOnce() -> F,
    said: impl FnOnce(T) -> &'static str + 'static,
    then: impl FnOnce() + 'static,
) where
    F: Future<Output = Answer<T>> + 'static,
{
    asking.run_or(
        ask,
        move |answer| {
            let office = office();
            let said = said(answer);
            office.heard();
            office.announce(said);
            asking.done.try_set(Some(said.to_owned()));
            then();
            office.read();
        },
        |trouble: &Trouble| {
            if *trouble == Trouble::Ended {
                office().ended();
            }
        },
    );
}

/// What came of a decision, or why there is none.
#[component]
pub(super) fn Outcome(asking: Asking) -> impl IntoView {
    view! {
        <Problem text=asking.problem hook="deed-problem" />
        <p class="muted" role="status">{move || asking.busy.get().then(|| words().console_busy_deed())}</p>
        {move || asking.done.get().map(|said| view! { <p class="note" data-test="deed-done">{said}</p> })}
    }
}

/// A sheet on which something is typed once more, because it cannot be undone.
#[component]
pub(super) fn Retype(
    /// What is done.
    title: &'static str,
    /// What follows from it.
    what: String,
    /// What is to be typed, in a sentence.
    ask: String,
    /// What is to be typed.
    expected: String,
    /// What is said where something else is.
    differs: String,
    /// The words of the button.
    button: &'static str,
    /// The question to the hub.
    asking: Asking,
    /// It was typed.
    on_sure: Callback<()>,
    /// It is left.
    on_close: Callback<()>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if typed.get_untracked().trim() == expected {
            on_sure.run(());
        } else {
            asking.refuse(differs.clone(), "retype");
        }
    };
    view! {
        <Sheet title=title test="retype-sheet" on_close=on_close>
            <form class="stack" on:submit=submit>
                <p>{what}</p>
                <div class="question">
                    <label class="label" for="retype">{ask}</label>
                    <input
                        class="input"
                        id="retype"
                        type="text"
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        data-test="retype"
                        prop:value=typed
                        on:input=move |event| typed.set(event_target_value(&event))
                    />
                </div>
                <Problem text=asking.problem hook="retype-problem" />
                <div class="actions">
                    <button
                        type="submit"
                        class="button danger"
                        data-test="retype-go"
                        disabled=move || asking.busy.get()
                    >
                        {button}
                    </button>
                    <button type="button" class="button" on:click=move |_| on_close.run(())>{words().app_cancel()}</button>
                </div>
                <p class="muted" role="status">{move || asking.busy.get().then(|| words().console_busy_deed())}</p>
            </form>
        </Sheet>
    }
}
