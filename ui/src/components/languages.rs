//! The choice of a language, before anybody is signed in and after.

use leptos::prelude::*;

use crate::{
    reader::{settings, words},
    settings::Settings,
    words::Lang,
};

/// A button for each language, in its own letters.
#[component]
pub(crate) fn Languages() -> impl IntoView {
    let buttons = Lang::ALL.iter().map(|lang| {
        let lang = *lang;
        view! {
            <button
                type="button"
                class="button quiet"
                lang=lang.code()
                aria-pressed=move || (settings().get().lang == lang).to_string()
                data-test=format!("lang-{}", lang.code())
                on:click=move |_| settings().update(|settings: &mut Settings| settings.lang = lang)
            >
                {lang.name()}
            </button>
        }
    });
    view! { <div class="gate-languages" role="group" aria-label=words().tablet_language()>{buttons.collect_view()}</div> }
}
