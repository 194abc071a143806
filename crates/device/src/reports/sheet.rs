//! A report as a sheet of paper.

use casework::reports::{Cell, Report, ReportWords, Table, Word};
use paper::{Answer, Grid, Item, Line, Section, Sheet, SheetItem, Words};

use crate::papers::{Printed, Say, footer, moment};

/// The sheet, with *draft* across it where the period is not over.
pub(crate) fn sheet_of(report: &Report, words: ReportWords<'_>, say: Say<'_>, printed: &Printed<'_>) -> Sheet {
    let is_running = report.period.is_some_and(|period| period.ends_ms() > report.as_of_ms);
    Sheet {
        languages: say.languages.to_vec(),
        form: say.same(""),
        title: say.labels(&report.title),
        source: report.source.clone(),
        head: head(report, words, say),
        mark: report
            .is_to_be_verified()
            .then(|| say.labels(&words.say(Word::ToVerify))),
        watermark: is_running.then(|| say.labels(&say.words.draft)),
        sections: std::iter::once(basis(report, words, say))
            .chain(report.tables.iter().map(|table| section(table, words, say)))
            .collect(),
        signatures: Vec::new(),
        footer: footer(say, printed),
        printed: moment(printed.at_ms),
        pictures: Vec::new(),
    }
}

fn head(report: &Report, words: ReportWords<'_>, say: Say<'_>) -> Vec<Line> {
    let line = |word: Word, text: String| Line {
        label: say.labels(&words.say(word)),
        text,
    };
    // Days read alike in both languages where the months are numbers.
    let period = report
        .period
        .map(|period| format!("{} – {}", period.first(), period.last()));
    let made = casework::clock::indian_day(report.as_of_ms).map(|day| day.to_string());
    let place = (!report.place.is_empty()).then(|| line(Word::Place, report.place.clone()));
    place
        .into_iter()
        .chain(period.map(|days| line(Word::Period, days)))
        .chain(made.map(|day| line(Word::AsOf, day)))
        .collect()
}

/// What it was counted from, over the whole width.
fn basis(report: &Report, words: ReportWords<'_>, say: Say<'_>) -> Section {
    let in_language = |lang: &String| -> String {
        let lines: Vec<_> = report.basis.iter().map(|line| line.get(lang)).collect();
        lines.join(" ")
    };
    let text: Vec<String> = say.languages.iter().map(in_language).collect();
    Section {
        title: say.labels(&words.say(Word::BasisTitle)),
        items: vec![SheetItem::Line(Item {
            number: String::new(),
            label: say.same(""),
            answer: Answer::Text {
                text: text.join("\n"),
                long: true,
            },
        })],
    }
}

fn section(table: &Table, words: ReportWords<'_>, say: Say<'_>) -> Section {
    let cells = |row: &Vec<Cell>| row.iter().map(|cell| answer(cell, words, say)).collect();
    let no_rows = table.rows.is_empty().then(|| say.labels(&say.words.no_rows));
    Section {
        title: say.labels(&table.title),
        items: vec![SheetItem::Grid(Grid {
            number: String::new(),
            label: if table.note.is_empty() {
                say.same("")
            } else {
                say.labels(&table.note)
            },
            columns: table.columns.iter().map(|column| say.labels(&column.label)).collect(),
            rows: table.rows.iter().chain(&table.total).map(cells).collect(),
            note: no_rows,
            pictures: Vec::new(),
        })],
    }
}

fn answer(cell: &Cell, words: ReportWords<'_>, say: Say<'_>) -> Answer {
    let said = |words: Words| Answer::Words { words };
    match cell {
        Cell::Blank => Answer::Blank,
        Cell::Count { count } => said(match count.told() {
            Some(count) => say.same(&count.to_string()),
            None => say.labels(&words.say(Word::Hidden)),
        }),
        Cell::Words { words } => said(say.labels(words)),
        Cell::Text { text } => Answer::Text {
            text: text.clone(),
            long: false,
        },
        Cell::Day { day } => said(say.date(*day)),
    }
}
