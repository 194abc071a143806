//! The time limits of a case: how each stands, what it rests on, and a sheet in which more time is recorded.

use std::collections::BTreeMap;

use casework::{
    Checked, Value,
    clock::{Running, Standing},
};
use leptos::prelude::*;

use super::open_case;
use crate::{
    components::{icon, standing_code, standing_icon},
    pages::table::{RowSheet, Writing},
    state::{app, words},
    time,
};

/// The table of extensions.
const EXTENSIONS: &str = "clock_extensions";

/// The clock that is being extended. Only where extensions are recorded: on the page of a case.
#[derive(Clone, Copy)]
struct Extending(RwSignal<Option<Running>>);

/// The time limits.
#[component]
pub(crate) fn Clocks() -> impl IntoView {
    let words = words();
    let clocks = open_case().part(|view| view.clocks.clone());
    let extending = RwSignal::new(None::<Running>);
    provide_context(Extending(extending));
    view! {
        <section class="stack" data-test="clocks">
            <h3>{words.case_clocks()}</h3>
            <ClockList clocks=clocks />
            {move || extending.get().map(|clock| view! { <ExtendSheet clock=clock extending=extending /> })}
        </section>
    }
}

/// How each of some time limits stands.
#[component]
pub(crate) fn ClockList(
    /// The time limits.
    clocks: Memo<Vec<(Running, Standing)>>,
) -> impl IntoView {
    move || {
        let clocks = clocks.get();
        if clocks.is_empty() {
            return view! { <p class="muted">{words().case_no_clocks()}</p> }.into_any();
        }
        let items: Vec<_> = clocks
            .into_iter()
            .map(|(clock, _)| view! { <ClockItem clock=clock /> })
            .collect();
        view! { <ul class="clocks">{items}</ul> }.into_any()
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
    let this = clock;
    let extending = use_context::<Extending>().filter(|_| {
        let table = open_case().table(EXTENSIONS);
        table.with_untracked(|table| table.as_ref().is_some_and(|table| table.writable))
    });
    clock.with_value(|clock| {
        // What the law says *shall* and gives no time for cannot be given more of it.
        let open = clock.applies && clock.stopped_at_ms.is_none() && clock.due_at_ms.is_some();
        let may_extend = open && !clock.duty.passes();
        let extending = extending.filter(|_| may_extend);
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
                    {extending
                        .map(|Extending(extending)| {
                            view! {
                                <button
                                    type="button"
                                    class="button small quiet clock-extend"
                                    data-test=format!("extend-{}", clock.id)
                                    on:click=move |_| extending.set(Some(this.get_value()))
                                >
                                    {words.clock_extend()}
                                </button>
                            }
                        })}
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

/// The name of a run of a clock, as the table of extensions holds it.
pub(super) fn name_of(clock: &Running) -> String {
    if clock.instance.is_empty() {
        clock.id.clone()
    } else {
        format!("{}/{}", clock.id, clock.instance)
    }
}

/// More time: by whom, on which order, why, until when. Whatever is written is recorded; what the law does not allow is
/// said beside it and moves nothing.
#[component]
fn ExtendSheet(clock: Running, extending: RwSignal<Option<Running>>) -> impl IntoView {
    let words = words();
    let table = open_case().table(EXTENSIONS).get_untracked()?;
    let name = name_of(&clock);
    let preset = BTreeMap::from([("clock".to_owned(), Value::Text(name))]);
    let close = Callback::new(move |()| extending.set(None));
    Some(view! {
        <RowSheet
            title=words.clock_extend_title(words.label(&clock.label))
            table=EXTENSIONS.to_owned()
            columns=table.columns
            row=Writing::New(preset)
            submit=words.clock_extend_submit()
            on_close=close
        />
    })
}
