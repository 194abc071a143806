//! The district's figures of a month or a quarter, as tablets and the portal count them too.

use casework::reports::{Period, PeriodKind, Report};
use leptos::prelude::*;

use super::{Alert, hub_now, shown};
use crate::{
    components::{DropDown, ReportTable},
    console::office::office,
    reader::words,
    time,
};

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
        .map(|period| (period.to_string(), time::period(words, period)))
        .collect();
    let chosen = move || office.period.get().map(|period| period.to_string()).unwrap_or_default();
    view! {
        <DropDown
            id="figures-period"
            label=words.report_period()
            options=options
            chosen=Signal::derive(chosen)
            choose=move |code: String| office.choose_period(code.parse().ok())
        />
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
