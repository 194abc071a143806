//! Growth: each measuring with its z-scores in words, and a plain chart for each indicator.

use casework::growth::{Indicator, Measured, Outcome, Reading, Refusal, Severity};
use leptos::prelude::*;

use super::{CaseTable, open_case};
use crate::{
    chart::{Chart, Dot},
    components::{Icon, icon},
    state::words,
    time,
    words::Words,
};

/// The growth of the child.
#[component]
pub(crate) fn Growth() -> impl IntoView {
    let words = words();
    let growth = open_case().part(|view| view.life.growth.clone());
    let table = open_case().table("growth");
    let revealed = open_case().part(|view| view.revealed);
    let is_here = move || revealed.get() && table.with(Option::is_some);
    let body = move || {
        let growth = growth.get();
        let last = growth.last().map(measured_now);
        let charts: Vec<_> = Indicator::ALL
            .into_iter()
            .filter_map(|indicator| chart(words, indicator, &growth))
            .collect();
        let rows: Vec<_> = growth.iter().rev().map(measured_row).collect();
        (!growth.is_empty()).then(|| {
            view! {
                {last}
                <div class="charts">{charts}</div>
                <details class="adder">
                    <summary class="button quiet" data-test="growth-scores">{words.growth_scores()}</summary>
                    <ul class="table-rows">{rows}</ul>
                </details>
            }
        })
    };
    move || {
        is_here().then(|| {
            view! {
                <section class="card stack" data-test="growth">
                    <h3>{words.growth_title()}</h3>
                    <p class="hint">{words.growth_standard()}</p>
                    {body}
                </section>
                <CaseTable name="growth" />
            }
        })
    }
}

/// What an indicator is called.
fn name(words: Words, indicator: Indicator) -> &'static str {
    match indicator {
        Indicator::HeightForAge => words.growth_height_for_age(),
        Indicator::WeightForAge => words.growth_weight_for_age(),
        Indicator::WeightForHeight => words.growth_weight_for_height(),
        Indicator::BmiForAge => words.growth_bmi_for_age(),
        Indicator::UpperArm => words.growth_upper_arm(),
    }
}

fn z_text(z: f64) -> String {
    format!("{z:+.1}").replace('-', "−")
}

/// What the last measuring says, gravest first.
fn measured_now(measured: &Measured) -> impl IntoView + use<> {
    let words = words();
    let mut readings: Vec<&Reading> = measured
        .outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            Outcome::Read(reading) => Some(reading),
            Outcome::Refused { .. } => None,
        })
        .collect();
    readings.sort_by_key(|reading| std::cmp::Reverse(reading.word.as_ref().map(|word| word.severity)));
    let items: Vec<_> = readings.iter().map(|reading| reading_line(reading)).collect();
    let oedema = measured.oedema.then(|| {
        view! { <li class="tag danger">{icon(Icon::Warning)} {words.growth_oedema()}</li> }
    });
    view! {
        <div data-test="growth-now">
            <p class="muted">{words.growth_last(time::iso_date(words, &measured.at))}</p>
            <ul class="reading-lines">{oedema} {items}</ul>
        </div>
    }
}

fn reading_line(reading: &Reading) -> impl IntoView + use<> {
    let words = words();
    let z = reading.z.map(|z| words.growth_z(z_text(z)));
    let word = reading.word.as_ref().map(|word| {
        let class = if word.severity == Severity::Severe {
            "tag danger"
        } else {
            "tag warn"
        };
        view! { <span class=class>{icon(Icon::Warning)} {words.label(&word.label)}</span> }
    });
    let fine = reading
        .word
        .is_none()
        .then(|| view! { <span class="tag good">{icon(Icon::Tick)} {words.growth_as_expected()}</span> });
    let approximate = reading
        .approximate
        .then(|| view! { <span class="muted">{words.growth_approximate()}</span> });
    view! {
        <li>
            <span>{name(words, reading.indicator)}</span>
            <span class="muted">{z}</span>
            {word}
            {fine}
            {approximate}
        </li>
    }
}

fn measured_row(measured: &Measured) -> impl IntoView + use<> {
    let words = words();
    let lines: Vec<_> = measured
        .outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Read(reading) => reading_line(reading).into_any(),
            Outcome::Refused { indicator, why } => {
                view! { <li><span>{name(words, *indicator)}</span> <span class="muted">{refusal(words, *why)}</span></li> }.into_any()
            }
        })
        .collect();
    view! {
        <li class="table-row">
            <p><strong>{time::iso_date(words, &measured.at)}</strong></p>
            <ul class="reading-lines">{lines}</ul>
        </li>
    }
}

fn refusal(words: Words, why: Refusal) -> String {
    match why {
        Refusal::Sex => words.growth_no_sex().to_owned(),
        Refusal::Age => words.growth_no_age().to_owned(),
        Refusal::OutsideAge => words.growth_outside_age().to_owned(),
        Refusal::OutsideHeight { height_cm } => words.growth_outside_height(height_cm),
        Refusal::Impossible { value } => words.growth_impossible(value),
        Refusal::BeyondLimits { z } => words.growth_beyond(z_text(z)),
        Refusal::Oedema => words.growth_not_with_oedema().to_owned(),
    }
}

/// The z-scores of an indicator over time; `None` where there are none.
fn chart(words: Words, indicator: Indicator, growth: &[Measured]) -> Option<impl IntoView + use<>> {
    let mut dots = Vec::new();
    for measured in growth {
        let read = measured.outcomes.iter().find_map(|outcome| match outcome {
            Outcome::Read(reading) if reading.indicator == indicator => reading.z,
            _ => None,
        });
        if let (Some(z), Some(day)) = (read, time::day_number(&measured.at)) {
            dots.push(Dot { day, z });
        }
    }
    let chart = Chart::of(&dots)?;
    let (first, last) = (growth.first()?, growth.last()?);
    let title = name(words, indicator);
    let said = words.growth_chart(title, dots.len(), z_text(dots.last()?.z));
    let lines: Vec<_> = chart
        .lines
        .iter()
        .map(|(z, y)| {
            let class = match z {
                0 => "chart-line median",
                _ => "chart-line",
            };
            let label = if *z == 0 {
                "0".to_owned()
            } else {
                z_text(f64::from(*z)).replace(".0", "")
            };
            view! {
                <line class=class x1=Chart::LEFT x2=Chart::RIGHT y1=*y y2=*y />
                <text class="chart-label" x="30" y=y + 4.5 text-anchor="end">{label}</text>
            }
        })
        .collect();
    let marks: Vec<_> = chart
        .dots
        .iter()
        .map(|(x, y, z)| {
            let class = match z {
                z if *z < -3.0 => "chart-dot severe",
                z if *z < -2.0 => "chart-dot moderate",
                _ => "chart-dot",
            };
            view! { <circle class=class cx=*x cy=*y r="5" /> }
        })
        .collect();
    let (moderate, severe) = (chart.moderate, chart.severe);
    Some(view! {
        <figure class="chart" data-test="chart">
            <figcaption>{title}</figcaption>
            <svg viewBox="0 0 340 190" role="img" aria-label=said>
                <rect class="chart-moderate" x=Chart::LEFT width=Chart::RIGHT - Chart::LEFT y=moderate.0 height=moderate.1 />
                <rect class="chart-severe" x=Chart::LEFT width=Chart::RIGHT - Chart::LEFT y=severe.0 height=severe.1 />
                {lines}
                <polyline class="chart-path" points=chart.path.clone() />
                {marks}
                <text class="chart-label" x=Chart::LEFT y="184">{time::iso_date(words, &first.at)}</text>
                <text class="chart-label" x=Chart::RIGHT y="184" text-anchor="end">
                    {(growth.len() > 1).then(|| time::iso_date(words, &last.at))}
                </text>
            </svg>
        </figure>
    })
}
