//! What was just taken away, and the way back.

use leptos::prelude::*;

use super::{Icon, icon};
use crate::reader::words;

/// Says what was done, for as long as it can be undone. It does not go by itself: nobody reads by a clock.
#[component]
pub(crate) fn Undo(
    /// What was done.
    said: &'static str,
    /// What tests call it: `<test>-removed`, `<test>-undo`.
    test: &'static str,
    /// It is undone.
    on_undo: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="note undo" role="status" data-test=format!("{test}-removed")>
            <span>{said}</span>
            <button type="button" class="button small" data-test=format!("{test}-undo") on:click=move |_| on_undo.run(())>
                {icon(Icon::Back)}
                <span>{words().photos_undo()}</span>
            </button>
        </div>
    }
}
