//! The frame around the parts: whose district, as of when, and the ways between them.

use leptos::{prelude::*, task::spawn_local};

use super::{
    Alert, channels::Channels, clocks::Clocks, desk::DeskPart, devices::Devices, figures_part::FiguresPart,
    institutions::Institutions, referrals::Referrals, today::Today,
};
use crate::{
    browser,
    components::{Empty, Icon, Languages, Loading, Said as _, icon},
    console::{
        answers::{District, Overview, Session},
        figures,
        hub::{self, Trouble},
        office::office,
        place::Place,
    },
    reader::{settings, words},
    settings::{Settings, Theme},
    time,
};

/// The page of somebody who is signed in.
#[component]
pub(super) fn Frame(session: Session) -> impl IntoView {
    let office = office();
    let chosen = Memo::new(move |_| office.district.with(Option::is_some));
    view! {
        <div class="office">
            <button type="button" class="skip" on:click=move |_| browser::show("main")>{words().console_skip()}</button>
            <Header />
            {move || chosen.get().then(|| view! { <Parts /> })}
            <main class="office-main" id="main" tabindex="-1" data-test="console">
                <Alert loaded=office.districts />
                {move || {
                    if chosen.get() {
                        view! { <Part /> }.into_any()
                    } else {
                        view! { <Choose /> }.into_any()
                    }
                }}
            </main>
            <Footer session=session />
            <p class="unseen" role="status" data-test="announcement">{move || office.announcement.get()}</p>
        </div>
    }
}

#[component]
fn Header() -> impl IntoView {
    let office = office();
    let words = words();
    let problem = RwSignal::new(None::<String>);
    let busy = move || office.overview.busy.get() || office.devices.busy.get() || office.desk.busy.get();
    let as_of = move || match office.overview.value.with(|seen| seen.as_ref().map(|seen| seen.at)) {
        _ if busy() => words.console_reading().to_owned(),
        Some(at) => words.console_as_of(time::near(words, at.0, browser::now_ms())),
        None => String::new(),
    };
    let sign_out = move |_| {
        spawn_local(async move {
            match hub::sign_out().await {
                Ok(()) | Err(Trouble::Ended) => office.signed_out(),
                Err(trouble) => problem.set(Some(trouble.said())),
            }
        });
    };
    view! {
        <header class="office-head">
            <img class="office-mark" src="mark.svg" alt="" />
            <div class="office-name">
                <p class="office-title">{words.console_title()}</p>
                <Whose />
            </div>
            <p class="office-as-of muted" role="status" data-test="as-of">{as_of}</p>
            <button type="button" class="button" data-test="refresh" disabled=busy on:click=move |_| office.read()>
                {icon(Icon::Sync)}
                <span>{words.console_refresh()}</span>
            </button>
            <button type="button" class="button quiet" data-test="sign-out" on:click=sign_out>
                {icon(Icon::Lock)}
                <span>{words.console_sign_out()}</span>
            </button>
            {move || problem.get().map(|said| view! { <p class="problem" role="alert">{said}</p> })}
        </header>
    }
}

/// Which district it is; a choice where there are several.
#[component]
fn Whose() -> impl IntoView {
    let office = office();
    let name = move |districts: &[District]| {
        let code = office.district.get().unwrap_or_default();
        let known = districts.iter().find(|one| one.code == code);
        known.map_or(code.clone(), |one| format!("{} ({})", one.name, one.code))
    };
    // Apart, so that the choice is not drawn anew under the hand of whoever chooses.
    let none = Memo::new(move |_| office.district.with(Option::is_none));
    move || {
        let districts = office.districts.value.get().unwrap_or_default();
        if districts.len() < 2 {
            return view! { <p class="office-district" data-test="district">{name(&districts)}</p> }.into_any();
        }
        let options = districts.into_iter().map(|one| {
            let code = one.code.clone();
            view! {
                <option value=one.code selected=move || office.district.with(|chosen| chosen.as_ref() == Some(&code))>
                    {one.name}
                </option>
            }
        });
        view! {
            <label class="unseen" for="district">{words().console_district()}</label>
            <select
                class="input office-choice"
                id="district"
                data-test="district"
                on:change=move |event| office.choose(&event_target_value(&event))
            >
                {none.get().then(|| view! { <option value="" selected=true disabled=true>{words().console_choose()}</option> })}
                {options.collect_view()}
            </select>
        }
        .into_any()
    }
}

/// What asks for somebody in a part, so that it is seen from each.
fn to_look_at(place: Place, seen: &Overview) -> u64 {
    match place {
        Place::Referrals => seen.referrals.len() as u64,
        Place::Channels => figures::dead(seen) + figures::faulty(seen),
        Place::Desk => seen.waiting.appeals + seen.waiting.quarantine,
        _ => 0,
    }
}

fn name_of(place: Place) -> &'static str {
    let words = words();
    match place {
        Place::Today => words.console_part_today(),
        Place::Referrals => words.console_part_referrals(),
        Place::Devices => words.console_part_devices(),
        Place::Clocks => words.console_part_clocks(),
        Place::Institutions => words.console_part_institutions(),
        Place::Figures => words.console_part_figures(),
        Place::Channels => words.console_part_channels(),
        Place::Desk => words.console_part_desk(),
    }
}

#[component]
fn Parts() -> impl IntoView {
    let office = office();
    let links = Place::ALL.map(|place| {
        let count = Memo::new(move |_| {
            let seen = office.overview.value.read();
            seen.as_ref().map_or(0, |seen| to_look_at(place, seen))
        });
        let mark = move || {
            (count.get() > 0).then(|| {
                view! {
                    <span class="office-count" aria-hidden="true">{count.get()}</span>
                    <span class="unseen">{words().console_part_count(count.get())}</span>
                }
            })
        };
        view! {
            <a
                class="office-tab"
                href=place.hash()
                aria-current=move || (office.place.get() == place).then_some("page")
                data-test=format!("part-{}", place.code())
            >
                <span>{name_of(place)}</span>
                {mark}
            </a>
        }
    });
    view! { <nav class="office-tabs" aria-label=words().console_parts()>{links.collect_view()}</nav> }
}

#[component]
fn Part() -> impl IntoView {
    let office = office();
    view! {
        <Alert loaded=office.overview />
        {move || match office.place.get() {
            Place::Today => view! { <Today /> }.into_any(),
            Place::Referrals => view! { <Referrals /> }.into_any(),
            Place::Devices => view! { <Devices /> }.into_any(),
            Place::Clocks => view! { <Clocks /> }.into_any(),
            Place::Institutions => view! { <Institutions /> }.into_any(),
            Place::Figures => view! { <FiguresPart /> }.into_any(),
            Place::Channels => view! { <Channels /> }.into_any(),
            Place::Desk => view! { <DeskPart /> }.into_any(),
        }}
    }
}

/// Whoever administers all districts says which.
#[component]
fn Choose() -> impl IntoView {
    let office = office();
    let words = words();
    move || match office.districts.value.get() {
        None if office.districts.trouble.with(Option::is_some) => view! {
            <button type="button" class="button primary" on:click=move |_| office.read_districts()>
                {words.app_try_again()}
            </button>
        }
        .into_any(),
        None => view! { <Loading text=words.console_reading() /> }.into_any(),
        Some(districts) if districts.is_empty() => {
            view! { <Empty title=words.console_no_district() help=words.console_no_district_help() /> }.into_any()
        }
        Some(districts) => {
            let all = districts.into_iter().map(|one| {
                let code = one.code.clone();
                view! {
                    <li>
                        <button
                            type="button"
                            class="person office-pick"
                            data-test="choose-district"
                            on:click=move |_| office.choose(&code)
                        >
                            {icon(Icon::Place)}
                            <span>{one.name}</span>
                            <span class="muted">{one.code}</span>
                        </button>
                    </li>
                }
            });
            view! {
                <h1>{words.console_choose()}</h1>
                <ul class="office-picks">{all.collect_view()}</ul>
            }
            .into_any()
        }
    }
}

#[component]
fn Footer(session: Session) -> impl IntoView {
    let words = words();
    let until = time::near(words, session.ends_at.0, browser::now_ms());
    let names = [
        words.console_colours_system(),
        words.console_colours_light(),
        words.console_colours_dark(),
        words.console_colours_sun(),
    ];
    let options = Theme::ALL.into_iter().zip(names).map(|(theme, name)| {
        view! {
            <option value=theme.code() selected=move || settings().get().theme == theme>{name}</option>
        }
    });
    view! {
        <footer class="office-foot">
            <p class="hint">
                <span data-test="who">{words.console_signed_in_as(session.name)}</span>
                " · "
                <span>{words.console_until(until, session.idle_seconds / 60)}</span>
            </p>
            <label class="hint" for="colours">{words.console_colours()}</label>
            <select
                class="input office-choice"
                id="colours"
                data-test="colours"
                on:change=move |event| {
                    let theme = Theme::from_code(&event_target_value(&event));
                    settings().update(|settings: &mut Settings| settings.theme = theme);
                }
            >
                {options.collect_view()}
            </select>
            <Languages />
        </footer>
    }
}
