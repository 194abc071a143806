//! One of many, out of a list that opens.

use leptos::prelude::*;

/// A choice by its code.
#[component]
pub(crate) fn DropDown(
    id: &'static str,
    label: &'static str,
    /// Each by its code and its name.
    options: Vec<(String, String)>,
    /// The code; what is none of the codes chooses nothing.
    #[prop(into)]
    chosen: Signal<String>,
    choose: impl Fn(String) + 'static,
    /// What stands for none, with an empty code.
    #[prop(optional)]
    none: Option<String>,
    #[prop(optional)] hint: Option<&'static str>,
) -> impl IntoView {
    let none = none.map(|name| (String::new(), name));
    let options: Vec<_> = none
        .into_iter()
        .chain(options)
        .map(|(code, name)| {
            let value = code.clone();
            // By itself for the first look, when the list has no options yet that its value could name.
            view! { <option value=value selected=move || chosen.with(|chosen| *chosen == code)>{name}</option> }
        })
        .collect();
    let hint_id = format!("{id}-hint");
    let described = hint.map(|_| hint_id.clone());
    view! {
        <div class="question">
            <label class="label" for=id>{label}</label>
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            <select
                class="input"
                id=id
                data-test=id
                aria-describedby=described
                prop:value=chosen
                on:change=move |event| choose(event_target_value(&event))
            >
                {options}
            </select>
        </div>
    }
}
