//! The forms of the pack, each with how complete it is for this case: first those this officer fills.

use ipc::{FormSummary, FormUse};
use leptos::prelude::*;

use super::{OpenCase, open_case};
use crate::{
    components::{Empty, Icon, icon},
    pages::form::amend::filing_text,
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
        let group = |used: FormUse, title: &'static str, code: &'static str| {
            let of: Vec<_> = forms
                .iter()
                .filter(|form| form.used == used)
                .map(|form| form_link(open, form))
                .collect();
            (!of.is_empty()).then(|| {
                view! {
                    <section class="stack" data-test="form-group" data-use=code>
                        <h3>{title}</h3>
                        <ul class="form-links">{of}</ul>
                    </section>
                }
            })
        };
        view! {
            {group(FormUse::Fills, words.forms_you_fill(), "fills")}
            {group(FormUse::Approves, words.forms_you_approve(), "approves")}
            {group(FormUse::Reads, words.forms_others_fill(), "reads")}
        }
        .into_any()
    };
    view! { {list} }
}

fn form_link(open: OpenCase, form: &FormSummary) -> impl IntoView + use<> {
    let words = words();
    let is_complete = form.filled >= form.required;
    let said = if is_complete {
        words.forms_complete().to_owned()
    } else {
        words.forms_needed(form.filled, form.required)
    };
    let percent = (form.required > 0).then(|| format!(" · {} %", form.percent));
    let filed = form.filed.as_ref().map(|filing| {
        let more = (form.filings > 1).then(|| format!(" · {}", words.filing_count(u64::from(form.filings))));
        view! { <span class="form-filed">{icon(Icon::Lock)} <span>{filing_text(words, filing)} {more}</span></span> }
    });
    let is_filed = filed.is_some();
    let sign = match (is_filed, is_complete) {
        (true, _) => Icon::Lock,
        (false, true) => Icon::Done,
        (false, false) => Icon::Form,
    };
    view! {
        <li>
            <a
                class="form-link"
                href=Route::Form(open.case, form.form.clone(), FormPlace::Sections).to_string()
                data-test=format!("form-{}", form.form)
                data-filed=is_filed.to_string()
            >
                {icon(sign)}
                <span>
                    <strong>{words.form_number(&form.form)} ": " {words.label(&form.title)}</strong>
                    <span class="muted">{form.source.clone()} " · " {said} {percent}</span>
                    {filed}
                    <progress max=form.required.max(1).to_string() value=form.filled.to_string() aria-hidden="true"></progress>
                </span>
                {icon(Icon::Next)}
            </a>
        </li>
    }
}
