//! Every component in every state it has, on one page: for whoever works on them, and for the pictures and the search for
//! hindrances of the tests. It is a program of its own and never ships. Whatever it shows is invented.

mod fields;
mod marks;
mod messages;

use leptos::prelude::*;

use crate::{browser, components::Languages, reader::settings, words::Lang};

/// Draws the page.
pub fn mount() {
    console_error_panic_hook::set_once();
    let _ = settings();
    leptos::mount::mount_to_body(Root);
}

/// A moment of an invented morning: 23 Nov 2026, 10:30 in India.
const NOW_MS: i64 = 1_795_410_000_000;
const HOUR_MS: i64 = 3_600_000;

/// A text in the reader's language.
fn in_words(en: &'static str, hi: &'static str) -> &'static str {
    if settings().get_untracked().lang == Lang::Hi {
        hi
    } else {
        en
    }
}

#[component]
fn Root() -> impl IntoView {
    Effect::new(move |_| browser::apply_settings(settings().get()));
    let lang = Memo::new(move |_| settings().get().lang);
    move || {
        lang.get();
        view! {
            <main class="showcase stack" data-test="components">
                <h1>{in_words("All components", "सभी घटक")}</h1>
                <Languages />
                <Part title=in_words("Buttons", "बटन")><marks::Buttons /></Part>
                <Part title=in_words("Marks", "चिह्न")><marks::Marks /></Part>
                <Part title=in_words("Times of the law", "कानूनी समय-सीमाएँ")><marks::Clocks /></Part>
                <Part title=in_words("Receipts and versions", "रसीदें और संस्करण")><marks::Receipts /></Part>
                <Part title=in_words("Messages", "संदेश")><messages::Messages /></Part>
                <Part title=in_words("Fields", "खाने")><fields::Fields /></Part>
                <Part title=in_words("A signature", "हस्ताक्षर")><fields::Signature /></Part>
            </main>
        }
    }
}

#[component]
fn Part(title: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class="stack">
            <h2>{title}</h2>
            <div class="showcase-part">{children()}</div>
        </section>
    }
}
