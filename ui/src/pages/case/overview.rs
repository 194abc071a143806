//! Overview: time limits, tasks, what is known.

use casework::{Checked, Compartment, clock::Running};
use ipc::{FactView, RegisterRef};
use leptos::{ev, prelude::*};

use super::{head::say, open_case, tasks::Tasks};
use crate::{
    components::{Empty, Icon, icon},
    pages::cases::row::{standing_code, standing_icon},
    state::{app, words},
    time,
};

/// The tab.
#[component]
pub(crate) fn Overview() -> impl IntoView {
    view! {
        <Clocks />
        <Tasks />
        <Facts />
    }
}

#[component]
fn Clocks() -> impl IntoView {
    let words = words();
    let clocks = open_case().part(|view| view.clocks.clone());
    view! {
        <section class="stack" data-test="clocks">
            <h3>{words.case_clocks()}</h3>
            {move || {
                let clocks = clocks.get();
                if clocks.is_empty() {
                    return view! { <p class="muted">{words.case_no_clocks()}</p> }.into_any();
                }
                let items: Vec<_> = clocks.into_iter().map(|(clock, _)| view! { <ClockItem clock=clock /> }).collect();
                view! { <ul class="clocks">{items}</ul> }.into_any()
            }}
        </section>
    }
}

#[component]
fn ClockItem(clock: Running) -> impl IntoView {
    let app = app();
    let words = words();
    let clock = StoredValue::new(clock);
    let standing = Memo::new(move |_| {
        let now = app.now_ms.get();
        clock.with_value(|clock| clock.standing(now))
    });
    let said = move || {
        let now = app.now_ms.get();
        clock.with_value(|clock| time::clock(words, clock, standing.get(), now))
    };
    let gone = move || {
        let now = app.now_ms.get();
        clock.with_value(|clock| time::gone_percent(clock, now)).to_string()
    };
    clock.with_value(|clock| {
        let due = clock.due_at_ms.filter(|_| clock.stopped_at_ms.is_none() && clock.applies);
        let due = due.map(|due| view! { <p class="muted">{words.time_due(time::date_time(words, due))}</p> });
        let section = words.label(&clock.section);
        let section = (!section.is_empty()).then(|| view! { <p class="muted clock-section">{section}</p> });
        let has_time = clock.due_at_ms.is_some();
        let unverified = (clock.checked != Checked::A).then(|| view! { <p class="tag">{words.case_unverified()}</p> });
        view! {
            <li class="clock-item" data-standing=move || standing_code(standing.get()) data-clock=clock.id.clone()>
                {move || icon(standing_icon(standing.get()))}
                <div>
                    <p class="clock-label">{words.label(&clock.label)}</p>
                    <p class="clock-left">{said}</p>
                    {move || {
                        (has_time && standing.get().is_open()).then(|| view! { <progress class="clock-bar" max="100" value=gone aria-hidden="true"></progress> })
                    }}
                    {due}
                    <ClockNotes clock=clock.clone() />
                    <p class="muted">{words.case_who_acts(words.label(&clock.who))}</p>
                    {section}
                    {unverified}
                </div>
            </li>
        }
    })
}

/// What a clock takes for granted, and its extensions with what is to be said against them.
#[component]
fn ClockNotes(clock: Running) -> impl IntoView {
    let words = words();
    let assumes: Vec<_> = clock
        .assumes
        .iter()
        .map(|assumption| view! { <p class="muted" data-test="clock-assumes">{time::assumption(words, *assumption)}</p> })
        .collect();
    let extensions: Vec<_> = clock
        .extensions
        .iter()
        .map(|extension| {
            let warnings: Vec<_> = extension
                .warnings
                .iter()
                .map(|warning| view! { <p class="note" data-test="clock-warning">{time::warning(words, *warning)}</p> })
                .collect();
            view! { <p class="muted">{time::extension(words, extension)}</p> {warnings} }
        })
        .collect();
    view! { {assumes} {extensions} }
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
    let show = move || open.history.set(Some((register.clone(), named.clone())));
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
                {text}
                {fact.clash.then(|| view! { <span class="tag warn">{icon(Icon::Versions)} {words.case_clash_mark()}</span> })}
            </dd>
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
        </div>
    }
}
