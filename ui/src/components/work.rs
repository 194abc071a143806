//! Work that takes a while: what is done, how far it is, and a way to stop it where there is one.

use leptos::prelude::*;

use super::{Icon, icon};
use crate::reader::words;

/// How far work is: so many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Far {
    /// So many are done.
    pub(crate) done: u64,
    /// Of so many; 0 where nobody knows.
    pub(crate) of: u64,
}

/// Says what is done and how far it is; nothing where nothing is done.
#[component]
pub(crate) fn Work(
    /// What is done, with how far it is in words.
    #[prop(into)]
    said: Signal<Option<String>>,
    /// How far it is.
    #[prop(into)]
    far: Signal<Option<Far>>,
    /// Stops it, where it can be stopped.
    #[prop(optional)]
    on_stop: Option<Callback<()>>,
) -> impl IntoView {
    let bar = move || {
        let far = far.get()?;
        Some(if far.of == 0 {
            view! { <span class="loading-bar" aria-hidden="true"></span> }.into_any()
        } else {
            view! { <progress max=far.of.to_string() value=far.done.to_string() aria-hidden="true"></progress> }
                .into_any()
        })
    };
    view! {
        <div class="work" class:at-work=move || said.with(Option::is_some)>
            <p role="status">{move || said.get()}</p>
            {move || said.with(Option::is_some).then(bar)}
            {move || {
                on_stop.filter(|_| said.with(Option::is_some)).map(|stop| {
                    view! {
                        <button type="button" class="button small" data-test="work-stop" on:click=move |_| stop.run(())>
                            {icon(Icon::Stop)}
                            <span>{words().app_stop()}</span>
                        </button>
                    }
                })
            }}
        </div>
    }
}
