//! Registers and reports on a tablet: who has which, what they were counted from, what the files say, what the log says.

use std::{
    io::{Cursor, Read as _},
    path::{Path, PathBuf},
};

use casework::{
    CaseId, Role, Value,
    reports::{Cell, Period, PeriodKind, Reach, Report, ReportKind, Table},
};
use ipc::{
    FailureCode, FieldEdit, GivenOut, PrintPurpose, Reply, ReportAsk, ReportFormat, ReportOffer, ReportOrder, Request,
};

use crate::bench::{Bench, Tablet};

const DAY_MS: i64 = 86_400_000;
const HOSTILE: &str = "=cmd|' /C calc'!A0";

fn offers(tablet: &Tablet) -> Vec<ReportOffer> {
    match tablet.call(Request::Reports).unwrap() {
        Reply::Reports { offers } => offers,
        other => panic!("{other:?}"),
    }
}

fn ask(kind: ReportKind, period: Option<Period>) -> ReportAsk {
    ReportAsk {
        kind,
        period,
        institution: None,
        reach: Reach::District,
    }
}

fn report(tablet: &Tablet, ask: ReportAsk) -> Result<Report, FailureCode> {
    match tablet.call(Request::Report(ask))? {
        Reply::Report(report) => Ok(*report),
        other => panic!("{other:?}"),
    }
}

fn give(tablet: &Tablet, ask: ReportAsk, format: ReportFormat, path: &Path) -> Result<GivenOut, FailureCode> {
    let order = ReportOrder {
        ask,
        format,
        languages: vec!["en".into()],
        purpose: PrintPurpose::OfficeFile,
        path: path.to_str().unwrap().into(),
    };
    match tablet.call(Request::GiveOut(order))? {
        Reply::GivenOut(given) => Ok(given),
        other => panic!("{other:?}"),
    }
}

fn write(tablet: &Tablet, case: CaseId, facts: &[(&str, Value)]) {
    let edits = facts.iter().map(|(fact, value)| FieldEdit::SetFact {
        fact: fact.parse().unwrap(),
        value: value.clone(),
    });
    tablet
        .call(Request::Edit {
            subject: case.into(),
            edits: edits.collect(),
            form: None,
            reason: None,
        })
        .unwrap();
}

/// Two cases: one that is overdue and called by a formula, one that was disposed of.
fn with_two_cases(tablet: &Tablet, now_ms: i64) {
    let moment = |days: i64| Value::Instant(now_ms - days * DAY_MS);
    let late = tablet.open_case("Meena");
    write(
        tablet,
        late,
        &[
            ("case.number", Value::from(HOSTILE)),
            ("case.opened_at", moment(60)),
            ("production.at", moment(60)),
            ("child.sex", Value::from("female")),
        ],
    );
    let done = tablet.open_case("Ramesh");
    write(
        tablet,
        done,
        &[
            ("case.opened_at", moment(70)),
            ("order.final_at", moment(1)),
            ("child.sex", Value::from("male")),
        ],
    );
}

fn table<'a>(report: &'a Report, id: &str) -> &'a Table {
    report.tables.iter().find(|table| table.id == id).unwrap()
}

/// The cells of a file between commas, without the mark that it is UTF-8.
fn cells_of_csv(path: &Path) -> Vec<Vec<String>> {
    let file = std::fs::read(path).unwrap();
    let text = file
        .strip_prefix("\u{feff}".as_bytes())
        .expect("a mark says that it is UTF-8");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text);
    let rows = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect());
    rows.collect()
}

/// The parts of a workbook.
fn parts_of(path: &Path) -> Vec<(String, String)> {
    let mut parts = zip::ZipArchive::new(Cursor::new(std::fs::read(path).unwrap())).unwrap();
    let mut texts = Vec::new();
    for at in 0..parts.len() {
        let mut part = parts.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        texts.push((name, text));
    }
    texts
}

/// The texts of a workbook, in the order in which they first stand in it.
fn texts_of(parts: &[(String, String)]) -> Vec<String> {
    let (_, shared) = parts.iter().find(|(name, _)| name == "xl/sharedStrings.xml").unwrap();
    let texts = shared
        .split("</t>")
        .filter_map(|one| one.rsplit_once("<t").map(|(_, text)| text));
    let plain = texts.filter_map(|text| text.split_once('>')).map(|(_, text)| {
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        text.replace("&apos;", "'").replace("&amp;", "&")
    });
    plain.collect()
}

struct Tray(tempfile::TempDir);

impl Tray {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

#[test]
fn a_report_is_counted_of_the_tablets_cases_and_says_so() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::Dcpo);
    let now_ms = bench.now_ms();
    with_two_cases(&asha, now_ms);
    let kinds: Vec<_> = offers(&asha).iter().map(|offer| offer.kind).collect();
    // No institution is on the tablet, so none has a month.
    assert_eq!(
        kinds,
        [
            ReportKind::Overdue,
            ReportKind::FollowUps,
            ReportKind::FiguresMonth,
            ReportKind::FiguresQuarter,
            ReportKind::Form16,
        ]
    );
    let overdue = report(&asha, ask(ReportKind::Overdue, None)).unwrap();
    assert_eq!(
        overdue.basis[0].get("en"),
        "Cases counted: 2, those on this tablet. The district may have others."
    );
    let rows = &table(&overdue, "overdue").rows;
    assert!(!rows.is_empty());
    assert!(
        rows.iter().any(|row| row[0] == Cell::Text { text: HOSTILE.into() }),
        "{rows:?}"
    );
    let month = offers(&asha)[2].periods[0];
    let figures = report(&asha, ask(ReportKind::FiguresMonth, Some(month))).unwrap();
    let total = table(&figures, "cases").total.clone().unwrap();
    assert_eq!(total.last(), Some(&Cell::number(1)), "one is pending");
    let last = figures.basis.last().unwrap().get("en");
    assert_eq!(last, "The period is not over: these figures will still change.");
    let quarter = Period::latest(PeriodKind::Quarter, now_ms, 1)[0];
    let wrong = report(&asha, ask(ReportKind::FiguresMonth, Some(quarter)));
    assert_eq!(wrong.unwrap_err(), FailureCode::BadCall);
}

#[test]
fn files_of_a_report_have_the_same_cells_and_no_formula() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::Dcpo);
    with_two_cases(&asha, bench.now_ms());
    let tray = Tray::new();
    let overdue = ask(ReportKind::Overdue, None);
    let (csv, xlsx) = (tray.at("overdue.csv"), tray.at("overdue.xlsx"));
    assert_eq!(give(&asha, overdue, ReportFormat::Csv, &csv).unwrap().copy, 1);
    let given = give(&asha, overdue, ReportFormat::Xlsx, &xlsx).unwrap();
    assert_eq!((given.copy, given.bytes), (2, std::fs::metadata(&xlsx).unwrap().len()));
    let rows = cells_of_csv(&csv);
    assert!(rows.iter().any(|row| row[0] == format!("'{HOSTILE}")), "{rows:?}");
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
    let parts = parts_of(&xlsx);
    for (name, part) in &parts {
        assert!(!part.contains("<f>") && !part.contains("<hyperlink"), "{name}");
    }
    let mut texts = texts_of(&parts);
    let is_text = |cell: &&String| !cell.is_empty() && cell.parse::<u64>().is_err();
    let mut cells: Vec<String> = rows.iter().flatten().filter(is_text).cloned().collect();
    for list in [&mut texts, &mut cells] {
        list.retain(|text| !text.is_empty());
        list.sort();
        list.dedup();
    }
    assert_eq!(texts, cells);
}

#[test]
fn a_file_is_in_the_access_log_and_its_paper_says_who_made_it() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::Dcpo);
    with_two_cases(&asha, bench.now_ms());
    let tray = Tray::new();
    let quarter = Period::latest(PeriodKind::Quarter, bench.now_ms(), 2)[1];
    let form_16 = ReportAsk {
        reach: Reach::Outside,
        ..ask(ReportKind::Form16, Some(quarter))
    };
    let path = tray.at("form-16.pdf");
    give(&asha, form_16, ReportFormat::Pdf, &path).unwrap();
    let output = std::process::Command::new("pdftotext")
        .arg(&path)
        .arg("-")
        .output()
        .expect("cargo xtask setup installs poppler-utils");
    let paper = String::from_utf8(output.stdout).unwrap();
    for said in ["Form 16", "copy 1", "Counts from 1 to 4 are hidden", "Cases counted: 2"] {
        assert!(paper.contains(said), "{said}: {paper}");
    }
    let log = asha.access_log();
    let exported = log.newest.iter().find(|row| row.action == "exported").unwrap();
    assert_eq!(
        exported.detail,
        format!("form_16 {quarter} copy 1 pdf outside for office_file")
    );
    assert!(log.broken_at.is_none());
    // Over a file that is there nothing is written, and nothing is logged.
    assert_eq!(
        give(&asha, form_16, ReportFormat::Pdf, &path),
        Err(FailureCode::PaperPlace)
    );
}

#[test]
fn a_report_of_another_role_is_refused_and_a_list_of_cases_never_leaves_the_district() {
    let bench = Bench::new();
    let meera = bench.tablet_of("Meera", Role::OutreachWorker);
    let kinds: Vec<_> = offers(&meera).iter().map(|offer| offer.kind).collect();
    assert_eq!(kinds, [ReportKind::Overdue, ReportKind::FollowUps]);
    let month = Period::latest(PeriodKind::Month, bench.now_ms(), 1)[0];
    let figures = ask(ReportKind::FiguresMonth, Some(month));
    assert_eq!(report(&meera, figures).unwrap_err(), FailureCode::NotPermitted);
    let outside = ReportAsk {
        reach: Reach::Outside,
        ..ask(ReportKind::Overdue, None)
    };
    let tray = Tray::new();
    let given = give(&meera, outside, ReportFormat::Csv, &tray.at("list.csv"));
    assert_eq!(given, Err(FailureCode::NotPermitted));
    assert!(!tray.at("list.csv").exists());
    // Who reads no care and no law is told that time limits are missing.
    let overdue = report(&meera, ask(ReportKind::Overdue, None)).unwrap();
    assert!(
        overdue
            .basis
            .last()
            .unwrap()
            .get("en")
            .starts_with("Your role does not read")
    );
}
