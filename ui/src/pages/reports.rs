//! Registers and reports: the list, and beside it (on a wide window) or instead of it (on a narrow one) the one that is open.

mod give;
mod one;

use casework::reports::ReportKind;
use ipc::ReportOffer;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    backend,
    components::{Empty, Icon, Loading, Problem, failure_text, icon},
    route::Route,
    state::{app, words},
};

/// The page.
#[component]
pub(crate) fn ReportsPage() -> impl IntoView {
    let app = app();
    let words = words();
    let offers = RwSignal::new(None::<Vec<ReportOffer>>);
    let problem = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        app.institutions_changed.track();
        spawn_local(async move {
            match backend::reports().await {
                Ok(read) => {
                    problem.try_set(None);
                    offers.try_set(Some(read));
                }
                Err(failure) => drop(problem.try_set(Some(failure_text(&failure)))),
            }
        });
    });
    let open = Memo::new(move |_| {
        app.route.with(|route| match route {
            Route::Report(kind) => Some(*kind),
            _ => None,
        })
    });
    let offer = Memo::new(move |_| {
        let kind = open.get()?;
        offers.with(|offers| offers.iter().flatten().find(|offer| offer.kind == kind).cloned())
    });
    view! {
        <div class="panes" data-detail=move || if open.get().is_some() { "case" } else { "none" }>
            <section class="list-pane" aria-label=words.report_title()>
                <header class="list-head">
                    <div class="list-title">
                        <h1>{words.report_title()}</h1>
                        <p class="muted">{words.report_of_tablet()}</p>
                    </div>
                </header>
                <div class="list-problem"><Problem text=problem /></div>
                <div class="houses-scroll">
                    {move || match offers.get() {
                        None if problem.with(Option::is_some) => ().into_any(),
                        None => view! { <Loading text=words.report_reading() /> }.into_any(),
                        Some(offers) => {
                            let rows: Vec<_> = offers
                                .into_iter()
                                .map(|offer| {
                                    view! { <Row kind=offer.kind title=words.label(&offer.title) open=open /> }
                                })
                                .collect();
                            view! { <ul class="houses" data-test="reports">{rows}</ul> }.into_any()
                        }
                    }}
                </div>
            </section>
            <div class="detail-pane">
                {move || match (offer.get(), offers.with(Option::is_some)) {
                    (Some(offer), _) => view! { <one::ReportPage offer=offer /> }.into_any(),
                    (None, true) if open.get().is_some() => {
                        view! { <Empty title=words.report_not_yours() help=words.report_choose_help() /> }.into_any()
                    }
                    (None, _) => {
                        view! { <Empty title=words.report_choose() help=words.report_choose_help() /> }.into_any()
                    }
                }}
            </div>
        </div>
    }
}

#[component]
fn Row(kind: ReportKind, title: String, open: Memo<Option<ReportKind>>) -> impl IntoView {
    let words = words();
    let is_open = move || open.get() == Some(kind);
    let line = match kind.period() {
        None => words.report_of_now(),
        Some(casework::reports::PeriodKind::Month) => words.report_of_month(),
        Some(casework::reports::PeriodKind::Quarter) => words.report_of_quarter(),
    };
    view! {
        <li>
            <a
                class="house"
                class:open=is_open
                href=Route::Report(kind).to_string()
                aria-current=move || is_open().then_some("true")
                data-test=format!("report-{}", kind.code())
            >
                <span class="avatar" aria-hidden="true">{icon(Icon::Report)}</span>
                <span class="row-text">
                    <span class="house-name">{title}</span>
                    <span class="house-line">{line}</span>
                </span>
            </a>
        </li>
    }
}
