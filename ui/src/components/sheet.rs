//! A sheet over the page: a modal dialog, which the browser keeps the focus in and closes on Esc.

use leptos::{ev, html, prelude::*};

use super::{Icon, icon};
use crate::reader::words;

/// A sheet with a title. Exists while it is open.
#[component]
pub(crate) fn Sheet(
    /// What the sheet is for.
    #[prop(into)]
    title: String,
    /// The hook for tests.
    test: &'static str,
    /// The officer closes it.
    on_close: Callback<()>,
    /// What is on it.
    children: Children,
) -> impl IntoView {
    let dialog: NodeRef<html::Dialog> = NodeRef::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            let _ = dialog.show_modal();
        }
    });
    let cancel = move |event: ev::Event| {
        event.prevent_default();
        on_close.run(());
    };
    let heading = format!("{test}-title");
    let labelled_by = heading.clone();
    view! {
        <dialog class="sheet" node_ref=dialog on:cancel=cancel aria-labelledby=labelled_by data-test=test>
            <header class="sheet-head">
                <h2 id=heading>{title}</h2>
                <button
                    type="button"
                    class="button quiet square"
                    aria-label=words().app_close()
                    title=words().app_close()
                    data-test="sheet-close"
                    on:click=move |_| on_close.run(())
                >
                    {icon(Icon::Close)}
                </button>
            </header>
            <div class="sheet-body">{children()}</div>
        </dialog>
    }
}
