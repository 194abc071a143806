//! Signing, sending or approving a form: a sheet that says what is missing, and never stands in the way.

use ipc::{FilingKind, MissingItem, SectionGap};
use leptos::prelude::*;

use super::{OpenForm, open_form};
use crate::{
    backend, browser,
    components::{Asking, Icon, Problem, Sheet, icon},
    route::{FormPlace, Route},
    state::{app, words},
    words::Words,
};

fn act(words: Words, how: FilingKind) -> &'static str {
    match how {
        FilingKind::Signed => words.filing_sign(),
        FilingKind::Sent => words.filing_send(),
        FilingKind::Approved => words.filing_approve(),
    }
}

/// What is missing, by section; each leads to its place.
pub(crate) fn gap_list(open: OpenForm, gaps: Vec<SectionGap>) -> impl IntoView {
    let words = words();
    let items: Vec<_> = gaps
        .into_iter()
        .map(|gap| {
            let missing: Vec<_> = gap.missing.iter().map(|item| missing_item(words, item)).collect();
            view! {
                <li class="gap" data-test="gap" data-section=gap.section.clone()>
                    <a class="gap-link" href=open.place(FormPlace::Section(gap.section.clone())).to_string()>
                        <strong>{words.label(&gap.title)}</strong>
                        <span class="muted">{words.form_section_needed(gap.filled, gap.required)}</span>
                        {icon(Icon::Next)}
                    </a>
                    <ul class="gap-items">{missing}</ul>
                </li>
            }
        })
        .collect();
    view! { <ul class="gaps">{items}</ul> }
}

fn missing_item(words: Words, item: &MissingItem) -> impl IntoView + use<> {
    let who = (!item.writable && !item.who.is_empty()).then(|| format!(" ({})", words.labels(&item.who)));
    let name = item
        .fact
        .as_ref()
        .map(ToString::to_string)
        .or_else(|| item.table.clone());
    let stale = item.stale.then(|| format!(" ({})", words.form_stale()));
    view! {
        <li data-test="missing" data-fact=name>
            {words.label(&item.label)}
            {[stale, who].map(|more| more.map(|more| view! { <span class="muted">{more}</span> }))}
        </li>
    }
}

/// The ways in which this officer may file the form.
#[component]
pub(crate) fn FileButtons() -> impl IntoView {
    let words = words();
    let open = open_form();
    let ways = Memo::new(move |_| {
        open.view
            .with(|view| view.as_ref().map(|view| view.may_file.clone()).unwrap_or_default())
    });
    let filing = RwSignal::new(None::<FilingKind>);
    let buttons = move || {
        let buttons: Vec<_> = ways
            .get()
            .into_iter()
            .map(|how| {
                let test = format!("file-{}", how.code());
                view! {
                    <button type="button" class="button primary" data-test=test on:click=move |_| filing.set(Some(how))>
                        {icon(if how == FilingKind::Sent { Icon::Waiting } else { Icon::Write })}
                        <span>{act(words, how)}</span>
                    </button>
                }
            })
            .collect();
        (!buttons.is_empty()).then(|| view! { <div class="actions file-buttons">{buttons}</div> })
    };
    view! {
        {buttons}
        {move || filing.get().map(|how| view! { <FileSheet how=how filing=filing /> })}
    }
}

#[component]
fn FileSheet(how: FilingKind, filing: RwSignal<Option<FilingKind>>) -> impl IntoView {
    let words = words();
    let open = open_form();
    let gaps = open.asked.with_untracked(crate::asked::Asked::gaps);
    let (filled, required) = open.asked.with_untracked(crate::asked::Asked::counts);
    let percent = open.asked.with_untracked(crate::asked::Asked::percent);
    let asking = Asking::new();
    let close = Callback::new(move |()| filing.set(None));
    let go = move |_| {
        asking.run(
            || backend::file(open.subject, open.number.get_value(), how),
            move |filed| {
                app().announce(words.filing_done());
                close.try_run(());
                browser::go(&Route::Filed(open.subject, filed.filing));
            },
        );
    };
    let lead = if gaps.is_empty() {
        words.forms_complete().to_owned()
    } else {
        words.filing_incomplete(words.forms_needed(filled, required), percent)
    };
    view! {
        <Sheet title=act(words, how) test="file-sheet" on_close=close>
            <div class="stack">
                <p>{lead}</p>
                {gap_list(open, gaps)}
                <p class="note">{words.filing_freezes()}</p>
                <Problem text=asking.problem />
                <div class="actions">
                    <button type="button" class="button primary" data-test="file-go" disabled=asking.busy on:click=go>
                        {act(words, how)}
                    </button>
                    <button type="button" class="button" on:click=move |_| close.run(())>{words.app_cancel()}</button>
                </div>
            </div>
        </Sheet>
    }
}
