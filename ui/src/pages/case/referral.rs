//! A referral that waits for somebody to take it up: one press says that this officer does, and when.

use std::collections::BTreeMap;

use casework::{Compartment, FactId, Value, duty};
use ipc::FieldEdit;
use leptos::{prelude::*, task::spawn_local};

use super::open_case;
use crate::{
    backend, browser,
    components::{Icon, Problem, failure_text, icon},
    state::{app, words},
};

/// What an officer writes who goes.
const ACKNOWLEDGED: &str = "intake.acknowledged_at";

/// The card; nothing where no referral waits.
#[component]
pub(crate) fn Referral() -> impl IntoView {
    let app = app();
    let words = words();
    let open = open_case();
    let waits = open.part(|view| {
        let facts = view.facts.iter();
        let facts: BTreeMap<FactId, Value> = facts.map(|fact| (fact.fact.clone(), fact.value.clone())).collect();
        duty::waits_for_answer(&facts)
    });
    let writes = open.writes(Compartment::Core);
    let problem = RwSignal::new(None::<String>);
    let take = move |_| {
        let Ok(fact) = ACKNOWLEDGED.parse::<FactId>() else {
            return;
        };
        let value = Value::Instant(browser::now_ms());
        spawn_local(async move {
            let edit = FieldEdit::SetFact { fact, value };
            match backend::edit(open.case.into(), vec![edit], None, None).await {
                Ok(_) => {
                    problem.set(None);
                    app.announce(words.app_saved());
                }
                Err(failure) => problem.set(Some(failure_text(&failure))),
            }
            open.read();
        });
    };
    move || {
        waits.get().then(|| {
            view! {
                <section class="card stack" data-test="referral">
                    <h3>{words.case_referral()}</h3>
                    <p>{words.case_referral_waits()}</p>
                    <Problem text=problem />
                    {writes.get().then(|| view! {
                        <button type="button" class="button primary" data-test="take-up" on:click=take>
                            {icon(Icon::Tick)}
                            <span>{words.case_take_up()}</span>
                        </button>
                    })}
                </section>
            }
        })
    }
}
