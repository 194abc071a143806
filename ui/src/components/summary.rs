//! What is wrong with what was written, in one list at the top.

use leptos::prelude::*;

use super::{Icon, icon};
use crate::{browser, reader::words};

/// The list; each of it leads to its field. Nothing where nothing is wrong.
#[component]
pub(crate) fn ErrorSummary(
    /// The id of each field and what is wrong there.
    #[prop(into)]
    problems: Signal<Vec<(String, String)>>,
    /// The hook for tests.
    test: &'static str,
) -> impl IntoView {
    move || {
        let problems = problems.get();
        (!problems.is_empty()).then(|| {
            let items = problems.into_iter().map(|(id, said)| {
                view! {
                    <li>
                        <button type="button" class="link" on:click=move |_| browser::focus(&id)>{said}</button>
                    </li>
                }
            });
            view! {
                <div class="problems" role="alert" data-test=test>
                    <p class="problems-title">{icon(Icon::Warning)} <span>{words().form_problems()}</span></p>
                    <ul>{items.collect_view()}</ul>
                </div>
            }
        })
    }
}
