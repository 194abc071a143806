//! What a screen says while it reads, works, has nothing or has failed; and sheets.

use leptos::prelude::*;

use super::in_words;
use crate::components::{Empty, ErrorSummary, Far, Loading, Problem, SaveMark, SaveState, Sheet, Undo, Work};

/// Messages in every state.
#[component]
pub(super) fn Messages() -> impl IntoView {
    let problem = in_words("The server does not know this code.", "सर्वर यह कोड नहीं जानता।").to_owned();
    let open = RwSignal::new(false);
    let states = [
        SaveState::Typing,
        SaveState::Saving,
        SaveState::Saved,
        SaveState::Failed(in_words("the tablet is full", "टैबलेट भरा हुआ है").to_owned()),
    ];
    let marks = states.into_iter().enumerate().map(|(number, state)| {
        view! { <SaveMark state=Signal::stored(state) id=format!("save-{number}") test=format!("save-{number}") /> }
    });
    let wrong = vec![
        (
            "field-age".to_owned(),
            in_words("Age: enter a number from 0 to 25.", "आयु: 0 से 25 तक की संख्या लिखें।").to_owned(),
        ),
        (
            "field-born".to_owned(),
            in_words("Born: no such day in the calendar.", "जन्म: कैलेंडर में ऐसा कोई दिन नहीं।").to_owned(),
        ),
    ];
    view! {
        <Problem text=Signal::stored(Some(problem)) />
        <ErrorSummary problems=Signal::stored(wrong) test="summary" />
        <p class="note">{in_words("Names are hidden until you ask for them.", "नाम तब तक छिपे हैं जब तक आप न माँगें।")}</p>
        <p class="warn-line">{in_words("No birth date, and the age is not tested.", "जन्मतिथि नहीं है और आयु की जाँच नहीं हुई।")}</p>
        <div class="card"><Loading text=in_words("Reading the case…", "मामला पढ़ा जा रहा है…") /></div>
        <div class="card">
            <Empty title=in_words("No case here", "यहाँ कोई मामला नहीं") help=in_words("Cases come with the next exchange.", "मामले अगले सिंक के साथ आएँगे।")>
                <button type="button" class="button">{in_words("Show all", "सभी दिखाएँ")}</button>
            </Empty>
        </div>
        <Working />
        <Undo said=in_words("The photo was taken off the case.", "फ़ोटो मामले से हटा दी गई।") test="shown" on_undo=Callback::new(|()| ()) />
        <div class="stack">{marks.collect_view()}</div>
        <button type="button" class="button" data-test="sheet-open" on:click=move |_| open.set(true)>{in_words("A sheet", "एक पर्चा")}</button>
        {move || open.get().then(|| view! {
            <Sheet title=in_words("A sheet", "एक पर्चा") test="shown-sheet" on_close=Callback::new(move |()| open.set(false))>
                <p>{in_words("What is asked here is asked over the page.", "यहाँ जो पूछा जाता है, वह पन्ने के ऊपर पूछा जाता है।")}</p>
            </Sheet>
        })}
    }
}

/// Work that can be stopped, and work of which nobody knows how far it is.
#[component]
fn Working() -> impl IntoView {
    let going = RwSignal::new(true);
    let said = Signal::derive(move || {
        going.get().then(|| {
            in_words(
                "Writing and reading back: 12 parts of 40.",
                "लिखना और जाँचना: 40 में से 12 भाग।",
            )
            .to_owned()
        })
    });
    let unknown = Signal::stored(Some(
        in_words("Looking the vault over…", "तिजोरी की जाँच हो रही है…").to_owned(),
    ));
    view! {
        <div class="card stack">
            <Work
                said=said
                far=Signal::stored(Some(Far { done: 12, of: 40 }))
                on_stop=Callback::new(move |()| going.set(false))
            />
            <Work said=unknown far=Signal::stored(Some(Far { done: 0, of: 0 })) />
        </div>
    }
}
