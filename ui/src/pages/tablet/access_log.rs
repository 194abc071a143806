//! The access log: what was opened, revealed and looked for here, whether its chain holds and whether the server has it.

use ipc::{AccessLine, AccessLogView};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    backend,
    components::{Icon, Problem, failure_text, icon},
    pages::sync::subject_link,
    state::words,
    time,
};

/// The section; the log is read when somebody asks for it.
#[component]
pub(super) fn AccessLog() -> impl IntoView {
    let words = words();
    let view = RwSignal::new(None::<AccessLogView>);
    let problem = RwSignal::new(None::<String>);
    let check = move |_| {
        spawn_local(async move {
            match backend::access_log().await {
                Ok(read) => {
                    problem.set(None);
                    view.set(Some(read));
                }
                Err(failure) => problem.set(Some(failure_text(&failure))),
            }
        });
    };
    view! {
        <section class="card stack">
            <h2>{words.access_title()}</h2>
            <p class="hint">{words.access_help()}</p>
            <button type="button" class="button" data-test="access-check" on:click=check>
                {icon(Icon::Show)}
                <span>{words.access_check()}</span>
            </button>
            <Problem text=problem />
            {move || view.get().map(|view| view! { <Checked view=view /> })}
        </section>
    }
}

#[component]
fn Checked(view: AccessLogView) -> impl IntoView {
    let words = words();
    let stands = match view.broken_at {
        None => words.access_holds(view.rows),
        Some(n) => words.access_broken(n),
    };
    let on_hub = match view.on_hub {
        None => words.access_on_hub_none().to_owned(),
        Some(rows) => words.access_on_hub(rows, view.rows),
    };
    let state = if view.broken_at.is_some() { "broken" } else { "holds" };
    let rows = view.newest.into_iter().map(row).collect_view();
    view! {
        <p role="status" data-test="access-state" data-state=state>
            {icon(if state == "holds" { Icon::Tick } else { Icon::Refused })}
            " "
            <strong>{stands}</strong>
        </p>
        <p class="muted">{on_hub}</p>
        <ul class="receipts" data-test="access-rows">{rows}</ul>
    }
}

fn row(line: AccessLine) -> impl IntoView {
    let words = words();
    let subject = line.subject.map(|subject| subject_link(subject, &line.initials));
    view! {
        <li class="receipt" data-test="access-row" data-action=line.action.clone()>
            {subject}
            <div>
                <p>
                    <strong>{words.access_action(&line.action)}</strong>
                    " · "
                    <span class="muted">{time::date_time(words, line.at_ms)}</span>
                </p>
                <p class="muted">{line.detail}</p>
            </div>
        </li>
    }
}
