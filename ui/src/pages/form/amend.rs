//! A form that was filed: by whom and when, and the reason without which it is not changed.

use ipc::{FilingKind, FilingView, REASON_CHARS_MAX};
use leptos::{ev, prelude::*};

use super::{anew::BeginAnew, open_form};
use crate::{
    browser,
    components::{DeliveryMark, Icon, Problem, Sheet, icon},
    route::Route,
    state::words,
    time,
    words::Words,
};

/// How a form was filed, by whom and when, in a sentence.
pub(crate) fn filing_text(words: Words, filing: &FilingView) -> String {
    let by = match &filing.role {
        Some(role) => format!("{}, {}", filing.by, words.label(role)),
        None => filing.by.clone(),
    };
    let at = time::date_time(words, filing.at_ms);
    let said = match filing.how {
        Some(FilingKind::Signed) => words.filing_signed(by, at),
        Some(FilingKind::Sent) => words.filing_sent(by, at),
        Some(FilingKind::Approved) => words.filing_approved(by, at),
        None => words.filing_other(by, at),
    };
    match filing.instalment {
        Some(number) => format!("{} · {said}", words.filing_instalment(number)),
        None => said,
    }
}

/// Filings, newest first, each leading to the form as it stood.
pub(crate) fn filing_list(subject: casework::Subject, filings: Vec<FilingView>) -> impl IntoView {
    let words = words();
    let items: Vec<_> = filings
        .into_iter()
        .map(|filing| {
            view! {
                <li>
                    <a class="filing-link" href=Route::Filed(subject, filing.row).to_string() data-test="filing">
                        {icon(Icon::Lock)}
                        <span>{filing_text(words, &filing)}</span>
                    </a>
                    <DeliveryMark delivery=filing.delivery />
                </li>
            }
        })
        .collect();
    view! { <ul class="filings">{items}</ul> }
}

/// Says that the form was filed, and how it may be changed.
#[component]
pub(crate) fn FiledNote() -> impl IntoView {
    let words = words();
    let open = open_form();
    let filings = Memo::new(move |_| {
        open.view
            .with(|view| view.as_ref().map(|view| view.filings.clone()).unwrap_or_default())
    });
    let may_amend = Memo::new(move |_| {
        let writes = |item: &ipc::FormItem| match item {
            ipc::FormItem::Field(field) => field.writable,
            ipc::FormItem::Table(table) => table.writable,
        };
        open.view.with(|view| {
            view.iter()
                .flat_map(|view| &view.sections)
                .flat_map(|section| &section.items)
                .any(writes)
        })
    });
    let repeats = Memo::new(move |_| {
        open.view.with(|view| {
            let mut sections = view.iter().flat_map(|view| &view.sections);
            sections.any(|section| section.repeats.is_some())
        })
    });
    move || {
        let filings = filings.get();
        if filings.is_empty() {
            return None;
        }
        let needs_reason = open.needs_reason();
        let how = needs_reason.then(|| match open.reason.get() {
            None if repeats.get() => view! { <p>{words.amend_lead_repeats()}</p> }.into_any(),
            None => view! { <p>{words.amend_lead()}</p> }.into_any(),
            Some(reason) => {
                view! { <p data-test="amend-given"><strong>{words.amend_reason()} ": "</strong> {reason}</p> }
                    .into_any()
            }
        });
        let label = move || {
            if open.reason.with(Option::is_none) {
                words.amend_begin()
            } else {
                words.amend_other_reason()
            }
        };
        let button = (needs_reason && may_amend.get()).then(|| {
            view! {
                <button type="button" class="button small" data-test="amend" on:click=move |_| open.asking.set(true)>
                    {icon(Icon::Write)}
                    <span>{label}</span>
                </button>
            }
        });
        let closed = (!needs_reason).then(|| view! { <p data-test="begun">{words.amend_closed()}</p> });
        Some(view! {
            <section class="note filed-note stack" data-test="filed-note">
                {filing_list(open.subject, filings)}
                {how}
                {closed}
                <div class="actions">{button} <BeginAnew /></div>
            </section>
        })
    }
}

/// Asks why a filed form is changed. The reason goes with every change until another is given.
#[component]
pub(crate) fn ReasonSheet() -> impl IntoView {
    let words = words();
    let open = open_form();
    let close = Callback::new(move |()| open.asking.set(false));
    move || {
        open.asking.get().then(|| {
            let text = RwSignal::new(open.reason.get_untracked().unwrap_or_default());
            let problem = RwSignal::new(None::<String>);
            let submit = move |event: ev::SubmitEvent| {
                event.prevent_default();
                let reason = text.get_untracked().trim().to_owned();
                if reason.is_empty() {
                    return problem.set(Some(words.amend_empty().to_owned()));
                }
                if reason.chars().count() > REASON_CHARS_MAX {
                    return problem.set(Some(words.failure_reason_too_long(REASON_CHARS_MAX)));
                }
                open.asking.set(false);
                open.reason.set(Some(reason));
            };
            request_animation_frame(|| browser::focus("amend-reason"));
            view! {
                <Sheet title=words.amend_title() test="amend-sheet" on_close=close>
                    <form class="stack" on:submit=submit>
                        <div class="question">
                            <label class="label" for="amend-reason">{words.amend_reason()}</label>
                            <p class="hint" id="amend-hint">{words.amend_help()}</p>
                            <textarea
                                class="input"
                                rows="3"
                                id="amend-reason"
                                data-test="amend-reason"
                                aria-describedby="amend-hint"
                                prop:value=text
                                on:input=move |event| text.set(event_target_value(&event))
                            ></textarea>
                        </div>
                        <Problem text=problem />
                        <div class="actions">
                            <button type="submit" class="button primary" data-test="amend-submit">{words.amend_go()}</button>
                            <button type="button" class="button" on:click=move |_| close.run(())>{words.app_cancel()}</button>
                        </div>
                    </form>
                </Sheet>
            }
        })
    }
}
