//! The doctor: what is wrong with the vault on this tablet, in words, and what helps.

use std::pin::Pin;

use ipc::{DoctorView, Failure, Finding};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    backend,
    components::{Problem, failure_text},
    state::words,
    time,
    words::Words,
};

/// A part of the page.
#[component]
pub(super) fn Doctor() -> impl IntoView {
    let words = words();
    let found = RwSignal::new(None::<DoctorView>);
    let busy = RwSignal::new(None::<&'static str>);
    let problem = RwSignal::new(None::<String>);
    let look = move || {
        busy.set(Some(words.doctor_looking()));
        problem.set(None);
        spawn_local(async move {
            match backend::doctor().await {
                Ok(view) => found.set(Some(view)),
                Err(failure) => problem.set(Some(failure_text(&failure))),
            }
            busy.set(None);
        });
    };
    let help = move |word: &'static str, call: Pin<Box<dyn Future<Output = Result<(), Failure>>>>| {
        busy.set(Some(word));
        spawn_local(async move {
            match call.await {
                Ok(()) => look(),
                Err(failure) => {
                    problem.set(Some(failure_text(&failure)));
                    busy.set(None);
                }
            }
        });
    };
    let rebuild = move |_| help(words.doctor_rebuilding(), Box::pin(backend::rebuild()));
    let mend = move |_| help(words.doctor_mending(), Box::pin(backend::mend()));
    view! {
        <section class="card stack" data-test="doctor">
            <h2>{words.doctor_title()}</h2>
            <p class="muted">{words.doctor_lead()}</p>
            <button
                type="button"
                class="button"
                data-test="doctor-look"
                disabled=move || busy.get().is_some()
                on:click=move |_| look()
            >
                {words.doctor_look()}
            </button>
            <p role="status">{move || busy.get()}</p>
            <Problem text=problem />
            {move || found.get().map(|view| view! { <Found view=view on_rebuild=Callback::new(rebuild) on_mend=Callback::new(mend) /> })}
        </section>
    }
}

#[component]
fn Found(
    view: DoctorView,
    on_rebuild: Callback<leptos::ev::MouseEvent>,
    on_mend: Callback<leptos::ev::MouseEvent>,
) -> impl IntoView {
    let words = words();
    let problem = RwSignal::new(None::<String>);
    let sync = move |_| {
        spawn_local(async move {
            problem.set(backend::sync_now().await.err().map(|failure| failure_text(&failure)));
        });
    };
    if view.findings.is_empty() {
        return view! { <p data-test="doctor-well">{words.doctor_well(u64::from(view.documents))}</p> }.into_any();
    }
    let lines = view.findings.iter().map(|finding| {
        let help = match finding {
            Finding::DamagedFile { .. } => Some(
                view! {
                    <button type="button" class="button small" data-test="doctor-mend" on:click=move |event| on_mend.run(event)>
                        {words.doctor_mend()}
                    </button>
                }
                .into_any(),
            ),
            Finding::Lists { .. } => Some(
                view! {
                    <button type="button" class="button small" data-test="doctor-rebuild" on:click=move |event| on_rebuild.run(event)>
                        {words.doctor_rebuild()}
                    </button>
                }
                .into_any(),
            ),
            Finding::DamagedDocuments { .. } | Finding::Behind { .. } => Some(
                view! {
                    <button type="button" class="button small" data-test="doctor-sync" on:click=sync>
                        {words.doctor_sync()}
                    </button>
                }
                .into_any(),
            ),
            _ => None,
        };
        view! {
            <li class="stack" data-test="doctor-finding">
                <p>{sentence(words, finding)}</p>
                {help}
            </li>
        }
    });
    view! { <ul class="stack">{lines.collect_view()}</ul> <Problem text=problem /> }.into_any()
}

fn sentence(words: Words, finding: &Finding) -> String {
    match finding {
        Finding::DamagedFile { parts } => words.doctor_damaged_file(u64::from(*parts)),
        Finding::Mended {
            at_ms,
            parts,
            documents,
            edits,
            pictures,
        } => mended(words, (*at_ms, *parts, *documents), *edits, *pictures),
        Finding::Behind { at_ms } => words.doctor_behind(time::date_time(words, *at_ms)),
        Finding::DamagedDocuments { documents, .. } => words.doctor_damaged_documents(u64::from(*documents)),
        Finding::AccessLog { row } => words.doctor_access_log(row),
        Finding::Lists { documents } => words.doctor_lists(u64::from(*documents)),
        Finding::SetAside { changes } => words.doctor_set_aside(u64::from(*changes)),
        Finding::Refused { changes } => words.doctor_refused(u64::from(*changes)),
        Finding::ReadOnly => words.app_read_only().to_owned(),
    }
}

/// What mending the file could not bring back, one sentence after the other.
fn mended(
    words: Words,
    (at_ms, parts, documents): (i64, u32, u32),
    edits: Option<u32>,
    pictures: Option<u32>,
) -> String {
    let at = time::date_time(words, at_ms);
    let mut said = vec![if parts == 0 {
        words.doctor_mended_whole(at)
    } else {
        words.doctor_mended(u64::from(parts), at)
    }];
    if documents > 0 {
        said.push(words.doctor_mended_documents(u64::from(documents)));
    }
    said.push(match edits {
        Some(0) => words.doctor_mended_all_edits().to_owned(),
        Some(edits) => words.doctor_mended_edits(u64::from(edits)),
        None => words.doctor_mended_some_edits().to_owned(),
    });
    match pictures {
        Some(0) => {}
        Some(pictures) => said.push(words.doctor_mended_pictures(u64::from(pictures))),
        None => said.push(words.doctor_mended_some_pictures().to_owned()),
    }
    said.join(" ")
}
