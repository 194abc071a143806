//! The forms of the pack, each with how complete it is for this case.

use leptos::prelude::*;

use super::open_case;
use crate::{
    components::{Empty, Icon, icon},
    route::{FormPlace, Route},
    state::words,
};

/// The tab.
#[component]
pub(crate) fn Forms() -> impl IntoView {
    let words = words();
    let open = open_case();
    let forms = open.part(|view| view.forms.clone());
    let list = move || {
        let forms = forms.get();
        if forms.is_empty() {
            return view! { <Empty title=words.forms_empty() /> }.into_any();
        }
        let rows = forms.into_iter().map(|form| {
            let complete = form.filled >= form.required;
            let said = if complete {
                words.forms_complete().to_owned()
            } else {
                words.forms_needed(form.filled, form.required)
            };
            view! {
                <li>
                    <a
                        class="form-link"
                        href=Route::Form(open.case, form.form.clone(), FormPlace::Sections).to_string()
                        data-test=format!("form-{}", form.form)
                    >
                        {icon(if complete { Icon::Done } else { Icon::Form })}
                        <span>
                            <strong>{words.form_number(&form.form)} ": " {words.label(&form.title)}</strong>
                            <span class="muted">{form.source.clone()} " · " {said}</span>
                            <progress max=form.required.max(1).to_string() value=form.filled.to_string() aria-hidden="true"></progress>
                        </span>
                        {icon(Icon::Next)}
                    </a>
                </li>
            }
        });
        view! { <ul class="form-links">{rows.collect_view()}</ul> }.into_any()
    };
    view! { {list} }
}
