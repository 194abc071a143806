//! Overview: the stage, time limits, tasks, what is known.

use casework::Compartment;
use ipc::{FactView, RegisterRef};
use leptos::{ev, prelude::*};

use super::{answers::Answers, clocks::Clocks, head::say, open_case, referral::Referral, stage::Stage, tasks::Tasks};
use crate::{
    components::{Empty, Icon, icon},
    pages::{desk::Past, matches::OfRecord},
    state::words,
};

/// The tab.
#[component]
pub(crate) fn Overview() -> impl IntoView {
    view! {
        <Referral />
        <OfRecord own=open_case().case.into() />
        <Stage />
        <Clocks />
        <Tasks />
        <Answers />
        <Facts />
    }
}

#[component]
fn Facts() -> impl IntoView {
    let words = words();
    let open = open_case();
    let facts = open.part(|view| view.facts.clone());
    let revealed = open.part(|view| view.revealed);
    let groups = move || {
        let facts = facts.get();
        if facts.is_empty() {
            return view! { <Empty title=words.case_no_facts() /> }.into_any();
        }
        let groups = Compartment::ALL.into_iter().filter_map(|compartment| {
            let of: Vec<FactView> = facts
                .iter()
                .filter(|fact| fact.compartment == compartment)
                .cloned()
                .collect();
            (!of.is_empty()).then(|| {
                let rows: Vec<_> = of.into_iter().map(|fact| view! { <FactRow fact=fact /> }).collect();
                view! {
                    <section class="card facts">
                        <h4>{words.compartment(compartment)}</h4>
                        <dl>{rows}</dl>
                    </section>
                }
            })
        });
        groups.collect_view().into_any()
    };
    view! {
        <section class="stack">
            <h3>{words.case_facts()}</h3>
            {move || (!revealed.get()).then(|| view! { <p class="note">{words.case_masked()}</p> })}
            {groups}
        </section>
    }
}

#[component]
fn FactRow(fact: FactView) -> impl IntoView {
    let words = words();
    let open = open_case();
    let label = words.label(&fact.label);
    let spoken = words.case_history_of(&label);
    let text = say(words, &fact.value, &fact.words);
    let register = RegisterRef::Fact {
        fact: fact.fact.clone(),
    };
    let named = label.clone();
    let show = move || {
        open.past
            .set(Some((Past::Register(register.clone(), None), named.clone())));
    };
    let pressed = show.clone();
    // A long press opens the history, too.
    let held = move |event: ev::MouseEvent| {
        event.prevent_default();
        show();
    };
    view! {
        <div class="fact" on:contextmenu=held data-test=format!("fact-{}", fact.fact)>
            <dt>{label}</dt>
            <dd>
                <span class="fact-said">
                    {text}
                    {fact.clash.then(|| view! { <span class="tag warn">{icon(Icon::Versions)} {words.case_clash_mark()}</span> })}
                </span>
                <button
                    type="button"
                    class="button quiet square"
                    aria-label=spoken.clone()
                    title=spoken
                    data-test=format!("history-{}", fact.fact)
                    on:click=move |_| pressed()
                >
                    {icon(Icon::History)}
                </button>
            </dd>
        </div>
    }
}
