//! A case: who, where now, what next; then its parts under tabs.

mod forms;
mod head;
pub(crate) mod history;
mod overview;
mod photos;
mod tasks;
mod timeline;
mod versions;

use casework::{CaseId, Compartment};
use ipc::{CaseView, Failure, RegisterRef};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    backend, browser,
    components::{Icon, Loading, Problem, failure_text, icon},
    route::{Route, Tab},
    state::{app, words},
};

/// What the parts of a case share.
#[derive(Clone, Copy)]
pub(crate) struct OpenCase {
    /// The case.
    pub(crate) case: CaseId,
    /// What the device said last.
    pub(crate) view: RwSignal<Option<CaseView>>,
    /// Whether what identifies the child is asked for.
    pub(crate) reveal: RwSignal<bool>,
    /// The register whose history is open, and what it is called.
    pub(crate) history: RwSignal<Option<(RegisterRef, String)>>,
    failure: RwSignal<Option<Failure>>,
    asked: RwSignal<u64>,
}

impl OpenCase {
    fn new(case: CaseId) -> Self {
        Self {
            case,
            view: RwSignal::new(None),
            reveal: RwSignal::new(false),
            history: RwSignal::new(None),
            failure: RwSignal::new(None),
            asked: RwSignal::new(0),
        }
    }

    /// Asks the device again; what is shown stands until the answer is there.
    pub(crate) fn read(self) {
        self.asked.update(|asked| *asked += 1);
        let asked = self.asked.get_untracked();
        let reveal = self.reveal.get_untracked();
        spawn_local(async move {
            let answer = backend::case(self.case, reveal).await;
            if self.asked.try_get_untracked() != Some(asked) {
                return;
            }
            match answer {
                Ok(view) => {
                    self.failure.set(None);
                    self.view.set(Some(view));
                }
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }

    /// A part of what is shown, which changes only when it does.
    pub(crate) fn part<T: PartialEq + Default + Send + Sync + 'static>(self, part: fn(&CaseView) -> T) -> Memo<T> {
        Memo::new(move |_| self.view.with(|view| view.as_ref().map(part).unwrap_or_default()))
    }

    /// Whether this officer may write in a compartment.
    pub(crate) fn writes(self, compartment: Compartment) -> Memo<bool> {
        Memo::new(move |_| {
            self.view
                .with(|view| view.as_ref().is_some_and(|view| view.writes.contains(&compartment)))
        })
    }
}

/// The case whose page this is.
pub(crate) fn open_case() -> OpenCase {
    expect_context()
}

/// The page.
#[component]
pub(crate) fn CasePage(case: CaseId) -> impl IntoView {
    let app = app();
    let words = words();
    let open = OpenCase::new(case);
    provide_context(open);
    let changes = app.changes_of(case);
    Effect::new(move |_| {
        changes.get();
        open.reveal.track();
        open.read();
    });
    let tab = Memo::new(move |_| match app.route.get() {
        Route::Case(_, tab) => tab,
        _ => Tab::Overview,
    });
    let is_here = Memo::new(move |_| open.view.with(Option::is_some));
    let problem = Signal::derive(move || open.failure.with(|failure| failure.as_ref().map(failure_text)));
    let back = move |_| browser::go(&Route::Cases);
    view! {
        <article class="case" data-test="case" data-case=case.to_string()>
            <button type="button" class="button quiet only-narrow" data-test="back" on:click=back>
                {icon(Icon::Back)}
                <span>{words.app_cases()}</span>
            </button>
            <Problem text=problem />
            {move || {
                if !is_here.get() {
                    return open
                        .failure
                        .with(Option::is_none)
                        .then(|| view! { <Loading text=words.case_reading() /> })
                        .into_any();
                }
                view! {
                    <head::Head />
                    <Tabs tab=tab />
                    <section class="tab-panel" role="tabpanel" id="tab-panel" aria-labelledby=move || tab_id(tab.get())>
                        {move || match tab.get() {
                            Tab::Overview => view! { <overview::Overview /> }.into_any(),
                            Tab::Timeline => view! { <timeline::Timeline /> }.into_any(),
                            Tab::Forms => view! { <forms::Forms /> }.into_any(),
                            Tab::Photos => view! { <photos::Photos /> }.into_any(),
                            Tab::Versions => view! { <versions::Versions /> }.into_any(),
                        }}
                    </section>
                }
                    .into_any()
            }}
            {move || {
                open.history
                    .get()
                    .map(|(register, label)| {
                        let close = Callback::new(move |()| open.history.set(None));
                        view! { <history::HistorySheet case=case register=register label=label on_close=close /> }
                    })
            }}
        </article>
    }
}

fn tab_id(tab: Tab) -> String {
    format!("tab-{}", tab.code())
}

#[component]
fn Tabs(tab: Memo<Tab>) -> impl IntoView {
    let words = words();
    let open = open_case();
    let clashes = open.part(|view| view.clashes.len());
    let tabs = Tab::ALL.map(|this| {
        let label = match this {
            Tab::Overview => words.case_overview(),
            Tab::Timeline => words.case_timeline(),
            Tab::Forms => words.case_forms(),
            Tab::Photos => words.case_photos(),
            Tab::Versions => words.case_versions(),
        };
        let count = move || {
            (this == Tab::Versions)
                .then(|| clashes.get())
                .filter(|count| *count > 0)
        };
        view! {
            <a
                class="tab"
                role="tab"
                id=tab_id(this)
                href=Route::Case(open.case, this).to_string()
                aria-selected=move || (tab.get() == this).to_string()
                aria-controls="tab-panel"
                data-test=tab_id(this)
            >
                {label}
                {move || count().map(|count| view! { <span class="tab-count">{count}</span> })}
            </a>
        }
    });
    view! { <div class="tabs" role="tablist" aria-label=words.case_tabs()>{tabs.into_iter().collect_view()}</div> }
}
