//! A table of a report, with a chart of bars over it. The table says what the chart shows, so the chart is not read out.

use casework::reports::{Cell, ColumnKind, Table};
use leptos::prelude::*;

use crate::{
    console::figures::{BAR_UNITS, BARS_MAX, Bar, Tone, lengths},
    reader::words,
    time,
    words::Words,
};

/// Rows of a list that are drawn; a file of it has all.
const ROWS_MAX: usize = 300;

/// A cell in words.
fn said(words: Words, cell: &Cell) -> String {
    match cell {
        Cell::Blank => String::new(),
        Cell::Count { count } => match count.told() {
            Some(count) => count.to_string(),
            None => words.report_hidden().to_owned(),
        },
        Cell::Words { words: labels } => words.label(labels),
        Cell::Text { text } => text.clone(),
        Cell::Day { day } => time::iso_date(words, &day.to_string()),
    }
}

/// The bars of the column that a chart shows; none where all are nought, or there is only one.
fn bars(words: Words, table: &Table) -> Vec<Bar> {
    let Some(column) = table.chart else {
        return Vec::new();
    };
    let bar = |row: &Vec<Cell>| {
        let (label, cell) = (row.first()?, row.get(column)?);
        let value = match cell {
            Cell::Count { count } => count.told(),
            _ => return None,
        };
        Some(Bar {
            label: said(words, label),
            value,
            of: None,
            said: said(words, cell),
            tone: Tone::Plain,
        })
    };
    let bars: Vec<_> = table.rows.iter().filter_map(bar).collect();
    let is_worth_it = bars.len() > 1 && bars.iter().any(|bar| bar.value.is_some_and(|value| value > 0));
    if is_worth_it { bars } else { Vec::new() }
}

/// The table.
#[component]
pub(crate) fn ReportTable(
    /// The table.
    table: Table,
) -> impl IntoView {
    let words = words();
    let id = format!("report-{}", table.id);
    let heading = format!("{id}-title");
    let title = words.label(&table.title);
    let bars = bars(words, &table);
    let chart_of = table.chart.filter(|column| *column > 1 && !bars.is_empty());
    let chart_of = chart_of
        .and_then(|column| table.columns.get(column))
        .map(|column| words.label(&column.label));
    let note = (!table.note.is_empty()).then(|| words.label(&table.note));
    let body = if table.rows.is_empty() {
        view! { <p class="muted" data-test="report-no-rows">{words.report_no_rows()}</p> }.into_any()
    } else {
        view! { <Rows table=table labelled_by=heading.clone() /> }.into_any()
    };
    view! {
        <section class="card report-table" data-test=id>
            <h3 id=heading>{title}</h3>
            {note.map(|note| view! { <p class="hint">{note}</p> })}
            {(!bars.is_empty()).then(|| view! { <Bars bars=bars of=chart_of /> })}
            {body}
        </section>
    }
}

#[component]
fn Rows(table: Table, labelled_by: String) -> impl IntoView {
    let words = words();
    let kinds: Vec<ColumnKind> = table.columns.iter().map(|column| column.kind).collect();
    let is_number = move |kind: ColumnKind| kind == ColumnKind::Count;
    let head: Vec<_> = table
        .columns
        .iter()
        .map(|column| {
            view! { <th scope="col" class:number=is_number(column.kind)>{words.label(&column.label)}</th> }
        })
        .collect();
    let row = |row: &Vec<Cell>, is_total: bool| {
        let cells: Vec<_> = row
            .iter()
            .zip(&kinds)
            .enumerate()
            .map(|(at, (cell, kind))| {
                let text = said(words, cell);
                if at == 0 {
                    view! { <th scope="row">{text}</th> }.into_any()
                } else {
                    view! { <td class:number=is_number(*kind)>{text}</td> }.into_any()
                }
            })
            .collect();
        view! { <tr class:total=is_total>{cells}</tr> }
    };
    let left_out = table.rows.len().saturating_sub(ROWS_MAX);
    let rows: Vec<_> = table
        .rows
        .iter()
        .take(ROWS_MAX)
        .map(|cells| row(cells, false))
        .collect();
    let total = table.total.as_ref().map(|cells| row(cells, true));
    view! {
        <div class="table-room" tabindex="0" role="region" aria-labelledby=labelled_by>
            <table class="figures">
                <thead><tr>{head}</tr></thead>
                <tbody>{rows}</tbody>
                {total.map(|total| view! { <tfoot>{total}</tfoot> })}
            </table>
        </div>
        {(left_out > 0).then(|| view! { <p class="muted">{words.report_more_rows(left_out as u64)}</p> })}
    }
}

#[component]
fn Bars(bars: Vec<Bar>, of: Option<String>) -> impl IntoView {
    let lengths = lengths(&bars);
    let items: Vec<_> = bars
        .into_iter()
        .zip(lengths)
        .take(BARS_MAX)
        .map(|(bar, length)| {
            let part = match length.value {
                Some(value) => view! { <rect class="bar-part" width=value.to_string() height="10" /> }.into_any(),
                None => view! { <rect class="bar-hidden" width="120" height="10" /> }.into_any(),
            };
            view! {
                <li class="bar">
                    <span class="bar-label">{bar.label}</span>
                    <svg
                        class="bar-track"
                        viewBox=format!("0 0 {BAR_UNITS} 10")
                        preserveAspectRatio="none"
                        focusable="false"
                    >
                        {part}
                    </svg>
                    <span class="bar-said">{bar.said}</span>
                </li>
            }
        })
        .collect();
    view! {
        <div class="chart" aria-hidden="true" data-test="report-bars">
            {of.map(|of| view! { <p class="hint">{of}</p> })}
            <ul class="bars">{items}</ul>
        </div>
    }
}
