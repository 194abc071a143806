//! The district's figures of a month or a quarter, as tablets and the portal count them too.

use casework::reports::{Period, PeriodKind, Report};
use leptos::prelude::*;

use super::{Alert, hub_now, shown};
use crate::{components::ReportTable, console::office::office, reader::words, time};

/// Months and quarters that are offered, all of them over.
const OFFERED: usize = 12;

/// The part.
#[component]
pub(super) fn FiguresPart() -> impl IntoView {
    let words = words();
    let office = office();
    view! {
        <h1 class="office-heading">{words.console_figures()}</h1>
        <p class="hint">{words.console_figures_help()}</p>
        <Alert loaded=office.figures beside=true />
        <PeriodField />
        {shown(office.figures, |report| view! { <Tables report=report /> }.into_any())}
    }
}

#[component]
fn PeriodField() -> impl IntoView {
    let words = words();
    let office = office();
    let over = |kind| {
        let latest = Period::latest(kind, hub_now().0, OFFERED + 1);
        latest.into_iter().skip(1)
    };
    let options: Vec<_> = over(PeriodKind::Month)
        .chain(over(PeriodKind::Quarter))
        .map(|period| {
            view! {
                <option value=period.to_string() selected=move || office.period.get() == Some(period)>
                    {time::period(words, period)}
                </option>
            }
        })
        .collect();
    view! {
        <div class="question">
            <label class="label" for="figures-period">{words.report_period()}</label>
            <select
                class="input office-choice"
                id="figures-period"
                data-test="figures-period"
                on:change=move |event| office.choose_period(event_target_value(&event).parse().ok())
            >
                {options}
            </select>
        </div>
    }
}

#[component]
fn Tables(report: Report) -> impl IntoView {
    let words = words();
    let title = words.label(&report.title);
    let basis: Vec<_> = report
        .basis
        .iter()
        .map(|line| view! { <li>{words.label(line)}</li> })
        .collect();
    let tables: Vec<_> = report
        .tables
        .into_iter()
        .map(|table| view! { <ReportTable table=table /> })
        .collect();
    view! {
        <div class="report stack" data-test="figures">
            <h2>{title}</h2>
            <section class="report-basis" aria-label=words.report_basis()>
                <ul data-test="figures-basis">{basis}</ul>
            </section>
            {tables}
        </div>
    }
}
