//! Signing in: with passphrase and one-time code, or elsewhere where the hub knows a place.

use leptos::{ev, prelude::*, task::spawn_local};

use crate::{
    browser,
    components::{Asking, Icon, Passphrase, Problem, ShowPassphrase, icon, ticking},
    console::{
        answers::Credentials,
        hub::{self, Trouble},
        office::office,
    },
    reader::words,
    time,
};

/// Where one who signs in elsewhere goes.
const ELSEWHERE: &str = "/v1/admin/oidc";

/// What is typed.
#[derive(Clone, Copy)]
struct Typed {
    name: RwSignal<String>,
    passphrase: RwSignal<String>,
    code: RwSignal<String>,
}

impl Typed {
    fn new() -> Self {
        let [name, passphrase, code] = std::array::from_fn(|_| RwSignal::new(String::new()));
        Self { name, passphrase, code }
    }

    /// What is signed in with, or the id of the first field that is empty.
    fn credentials(self) -> Result<Credentials, &'static str> {
        let credentials = Credentials {
            name: self.name.get_untracked().trim().to_owned(),
            passphrase: self.passphrase.get_untracked(),
            // An app shows it in two halves.
            code: self.code.get_untracked().split_whitespace().collect(),
        };
        let fields = [
            (&credentials.name, "sign-in-name"),
            (&credentials.passphrase, "sign-in-passphrase"),
            (&credentials.code, "sign-in-code"),
        ];
        let empty = fields.iter().find(|(said, _)| said.is_empty()).map(|(_, id)| *id);
        empty.map_or(Ok(credentials), Err)
    }
}

/// The form.
#[component]
pub(super) fn SignIn(
    /// Whether a session has just ended by itself.
    ended: bool,
) -> impl IntoView {
    let words = words();
    let typed = Typed::new();
    let Typed { name, passphrase, code } = typed;
    let shown = RwSignal::new(false);
    let asking = Asking::new();
    let until = RwSignal::new(None::<i64>);
    let left = ticking(until);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if left.get_untracked().is_some() {
            return;
        }
        let credentials = match typed.credentials() {
            Ok(credentials) => credentials,
            Err(empty) => return asking.refuse(words.console_empty_sign_in().to_owned(), empty),
        };
        asking.run_or(
            move || hub::sign_in(credentials),
            move |session| office().signed_in(session),
            move |trouble| {
                if let Trouble::TooOften(seconds) = trouble {
                    until.set(Some(browser::now_ms() + seconds * 1_000));
                }
                code.set(String::new());
                browser::focus("sign-in-code");
            },
        );
    };
    // While a wait runs, the countdown takes the place of the sentence that began it.
    let told = Signal::derive(move || match left.get() {
        Some(ms) => Some(words.console_too_often(time::countdown(words, ms))),
        None => asking.problem.get(),
    });
    view! {
        <form class="stack" on:submit=submit novalidate data-test="sign-in">
            <h1>{words.console_sign_in()}</h1>
            {ended.then(|| view! { <p class="note" role="status" data-test="session-ended">{words.console_ended()}</p> })}
            <div class="question">
                <label class="label" for="sign-in-name">{words.console_name()}</label>
                <Text id="sign-in-name" value=name complete="username" />
            </div>
            <div class="question">
                <label class="label" for="sign-in-passphrase">{words.console_passphrase()}</label>
                <Passphrase id="sign-in-passphrase" value=passphrase shown=shown complete="current-password" />
                <ShowPassphrase shown=shown />
            </div>
            <div class="question">
                <label class="label" for="sign-in-code">{words.console_code()}</label>
                <p class="hint" id="sign-in-code-hint">{words.console_code_hint()}</p>
                <Text id="sign-in-code" value=code complete="one-time-code" digits=true hint="sign-in-code-hint" />
            </div>
            <Problem text=told hook="sign-in-problem" />
            <button
                type="submit"
                class="button primary wide"
                data-test="sign-in-submit"
                disabled=move || asking.busy.get() || left.get().is_some()
            >
                {icon(Icon::Lock)}
                <span>{words.console_sign_in()}</span>
            </button>
            <p class="muted" role="status">{move || asking.busy.get().then(|| words.console_checking())}</p>
            <Elsewhere />
        </form>
    }
}

#[component]
fn Text(
    id: &'static str,
    value: RwSignal<String>,
    complete: &'static str,
    /// Whether digits are typed.
    #[prop(optional)]
    digits: bool,
    /// What says more of it.
    #[prop(optional)]
    hint: Option<&'static str>,
) -> impl IntoView {
    view! {
        <input
            class=if digits { "input narrow" } else { "input" }
            id=id
            type="text"
            inputmode=if digits { "numeric" } else { "text" }
            autocomplete=complete
            autocapitalize="off"
            spellcheck="false"
            aria-describedby=hint
            data-test=id
            prop:value=value
            on:input=move |event| value.set(event_target_value(&event))
        />
    }
}

/// The way to sign in elsewhere, where there is one.
#[component]
fn Elsewhere() -> impl IntoView {
    let place = RwSignal::new(None);
    spawn_local(async move {
        if let Ok(ways) = hub::ways().await {
            // The form may be gone by then.
            let _ = place.try_set(ways.oidc);
        }
    });
    move || {
        place.get().map(|elsewhere| {
            view! {
                <p class="divider">{words().console_or()}</p>
                <a class="button wide" href=ELSEWHERE data-test="sign-in-elsewhere">
                    {icon(Icon::Person)}
                    <span>{words().console_elsewhere(elsewhere.name)}</span>
                </a>
            }
        })
    }
}
