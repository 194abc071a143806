//! Beginning a filed form anew: the next inspection, the next order. A sheet says what is emptied and what stays.

use leptos::prelude::*;

use super::open_form;
use crate::{
    backend,
    components::{Asking, Icon, Problem, Sheet, icon},
    state::{app, words},
};

/// The button, where the form is one that is begun anew and was filed.
#[component]
pub(crate) fn BeginAnew() -> impl IntoView {
    let words = words();
    let open = open_form();
    let begins = Memo::new(move |_| open.view.with(|view| view.as_ref().and_then(|view| view.begins)));
    let asking = RwSignal::new(false);
    view! {
        {move || {
            begins.get().map(|_| {
                view! {
                    <button type="button" class="button small" data-test="begin" on:click=move |_| asking.set(true)>
                        {icon(Icon::Add)}
                        <span>{words.amend_begin_next()}</span>
                    </button>
                }
            })
        }}
        {move || {
            let count = begins.get().filter(|_| asking.get())?;
            Some(view! { <BeginSheet count=count shown=asking /> })
        }}
    }
}

#[component]
fn BeginSheet(count: u32, shown: RwSignal<bool>) -> impl IntoView {
    let words = words();
    let open = open_form();
    let asking = Asking::new();
    let close = Callback::new(move |()| shown.set(false));
    let go = move |_| {
        asking.run(
            || backend::begin_form(open.subject, open.number.get_value()),
            move |_| {
                app().announce(words.amend_begun());
                // The reason that was given was one for the last filing.
                open.reason.try_set(None);
                shown.try_set(false);
                open.read();
            },
        );
    };
    view! {
        <Sheet title=words.amend_begin_title() test="begin-sheet" on_close=close>
            <div class="stack">
                <p>{words.amend_begin_lead(count.into())}</p>
                <p class="note">{words.amend_begin_kept()}</p>
                <Problem text=asking.problem />
                <div class="actions">
                    <button type="button" class="button primary" data-test="begin-go" disabled=asking.busy on:click=go>
                        {words.amend_begin_go()}
                    </button>
                    <button type="button" class="button" on:click=move |_| close.run(())>{words.app_cancel()}</button>
                </div>
            </div>
        </Sheet>
    }
}
