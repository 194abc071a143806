//! This tablet: language, text size, colours, lock.

mod access_log;
mod backup;
mod doctor;
mod room;

use ipc::PackView;
use leptos::{prelude::*, task::spawn_local};

use super::keys::{ChangePassphrase, IdleTime, Protection, RotateKey};
use crate::{
    backend, browser,
    components::{Icon, Problem, failure_text, icon},
    settings::{TextSize, Theme},
    state::{app, words},
    time,
    words::Lang,
};

/// The page.
#[component]
pub(crate) fn TabletPage() -> impl IntoView {
    let app = app();
    let words = words();
    let problem = RwSignal::new(None::<String>);
    let lock = move |_| {
        browser::leave_field();
        spawn_local(async move {
            app.keep_drafts().await;
            match backend::lock().await {
                Ok(()) => app.signed_out(),
                Err(failure) => problem.set(Some(failure_text(&failure))),
            }
        });
    };
    let languages = Lang::ALL.iter().map(|lang| (*lang, lang.code(), lang.name())).collect();
    let sizes = [
        words.tablet_text_normal(),
        words.tablet_text_large(),
        words.tablet_text_larger(),
        words.tablet_text_largest(),
    ];
    let sizes = TextSize::ALL
        .into_iter()
        .zip(sizes)
        .map(|(size, label)| (size, size.code(), label))
        .collect();
    let themes = [
        words.tablet_theme_system(),
        words.tablet_theme_light(),
        words.tablet_theme_dark(),
        words.tablet_theme_sun(),
    ];
    let themes = Theme::ALL
        .into_iter()
        .zip(themes)
        .map(|(theme, label)| (theme, theme.code(), label))
        .collect();
    let set_lang = Callback::new(move |lang| app.settings.update(|settings| settings.lang = lang));
    let set_text = Callback::new(move |text| app.settings.update(|settings| settings.text = text));
    let set_theme = Callback::new(move |theme| app.settings.update(|settings| settings.theme = theme));
    view! {
        <div class="page">
            <h1>{words.tablet_title()}</h1>
            <Officer />
            <Rules />
            <Protection />
            <section class="card stack">
                <button type="button" class="button danger" data-test="lock" on:click=lock>
                    {icon(Icon::Lock)}
                    <span>{words.tablet_lock()}</span>
                </button>
                <p class="muted">{words.tablet_lock_help()}</p>
                <Problem text=problem />
            </section>
            <room::Room />
            <backup::Backup />
            <backup::Restore />
            <doctor::Doctor />
            <IdleTime />
            <ChangePassphrase />
            <RotateKey />
            {choice("lang", words.tablet_language(), languages, Signal::derive(move || app.settings.get().lang), set_lang)}
            {choice("theme", words.tablet_theme(), themes, Signal::derive(move || app.settings.get().theme), set_theme)}
            {choice("text", words.tablet_text(), sizes, Signal::derive(move || app.settings.get().text), set_text)}
            <p class="muted">{words.tablet_kept()}</p>
            <access_log::AccessLog />
        </div>
    }
}

#[component]
fn Officer() -> impl IntoView {
    let app = app();
    let words = words();
    let version = app
        .start
        .with_untracked(|start| start.as_ref().map(|start| start.version.clone()));
    app.session.get_untracked().map(|session| {
        view! {
            <section class="card">
                <dl class="pairs">
                    <dt>{words.tablet_signed_in()}</dt>
                    <dd>
                        <strong>{session.name}</strong>
                        <br />
                        {words.label(&session.role_label)}
                    </dd>
                    <dt>{words.tablet_district()}</dt>
                    <dd>{session.district}</dd>
                    <dt>{words.tablet_hub()}</dt>
                    <dd class="address">{session.hub}</dd>
                    {version.map(|version| view! { <dt>{words.tablet_version()}</dt> <dd>{version}</dd> })}
                </dl>
            </section>
        }
    })
}

/// Which law and forms are in force here, and what of them this app does not know.
#[component]
fn Rules() -> impl IntoView {
    let app = app();
    let words = words();
    let found = RwSignal::new(None::<PackView>);
    let problem = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        // Rules come with a sync.
        app.sync.track();
        spawn_local(async move {
            match backend::packs().await {
                Ok(packs) => drop(found.try_set(Some(packs))),
                Err(failure) => drop(problem.try_set(Some(failure_text(&failure)))),
            }
        });
    });
    view! {
        <section class="card stack" data-test="rules">
            <h2>{words.tablet_rules()}</h2>
            {move || found.get().map(|packs| rules(&packs))}
            <Problem text=problem />
        </section>
    }
}

fn rules(packs: &PackView) -> impl IntoView + use<> {
    let words = words();
    let parts: Vec<_> = packs
        .parts
        .iter()
        .map(|part| {
            let name = match part.id.as_str() {
                "national" => words.tablet_rules_national().to_owned(),
                state => words.tablet_rules_state(state.trim_start_matches("states/").to_uppercase()),
            };
            let from = if part.published {
                words.tablet_rules_published()
            } else {
                words.tablet_rules_shipped()
            };
            view! {
                <dt>{name}</dt>
                <dd data-test="rules-part">{words.tablet_rules_version(&part.version)} " · " {from}</dd>
            }
        })
        .collect();
    let since = time::iso_date(words, &packs.in_force_from);
    let warning = |test: &'static str, said: String| {
        view! { <p class="warn-line" data-test=test>{icon(Icon::Warning)} <span>{said}</span></p> }
    };
    let not_known = (packs.not_known > 0).then(|| {
        warning(
            "rules-not-known",
            words.tablet_rules_not_known(u64::from(packs.not_known)),
        )
    });
    let unusable = packs
        .unusable_since_ms
        .map(|_| warning("rules-unusable", words.refusal_pack_unusable().to_owned()));
    let waiting = packs
        .waiting
        .as_ref()
        .map(|version| view! { <p data-test="rules-waiting">{words.tablet_rules_waiting(version)}</p> });
    view! {
        <dl class="pairs">
            {parts}
            <dt>{words.tablet_rules_from()}</dt>
            <dd>{since}</dd>
        </dl>
        {waiting}
        {not_known}
        {unusable}
    }
}

/// A group of large radio buttons for one preference.
fn choice<T: Copy + PartialEq + Send + Sync + 'static>(
    name: &'static str,
    title: &'static str,
    options: Vec<(T, &'static str, &'static str)>,
    chosen: Signal<T>,
    on_choose: Callback<T>,
) -> impl IntoView {
    let options = options.into_iter().map(|(value, code, label)| {
        view! {
            <label class="option" class:chosen=move || chosen.get() == value>
                <input
                    type="radio"
                    name=name
                    data-test=format!("{name}-{code}")
                    prop:checked=move || chosen.get() == value
                    on:change=move |_| on_choose.run(value)
                />
                <span class="option-text">{label}</span>
            </label>
        }
    });
    view! {
        <fieldset class="card">
            <legend class="label">{title}</legend>
            <div class="options two">{options.collect_view()}</div>
        </fieldset>
    }
}
