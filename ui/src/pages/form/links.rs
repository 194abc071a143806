//! The forms about a case or an institution, each with how complete it is: first those this officer fills.

use casework::Subject;
use ipc::{FormSummary, FormUse};
use leptos::prelude::*;

use super::amend::filing_text;
use crate::{
    components::{Empty, Icon, icon},
    route::{FormPlace, Route},
    state::words,
    words::Words,
};

/// The list. A link stays where it is while what it says changes: drawn anew under a finger, it would not be pressed.
#[component]
pub(crate) fn FormLinks(
    /// What the forms are about.
    subject: Subject,
    /// The forms.
    forms: Memo<Vec<FormSummary>>,
) -> impl IntoView {
    let words = words();
    view! {
        {move || forms.with(Vec::is_empty).then(|| view! { <Empty title=words.forms_empty() /> })}
        <FormGroup subject=subject forms=forms used=FormUse::Fills title=words.forms_you_fill() code="fills" />
        <FormGroup subject=subject forms=forms used=FormUse::Approves title=words.forms_you_approve() code="approves" />
        <FormGroup subject=subject forms=forms used=FormUse::Reads title=words.forms_others_fill() code="reads" />
    }
}

/// The forms that this officer uses in one way; nothing where there are none.
#[component]
fn FormGroup(
    /// What the forms are about.
    subject: Subject,
    /// All the forms.
    forms: Memo<Vec<FormSummary>>,
    /// In which way.
    used: FormUse,
    /// What that is called.
    title: &'static str,
    /// The same as a code.
    code: &'static str,
) -> impl IntoView {
    let of = Memo::new(move |_| {
        forms.with(|forms| {
            let of = forms.iter().filter(|form| form.used == used);
            of.map(|form| form.form.clone()).collect::<Vec<_>>()
        })
    });
    let is_here = Memo::new(move |_| !of.with(Vec::is_empty));
    move || {
        is_here.get().then(|| {
            view! {
                <section class="stack" data-test="form-group" data-use=code>
                    <h3>{title}</h3>
                    <ul class="form-links">
                        <For each=move || of.get() key=Clone::clone let:number>
                            <FormLink subject=subject forms=forms number=number />
                        </For>
                    </ul>
                </section>
            }
        })
    }
}

#[component]
fn FormLink(
    /// What the forms are about.
    subject: Subject,
    /// All the forms.
    forms: Memo<Vec<FormSummary>>,
    /// The number of this one.
    number: String,
) -> impl IntoView {
    let words = words();
    let href = Route::Form(subject, number.clone(), FormPlace::Sections).to_string();
    let test = format!("form-{number}");
    let form = Memo::new(move |_| forms.with(|forms| forms.iter().find(|form| form.form == number).cloned()));
    let is_filed = Memo::new(move |_| form.with(|form| form.as_ref().is_some_and(|form| form.filed.is_some())));
    let body = move || form.get().map(|form| link_body(words, &form));
    view! {
        <li>
            <a class="form-link" href=href data-test=test data-filed=move || is_filed.get().to_string()>
                {body}
            </a>
        </li>
    }
}

fn link_body(words: Words, form: &FormSummary) -> impl IntoView + use<> {
    let is_complete = form.filled >= form.required;
    let said = if is_complete {
        words.forms_complete().to_owned()
    } else {
        words.forms_needed(form.filled, form.required)
    };
    let percent = (form.required > 0).then(|| format!(" · {}\u{a0}%", form.percent));
    let filed = form.filed.as_ref().map(|filing| {
        let more = (form.filings > 1).then(|| format!(" · {}", words.filing_count(u64::from(form.filings))));
        view! { <span class="form-filed">{icon(Icon::Lock)} <span>{filing_text(words, filing)} {more}</span></span> }
    });
    let sign = match (filed.is_some(), is_complete) {
        (true, _) => Icon::Lock,
        (false, true) => Icon::Done,
        (false, false) => Icon::Form,
    };
    view! {
        {icon(sign)}
        <span>
            <strong>{words.form_number(&form.form)} ": " {words.label(&form.title)}</strong>
            <span class="muted">{form.source.clone()} " · " {said} {percent}</span>
            {filed}
            <progress max=form.required.max(1).to_string() value=form.filled.to_string() aria-hidden="true"></progress>
        </span>
        {icon(Icon::Next)}
    }
}
