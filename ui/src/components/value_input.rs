//! The input for one value, by its kind. It says what was chosen or typed when the field is left.

use std::collections::BTreeSet;

use casework::{FactType, Value};
use leptos::{ev, html, prelude::*};

use crate::{
    browser,
    state::words,
    time,
    value::{Spec, Unreadable},
};

/// What an input says when it is left: a value, nothing, or why what was typed is no value.
pub(crate) type Committed = Result<Option<Value>, Unreadable>;

/// An input. Choices are radio buttons or ticks in a group; the caller draws the label.
#[component]
pub(crate) fn ValueInput(
    /// What kind of value.
    spec: Spec,
    /// What is known.
    #[prop(into)]
    value: Signal<Option<Value>>,
    /// The id of the input, for its label; of a group, its prefix.
    id: String,
    /// The hook for tests.
    test: String,
    /// Ids of what describes it.
    #[prop(optional, into)]
    described_by: String,
    /// Something is being typed.
    on_typing: Callback<()>,
    /// The field was left.
    on_commit: Callback<Committed>,
) -> impl IntoView {
    let wires = Wires {
        id,
        test,
        described_by,
        on_typing,
        on_commit,
    };
    match spec.kind {
        FactType::Choice => one_of(spec, value, wires).into_any(),
        FactType::Choices => some_of(spec, value, wires).into_any(),
        FactType::Flag => yes_or_no(value, wires).into_any(),
        FactType::LongText => long_text(spec, value, wires).into_any(),
        _ => line(spec, value, wires).into_any(),
    }
}

/// What connects an input with what stands around it.
struct Wires {
    id: String,
    test: String,
    described_by: String,
    on_typing: Callback<()>,
    on_commit: Callback<Committed>,
}

/// What is being typed. Follows the known value until the officer begins to type, and again once it is saved.
#[derive(Clone, Copy)]
struct Draft {
    text: RwSignal<String>,
    dirty: RwSignal<bool>,
    /// The text that was handed over to be saved, so that leaving a field does not save it twice.
    handed: StoredValue<Option<String>>,
    spec: StoredValue<Spec>,
    on_typing: Callback<()>,
    on_commit: Callback<Committed>,
}

impl Draft {
    fn new(spec: &Spec, value: Signal<Option<Value>>, wires: &Wires) -> Self {
        let draft = Self {
            text: RwSignal::new(spec.typed(value.get_untracked().as_ref())),
            dirty: RwSignal::new(false),
            handed: StoredValue::new(None),
            spec: StoredValue::new(spec.clone()),
            on_typing: wires.on_typing,
            on_commit: wires.on_commit,
        };
        Effect::new(move |_| {
            let known = value.get();
            let typed = draft.text.get_untracked();
            let read = draft.spec.with_value(|spec| spec.read(&typed));
            if !draft.dirty.get_untracked() || read == Ok(known.clone()) {
                draft.dirty.set(false);
                draft.text.set(draft.spec.with_value(|spec| spec.typed(known.as_ref())));
            }
        });
        draft
    }

    fn typing(self, event: &ev::Event) {
        self.dirty.set(true);
        self.handed.set_value(None);
        self.text.set(event_target_value(event));
        self.on_typing.run(());
    }

    /// Gives what was typed to be saved, once. Called when the field changes and when it is left: a web view that finds
    /// the text just as the page last set it says only the second.
    fn hand_over(self) {
        let text = self.text.get_untracked();
        let again = self.handed.with_value(|handed| handed.as_ref() == Some(&text));
        if !self.dirty.get_untracked() || again {
            return;
        }
        let read = self.spec.with_value(|spec| spec.read(&text));
        self.handed.set_value(Some(text));
        self.on_commit.run(read);
    }

    /// The day or moment so far, in words, and how long ago a day was; `None` while it is none.
    fn said(self) -> Option<String> {
        let typed = self.text.get();
        let value = self.spec.with_value(|spec| spec.read(&typed)).ok()??;
        let said = self.spec.with_value(|spec| spec.say(words(), Some(&value)));
        let ago = value
            .as_text()
            .and_then(|day| time::ago(words(), day, browser::now_ms()));
        Some(ago.map_or_else(|| said.clone(), |ago| format!("{said} · {ago}")))
    }
}

fn line(spec: Spec, value: Signal<Option<Value>>, wires: Wires) -> impl IntoView {
    let words = words();
    let draft = Draft::new(&spec, value, &wires);
    let Wires {
        id, test, described_by, ..
    } = wires;
    let (kind, mode) = match spec.kind {
        FactType::Phone => ("tel", "tel"),
        FactType::Integer => ("text", "numeric"),
        FactType::Number => ("text", "decimal"),
        FactType::Date => ("date", "text"),
        FactType::Instant => ("datetime-local", "text"),
        _ => ("text", "text"),
    };
    let input: NodeRef<html::Input> = NodeRef::new();
    // A browser without date inputs shows a line of text: then say how to type it.
    let typed_hint = RwSignal::new(None);
    Effect::new(move |_| {
        if let Some(input) = input.get()
            && input.type_() == "text"
        {
            typed_hint.set(match kind {
                "date" => Some(words.form_typed_date()),
                "datetime-local" => Some(words.form_typed_moment()),
                _ => None,
            });
        }
    });
    Effect::new(move |_| {
        let text = draft.text.get();
        // Only what differs: a web view forgets that somebody is typing when the page sets the text.
        if let Some(input) = input.get()
            && input.value() != text
        {
            input.set_value(&text);
        }
    });
    let unit = spec.unit.as_deref().map(|unit| crate::value::unit(words, unit));
    let is_date = matches!(spec.kind, FactType::Date | FactType::Instant);
    let indian = matches!(spec.kind, FactType::Instant).then(|| words.form_indian_time());
    let narrow = matches!(spec.kind, FactType::Integer | FactType::Number);
    // The machine's own way of writing 11/12/2026 may be read as two different days: the date stands beside it in words.
    let in_words = move || {
        is_date
            .then(|| draft.said())
            .flatten()
            .map(|said| view! { <strong class="unit">{said}</strong> })
    };
    view! {
        {move || typed_hint.get().map(|hint| view! { <p class="hint">{hint}</p> })}
        <div class="input-row">
            <input
                class="input"
                class:narrow=narrow
                type=kind
                inputmode=mode
                id=id
                node_ref=input
                data-test=test
                autocomplete="off"
                aria-describedby=described_by
                on:input=move |event| draft.typing(&event)
                on:change=move |_| draft.hand_over()
                on:blur=move |_| draft.hand_over()
            />
            {in_words}
            {unit.map(|unit| view! { <span class="unit">{unit}</span> })}
            {indian.map(|zone| view! { <span class="unit">{zone}</span> })}
        </div>
    }
}

fn long_text(spec: Spec, value: Signal<Option<Value>>, wires: Wires) -> impl IntoView {
    let draft = Draft::new(&spec, value, &wires);
    let Wires {
        id, test, described_by, ..
    } = wires;
    let input: NodeRef<html::Textarea> = NodeRef::new();
    Effect::new(move |_| {
        let text = draft.text.get();
        if let Some(input) = input.get()
            && input.value() != text
        {
            input.set_value(&text);
        }
    });
    view! {
        <textarea
            class="input"
            rows="4"
            id=id
            data-test=test
            autocomplete="off"
            aria-describedby=described_by
            node_ref=input
            on:input=move |event| draft.typing(&event)
            on:change=move |_| draft.hand_over()
            on:blur=move |_| draft.hand_over()
        ></textarea>
    }
}

fn one_of(spec: Spec, value: Signal<Option<Value>>, wires: Wires) -> impl IntoView {
    let Wires {
        id, test, on_commit, ..
    } = wires;
    let words = words();
    let many = spec.terms.len() > 6;
    let options = spec.terms.into_iter().enumerate().map(|(index, term)| {
        let (code, chosen) = (term.code.clone(), term.code.clone());
        let is_chosen = move || value.with(|value| value.as_ref().and_then(Value::as_text) == Some(&chosen));
        option(
            Tick::One,
            (id.clone(), index),
            format!("{test}-{}", term.code),
            (words.label(&term.label), term.source),
            is_chosen,
            move |_| on_commit.run(Ok(Some(Value::Text(code.clone())))),
        )
    });
    view! { <div class="options" class:many=many data-test=test.clone()>{options.collect_view()}</div> }
}

fn some_of(spec: Spec, value: Signal<Option<Value>>, wires: Wires) -> impl IntoView {
    let Wires {
        id, test, on_commit, ..
    } = wires;
    let words = words();
    let many = spec.terms.len() > 6;
    // What is ticked, kept here so that a second tick made before the first was saved does not undo it.
    let ticked = RwSignal::new(BTreeSet::<String>::new());
    Effect::new(move |_| {
        ticked.set(match value.get() {
            Some(Value::Set(codes)) => codes,
            _ => BTreeSet::new(),
        });
    });
    let options = spec.terms.into_iter().enumerate().map(|(index, term)| {
        let (code, chosen) = (term.code.clone(), term.code.clone());
        let is_chosen = move || ticked.with(|codes| codes.contains(&chosen));
        let toggle = move |event: ev::Event| {
            let on = event_target_checked(&event);
            ticked.update(|codes| {
                if on {
                    codes.insert(code.clone());
                } else {
                    codes.remove(&code);
                }
            });
            let codes = ticked.get_untracked();
            on_commit.run(Ok((!codes.is_empty()).then_some(Value::Set(codes))));
        };
        let label = (words.label(&term.label), term.source);
        option(
            Tick::Some,
            (id.clone(), index),
            format!("{test}-{}", term.code),
            label,
            is_chosen,
            toggle,
        )
    });
    view! { <div class="options" class:many=many data-test=test.clone()>{options.collect_view()}</div> }
}

fn yes_or_no(value: Signal<Option<Value>>, wires: Wires) -> impl IntoView {
    let Wires {
        id, test, on_commit, ..
    } = wires;
    let words = words();
    let options = [(true, "yes", words.value_yes()), (false, "no", words.value_no())];
    let options = options.into_iter().enumerate().map(|(index, (flag, code, label))| {
        option(
            Tick::One,
            (id.clone(), index),
            format!("{test}-{code}"),
            (label.to_owned(), None),
            move || value.with(|value| *value == Some(Value::Flag(flag))),
            move |_| on_commit.run(Ok(Some(Value::Flag(flag)))),
        )
    });
    view! { <div class="options two" data-test=test.clone()>{options.collect_view()}</div> }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tick {
    One,
    Some,
}

fn option(
    tick: Tick,
    (group, index): (String, usize),
    test: String,
    (label, source): (String, Option<String>),
    chosen: impl Fn() -> bool + Clone + Send + Sync + 'static,
    on_change: impl Fn(ev::Event) + 'static,
) -> impl IntoView {
    // The first option carries the id of the group, so that a link to the field finds it.
    let id = if index == 0 {
        group.clone()
    } else {
        format!("{group}-{index}")
    };
    let kind = if tick == Tick::One { "radio" } else { "checkbox" };
    let marked = chosen.clone();
    view! {
        <label class="option" class:chosen=marked>
            <input type=kind name=group id=id data-test=test prop:checked=chosen on:change=on_change />
            <span class="option-text">
                {label} {source.map(|source| view! { <span class="option-source">{source}</span> })}
            </span>
        </label>
    }
}
