//! A table, a page at a time: a district may have thousands of rows.

use leptos::prelude::*;

use crate::reader::words;

/// So many rows are shown at first, and more each time.
const ROWS_AT_ONCE: usize = 50;

/// What a column is called, and how it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    /// Words.
    Words(&'static str),
    /// Numbers, which stand by their last digit.
    Number(&'static str),
    /// Something to press; the head is for those who do not see it.
    Press(&'static str),
}

/// A cell of words.
pub(super) fn cell(text: impl Into<String>) -> AnyView {
    view! { <td>{text.into()}</td> }.into_any()
}

/// What the row is of.
pub(super) fn head(text: impl Into<String>) -> AnyView {
    view! { <th scope="row">{text.into()}</th> }.into_any()
}

/// What the row is of, and what tells it from others.
pub(super) fn head_with(text: impl Into<String>, hint: impl Into<String>) -> AnyView {
    view! {
        <th scope="row">
            <span>{text.into()}</span>
            <span class="cell-hint">{hint.into()}</span>
        </th>
    }
    .into_any()
}

/// A cell of words, and smaller ones beneath.
pub(super) fn cell_with(text: impl Into<String>, hint: impl Into<String>) -> AnyView {
    view! {
        <td>
            <span>{text.into()}</span>
            <span class="cell-hint">{hint.into()}</span>
        </td>
    }
    .into_any()
}

/// A cell with a number; where there is none, why not.
pub(super) fn number(count: Option<impl ToString>, without: &'static str) -> AnyView {
    match count {
        Some(count) => view! { <td class="number">{count.to_string()}</td> }.into_any(),
        None => view! { <td class="number muted">{without}</td> }.into_any(),
    }
}

/// The table.
#[component]
pub(super) fn Rows(
    /// What it is a table of.
    #[prop(into)]
    caption: String,
    /// Its columns.
    heads: Vec<Head>,
    /// How many rows.
    count: usize,
    /// The cells of a row.
    row: impl Fn(usize) -> Vec<AnyView> + Send + Sync + 'static,
    /// The hook for tests.
    hook: &'static str,
) -> impl IntoView {
    let words = words();
    let label = caption.clone();
    let shown = RwSignal::new(ROWS_AT_ONCE.min(count));
    let heads = heads.into_iter().map(|head| match head {
        Head::Words(text) => view! { <th scope="col">{text}</th> }.into_any(),
        Head::Number(text) => view! { <th scope="col" class="number">{text}</th> }.into_any(),
        Head::Press(text) => view! { <th scope="col"><span class="unseen">{text}</span></th> }.into_any(),
    });
    let rows = move || {
        let rows = (0..shown.get()).map(|index| view! { <tr data-test=format!("{hook}-row")>{row(index)}</tr> });
        rows.collect_view()
    };
    view! {
        <div class="table-room" role="group" tabindex="0" aria-label=label>
            <table class="table" data-test=hook>
                <caption class="unseen">{caption}</caption>
                <thead>
                    <tr>{heads.collect_view()}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {move || {
            (shown.get() < count).then(|| {
                view! {
                    <div class="actions">
                        <span class="muted" role="status">{words.console_rows_of(shown.get(), count)}</span>
                        <button
                            type="button"
                            class="button"
                            data-test=format!("{hook}-more")
                            on:click=move |_| shown.update(|shown| *shown = (*shown + ROWS_AT_ONCE).min(count))
                        >
                            {words.console_more_rows()}
                        </button>
                    </div>
                }
            })
        }}
    }
}
