//! A field of a form: its question, where its answer came from, the input, and whether it is saved.

use casework::{FactId, FactType, Value};
use ipc::{FieldEdit, FieldView, FormItem, RegisterRef};
use leptos::{prelude::*, task::spawn_local};

use super::{field_id, open_form};
use crate::{
    asked::Place,
    components::{Icon, SaveMark, SaveState, ValueInput, icon},
    pages::desk::Past,
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
    /// What the rules say of it now.
    place: Memo<Place>,
) -> impl IntoView {
    let words = words();
    let open = open_form();
    let id = field_id(&first.fact);
    let spec = Spec::of_field(&first);
    let label = words.label(&first.label);
    let help = words.label(&first.help);
    let heading = view! {
        {label.clone()}
        {move || place.with(|place| place.required).then(|| view! { <span class="needed">{words.app_needed()}</span> })}
    };
    let hint = (!help.is_empty()).then(|| view! { <p class="hint">{help}</p> });
    let above = view! {
        {hint}
        <ClashMark known=known />
    };
    let side = (first.readable && first.derived.is_none())
        .then(|| view! { <HistoryButton field=first.clone() spec=spec.clone() label=label.clone() /> });
    let may_write = first.readable && first.writable;
    let is_group = spec.is_ticked() && may_write;
    let warnings = view! { <Warnings fact=first.fact.to_string() place=place /> };
    let first = StoredValue::new(first);
    let needs_reason = Memo::new(move |_| known.with(|field| field.needs_reason));
    let body = move || {
        let first = first.get_value();
        if !first.readable {
            unreadable(&first).into_any()
        } else if first.derived.is_some() {
            view! { <Derived first=first known=known place=place /> }.into_any()
        } else if may_write && !(needs_reason.get() && open.is_locked()) {
            view! { <Answer first=first known=known spec=spec.clone() label=label.clone() /> }.into_any()
        } else {
            view! { <ReadOnly first=first known=known spec=spec.clone() /> }.into_any()
        }
    };
    let hidden = move || place.with(|place| !place.shown);
    if is_group {
        view! {
            <fieldset class="question" hidden=hidden>
                <div class="question-head">
                    <legend class="label">{heading}</legend>
                    {side}
                </div>
                {above}
                {body}
                {warnings}
            </fieldset>
        }
        .into_any()
    } else {
        view! {
            <div class="question" hidden=hidden>
                <div class="question-head">
                    <label class="label" for=id>{heading}</label>
                    {side}
                </div>
                {above}
                {body}
                {warnings}
            </div>
        }
        .into_any()
    }
}

fn unreadable(field: &FieldView) -> impl IntoView + use<> {
    let words = words();
    view! {
        <p class="note" data-test=format!("{}-unreadable", field_id(&field.fact))>
            {icon(Icon::Hide)} <span>{words.form_not_readable(words.compartment(field.compartment))}</span>
        </p>
    }
}

/// What the rules say against an answer. It stays as it is.
#[component]
fn Warnings(fact: String, place: Memo<Place>) -> impl IntoView {
    let words = words();
    let warnings = Memo::new(move |_| place.with(|place| place.warnings.clone()));
    view! {
        <div role="status">
            {move || {
                let said: Vec<_> = warnings
                    .get()
                    .iter()
                    .map(|says| view! { <p class="warn-line">{icon(Icon::Warning)} <span>{words.label(says)}</span></p> })
                    .collect();
                (!said.is_empty()).then(|| view! { <div class="warn-lines" data-test=format!("check-{fact}")>{said}</div> })
            }}
        </div>
    }
}

/// A value that nobody writes, and what it is worked out from.
#[component]
fn Derived(first: FieldView, known: Memo<FieldView>, place: Memo<Place>) -> impl IntoView {
    let words = words();
    let spec = Spec::of_field(&first);
    let value = move || {
        let value = place
            .with(|place| place.derived.clone())
            .or_else(|| known.with(|field| field.value.clone()));
        match value {
            Some(value) => spec.say(words, Some(&value)),
            None => words.form_not_derivable().to_owned(),
        }
    };
    let from = first
        .derived
        .as_ref()
        .map(|rule| labels_of(&rule.facts()))
        .unwrap_or_default();
    let how = if from.is_empty() {
        words.form_derived().to_owned()
    } else {
        words.form_derived_from(from.join(", "))
    };
    view! {
        <p class="read-only" data-test=field_id(&first.fact)>{value}</p>
        <p class="origin">{icon(Icon::Form)} <span>{how}</span></p>
    }
}

/// What facts are called that stand on this form.
fn labels_of(facts: &[&FactId]) -> Vec<String> {
    let words = words();
    open_form().view.with_untracked(|view| {
        let items = view
            .iter()
            .flat_map(|view| &view.sections)
            .flat_map(|section| &section.items);
        let mut labels = Vec::new();
        for item in items {
            if let FormItem::Field(field) = item
                && facts.contains(&&field.fact)
            {
                labels.push(words.label(&field.label));
            }
        }
        labels.dedup();
        labels
    })
}

/// What is known where this officer does not write, and who could; or where the form was filed, how to change it.
#[component]
fn ReadOnly(first: FieldView, known: Memo<FieldView>, spec: Spec) -> impl IntoView {
    let words = words();
    let open = open_form();
    let who = words.labels(&first.who);
    let below = if first.writable {
        let test = format!("amend-{}", first.fact);
        let ask = move |_| open.asking.set(true);
        view! {
            <button type="button" class="button small amend-field" data-test=test on:click=ask>
                {icon(Icon::Write)}
                <span>{words.form_change()}</span>
            </button>
        }
        .into_any()
    } else if who.is_empty() {
        view! { <p class="hint">{words.form_not_writable()}</p> }.into_any()
    } else {
        view! { <p class="hint">{words.form_filled_by(who)}</p> }.into_any()
    };
    let is_empty = move || known.with(|field| field.value.is_none());
    let said = move || {
        if is_empty() {
            words.form_not_written().to_owned()
        } else {
            known.with(|field| spec.say(words, field.value.as_ref()))
        }
    };
    view! {
        <p class="read-only" class:muted=is_empty data-test=field_id(&first.fact)>{said}</p>
        <Origin known=known />
        {below}
    }
}

/// Who wrote what is known.
#[component]
fn Origin(known: Memo<FieldView>) -> impl IntoView {
    let words = words();
    let from = Memo::new(move |_| known.with(|field| field.from.clone()));
    move || {
        from.get().map(|from| {
            let by = match &from.role {
                Some(role) => format!("{}, {}", from.by, words.label(role)),
                None => from.by.clone(),
            };
            let said = words.form_from(by, time::date(words, from.at_ms), words.action(&from.action));
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
            on:click=move |_| open.past.set(Some((Past::Register(register.clone(), Some(spec.clone())), label.clone())))
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
        open.unsaved.update(|unsaved| {
            unsaved.insert(fact_id.clone(), value.clone());
        });
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
                }
                Err(why) if fact.try_get_value().is_some() => {
                    open.unsaved.try_update(|unsaved| unsaved.remove(&fact_id));
                    fail(why);
                }
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
