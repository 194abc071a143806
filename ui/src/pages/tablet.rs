//! This tablet: language, text size, colours, lock.

mod access_log;
mod doctor;

use leptos::{prelude::*, task::spawn_local};

use crate::{
    backend, browser,
    components::{Icon, Problem, failure_text, icon},
    settings::{TextSize, Theme},
    state::{app, words},
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
            <section class="card stack">
                <button type="button" class="button danger" data-test="lock" on:click=lock>
                    {icon(Icon::Lock)}
                    <span>{words.tablet_lock()}</span>
                </button>
                <p class="muted">{words.tablet_lock_help()}</p>
                <Problem text=problem />
            </section>
            <doctor::Doctor />
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
