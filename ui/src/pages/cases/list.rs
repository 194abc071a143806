//! The list pane: find, filter, and rows of which only the visible ones are drawn.

use std::time::Duration;

use ipc::CaseFilter;
use leptos::{ev, html, prelude::*};

use super::{new_case::NewCaseSheet, row::RowText, rows::Rows};
use crate::{
    browser,
    components::{Empty, Icon, Loading, Problem, failure_text, icon},
    list_window,
    route::{Route, Tab},
    state::{app, words},
};

/// The height of a row in `rem`; `tokens.css` says the same.
const ROW_REM: f64 = 5.75;
/// How long after the last letter the search begins.
const SEARCH_AFTER: Duration = Duration::from_millis(180);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    Overdue,
    Waiting,
    Clashes,
}

impl Which {
    const ALL: [Self; 4] = [Self::All, Self::Overdue, Self::Waiting, Self::Clashes];

    const fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Overdue => "overdue",
            Self::Waiting => "waiting",
            Self::Clashes => "clashes",
        }
    }

    fn label(self) -> &'static str {
        let words = words();
        match self {
            Self::All => words.list_all(),
            Self::Overdue => words.list_overdue(),
            Self::Waiting => words.list_waiting(),
            Self::Clashes => words.list_clashes(),
        }
    }

    const fn filter(self, text: String) -> CaseFilter {
        CaseFilter {
            text,
            overdue: matches!(self, Self::Overdue),
            waiting: matches!(self, Self::Waiting),
            clashes: matches!(self, Self::Clashes),
        }
    }
}

/// Where the list has been scrolled to.
#[derive(Clone, Copy)]
struct Scroll {
    top: RwSignal<f64>,
    height: RwSignal<f64>,
    row: RwSignal<f64>,
}

/// The pane.
#[component]
pub(crate) fn ListPane() -> impl IntoView {
    let app = app();
    let words = words();
    let text = RwSignal::new(String::new());
    let searched = RwSignal::new(String::new());
    let which = RwSignal::new(Which::All);
    let opening = RwSignal::new(false);
    let rows = Rows::new();
    Effect::new(move |first: Option<()>| {
        app.cases_changed.track();
        if first.is_some() {
            rows.refresh();
        }
    });
    let may_open = app
        .session
        .with_untracked(|session| session.as_ref().is_some_and(|session| session.opens_cases));

    let later = RwSignal::new(None::<TimeoutHandle>);
    let typing = move |event: ev::Event| {
        text.set(event_target_value(&event));
        if let Some(earlier) = later.get_untracked() {
            earlier.clear();
        }
        later.set(set_timeout_with_handle(move || searched.set(text.get_untracked()), SEARCH_AFTER).ok());
    };
    let clear = move || {
        text.set(String::new());
        searched.set(String::new());
    };
    Effect::new(move |_| rows.set_filter(which.get().filter(searched.get().trim().to_owned())));
    let slash = window_event_listener(ev::keydown, move |event| {
        if event.key() == "/" && !browser::is_typing(&event) {
            event.prevent_default();
            browser::focus("search");
        }
    });
    on_cleanup(move || slash.remove());
    let show_all = Callback::new(move |()| {
        which.set(Which::All);
        clear();
    });
    let filtered = Signal::derive(move || which.get() != Which::All || !searched.with(String::is_empty));
    let chips = Which::ALL.map(|this| {
        view! {
            <button
                type="button"
                class="chip"
                aria-pressed=move || (which.get() == this).to_string()
                data-test=format!("filter-{}", this.code())
                on:click=move |_| which.set(this)
            >
                {this.label()}
            </button>
        }
    });
    view! {
        <section class="list-pane" aria-label=words.list_title()>
            <header class="list-head">
                <div class="list-title">
                    <h1>{words.list_title()}</h1>
                    <p class="muted" role="status" data-test="case-count">
                        {move || rows.total.get().map(|total| words.list_showing(u64::from(total)))}
                    </p>
                    {may_open
                        .then(|| {
                            view! {
                                <button
                                    type="button"
                                    class="button primary"
                                    data-test="new-case"
                                    on:click=move |_| opening.set(true)
                                >
                                    {icon(Icon::Add)}
                                    <span>{words.list_new()}</span>
                                </button>
                            }
                        })}
                </div>
                <div class="search" role="search">
                    {icon(Icon::Search)}
                    <input
                        class="input"
                        type="search"
                        id="search"
                        data-test="search"
                        placeholder=words.list_search()
                        aria-label=words.list_search()
                        autocomplete="off"
                        spellcheck="false"
                        prop:value=text
                        on:input=typing
                    />
                </div>
                <div class="chips" role="group" aria-label=words.list_filters()>{chips.into_iter().collect_view()}</div>
            </header>
            <List rows=rows filtered=filtered on_show_all=show_all />
            {move || opening.get().then(|| view! { <NewCaseSheet on_close=Callback::new(move |()| opening.set(false)) /> })}
        </section>
    }
}

#[component]
fn List(rows: Rows, filtered: Signal<bool>, on_show_all: Callback<()>) -> impl IntoView {
    let words = words();
    let state = Memo::new(move |_| match (rows.total.get(), rows.failure.with(Option::is_some)) {
        (None, true) => 0,
        (None, false) => 1,
        (Some(0), _) => 2,
        (Some(_), _) => 3,
    });
    let problem = Signal::derive(move || rows.failure.with(|failure| failure.as_ref().map(failure_text)));
    view! {
        <div class="list-problem"><Problem text=problem /></div>
        {move || match state.get() {
            0 => {
                view! {
                    <button type="button" class="button" on:click=move |_| rows.refresh()>{words.app_try_again()}</button>
                }
                    .into_any()
            }
            1 => view! { <Loading text=words.list_reading() /> }.into_any(),
            2 if filtered.get() => {
                view! {
                    <Empty title=words.list_none() help=words.list_none_help()>
                        <button type="button" class="button" on:click=move |_| on_show_all.run(())>{words.list_show_all()}</button>
                    </Empty>
                }
                    .into_any()
            }
            2 => view! { <Empty title=words.list_empty() help=words.list_empty_help() /> }.into_any(),
            _ => view! { <LongList rows=rows /> }.into_any(),
        }}
    }
}

/// The rows. One element takes the focus and the arrow keys; the rows themselves come and go as the list is scrolled.
#[component]
fn LongList(rows: Rows) -> impl IntoView {
    let app = app();
    let list: NodeRef<html::Div> = NodeRef::new();
    let scroll = Scroll {
        top: RwSignal::new(0.0),
        height: RwSignal::new(0.0),
        row: RwSignal::new(browser::rem_px() * ROW_REM),
    };
    let active = RwSignal::new(0_u32);
    let measure = move || {
        if let Some(list) = list.get_untracked() {
            scroll.top.set(f64::from(list.scroll_top()));
            scroll.height.set(f64::from(list.client_height()));
            scroll.row.set(browser::rem_px() * ROW_REM);
        }
    };
    let resized = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    // The size may change with the text size, and the list is hidden on a narrow window while a case is open.
    Effect::new(move |_| {
        list.track();
        app.settings.track();
        app.route.track();
        request_animation_frame(measure);
    });
    let total = move || rows.total.get().unwrap_or_default();
    let seen = Memo::new(move |_| list_window::rows(scroll.top.get(), scroll.height.get(), scroll.row.get(), total()));
    Effect::new(move |_| rows.see(seen.get()));
    let open = move |index: u32| {
        active.set(index);
        if let Some(card) = untrack(|| rows.at(index)) {
            browser::go(&Route::Case(card.case, Tab::Overview));
        }
    };
    let keys = move |event: ev::KeyboardEvent| {
        let last = total().saturating_sub(1);
        let screen = list_window::rows(0.0, scroll.height.get_untracked(), scroll.row.get_untracked(), 50)
            .end
            .max(8)
            - 7;
        let now = active.get_untracked();
        let to = match event.key().as_str() {
            "ArrowDown" => (now + 1).min(last),
            "ArrowUp" => now.saturating_sub(1),
            "PageDown" => (now + screen).min(last),
            "PageUp" => now.saturating_sub(screen),
            "Home" => 0,
            "End" => last,
            "Enter" | " " => {
                event.prevent_default();
                return open(now);
            }
            _ => return,
        };
        event.prevent_default();
        active.set(to);
        let (top, height, row) = (
            scroll.top.get_untracked(),
            scroll.height.get_untracked(),
            scroll.row.get_untracked(),
        );
        if let (Some(list), Some(top)) = (list.get_untracked(), list_window::scroll_to_show(to, top, height, row)) {
            #[expect(clippy::cast_possible_truncation, reason = "pixels of a list fit")]
            list.set_scroll_top(top as i32);
        }
    };
    view! {
        <div
            class="rows"
            role="listbox"
            tabindex="0"
            aria-label=words().list_title()
            aria-activedescendant=move || format!("case-{}", active.get())
            data-test="case-list"
            node_ref=list
            on:scroll=move |_| measure()
            on:keydown=keys
        >
            <div class="rows-all" role="presentation" style:height=move || format!("{}px", f64::from(total()) * scroll.row.get())>
                <For each=move || seen.get() key=|index| *index let:index>
                    <Row index=index rows=rows scroll=scroll active=active on_open=Callback::new(open) />
                </For>
            </div>
        </div>
    }
}

#[component]
fn Row(index: u32, rows: Rows, scroll: Scroll, active: RwSignal<u32>, on_open: Callback<u32>) -> impl IntoView {
    let app = app();
    let card = Memo::new(move |_| rows.at(index));
    let case = move || card.with(|card| card.as_ref().map(|card| card.case));
    let is_open = move || case().is_some() && app.route.with(Route::case) == case();
    view! {
        <div
            class="row"
            class:open=is_open
            class:active=move || active.get() == index
            role="option"
            id=format!("case-{index}")
            aria-selected=move || is_open().to_string()
            aria-posinset=(index + 1).to_string()
            aria-setsize=move || rows.total.get().unwrap_or_default().to_string()
            data-test="case-row"
            data-case=move || case().map(|case| case.to_string())
            style:transform=move || format!("translateY({}px)", f64::from(index) * scroll.row.get())
            on:click=move |_| on_open.run(index)
        >
            {move || match card.get() {
                Some(card) => view! { <RowText card=card /> }.into_any(),
                None => view! { <span class="muted">{words().list_row_reading()}</span> }.into_any(),
            }}
        </div>
    }
}
