//! A field of a form: its question, where its answer came from, the input, and whether it is saved.

use casework::{FactType, Value};
use ipc::{FieldEdit, FieldView, RegisterRef};
use leptos::{prelude::*, task::spawn_local};

use super::{field_id, open_form};
use crate::{
    components::{Icon, SaveMark, SaveState, ValueInput, icon},
    state::{app, words},
    time,
    value::{Spec, Unreadable},
};

/// A field.
#[component]
pub(crate) fn Field(
    /// The field when the section was opened.
    first: FieldView,
    /// The field as the device says it now.
    known: Memo<FieldView>,
) -> impl IntoView {
    let words = words();
    let id = field_id(&first.fact);
    let spec = Spec::of_field(&first);
    let label = words.label(&first.label);
    let help = words.label(&first.help);
    let heading = view! {
        {label.clone()}
        {first.required.then(|| view! { <span class="needed">{words.app_needed()}</span> })}
    };
    let hint = (!help.is_empty()).then(|| view! { <p class="hint">{help}</p> });
    let above = view! {
        {hint}
        <ClashMark known=known />
    };
    let body = if !first.readable {
        view! {
            <p class="note" data-test=format!("{id}-unreadable")>
                {icon(Icon::Hide)} <span>{words.form_not_readable(words.compartment(first.compartment))}</span>
            </p>
        }
        .into_any()
    } else if first.writable {
        view! { <Answer first=first.clone() known=known spec=spec.clone() label=label.clone() /> }.into_any()
    } else {
        let said = spec.clone();
        view! {
            <p class="read-only" data-test=id.clone()>
                {move || known.with(|field| said.say(words, field.value.as_ref()))}
            </p>
            <Origin known=known />
            <p class="hint">{words.form_not_writable()}</p>
        }
        .into_any()
    };
    let side = first
        .readable
        .then(|| view! { <HistoryButton field=first.clone() spec=spec.clone() label=label /> });
    if spec.is_ticked() && first.readable && first.writable {
        view! {
            <fieldset class="question">
                <div class="question-head">
                    <legend class="label">{heading}</legend>
                    {side}
                </div>
                {above}
                {body}
            </fieldset>
        }
        .into_any()
    } else {
        view! {
            <div class="question">
                <div class="question-head">
                    <label class="label" for=id>{heading}</label>
                    {side}
                </div>
                {above}
                {body}
            </div>
        }
        .into_any()
    }
}

/// Who wrote what is known.
#[component]
fn Origin(known: Memo<FieldView>) -> impl IntoView {
    let words = words();
    let from = Memo::new(move |_| known.with(|field| field.from.clone()));
    move || {
        from.get().map(|from| {
            let said = words.form_from(&from.by, time::date(words, from.at_ms), words.action(&from.action));
            view! { <p class="origin">{icon(Icon::Person)} <span>{said}</span></p> }
        })
    }
}

/// Whether somebody else wrote otherwise.
#[component]
fn ClashMark(known: Memo<FieldView>) -> impl IntoView {
    let words = words();
    let clash = Memo::new(move |_| known.with(|field| field.clash));
    move || {
        clash
            .get()
            .then(|| view! { <p class="tag warn">{icon(Icon::Versions)} <span>{words.form_clash()}</span></p> })
    }
}

#[component]
fn HistoryButton(field: FieldView, spec: Spec, label: String) -> impl IntoView {
    let open = open_form();
    let spoken = words().case_history_of(&label);
    let register = RegisterRef::Fact {
        fact: field.fact.clone(),
    };
    view! {
        <button
            type="button"
            class="button quiet square"
            aria-label=spoken.clone()
            title=spoken
            data-test=format!("history-{}", field.fact)
            on:click=move |_| open.history.set(Some((register.clone(), label.clone(), spec.clone())))
        >
            {icon(Icon::History)}
        </button>
    }
}

/// The input, saved when it is left.
#[component]
fn Answer(first: FieldView, known: Memo<FieldView>, spec: Spec, label: String) -> impl IntoView {
    let app = app();
    let words = words();
    let open = open_form();
    let id = field_id(&first.fact);
    let state_id = format!("{id}-state");
    let state = RwSignal::new(SaveState::Quiet);
    let fact = StoredValue::new(first.fact.clone());
    let label = StoredValue::new(label);
    let value = Memo::new(move |_| known.with(|field| field.value.clone()));
    let fail = move |why: String| {
        state.try_set(SaveState::Failed(why.clone()));
        open.problems
            .try_update(|problems| problems.insert(fact.get_value(), (label.get_value(), why)));
    };
    let save = move |value: Option<Value>| {
        state.set(SaveState::Saving);
        let fact_id = fact.get_value();
        let edit = match value {
            Some(value) => FieldEdit::SetFact {
                fact: fact_id.clone(),
                value,
            },
            None => FieldEdit::ClearFact { fact: fact_id.clone() },
        };
        spawn_local(async move {
            match open.write(vec![edit]).await {
                Ok(()) => {
                    state.try_set(SaveState::Saved);
                    open.problems.try_update(|problems| problems.remove(&fact_id));
                    app.announce(words.app_saved());
                }
                Err(why) if fact.try_get_value().is_some() => fail(why),
                // The section was left meanwhile: say it where it is still seen.
                Err(why) => app.announce(&why),
            }
        });
    };
    let commit = Callback::new(move |read: Result<Option<Value>, Unreadable>| match read {
        Ok(read) if read == value.get_untracked() => {
            state.update(|state| {
                if *state == SaveState::Typing {
                    *state = SaveState::Quiet;
                }
            });
        }
        Ok(read) => save(read),
        Err(why) => fail(why.say(words)),
    });
    let quiet = Memo::new(move |_| state.with(|state| *state == SaveState::Quiet));
    // Some browsers show today's date, faintly, in a date input that is empty: say that it is.
    let is_date = matches!(spec.kind, FactType::Date | FactType::Instant);
    let unwritten = move || (is_date && quiet.get() && value.with(Option::is_none)).then(|| words.form_not_written());
    let ticked = spec.is_ticked();
    let clearable = move || ticked && value.with(Option::is_some);
    view! {
        <ValueInput
            spec=spec
            value=value
            id=id.clone()
            test=id.clone()
            described_by=state_id.clone()
            on_typing=Callback::new(move |()| state.set(SaveState::Typing))
            on_commit=commit
        />
        // One line, always there, so that nothing moves under the finger when a field is saved.
        <div class="under-input">
            {move || quiet.get().then(|| view! { <Origin known=known /> })}
            {move || unwritten().map(|said| view! { <p class="hint">{said}</p> })}
            <SaveMark state=state id=state_id test=format!("field-state-{}", first.fact) />
            {move || {
                clearable()
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="link"
                                data-test=format!("clear-{}", fact.get_value())
                                on:click=move |_| save(None)
                            >
                                {words.form_clear()}
                            </button>
                        }
                    })
            }}
        </div>
    }
}
