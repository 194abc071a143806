//! The stage of a case: where it is, what that does not rest on yet, and where it may go on. Any stage may be chosen.

use casework::{
    Value, facts,
    stage::{Step, Warning},
};
use ipc::{FieldEdit, Life};
use leptos::{prelude::*, task::spawn_local};

use super::{open_case, term};
use crate::{
    components::{Icon, Problem, Sheet, icon},
    pages::desk::Desk,
    state::words,
};

/// The vocabulary of stages.
const STAGES: &str = "stage";

/// The stage.
#[component]
pub(crate) fn Stage() -> impl IntoView {
    let words = words();
    let open = open_case();
    let life = open.life();
    let writes = open.writes(casework::Compartment::Core);
    let choosing = RwSignal::new(None::<Step>);
    let body = move || {
        life.get().map(|life| {
            let advice = life.stage.clone();
            let name = move |stage: &casework::Stage| term(words, &life, STAGES, stage.code());
            let current = name(&advice.current);
            let skipped: Vec<_> = advice
                .skipped
                .iter()
                .map(|skipped| {
                    view! {
                        <li>
                            <p class="skipped-stage">{words.stage_not_resting(name(&skipped.stage))}</p>
                            {warnings(&skipped.warnings)}
                        </li>
                    }
                })
                .collect();
            let next: Vec<_> = advice
                .next
                .iter()
                .map(|step| step_button(step, name(&step.to), choosing))
                .collect();
            let others: Vec<_> = advice
                .others
                .iter()
                .map(|step| step_button(step, name(&step.to), choosing))
                .collect();
            let steps = writes.get().then(|| {
                view! {
                    <div class="steps" role="group" aria-label=words.stage_next()>{next}</div>
                    <details class="adder">
                        <summary class="button quiet" data-test="stage-others">{words.stage_others()}</summary>
                        <div class="steps">{others}</div>
                    </details>
                }
            });
            view! {
                <p class="stage-now" data-test="stage-now" data-stage=advice.current.code().to_owned()>{current}</p>
                <ul class="skipped">{skipped}</ul>
                {steps}
            }
        })
    };
    view! {
        <section class="card stack stage" data-test="stage">
            <h3>{words.stage_title()}</h3>
            {body}
            {move || choosing.get().map(|step| view! { <StepSheet step=step choosing=choosing /> })}
        </section>
    }
}

fn step_button(step: &Step, name: String, choosing: RwSignal<Option<Step>>) -> impl IntoView + use<> {
    let words = words();
    let label = if step.label.is_empty() {
        name
    } else {
        words.label(&step.label)
    };
    let warned = (!step.warnings.is_empty()).then(|| icon(Icon::Warning));
    let (code, step) = (step.to.code().to_owned(), step.clone());
    view! {
        <button
            type="button"
            class="button"
            data-test=format!("step-{code}")
            on:click=move |_| choosing.set(Some(step.clone()))
        >
            {warned}
            <span>{label}</span>
        </button>
    }
}

/// What is missing, each with where it stands in the law.
pub(crate) fn warnings(warnings: &[Warning]) -> impl IntoView + use<> {
    let words = words();
    let items: Vec<_> = warnings
        .iter()
        .map(|warning| {
            let source = warning.source.clone().map(|source| view! { <span class="option-source">{source}</span> });
            view! { <li class="warn-line">{icon(Icon::Warning)} <span>{words.label(&warning.says)} " " {source}</span></li> }
        })
        .collect();
    view! { <ul class="warn-lines">{items}</ul> }
}

/// Says what is missing before a step; whoever reads it may still go on.
#[component]
fn StepSheet(step: Step, choosing: RwSignal<Option<Step>>) -> impl IntoView {
    let words = words();
    let desk = Desk::here();
    let name = open_case()
        .life()
        .with_untracked(|life: &Option<Life>| life.as_ref().map(|life| term(words, life, STAGES, step.to.code())))
        .unwrap_or_default();
    let problem = RwSignal::new(None::<String>);
    let close = Callback::new(move |()| choosing.set(None));
    let code = step.to.code().to_owned();
    let go = move |_| {
        let Ok(fact) = facts::STAGE.parse() else { return };
        let edit = FieldEdit::SetFact {
            fact,
            value: Value::Text(code.clone()),
        };
        spawn_local(async move {
            match desk.write(vec![edit]).await {
                Ok(()) => drop(close.try_run(())),
                Err(why) => drop(problem.try_set(Some(why))),
            }
        });
    };
    let lead = if step.warnings.is_empty() {
        words.stage_nothing_missing()
    } else {
        words.stage_missing()
    };
    view! {
        <Sheet title=words.stage_go(&name) test="step-sheet" on_close=close>
            <div class="stack">
                {step.source.clone().map(|source| view! { <p class="muted">{source}</p> })}
                <p>{lead}</p>
                {warnings(&step.warnings)}
                <Problem text=problem />
                <div class="actions">
                    <button type="button" class="button primary" data-test="step-go" on:click=go>{words.stage_go(&name)}</button>
                    <button type="button" class="button" on:click=move |_| close.run(())>{words.app_cancel()}</button>
                </div>
            </div>
        </Sheet>
    }
}
