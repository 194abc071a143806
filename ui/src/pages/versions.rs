//! Two versions: both values, who and when; choose one or write a third. The other stays in the history.

use casework::{Subject, Value};
use ipc::{Clash, FormItem, FormSummary, RegisterRef};
use leptos::{prelude::*, task::spawn_local};

use super::desk::{OpenPast, Past};
use crate::{
    backend,
    components::{Empty, Icon, Problem, SaveMark, SaveState, ValueInput, VersionText, failure_text, icon},
    state::{app, words},
    value::{self, Spec},
};

/// Whose versions are settled, and what the page they stand on does meanwhile.
#[derive(Clone, Copy)]
pub(crate) struct Settling {
    /// The case or institution.
    pub(crate) subject: Subject,
    /// Its forms: they say how a register is written.
    pub(crate) forms: Memo<Vec<FormSummary>>,
    /// The registers with two versions.
    pub(crate) clashes: Memo<Vec<Clash>>,
    /// Whether what identifies a child is shown.
    pub(crate) revealed: Memo<bool>,
    /// Shows it.
    pub(crate) reveal: Callback<()>,
    /// The past that is open.
    pub(crate) past: OpenPast,
    /// Reads the page again.
    pub(crate) read: Callback<()>,
}

impl Settling {
    /// Says it to the cards on this page.
    pub(crate) fn provide(self) {
        provide_context(self);
    }

    fn here() -> Self {
        expect_context()
    }
}

/// The cards.
#[component]
pub(crate) fn Versions() -> impl IntoView {
    let words = words();
    let clashes = Settling::here().clashes;
    view! {
        {move || clashes.with(Vec::is_empty).then(|| view! { <Empty title=words.clash_none() help=words.clash_none_help() /> })}
        <For each=move || clashes.get() key=|clash| format!("{clash:?}") let:clash>
            <ClashCard clash=clash />
        </For>
    }
}

/// The input for a register: looked up in the forms, else guessed from what stands there.
async fn spec_of(open: Settling, clash: &Clash) -> Spec {
    for form in open.forms.get_untracked() {
        let Ok(form) = backend::form(open.subject, form.form).await else {
            continue;
        };
        for item in form.sections.into_iter().flat_map(|section| section.items) {
            match (item, &clash.register) {
                (FormItem::Field(field), RegisterRef::Fact { fact }) if field.fact == *fact => {
                    return Spec::of_field(&field);
                }
                (FormItem::Table(known), RegisterRef::Cell { table, column, .. }) if known.table == *table => {
                    if let Some(column) = known.columns.iter().find(|known| known.column == *column) {
                        return Spec::of_column(column);
                    }
                }
                _ => {}
            }
        }
    }
    Spec::of_value(clash.versions.iter().find_map(|version| version.value.as_ref()))
}

#[component]
fn ClashCard(clash: Clash) -> impl IntoView {
    let app = app();
    let words = words();
    let open = Settling::here();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let other = RwSignal::new(None::<Spec>);
    let register = clash.register.clone();
    let settle = Callback::new(move |value: Option<Value>| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let register = register.clone();
        spawn_local(async move {
            match backend::resolve(open.subject, register, value).await {
                Ok(_) => app.announce(words.clash_settled()),
                Err(failure) => problem.set(Some(failure_text(&failure))),
            }
            busy.set(false);
            open.read.run(());
        });
    });
    // A masked value comes as none: choosing it would empty the register, so it can only be chosen once it is shown.
    let revealed = open.revealed.get_untracked();
    let masked = !revealed && clash.versions.iter().any(|version| version.value.is_none());
    let may_choose = clash.writable && !masked;
    let asked = clash.clone();
    let write_other = move |_| {
        let clash = asked.clone();
        spawn_local(async move { other.set(Some(spec_of(open, &clash).await)) });
    };
    let versions = clash.versions.iter().cloned().enumerate().map(|(index, version)| {
        let value = version.value.clone();
        let said = if masked && value.is_none() {
            words.clash_hidden().to_owned()
        } else {
            value::say(words, value.as_ref(), &version.words)
        };
        view! {
            <div class="version">
                {(index == 0).then(|| view! { <p class="tag">{words.clash_shown()}</p> })}
                <VersionText version=version said=said />
                {may_choose
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button primary wide"
                                data-test=format!("clash-choose-{index}")
                                disabled=busy
                                on:click=move |_| settle.run(value.clone())
                            >
                                {icon(Icon::Tick)}
                                <span>{words.clash_choose()}</span>
                            </button>
                        }
                    })}
            </div>
        }
    });
    let versions = versions.collect_view();
    let fact = match &clash.register {
        RegisterRef::Fact { fact } => fact.to_string(),
        RegisterRef::Cell { table, column, .. } => format!("{table}.{column}"),
    };
    let label = words.label(&clash.label);
    let named = (Past::Register(clash.register.clone(), None), label.clone());
    view! {
        <section class="card stack clash" data-test="clash-card" data-fact=fact>
            <h3>{icon(Icon::Versions)} {label}</h3>
            <p class="muted">{words.clash_lead()}</p>
            <div class="versions">{versions}</div>
            <Problem text=problem />
            {(!clash.writable).then(|| view! { <p class="note">{words.clash_not_yours()}</p> })}
            <div class="actions">
                {masked
                    .then(|| {
                        view! {
                            <button type="button" class="button" data-test="clash-reveal" on:click=move |_| open.reveal.run(())>
                                {icon(Icon::Show)}
                                <span>{words.case_show_name()}</span>
                            </button>
                        }
                    })}
                {may_choose
                    .then(|| {
                        view! {
                            <button type="button" class="button" data-test="clash-other" on:click=write_other>
                                {icon(Icon::Write)}
                                <span>{words.clash_other()}</span>
                            </button>
                        }
                    })}
                <button type="button" class="button quiet" data-test="clash-history" on:click=move |_| open.past.set(Some(named.clone()))>
                    {icon(Icon::History)}
                    <span>{words.form_history()}</span>
                </button>
            </div>
            {move || other.get().map(|spec| view! { <Other spec=spec on_settle=settle /> })}
        </section>
    }
}

/// A third value.
#[component]
fn Other(spec: Spec, on_settle: Callback<Option<Value>>) -> impl IntoView {
    let words = words();
    let written = RwSignal::new(None::<Value>);
    let problem = RwSignal::new(SaveState::Quiet);
    let commit = Callback::new(move |value: Result<Option<Value>, value::Unreadable>| match value {
        Ok(value) => {
            written.set(value);
            problem.set(SaveState::Quiet);
        }
        Err(why) => problem.set(SaveState::Failed(why.say(words))),
    });
    // Leaving the input comes before the click, so that what was typed is known by now.
    let submit = move |_| match written.get_untracked() {
        Some(value) => on_settle.run(Some(value)),
        None if matches!(problem.get_untracked(), SaveState::Failed(_)) => {}
        None => problem.set(SaveState::Failed(words.clash_other_empty().to_owned())),
    };
    view! {
        <div class="question">
            <label class="label" for="clash-other-value">{words.clash_other()}</label>
            <ValueInput
                spec=spec
                value=written
                id="clash-other-value".to_owned()
                test="clash-other-value".to_owned()
                described_by="clash-other-state"
                on_typing=Callback::new(|()| ())
                on_commit=commit
            />
            <SaveMark state=problem id="clash-other-state".to_owned() test="clash-other-state".to_owned() />
            <button
                type="button"
                class="button primary"
                data-test="clash-other-submit"
                on:click=submit
            >
                {words.clash_other_submit()}
            </button>
        </div>
    }
}
