//! Cases that belong with this one: siblings, twins, other episodes of the same child. One may be linked from the list.

use std::collections::BTreeMap;

use casework::{CaseId, Value};
use ipc::{CaseCard, CaseFilter, LinkView};
use leptos::{prelude::*, task::spawn_local};

use super::open_case;
use crate::{
    backend,
    components::{Icon, Problem, Sheet, failure_text, icon},
    pages::{
        cases::row::age_and_sex,
        desk::{Desk, Past},
        table::{RowSheet, Writing},
    },
    route::{Route, Tab},
    state::words,
};

/// The table of links.
const LINKS: &str = "links";
/// Most cases that are offered at once.
const OFFERED_MAX: u32 = 20;

/// The linked cases.
#[component]
pub(crate) fn Links() -> impl IntoView {
    let words = words();
    let open = open_case();
    let links = open.part(|view| view.life.links.clone());
    let table = open.table(LINKS);
    let may_write = Memo::new(move |_| table.with(|table| table.as_ref().is_some_and(|table| table.writable)));
    let picking = RwSignal::new(false);
    let picked = RwSignal::new(None::<CaseId>);
    let list = move || {
        let links = links.get();
        if links.is_empty() {
            return view! { <p class="muted">{words.links_empty()}</p> }.into_any();
        }
        let items: Vec<_> = links.iter().map(link).collect();
        view! { <ul class="table-rows">{items}</ul> }.into_any()
    };
    let pick = Callback::new(move |case: CaseId| {
        picking.set(false);
        picked.set(Some(case));
    });
    view! {
        <section class="card stack" data-test="links">
            <h3>{words.links_title()}</h3>
            {list}
            {move || {
                may_write
                    .get()
                    .then(|| {
                        view! {
                            <button type="button" class="button" data-test="add-links" on:click=move |_| picking.set(true)>
                                {icon(Icon::Add)}
                                <span>{words.links_add()}</span>
                            </button>
                        }
                    })
            }}
            {move || picking.get().then(|| view! { <Picker on_pick=pick on_close=Callback::new(move |()| picking.set(false)) /> })}
            {move || {
                let (case, table) = (picked.get()?, table.get_untracked()?);
                let preset = BTreeMap::from([("case".to_owned(), Value::Text(case.to_string()))]);
                let close = Callback::new(move |()| picked.set(None));
                Some(
                    view! {
                        <RowSheet
                            title=words.links_add()
                            table=LINKS.to_owned()
                            columns=table.columns
                            row=Writing::New(preset)
                            submit=words.links_add()
                            on_close=close
                        />
                    },
                )
            }}
        </section>
    }
}

fn link(link: &LinkView) -> impl IntoView + use<> {
    let words = words();
    let desk = Desk::here();
    let who = if link.here {
        format!("{} {}", link.initials, link.number)
    } else if link.case.is_some() {
        words.links_not_here().to_owned()
    } else {
        words.links_unreadable().to_owned()
    };
    let name = match link.case.filter(|_| link.here) {
        Some(case) => {
            view! { <a href=Route::Case(case, Tab::Overview).to_string() data-test="link-open">{who}</a> }.into_any()
        }
        None => view! { <span class="muted">{who}</span> }.into_any(),
    };
    let notes: Vec<_> = link.notes.iter().map(|note| view! { <p>{note.clone()}</p> }).collect();
    let label = words.label(&link.label);
    let other_says = (link.rows.is_empty()).then(|| view! { <p class="muted">{words.links_other_says()}</p> });
    let past = link.rows.first().copied().map(|row| {
        let named = label.clone();
        view! {
            <button
                type="button"
                class="button small quiet"
                data-test="row-history"
                on:click=move |_| desk.show_past(Past::Row(LINKS.to_owned(), row), named.clone())
            >
                {icon(Icon::History)}
                <span>{words.form_history()}</span>
            </button>
        }
    });
    view! {
        <li class="table-row" data-test="link">
            <p><strong>{label}</strong> " · " {name}</p>
            {notes}
            {other_says}
            <div class="actions">{past}</div>
        </li>
    }
}

/// Finds a case on this tablet.
#[component]
fn Picker(on_pick: Callback<CaseId>, on_close: Callback<()>) -> impl IntoView {
    let words = words();
    let this = open_case().case;
    let text = RwSignal::new(String::new());
    let found = RwSignal::new(Vec::<CaseCard>::new());
    let problem = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        let text = text.get();
        spawn_local(async move {
            let filter = CaseFilter {
                text,
                ..CaseFilter::default()
            };
            match backend::cases(filter, 0, OFFERED_MAX).await {
                Ok(page) => drop(found.try_set(page.rows)),
                Err(failure) => drop(problem.try_set(Some(failure_text(&failure)))),
            }
        });
    });
    let items = move || {
        let others = found.get().into_iter().filter(|card| card.case != this);
        let items: Vec<_> = others
            .map(|card| {
                let case = card.case;
                let initials = if card.initials.is_empty() { words.list_no_initials().to_owned() } else { card.initials.clone() };
                view! {
                    <li>
                        <button type="button" class="button wide pick" data-test="link-pick" on:click=move |_| on_pick.run(case)>
                            <strong>{initials}</strong>
                            <span>{age_and_sex(words, &card)} " · " {card.number.clone()}</span>
                        </button>
                    </li>
                }
            })
            .collect();
        if items.is_empty() {
            return view! { <p class="muted">{words.list_none()}</p> }.into_any();
        }
        view! { <ul class="stack">{items}</ul> }.into_any()
    };
    view! {
        <Sheet title=words.links_add() test="link-sheet" on_close=on_close>
            <div class="stack">
                <div class="question">
                    <label class="label" for="link-search">{words.list_search()}</label>
                    <input
                        class="input"
                        type="search"
                        id="link-search"
                        data-test="link-search"
                        autocomplete="off"
                        prop:value=text
                        on:input=move |event| text.set(event_target_value(&event))
                    />
                </div>
                <Problem text=problem />
                {items}
            </div>
        </Sheet>
    }
}
