//! A button that asks for a picture and hands it on.

use std::future::Future;

use leptos::{ev, html, prelude::*, task::spawn_local};

use super::{Icon, Problem, failure_text, icon};
use crate::{browser, state::words};

/// Asks for a picture, hands its bytes on in Base64, and says while that lasts and why it failed.
#[component]
pub(crate) fn PictureButton<Add, Added>(
    /// What tests call it.
    test: &'static str,
    /// Whether it is what this part of the page is for.
    #[prop(optional)]
    primary: bool,
    /// What is done with the picture; an error is a sentence.
    add: Add,
) -> impl IntoView
where
    Add: Fn(String) -> Added + Copy + 'static,
    Added: Future<Output = Result<(), String>> + 'static,
{
    let words = words();
    let input: NodeRef<html::Input> = NodeRef::new();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let chosen = move |_: ev::Event| {
        let Some(input) = input.get_untracked() else { return };
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let added = match browser::chosen_file(&input).await {
                None => return busy.set(false),
                Some(Ok(picture)) => add(picture).await,
                Some(Err(failure)) => Err(failure_text(&failure)),
            };
            input.set_value("");
            busy.try_set(false);
            problem.try_set(added.err());
        });
    };
    view! {
        <label class="button file" class:primary=primary class:busy=busy>
            {icon(Icon::Photo)}
            <span>{words.photos_file()}</span>
            <input type="file" accept="image/*" node_ref=input data-test=test disabled=busy on:change=chosen />
        </label>
        <p class="muted" role="status">{move || busy.get().then(|| words.photos_busy())}</p>
        <Problem text=problem />
    }
}
