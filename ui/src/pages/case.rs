//! A case: who, where now, what next; then its parts under tabs.

mod adoption;
mod answers;
pub(crate) mod clocks;
mod custody;
mod disability;
mod growth;
mod head;
mod health;
mod links;
mod overview;
mod photos;
mod plan;
mod records;
mod referral;
mod stage;
mod tasks;
mod timeline;

use casework::{
    CaseId, Compartment, FactType, Term,
    clock::{Running, Standing},
};
use ipc::{CaseView, Failure, Life, RowView, TableView};
use leptos::{prelude::*, task::spawn_local};

use super::{
    desk::{Desk, OpenPast},
    form::links::FormLinks,
    history::PastSheet,
    table::DataTable,
    versions::{Settling, Versions},
};
use crate::{
    backend, browser,
    components::{Icon, Loading, Problem, TabLink, TabRow, failure_text, icon},
    route::{Route, Tab},
    state::{app, words},
    words::Words,
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
    /// The register or row whose history is open.
    pub(crate) past: OpenPast,
    failure: RwSignal<Option<Failure>>,
    asked: RwSignal<u64>,
}

impl OpenCase {
    fn new(case: CaseId) -> Self {
        Self {
            case,
            view: RwSignal::new(None),
            reveal: RwSignal::new(false),
            past: RwSignal::new(None),
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

    /// What the rules of the pack read out of the case.
    pub(crate) fn life(self) -> Memo<Option<Life>> {
        self.part(|view| Some(view.life.clone()))
    }

    /// A table of the case, newest rows first; `None` where this officer may not read it.
    pub(crate) fn table(self, name: &str) -> Memo<Option<TableView>> {
        let name = name.to_owned();
        Memo::new(move |_| {
            self.view.with(|view| {
                let tables = &view.as_ref()?.tables;
                let mut table = tables.iter().find(|table| table.table == name)?.clone();
                table.rows = newest_first(&table);
                name_clocks(&mut table, &view.as_ref()?.clocks);
                Some(table)
            })
        })
    }
}

/// The rows by their first date or moment, newest first; those without one keep their place at the end.
fn newest_first(table: &TableView) -> Vec<RowView> {
    let dated = |kind: FactType| matches!(kind, FactType::Date | FactType::Instant);
    let mut rows = table.rows.clone();
    if let Some(index) = table.columns.iter().position(|column| dated(column.kind)) {
        let day = |row: &RowView| match row.cells.get(index).and_then(|cell| cell.value.as_ref()) {
            Some(casework::Value::Instant(ms)) => (*ms, String::new()),
            Some(casework::Value::Text(text)) => (0, text.clone()),
            _ => (i64::MIN, String::new()),
        };
        rows.sort_by_key(|row| std::cmp::Reverse(day(row)));
    }
    rows
}

/// A column that names a time limit offers those of the case by what they are called.
fn name_clocks(table: &mut TableView, clocks: &[(Running, Standing)]) {
    if table.table != "clock_extensions" {
        return;
    }
    let term = |clock: &Running| Term {
        code: clocks::name_of(clock),
        label: clock.label.clone(),
        source: Some(clock.source.clone()),
        in_force_from: None,
        in_force_until: None,
    };
    if let Some(column) = table.columns.iter_mut().find(|column| column.column == "clock") {
        column.kind = FactType::Choice;
        column.terms = clocks.iter().map(|(clock, _)| term(clock)).collect();
    }
}

/// A code in words: the term of the vocabulary that has it, else the code as it is.
pub(crate) fn term(words: Words, life: &Life, vocabulary: &str, code: &str) -> String {
    let named = life.words.get(vocabulary);
    let term = named.and_then(|terms| terms.iter().find(|term| term.code == code));
    term.map_or_else(|| code.replace('_', " "), |term| words.label(&term.label))
}

/// A table on the page of a case; nothing where this officer may not read it.
#[component]
pub(crate) fn CaseTable(
    /// Its name.
    #[prop(into)]
    name: String,
) -> impl IntoView {
    let table = open_case().table(&name);
    let is_here = Memo::new(move |_| table.with(Option::is_some));
    let rows =
        Memo::new(move |_| table.with(|table| table.as_ref().map(|table| table.rows.clone()).unwrap_or_default()));
    let masked = open_case().part(|view| !view.revealed);
    move || {
        let is_masked = masked.get();
        is_here.get().then(|| {
            table.get_untracked().map(|first| {
                let body = if is_masked && first.compartment != Compartment::Core.into() {
                    view! {
                        <div class="question">
                            <p class="label">{words().label(&first.label)}</p>
                            <p class="muted">{words().clash_hidden()}</p>
                        </div>
                    }
                    .into_any()
                } else {
                    view! { <DataTable first=first rows=rows /> }.into_any()
                };
                view! { <section class="card table-card">{body}</section> }
            })
        })
    }
}

/// Says that what stands here is hidden, and shows it when asked; nothing once it is shown.
#[component]
pub(crate) fn MaskedNote() -> impl IntoView {
    let words = words();
    let open = open_case();
    let masked = open.part(|view| !view.revealed);
    move || {
        masked.get().then(|| {
            view! {
                <section class="note stack" data-test="masked">
                    <p>{words.case_masked()}</p>
                    <button type="button" class="button small" data-test="masked-reveal" on:click=move |_| open.reveal.set(true)>
                        {icon(Icon::Show)}
                        <span>{words.case_show_name()}</span>
                    </button>
                </section>
            }
        })
    }
}

/// Says which parts of the case cannot be read here, and that they come again.
#[component]
fn Damaged() -> impl IntoView {
    let words = words();
    let damaged = open_case().part(|view| view.damaged.clone());
    let text = Signal::derive(move || {
        let parts: Vec<&str> = damaged.get().into_iter().map(|part| words.compartment(part)).collect();
        (!parts.is_empty()).then(|| words.case_damaged(parts.join(", ")))
    });
    view! { <Problem text=text hook="damaged" /> }
}

#[component]
fn FormsTab() -> impl IntoView {
    let open = open_case();
    view! { <FormLinks subject=open.case.into() forms=open.part(|view| view.forms.clone()) /> }
}

#[component]
fn VersionsTab() -> impl IntoView {
    let open = open_case();
    Settling {
        subject: open.case.into(),
        forms: open.part(|view| view.forms.clone()),
        clashes: open.part(|view| view.clashes.clone()),
        revealed: open.part(|view| view.revealed),
        reveal: Callback::new(move |()| open.reveal.set(true)),
        past: open.past,
        read: Callback::new(move |()| open.read()),
    }
    .provide();
    view! { <Versions /> }
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
    Desk::Case(open).open();
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
        <article class="case" data-test="case" data-case=case.to_string() data-tab=move || tab.get().code()>
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
                    <Damaged />
                    <Tabs tab=tab />
                    <section class="tab-panel" role="tabpanel" id="tab-panel" aria-labelledby=move || tab_id(tab.get())>
                        {move || match tab.get() {
                            Tab::Overview => view! { <overview::Overview /> }.into_any(),
                            Tab::Timeline => view! { <timeline::Timeline /> }.into_any(),
                            Tab::Forms => view! { <FormsTab /> }.into_any(),
                            Tab::Custody => view! { <custody::Custody /> }.into_any(),
                            Tab::Plan => view! { <plan::PlanTab /> }.into_any(),
                            Tab::Health => view! { <health::Health /> }.into_any(),
                            Tab::Records => view! { <records::Records /> }.into_any(),
                            Tab::Photos => view! { <photos::Photos /> }.into_any(),
                            Tab::Versions => view! { <VersionsTab /> }.into_any(),
                        }}
                    </section>
                }
                    .into_any()
            }}
            <PastSheet subject=case.into() past=open.past />
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
    let reads_care = open.part(|view| view.tables.iter().any(|table| table.table == "plan_items"));
    let tabs = Tab::ALL.map(|this| {
        let label = match this {
            Tab::Overview => words.case_overview(),
            Tab::Timeline => words.case_timeline(),
            Tab::Forms => words.case_forms(),
            Tab::Custody => words.case_custody(),
            Tab::Plan => words.case_plan(),
            Tab::Health => words.case_health(),
            Tab::Records => words.case_records(),
            Tab::Photos => words.case_photos(),
            Tab::Versions => words.case_versions(),
        };
        TabLink {
            id: tab_id(this),
            label,
            href: Route::Case(open.case, this).to_string(),
            count: Signal::derive(move || if this == Tab::Versions { clashes.get() } else { 0 }),
            hidden: Signal::derive(move || matches!(this, Tab::Plan | Tab::Health) && !reads_care.get()),
        }
    });
    let chosen = Signal::derive(move || tab_id(tab.get()));
    view! { <TabRow tabs=tabs.into() chosen=chosen label=words.case_tabs() /> }
}
