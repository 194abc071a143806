//! A report: what it is of, what it was counted from, its tables, and giving it out.

use std::str::FromStr;

use casework::{
    InstitutionId,
    reports::{Period, Reach, Report},
};
use ipc::{ReportAsk, ReportOffer};
use leptos::{prelude::*, task::spawn_local};

use super::give::GiveButton;
use crate::{
    backend, browser,
    components::{DropDown, Icon, Loading, Problem, ReportTable, failure_text, icon},
    route::Route,
    state::{app, words},
    time,
};

/// The page.
#[component]
pub(crate) fn ReportPage(offer: ReportOffer) -> impl IntoView {
    let app = app();
    let words = words();
    let kind = offer.kind;
    // The first is not over: a report is mostly wanted of the last that is.
    let period = RwSignal::new(offer.periods.get(1).or(offer.periods.first()).copied());
    let institution = RwSignal::new(offer.institutions.first().map(|house| house.institution));
    let ask = Memo::new(move |_| ReportAsk {
        kind,
        period: period.get(),
        institution: institution.get(),
        reach: Reach::District,
    });
    let report = RwSignal::new(None::<Report>);
    let problem = RwSignal::new(None::<String>);
    let asked = RwSignal::new(0_u64);
    Effect::new(move |_| {
        app.cases_changed.track();
        let ask = ask.get();
        asked.update(|asked| *asked += 1);
        let this = asked.get_untracked();
        spawn_local(async move {
            let answer = backend::report(ask).await;
            if asked.try_get_untracked() != Some(this) {
                return;
            }
            match answer {
                Ok(read) => {
                    problem.set(None);
                    report.set(Some(read));
                }
                Err(failure) => problem.set(Some(failure_text(&failure))),
            }
        });
    });
    let back = move |_| browser::go(&Route::Reports);
    let title = words.label(&offer.title);
    view! {
        <article class="case report" data-test="report">
            <button type="button" class="button quiet only-narrow" data-test="report-back" on:click=back>
                {icon(Icon::Back)}
                <span>{words.report_title()}</span>
            </button>
            <header class="report-head">
                <h2>{title}</h2>
                <GiveButton ask=ask />
            </header>
            <div class="report-picks">
                {(!offer.periods.is_empty()).then(|| view! { <PeriodField periods=offer.periods.clone() chosen=period /> })}
                {(offer.institutions.len() > 1)
                    .then(|| view! { <HouseField houses=offer.institutions.clone() chosen=institution /> })}
            </div>
            <Problem text=problem />
            {move || match report.get() {
                None if problem.with(Option::is_some) => ().into_any(),
                None => view! { <Loading text=words.report_counting() /> }.into_any(),
                Some(report) => view! { <Body report=report /> }.into_any(),
            }}
        </article>
    }
}

#[component]
fn Body(report: Report) -> impl IntoView {
    let words = words();
    let basis: Vec<_> = report
        .basis
        .iter()
        .map(|line| view! { <li>{words.label(line)}</li> })
        .collect();
    let place = (!report.place.is_empty()).then(|| report.place.clone());
    let head: Vec<_> = place
        .into_iter()
        .chain(report.period.map(|period| time::period(words, period)))
        .chain([words.report_as_of(time::date_time(words, report.as_of_ms))])
        .chain((!report.source.is_empty()).then(|| report.source.clone()))
        .collect();
    let to_verify = report.is_to_be_verified();
    let tables: Vec<_> = report
        .tables
        .into_iter()
        .map(|table| view! { <ReportTable table=table /> })
        .collect();
    view! {
        <p class="muted" data-test="report-of">{head.join(" · ")}</p>
        <section class="report-basis" aria-label=words.report_basis()>
            <ul data-test="report-basis">{basis}</ul>
            {to_verify.then(|| view! { <p>{words.report_to_verify()}</p> })}
        </section>
        {tables}
    }
}

#[component]
fn PeriodField(periods: Vec<Period>, chosen: RwSignal<Option<Period>>) -> impl IntoView {
    let words = words();
    let options: Vec<_> = periods
        .iter()
        .enumerate()
        .map(|(at, period)| {
            let name = time::period(words, *period);
            let name = if at == 0 { words.report_running(name) } else { name };
            (period.to_string(), name)
        })
        .collect();
    view! {
        <DropDown
            id="report-period"
            label=words.report_period()
            options=options
            chosen=code_of(chosen)
            choose=move |code| choose(chosen, &code)
        />
    }
}

#[component]
fn HouseField(houses: Vec<ipc::ReportHouse>, chosen: RwSignal<Option<InstitutionId>>) -> impl IntoView {
    let words = words();
    let options: Vec<_> = houses
        .into_iter()
        .map(|house| {
            let nameless = || words.house_no_name().to_owned();
            let name = Some(house.name)
                .filter(|name| !name.is_empty())
                .unwrap_or_else(nameless);
            (house.institution.to_string(), name)
        })
        .collect();
    view! {
        <DropDown
            id="report-house"
            label=words.report_house()
            options=options
            chosen=code_of(chosen)
            choose=move |code| choose(chosen, &code)
        />
    }
}

fn code_of<T: ToString + Send + Sync + 'static>(chosen: RwSignal<Option<T>>) -> Signal<String> {
    Signal::derive(move || chosen.with(|chosen| chosen.as_ref().map(T::to_string).unwrap_or_default()))
}

fn choose<T: FromStr + Send + Sync + 'static>(chosen: RwSignal<Option<T>>, code: &str) {
    if let Ok(one) = code.parse() {
        chosen.set(Some(one));
    }
}
