//! The list of institutions: by name, with the clock that is due next. A district has tens of them, so all are drawn.

use ipc::{InstitutionCard, InstitutionPage};
use leptos::{prelude::*, task::spawn_local};

use super::{children, name};
use crate::{
    backend,
    components::{Empty, Icon, Loading, Problem, failure_text, icon},
    pages::cases::row::{Marks, NextClock},
    route::Route,
    state::{app, words},
};

/// The pane.
#[component]
pub(crate) fn ListPane() -> impl IntoView {
    let app = app();
    let words = words();
    let page = RwSignal::new(None::<InstitutionPage>);
    let problem = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        app.institutions_changed.track();
        spawn_local(async move {
            match backend::institutions().await {
                Ok(read) => {
                    problem.try_set(None);
                    page.try_set(Some(read));
                }
                Err(failure) => drop(problem.try_set(Some(failure_text(&failure)))),
            }
        });
    });
    let list = move || match page.get() {
        None if problem.with(Option::is_some) => ().into_any(),
        None => view! { <Loading text=words.house_reading() /> }.into_any(),
        Some(page) if page.rows.is_empty() => {
            view! { <Empty title=words.house_none() help=words.house_none_help() /> }.into_any()
        }
        Some(page) => {
            let hidden = usize::try_from(page.total).unwrap_or_default() > page.rows.len();
            let shown = u64::try_from(page.rows.len()).unwrap_or_default();
            let items: Vec<_> = page.rows.into_iter().map(|card| view! { <Row card=card /> }).collect();
            view! {
                <ul class="houses" data-test="houses">{items}</ul>
                {hidden.then(|| view! { <p class="muted house-limit">{words.house_limit(shown)}</p> })}
            }
            .into_any()
        }
    };
    view! {
        <section class="list-pane" aria-label=words.house_title()>
            <header class="list-head">
                <div class="list-title">
                    <h1>{words.house_title()}</h1>
                    <p class="muted" role="status">
                        {move || page.with(|page| page.as_ref().map(|page| words.house_count(u64::from(page.total))))}
                    </p>
                </div>
            </header>
            <div class="list-problem"><Problem text=problem /></div>
            <div class="houses-scroll">{list}</div>
        </section>
    }
}

#[component]
fn Row(card: InstitutionCard) -> impl IntoView {
    let words = words();
    let institution = card.institution;
    let is_open = move || app().route.with(Route::institution) == Some(institution);
    let kind = card.kind.as_ref().map(|kind| words.label(kind));
    let children = children(words, &card);
    let line: Vec<String> = kind.into_iter().chain(children).collect();
    view! {
        <li>
            <a
                class="house"
                class:open=is_open
                href=Route::Institution(institution).to_string()
                aria-current=move || is_open().then_some("true")
                data-test="house-row"
            >
                <span class="avatar" aria-hidden="true">{icon(Icon::House)}</span>
                <span class="row-text">
                    <span class="row-top">
                        <span class="house-name">{name(words, &card)}</span>
                        <Marks refused=card.refused clashes=card.clashes waiting=card.waiting />
                    </span>
                    <span class="house-line">{line.join(" · ")}</span>
                    <NextClock clock=card.clock />
                </span>
            </a>
        </li>
    }
}
