//! Inputs of every kind: empty, filled, with something too long, disabled.

use casework::{FactType, Labels, Term, Value};
use leptos::prelude::*;

use super::{NOW_MS, in_words};
use crate::{
    components::{ChoosePassphrase, Chosen, DropDown, Pad, PictureButton, SignaturePad, ValueInput},
    reader::words,
    value::Spec,
};

fn spec(kind: FactType) -> Spec {
    Spec {
        kind,
        ..Spec::of_value(None)
    }
}

fn terms() -> Vec<Term> {
    let term = |code: &str, en, hi| Term {
        code: code.to_owned(),
        label: Labels::from_pairs([("en", en), ("hi", hi)]),
        source: None,
        in_force_from: None,
        in_force_until: None,
    };
    vec![
        term("girl", "Girl", "लड़की"),
        term("boy", "Boy", "लड़का"),
        term("other", "Another word, which the child says", "दूसरा शब्द, जो बच्चा खुद कहे"),
    ]
}

/// One input with its label.
#[component]
fn Shown(id: &'static str, label: &'static str, spec: Spec, #[prop(optional)] value: Option<Value>) -> impl IntoView {
    let nothing = Callback::new(|()| ());
    let is_group = spec.is_ticked();
    let input = view! {
        <ValueInput
            spec=spec
            value=Signal::stored(value)
            id=format!("field-{id}")
            test=format!("field-{id}")
            on_typing=nothing
            on_commit=Callback::new(|_| ())
        />
    };
    if is_group {
        view! { <fieldset class="question"><legend class="label">{label}</legend>{input}</fieldset> }.into_any()
    } else {
        view! { <div class="question"><label class="label" for=format!("field-{id}")>{label}</label>{input}</div> }
            .into_any()
    }
}

/// Inputs.
#[component]
pub(super) fn Fields() -> impl IntoView {
    let choice = |kind| Spec {
        terms: terms(),
        ..spec(kind)
    };
    let age = Spec {
        unit: Some("years".to_owned()),
        min: Some(0),
        max: Some(25),
        ..spec(FactType::Integer)
    };
    let long = "Sat under the clock since the noon train; lost her aunt in the crowd of the mela and went along with the people. ".repeat(3);
    view! {
        <Shown id="name" label=in_words("Name", "नाम") spec=spec(FactType::Text) />
        <Shown id="place" label=in_words("Place", "जगह") spec=spec(FactType::Text) value="सोनबरी जंक्शन, प्लेटफ़ॉर्म 2, पार्सल घर के पीछे, जहाँ रात में कोई नहीं रहता".into() />
        <Shown id="age" label=in_words("Age", "आयु") spec=age value=Value::Integer(8) />
        <Shown id="phone" label=in_words("Telephone", "फ़ोन") spec=spec(FactType::Phone) />
        <Shown id="born" label=in_words("Born", "जन्मतिथि") spec=spec(FactType::Date) />
        <Shown id="seen" label=in_words("Last seen", "आखिरी बार देखा गया") spec=spec(FactType::Date) value="2026-11-20".into() />
        <Shown id="at" label=in_words("Brought at", "कब लाया गया") spec=spec(FactType::Instant) value=Value::Instant(NOW_MS) />
        <Shown id="told" label=in_words("What was said", "क्या कहा गया") spec=spec(FactType::LongText) value=long.as_str().into() />
        <Shown id="sex" label=in_words("Girl or boy", "लड़की या लड़का") spec=choice(FactType::Choice) value="girl".into() />
        <Shown id="who" label=in_words("Who was there", "कौन-कौन था") spec=choice(FactType::Choices) />
        <Shown id="alone" label=in_words("Alone", "अकेला") spec=spec(FactType::Flag) value=Value::Flag(true) />
        <div class="question">
            <label class="label" for="shut">{in_words("Cannot be written here", "यहाँ नहीं लिखा जा सकता")}</label>
            <input class="input" id="shut" disabled=true value=in_words("Filled by the Committee", "समिति भरती है") />
        </div>
        <DropDown
            id="pick"
            label=in_words("One of many", "कई में से एक")
            options=vec![("home".into(), in_words("Children's home", "बाल गृह").into())]
            chosen="home"
            choose=|_: String| ()
        />
        <div class="stack">
            <ChoosePassphrase id="choose" again="choose-again" chosen=Chosen::new() label=words().enrol_passphrase() />
        </div>
        <div class="stack">
            <PictureButton test="picture" add=|_: String| async { Ok::<(), String>(()) } />
        </div>
    }
}

/// The pad, empty.
#[component]
pub(super) fn Signature() -> impl IntoView {
    view! {
        <div class="stack showcase-wide">
            <p class="hint" id="sign-help">{words().sign_help()}</p>
            <SignaturePad pad=Pad::new() />
        </div>
    }
}
