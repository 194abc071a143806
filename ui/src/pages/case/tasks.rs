//! Tasks of a case: tick them, add one.

use std::collections::BTreeMap;

use casework::{Compartment, FactType, RowId, Value};
use ipc::{FieldEdit, TaskOrigin, TaskView};
use leptos::{ev, prelude::*, task::spawn_local};

use super::open_case;
use crate::{
    backend,
    components::{Icon, Problem, failure_text, icon},
    state::{app, words},
    time,
    value::Spec,
};

/// The tasks.
#[component]
pub(crate) fn Tasks() -> impl IntoView {
    let app = app();
    let words = words();
    let open = open_case();
    let tasks = open.part(|view| view.tasks.clone());
    let writes = open.writes(Compartment::Core);
    let problem = RwSignal::new(None::<String>);
    let edit = Callback::new(move |edits: FieldEdit| {
        spawn_local(async move {
            match backend::edit(open.case.into(), vec![edits], None, None).await {
                Ok(_) => {
                    problem.set(None);
                    app.announce(words.app_saved());
                }
                Err(failure) => problem.set(Some(failure_text(&failure))),
            }
            open.read();
        });
    });
    view! {
        <section class="stack" data-test="tasks">
            <h3>{words.case_tasks()}</h3>
            <Problem text=problem />
            {move || tasks.with(Vec::is_empty).then(|| view! { <p class="muted">{words.case_no_tasks()}</p> })}
            <ul class="tasks">
                <For each=move || tasks.get() key=|task| (task.origin.clone(), task.done_at_ms, task.title.clone(), task.due.clone()) let:task>
                    <Task task=task writes=writes on_edit=edit />
                </For>
            </ul>
            {move || writes.get().then(|| view! { <NewTask on_edit=edit /> })}
        </section>
    }
}

/// The row to tick, where somebody wrote the task.
fn own_row(task: &TaskView) -> Option<RowId> {
    match task.origin {
        TaskOrigin::Own { row } => Some(row),
        _ => None,
    }
}

#[component]
fn Task(task: TaskView, writes: Memo<bool>, on_edit: Callback<FieldEdit>) -> impl IntoView {
    let app = app();
    let words = words();
    let done = task.done_at_ms.is_some();
    let title = if task.title.is_empty() {
        words.label(&task.label)
    } else {
        task.title.clone()
    };
    let row = own_row(&task);
    let late = !done
        && task
            .due
            .as_deref()
            .is_some_and(|due| time::is_past_day(due, app.now_ms.get_untracked()));
    let when = match (task.done_at_ms, task.due.as_deref()) {
        (Some(at), _) => Some(words.case_task_done(time::date(words, at))),
        (None, Some(due)) if late => Some(words.case_task_late(time::iso_date(words, due))),
        (None, Some(due)) => Some(words.case_task_by(time::iso_date(words, due))),
        (None, None) => None,
    };
    let tick = move |event: ev::Event| {
        if let Some(row) = row {
            on_edit.run(FieldEdit::TickTask {
                row,
                done: event_target_checked(&event),
            });
        }
    };
    let tick_label = words.case_tick(&title);
    let who = words.label(&task.who);
    let origin = match &task.origin {
        TaskOrigin::Own { .. } => None,
        TaskOrigin::Clock { .. } => Some((Icon::Clock, words.task_of_clock())),
        TaskOrigin::Plan { .. } | TaskOrigin::Progress { .. } => Some((Icon::Form, words.task_of_plan())),
        TaskOrigin::Visit { .. } => Some((Icon::Place, words.task_of_visit())),
        TaskOrigin::Hearing { .. } => Some((Icon::Person, words.task_of_hearing())),
    };
    let kind = match &task.origin {
        TaskOrigin::Own { .. } => "own",
        TaskOrigin::Clock { .. } => "clock",
        TaskOrigin::Plan { .. } => "plan",
        TaskOrigin::Progress { .. } => "progress",
        TaskOrigin::Visit { .. } => "visit",
        TaskOrigin::Hearing { .. } => "hearing",
    };
    let said_origin = origin.map(|(_, said)| said.to_owned());
    let details: Vec<String> = [when, said_origin, task.source.clone(), Some(who), Some(task.by.clone())]
        .into_iter()
        .flatten()
        .filter(|said| !said.is_empty())
        .collect();
    let text = view! {
        <span>
            <span class="task-title">{title}</span>
            <span class="task-when" class:danger-text=late>{late.then(|| icon(Icon::Warning))} <span>{details.join(" · ")}</span></span>
        </span>
    };
    // What the rules ask for goes when it is written where it belongs: there is nothing to tick.
    let body = match (row, origin) {
        (None, Some((sign, _))) => view! { <div class="tick derived-task">{icon(sign)} {text}</div> }.into_any(),
        _ => view! {
            <label class="tick">
                <input
                    type="checkbox"
                    prop:checked=done
                    disabled=move || !writes.get()
                    aria-label=tick_label
                    data-test="task-tick"
                    on:change=tick
                />
                {text}
            </label>
        }
        .into_any(),
    };
    view! { <li class="task" class:done=done data-test="task" data-done=done.to_string() data-origin=kind>{body}</li> }
}

#[component]
fn NewTask(on_edit: Callback<FieldEdit>) -> impl IntoView {
    let words = words();
    let title = RwSignal::new(String::new());
    let due = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let text = title.get_untracked().trim().to_owned();
        if text.is_empty() {
            return;
        }
        let spec = Spec {
            kind: FactType::Date,
            ..Spec::of_value(None)
        };
        match spec.read(&due.get_untracked()) {
            Ok(date) => {
                let mut cells = BTreeMap::from([("title".to_owned(), Value::Text(text))]);
                cells.extend(date.map(|date| ("due".to_owned(), date)));
                on_edit.run(FieldEdit::AddRow {
                    table: "tasks".into(),
                    cells,
                });
                title.set(String::new());
                due.set(String::new());
                problem.set(None);
            }
            Err(why) => problem.set(Some(why.say(words))),
        }
    };
    view! {
        <details class="adder">
            <summary class="button">{icon(Icon::Add)} <span>{words.case_task_new()}</span></summary>
            <form class="stack" on:submit=submit>
                <div class="question">
                    <label class="label" for="task-title">{words.case_task_new()}</label>
                    <input
                        class="input"
                        id="task-title"
                        data-test="task-title"
                        autocomplete="off"
                        prop:value=title
                        on:input=move |event| title.set(event_target_value(&event))
                    />
                </div>
                <div class="question">
                    <label class="label" for="task-due">{words.case_task_due()}</label>
                    <input
                        class="input narrow"
                        type="date"
                        id="task-due"
                        data-test="task-due"
                        prop:value=due
                        on:input=move |event| due.set(event_target_value(&event))
                    />
                </div>
                <Problem text=problem />
                <button type="submit" class="button primary" data-test="task-submit">{words.case_task_add()}</button>
            </form>
        </details>
    }
}
