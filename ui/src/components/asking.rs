//! Forms that ask the device, or the hub, for something: one question at a time, what went wrong, what came of it; and the passphrases that
//! such forms ask for.

use ipc::Failure;
use leptos::{prelude::*, task::spawn_local};

use super::failure_text;
use crate::{browser, reader::words};

/// What went wrong, as a sentence for whoever asked.
pub(crate) trait Said {
    /// The sentence.
    fn said(&self) -> String;
}

impl Said for Failure {
    fn said(&self) -> String {
        failure_text(self)
    }
}

/// A question to the device, or to the hub.
#[derive(Clone, Copy)]
pub(crate) struct Asking {
    /// Whether it is on its way.
    pub(crate) busy: RwSignal<bool>,
    /// What went wrong.
    pub(crate) problem: RwSignal<Option<String>>,
    /// What came of it.
    pub(crate) done: RwSignal<Option<String>>,
}

impl Asking {
    /// One that was not asked yet.
    pub(crate) fn new() -> Self {
        Self {
            busy: RwSignal::new(false),
            problem: RwSignal::new(None),
            done: RwSignal::new(None),
        }
    }

    /// Says what is wrong before anything is asked, and goes to the field that it is about.
    pub(crate) fn refuse(self, said: String, field: &str) {
        self.done.set(None);
        self.problem.set(Some(said));
        browser::focus(field);
    }

    /// Asks, unless a question is on its way: `ask` is called only then. What went wrong is said here.
    pub(crate) fn run<T, E, F>(self, ask: impl FnOnce() -> F, then: impl FnOnce(T) + 'static)
    where
        T: 'static,
        E: Said + 'static,
        F: Future<Output = Result<T, E>> + 'static,
    {
        self.run_or(ask, then, |_| {});
    }

    /// The same, where more is to be done after a failure than to say it.
    pub(crate) fn run_or<T, E, F>(
        self,
        ask: impl FnOnce() -> F,
        then: impl FnOnce(T) + 'static,
        or: impl FnOnce(&E) + 'static,
    ) where
        T: 'static,
        E: Said + 'static,
        F: Future<Output = Result<T, E>> + 'static,
    {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.problem.set(None);
        self.done.set(None);
        let asked = ask();
        spawn_local(async move {
            let answer = asked.await;
            // The page may have been left meanwhile.
            self.busy.try_set(false);
            match answer {
                Ok(answer) => then(answer),
                Err(failure) => {
                    or(&failure);
                    self.problem.try_set(Some(failure.said()));
                }
            }
        });
    }
}

/// Until when somebody must wait, told second by second; `None` where they need not.
pub(crate) fn ticking(until_ms: RwSignal<Option<i64>>) -> Memo<Option<i64>> {
    let now = RwSignal::new(browser::now_ms());
    let ticker = set_interval_with_handle(move || now.set(browser::now_ms()), std::time::Duration::from_secs(1));
    on_cleanup(move || {
        if let Ok(ticker) = ticker {
            ticker.clear();
        }
    });
    Memo::new(move |_| until_ms.get().map(|until| until - now.get()).filter(|left| *left > 0))
}

/// A passphrase that is chosen, typed twice.
#[derive(Clone, Copy)]
pub(crate) struct Chosen {
    first: RwSignal<String>,
    again: RwSignal<String>,
    shown: RwSignal<bool>,
}

impl Chosen {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            first: RwSignal::new(String::new()),
            again: RwSignal::new(String::new()),
            shown: RwSignal::new(false),
        }
    }

    /// What was typed first.
    pub(crate) fn first(self) -> RwSignal<String> {
        self.first
    }

    /// What was typed, where both are the same. Where they are not it is said, and the field `again` gets the focus.
    pub(crate) fn agreed(self, asking: Asking, again: &str) -> Option<String> {
        let first = self.first.get_untracked();
        if first == self.again.get_untracked() {
            return Some(first);
        }
        asking.refuse(words().enrol_differ().to_owned(), again);
        None
    }

    /// Forgets both.
    pub(crate) fn clear(self) {
        for field in [self.first, self.again] {
            field.set(String::new());
        }
    }
}

/// The two fields in which a passphrase is chosen.
#[component]
pub(crate) fn ChoosePassphrase(
    /// The id of the first.
    id: &'static str,
    /// The id of the second.
    again: &'static str,
    /// What is typed.
    chosen: Chosen,
    /// What it is called.
    label: &'static str,
    /// What is asked of it.
    #[prop(optional, into)]
    hint: String,
    /// How far it is.
    #[prop(optional, into)]
    so_far: Option<Signal<String>>,
) -> impl IntoView {
    let words = words();
    view! {
        <div class="question">
            <label class="label" for=id>{label}</label>
            {(!hint.is_empty()).then(|| view! { <p class="hint">{hint}</p> })}
            <Passphrase id=id value=chosen.first shown=chosen.shown complete="new-password" />
            {so_far.map(|so_far| view! { <p class="hint" aria-live="polite">{move || so_far.get()}</p> })}
        </div>
        <div class="question">
            <label class="label" for=again>{words.enrol_again()}</label>
            <Passphrase id=again value=chosen.again shown=chosen.shown complete="new-password" />
            <ShowPassphrase shown=chosen.shown />
        </div>
    }
}

/// An input for a passphrase, hidden unless shown.
#[component]
pub(crate) fn Passphrase(
    /// The id, which is also the hook for tests.
    id: &'static str,
    /// What was typed.
    value: RwSignal<String>,
    /// Whether it is shown.
    shown: RwSignal<bool>,
    /// What the keyboard may offer.
    complete: &'static str,
) -> impl IntoView {
    view! {
        <input
            class="input"
            id=id
            type=move || if shown.get() { "text" } else { "password" }
            autocomplete=complete
            autocapitalize="off"
            spellcheck="false"
            data-test=id
            prop:value=value
            on:input=move |event| value.set(event_target_value(&event))
        />
    }
}

/// The tick that shows a passphrase.
#[component]
pub(crate) fn ShowPassphrase(
    /// Whether it is shown.
    shown: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <label class="tick">
            <input type="checkbox" prop:checked=shown on:change=move |event| shown.set(event_target_checked(&event)) />
            <span>{words().unlock_show()}</span>
        </label>
    }
}
