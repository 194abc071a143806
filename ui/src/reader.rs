//! How whoever sits before the screen reads: language, colours and size of text, and the words in their language. The tablet's
//! screens and the district officer's page share it.

use leptos::prelude::*;

use crate::{browser, settings::Settings, words::Words};

thread_local! {
    /// One for each page. Not a context, because words are also needed where an answer arrives, outside the tree.
    static SETTINGS: RwSignal<Settings> = RwSignal::new(browser::load_settings());
}

/// What the reader prefers.
pub(crate) fn settings() -> RwSignal<Settings> {
    SETTINGS.with(|settings| *settings)
}

/// The words in the reader's language. Not tracked: when the language changes, the whole tree is drawn anew.
pub(crate) fn words() -> Words {
    Words(settings().get_untracked().lang)
}
