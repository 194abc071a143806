//! A new case: only what is known now.

use casework::{CaseKind, FactType, Urgency, Value};
use ipc::NewCase;
use leptos::{ev, prelude::*};

use crate::{
    backend, browser,
    components::{Asking, Problem, Sheet},
    route::{Route, Tab},
    state::{app, words},
    value::Spec,
    words::Words,
};

/// Oldest age that is asked for; the Act ends at 18, and an apparent age may be more.
const AGE_MAX: i64 = 25;

/// The sheet.
#[component]
pub(crate) fn NewCaseSheet(
    /// The officer closes it.
    on_close: Callback<()>,
) -> impl IntoView {
    let app = app();
    let words = words();
    let kind = RwSignal::new(CaseKind::Cncp);
    let urgency = RwSignal::new(Urgency::Urgent);
    let sex = RwSignal::new(None::<&'static str>);
    let (note, name, age) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let asking = Asking::new();

    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let age_years = match age_of(words, &age.get_untracked()) {
            Ok(age_years) => age_years,
            Err(why) => return asking.refuse(why, "new-age"),
        };
        let child_name = Some(name.get_untracked().trim().to_owned()).filter(|name| !name.is_empty());
        let new = NewCase {
            kind: kind.get_untracked(),
            urgency: urgency.get_untracked(),
            note: note.get_untracked().trim().to_owned(),
            child_name,
            age_years,
            sex: sex.get_untracked().map(str::to_owned),
        };
        asking.run(
            || backend::open_case(new),
            move |case| {
                app.announce(words.app_saved());
                on_close.run(());
                browser::go(&Route::Case(case, Tab::Overview));
            },
        );
    };
    let urgencies = vec![
        (Urgency::Emergency, "emergency", words.new_emergency()),
        (Urgency::Urgent, "urgent", words.new_urgent()),
        (Urgency::Routine, "routine", words.new_routine()),
    ];
    let kinds = vec![
        (CaseKind::Cncp, "cncp", words.new_cncp()),
        (CaseKind::Cicl, "cicl", words.new_cicl()),
        (CaseKind::Both, "both", words.new_both()),
    ];
    let sexes = sexes(words, Some("not_known"));
    view! {
        <Sheet title=words.new_title() test="new-case-sheet" on_close=on_close>
            <form class="stack" on:submit=submit>
                <p class="lead">{words.new_lead()}</p>
                {group("new-urgency", words.new_urgency(), urgencies, urgency)}
                <div class="question">
                    <label class="label" for="new-note">{words.new_note()}</label>
                    <p class="hint" id="new-note-hint">{words.new_note_help()}</p>
                    <textarea
                        class="input"
                        rows="4"
                        id="new-note"
                        data-test="new-note"
                        aria-describedby="new-note-hint"
                        prop:value=note
                        on:input=move |event| note.set(event_target_value(&event))
                    ></textarea>
                </div>
                {line("new-name", words.new_name(), "text", name)}
                {line("new-age", words.new_age(), "numeric", age)}
                {group("new-sex", words.new_sex(), sexes, sex)}
                {group("new-kind", words.new_kind(), kinds, kind)}
                <Problem text=asking.problem />
                <button type="submit" class="button primary wide" data-test="new-submit" disabled=asking.busy>
                    {words.new_submit()}
                </button>
                <p class="muted" role="status">{move || asking.busy.get().then(|| words.new_busy())}</p>
            </form>
        </Sheet>
    }
}

/// The age that somebody typed, in years; what is wrong with it otherwise.
pub(in crate::pages) fn age_of(words: Words, typed: &str) -> Result<Option<u8>, String> {
    let spec = Spec {
        kind: FactType::Integer,
        min: Some(0),
        max: Some(AGE_MAX),
        ..Spec::of_value(None)
    };
    let value = spec.read(typed).map_err(|why| why.say(words))?;
    let years = value.as_ref().and_then(Value::as_integer);
    Ok(years.and_then(|years| u8::try_from(years).ok()))
}

/// The choice of a sex; `unknown` stands for none that is known.
pub(in crate::pages) fn sexes(
    words: Words,
    unknown: Option<&'static str>,
) -> Vec<(Option<&'static str>, &'static str, &'static str)> {
    vec![
        (Some("female"), "female", words.new_girl()),
        (Some("male"), "male", words.new_boy()),
        (Some("transgender"), "transgender", words.new_transgender()),
        (unknown, "not_known", words.new_not_known()),
    ]
}

pub(in crate::pages) fn line(
    id: &'static str,
    label: &'static str,
    mode: &'static str,
    value: RwSignal<String>,
) -> impl IntoView {
    view! {
        <div class="question">
            <label class="label" for=id>{label}</label>
            <input
                class="input"
                class:narrow=mode == "numeric"
                type="text"
                inputmode=mode
                id=id
                data-test=id
                autocomplete="off"
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
            />
        </div>
    }
}

pub(in crate::pages) fn group<T: Clone + PartialEq + Send + Sync + 'static>(
    name: &'static str,
    title: &'static str,
    options: Vec<(T, &'static str, &'static str)>,
    chosen: RwSignal<T>,
) -> impl IntoView {
    let options = options.into_iter().map(|(value, code, label)| {
        let (a, b) = (value.clone(), value.clone());
        view! {
            <label class="option" class:chosen=move || chosen.with(|c| *c == a)>
                <input
                    type="radio"
                    name=name
                    data-test=format!("{name}-{code}")
                    prop:checked=move || chosen.with(|c| *c == b)
                    on:change=move |_| chosen.set(value.clone())
                />
                <span class="option-text">{label}</span>
            </label>
        }
    });
    view! {
        <fieldset class="question">
            <legend class="label">{title}</legend>
            <div class="options two">{options.collect_view()}</div>
        </fieldset>
    }
}
