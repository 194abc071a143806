//! Timeline: what happened and the notes, newest first; and a place to write one more.

use casework::Compartment;
use ipc::{Entry, FieldEdit};
use leptos::{ev, prelude::*, task::spawn_local};

use super::open_case;
use crate::{
    backend, browser,
    components::{DeliveryMark, Empty, Icon, Problem, failure_text, icon},
    state::{app, words},
    time,
};

/// The tab.
#[component]
pub(crate) fn Timeline() -> impl IntoView {
    let app = app();
    let words = words();
    let open = open_case();
    let entries = open.part(|view| view.timeline.clone());
    let writes = open.part(|view| view.writes.clone());
    let begun = app.drafts.with_untracked(|drafts| drafts.contains_key(&open.case));
    let writing = RwSignal::new(begun);
    let write = move |_| {
        writing.set(true);
        request_animation_frame(|| browser::focus("note-text"));
    };
    view! {
        {move || {
            if writing.get() {
                let close = Callback::new(move |()| writing.set(false));
                return view! { <NewNote writes=writes.get_untracked() on_close=close /> }.into_any();
            }
            writes
                .with(|writes| !writes.is_empty())
                .then(|| {
                    view! {
                        <button type="button" class="button primary" data-test="add-note" on:click=write>
                            {icon(Icon::Write)}
                            <span>{words.time_line_add()}</span>
                        </button>
                    }
                })
                .into_any()
        }}
        {move || {
            entries
                .with(Vec::is_empty)
                .then(|| view! { <Empty title=words.time_line_empty() help=words.time_line_empty_help() /> })
        }}
        <ol class="timeline" data-test="timeline">
            <For each=move || entries.get() key=|entry| (entry.id, format!("{:?}", entry.delivery)) let:entry>
                <TimelineEntry entry=entry />
            </For>
        </ol>
    }
}

#[component]
fn TimelineEntry(entry: Entry) -> impl IntoView {
    let words = words();
    let text = entry.text.clone();
    view! {
        <li class="entry" data-test="entry" data-kind=entry.kind.clone()>
            <p class="entry-head">
                <strong>{words.action(&entry.kind)}</strong>
                " · "
                {time::date_time(words, entry.at_ms)}
                " · "
                {entry.by.clone()}
            </p>
            {(!text.is_empty()).then(|| view! { <p class="entry-text">{text}</p> })}
            <p class="entry-foot">
                <span class="muted">{words.compartment(entry.compartment)}</span>
                <DeliveryMark delivery=entry.delivery />
            </p>
        </li>
    }
}

#[component]
fn NewNote(writes: Vec<Compartment>, on_close: Callback<()>) -> impl IntoView {
    let app = app();
    let words = words();
    let open = open_case();
    let case = open.case;
    let text = move || app.drafts.with(|drafts| drafts.get(&case).cloned().unwrap_or_default());
    let first = writes.first().copied().unwrap_or(Compartment::Core);
    let compartment = RwSignal::new(first);
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let typing = move |event: ev::Event| {
        let typed = event_target_value(&event);
        app.drafts.update(|drafts| {
            if typed.is_empty() {
                drafts.remove(&case);
            } else {
                drafts.insert(case, typed);
            }
        });
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let note = untrack(text).trim().to_owned();
        if note.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        let edit = FieldEdit::AddNote {
            compartment: compartment.get_untracked(),
            text: note,
        };
        spawn_local(async move {
            let answer = backend::edit(case.into(), vec![edit], None, None).await;
            busy.set(false);
            match answer {
                Ok(_) => {
                    app.drafts.update(|drafts| {
                        drafts.remove(&case);
                    });
                    app.keep_draft(case).await;
                    app.announce(words.app_saved());
                    open.read();
                    on_close.run(());
                }
                Err(failure) => problem.set(Some(failure_text(&failure))),
            }
        });
    };
    let readers = writes.into_iter().map(|this| {
        view! {
            <label class="option" class:chosen=move || compartment.get() == this>
                <input
                    type="radio"
                    name="note-compartment"
                    data-test=format!("note-compartment-{}", this.code())
                    prop:checked=move || compartment.get() == this
                    on:change=move |_| compartment.set(this)
                />
                <span class="option-text">{words.compartment(this)}</span>
            </label>
        }
    });
    view! {
        <form class="card stack" on:submit=submit>
            <div class="question">
                <label class="label" for="note-text">{words.time_line_text()}</label>
                <textarea
                    class="input"
                    rows="5"
                    id="note-text"
                    data-test="note-text"
                    aria-describedby="note-draft"
                    prop:value=text
                    on:input=typing
                    on:blur=move |_| spawn_local(app.keep_draft(case))
                ></textarea>
                <p class="hint" id="note-draft">{words.time_line_draft()}</p>
            </div>
            <fieldset class="question">
                <legend class="label">{words.time_line_who_reads()}</legend>
                <p class="hint">{words.time_line_who_reads_help()}</p>
                <div class="options two">{readers.collect_view()}</div>
            </fieldset>
            <Problem text=problem />
            <div class="actions">
                <button type="submit" class="button primary" data-test="note-submit" disabled=busy>
                    {words.time_line_submit()}
                </button>
                <button type="button" class="button quiet" data-test="note-cancel" on:click=move |_| on_close.run(())>
                    {words.app_close()}
                </button>
            </div>
        </form>
    }
}
