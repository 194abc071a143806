//! The tabs of a page. Each is a link, so that a tab has an address and the browser's way back leads to it.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// One of them.
pub(crate) struct TabLink {
    /// Its id, which is also the hook for tests.
    pub(crate) id: String,
    /// What it is called.
    pub(crate) label: &'static str,
    /// Where it leads.
    pub(crate) href: String,
    /// How much waits there; none is not said.
    pub(crate) count: Signal<usize>,
    /// Whether this reader has no such tab.
    pub(crate) hidden: Signal<bool>,
}

/// All of them, in a row that breaks where it must. What they show is the element `tab-panel`. Tab comes to the one that is
/// chosen, the arrow keys go to its neighbours.
#[component]
pub(crate) fn TabRow(
    /// The tabs.
    tabs: Vec<TabLink>,
    /// The id of the one that is chosen.
    #[prop(into)]
    chosen: Signal<String>,
    /// What they are, for those who do not see them.
    label: &'static str,
) -> impl IntoView {
    let tabs = tabs.into_iter().map(|tab| {
        let TabLink {
            id,
            label,
            href,
            count,
            hidden,
        } = tab;
        let (this, other) = (id.clone(), id.clone());
        view! {
            <a
                class="tab"
                role="tab"
                hidden=hidden
                id=id.clone()
                href=href
                tabindex=move || if chosen.with(|chosen| *chosen == this) { "0" } else { "-1" }
                aria-selected=move || chosen.with(|chosen| *chosen == other).to_string()
                aria-controls="tab-panel"
                data-test=id
            >
                {label}
                {move || (count.get() > 0).then(|| view! { <span class="tab-count">{count.get()}</span> })}
            </a>
        }
    });
    view! { <div class="tabs" role="tablist" aria-label=label on:keydown=step>{tabs.collect_view()}</div> }
}

/// Goes to the next tab that is shown, or the one before, where an arrow key is pressed; at the ends, round.
fn step(event: ev::KeyboardEvent) {
    let forward = match event.key().as_str() {
        "ArrowRight" => true,
        "ArrowLeft" => false,
        _ => return,
    };
    let reads_left = document()
        .document_element()
        .is_some_and(|root| root.get_attribute("dir").as_deref() == Some("rtl"));
    let Some(here) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let Some(row) = here.parent_element() else { return };
    let sibling = |of: &web_sys::Element| {
        if forward == reads_left {
            of.previous_element_sibling().or_else(|| row.last_element_child())
        } else {
            of.next_element_sibling().or_else(|| row.first_element_child())
        }
    };
    let mut next = sibling(&here);
    while let Some(tab) = next {
        if !tab.has_attribute("hidden") {
            event.prevent_default();
            if let Ok(tab) = tab.dyn_into::<HtmlElement>() {
                let _ = tab.focus();
                tab.click();
            }
            return;
        }
        next = sibling(&tab);
    }
}
