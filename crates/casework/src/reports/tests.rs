//! Reports of invented cases, counted by hand.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use super::*;
use crate::{Labels, Pack, Record, RecordRow, Stage, Value};

const NOW: &str = "2026-11-30T06:30:00Z";

fn at(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn month(text: &str) -> Period {
    text.parse().unwrap()
}

fn case(kind: &str, opened: &str, facts: &[(&str, Value)]) -> CaseTold {
    let facts = facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    CaseTold {
        name: "12/2026".into(),
        opened_at_ms: Some(at(opened)),
        facts: facts.chain([("case.kind".to_owned(), Value::from(kind))]).collect(),
        ..CaseTold::default()
    }
}

fn moment(text: &str) -> Value {
    Value::Instant(at(text))
}

fn stay(kind: &str, name: Option<&str>, since: Option<&str>, until: Option<&str>) -> Stay {
    Stay {
        place_kind: kind.into(),
        place_name: name.map(str::to_owned),
        since_ms: since.map(at),
        until_ms: until.map(at),
    }
}

fn clock(id: &str, due: Option<&str>, stopped: Option<&str>, extended: bool) -> ClockTimes {
    ClockTimes {
        id: id.into(),
        instance: String::new(),
        due_at_ms: due.map(at),
        stopped_at_ms: stopped.map(at),
        extended,
    }
}

fn basis(cases: u64) -> Basis {
    Basis {
        place: "Bengaluru".into(),
        now_ms: at(NOW),
        from: CountedFrom::Tablet,
        cases,
        undated: 0,
        without_identity: 0,
        not_here: 0,
        reads_in_part: false,
        is_running: false,
        reach: Reach::District,
    }
}

fn words() -> ReportWords<'static> {
    ReportWords::new(Pack::national())
}

/// The rows of a table as a person would write them on paper, in English.
fn written(table: &Table) -> Vec<String> {
    let cell = |cell: &Cell| match cell {
        Cell::Blank => String::new(),
        Cell::Count { count } => count.told().map_or("-".into(), |count| count.to_string()),
        Cell::Words { words } => words.get("en").to_owned(),
        Cell::Text { text } => text.clone(),
        Cell::Day { day } => day.to_string(),
    };
    let row = |row: &Vec<Cell>| row.iter().map(cell).collect::<Vec<_>>().join(" | ");
    table.rows.iter().chain(&table.total).map(row).collect()
}

/// A September's and an October's cases, and one of November.
fn some_cases() -> Vec<CaseTold> {
    let grounds = |codes: [&str; 2]| Value::Set(codes.map(str::to_owned).into());
    let mut first = case(
        "cncp",
        "2026-09-10T04:00:00Z",
        &[
            ("child.sex", Value::from("male")),
            ("order.final_at", moment("2026-10-31T18:29:59Z")),
            ("order.final_kind", Value::from("restoration")),
        ],
    );
    first.stays = vec![stay(
        "childrens_home",
        None,
        Some("2026-09-10T06:30:00Z"),
        Some("2026-10-31T06:30:00Z"),
    )];
    first.clocks = vec![clock(
        "sir-cncp",
        Some("2026-10-05T18:30:00Z"),
        Some("2026-10-05T18:30:00Z"),
        false,
    )];
    let mut second = case(
        "cncp",
        "2026-09-30T18:30:00Z",
        &[
            ("child.sex", Value::from("female")),
            (AGE_YEARS, Value::Integer(9)),
            ("case.grounds", grounds(["ii", "vii"])),
            ("restoration.restored_at", moment("2026-10-31T18:29:59Z")),
        ],
    );
    second.stays = vec![stay("family", None, Some("2026-10-31T18:29:59Z"), None)];
    second.clocks = vec![
        clock(
            "sir-cncp",
            Some("2026-10-20T18:30:00Z"),
            Some("2026-10-21T04:00:00Z"),
            false,
        ),
        clock("inquiry-cwc", Some("2027-01-31T18:30:00Z"), None, false),
    ];
    let mut third = case("cicl", "2026-10-31T18:29:59Z", &[("child.sex", Value::from("male"))]);
    // In November it was stopped; in October it was not.
    third.clocks = vec![clock(
        "social-background",
        Some("2026-10-31T18:29:59Z"),
        Some("2026-11-02T04:00:00Z"),
        false,
    )];
    let november = case("cncp", "2026-10-31T18:30:00Z", &[("child.sex", Value::from("female"))]);
    vec![first, second, third, november]
}

#[test]
fn a_month_is_as_it_was_counted_by_hand() {
    let october = month("2026-10");
    let figures = Figures::of(&some_cases(), october);
    let report = figures_report(&figures, october, &basis(4), words());
    let of = |id: &str| written(report.tables.iter().find(|table| table.id == id).unwrap());
    assert_eq!(
        of("cases"),
        [
            "Child in conflict with law | 0 | 1 | 0 | 1",
            "Child in need of care and protection | 1 | 1 | 1 | 1",
            "Total | 1 | 2 | 1 | 2",
        ]
    );
    assert_eq!(of("by_sex"), ["Girl | 1", "Boy | 1", "Total | 2"]);
    assert_eq!(of("by_age"), ["6-10 | 1", "Not known | 1", "Total | 2"]);
    assert_eq!(of("by_ground").len(), 2, "a case may stand on several: no sum");
    assert_eq!(of("placed_at_end"), ["With parent or guardian | 1", "Total | 1"]);
    assert_eq!(of("steps")[0], "Restored to the family | 1");
    let clocks = of("clocks");
    let numbers = clocks.iter().map(|row| row.split_once(" | ").unwrap().1);
    assert_eq!(
        numbers.collect::<Vec<_>>(),
        ["2 | 1 | 1 | 0", "1 | 0 | 0 | 1", "3 | 1 | 1 | 1"]
    );
}

#[test]
fn a_quarter_is_the_sum_of_its_months_where_things_happen_once() {
    let cases = some_cases();
    let quarter = Figures::of(&cases, month("2026-Q4"));
    let months = ["2026-10", "2026-11", "2026-12"].map(|text| Figures::of(&cases, month(text)));
    let opened = |figures: &Figures| -> u64 { figures.kinds.values().filter_map(|of| of.opened.told()).sum() };
    assert_eq!(opened(&quarter), 3);
    assert_eq!(months.iter().map(opened).sum::<u64>(), 3);
    assert_eq!(quarter.steps[&Step::Restored], Count::Of(1));
}

#[test]
fn an_empty_month_has_tables_without_rows_and_says_of_nothing_that_it_was_counted() {
    let figures = Figures::of(&[], month("2026-10"));
    assert!(figures.is_empty());
    let report = figures_report(&figures, month("2026-10"), &basis(0), words());
    let rows: Vec<_> = report
        .tables
        .iter()
        .map(|table| (table.id.as_str(), table.rows.len()))
        .collect();
    assert_eq!(
        rows,
        [
            ("cases", 0),
            ("by_sex", 0),
            ("by_age", 0),
            ("by_ground", 0),
            ("placed_at_end", 0),
            ("steps", 6),
            ("clocks", 0),
        ]
    );
    assert!(report.tables.iter().all(|table| table.total.is_none()));
    assert_eq!(
        report.basis[0].get("en"),
        "Cases counted: 0, those on this tablet. The district may have others."
    );
}

#[test]
fn a_child_that_went_home_twice_counts_in_the_month_of_the_last_time() {
    let twice = case(
        "cncp",
        "2026-03-02T04:00:00Z",
        &[("restoration.restored_at", moment("2026-11-05T04:00:00Z"))],
    );
    let restored = |text: &str| Figures::of([&twice], month(text)).steps[&Step::Restored];
    assert_eq!((restored("2026-10"), restored("2026-11")), (Count::Of(0), Count::Of(1)));
}

#[test]
fn a_case_without_a_day_of_opening_is_in_no_period_and_the_report_says_how_many_there_are() {
    let undated = CaseTold {
        opened_at_ms: None,
        ..case("cncp", NOW, &[])
    };
    assert!(Figures::of([&undated], month("2026-11")).is_empty());
    let said = Basis {
        undated: 1,
        without_identity: 2,
        not_here: 3,
        reads_in_part: true,
        is_running: true,
        ..basis(12)
    };
    let report = overdue_report(&[], &said, words());
    let lines: Vec<_> = report.basis.iter().map(|line| line.get("en")).collect();
    assert_eq!(
        lines,
        [
            "Cases counted: 12, those on this tablet. The district may have others.",
            "Left out, because their contents are not whole on this tablet: 3.",
            "Without a day of opening, so not in counts of a period: 1.",
            "Without the part that tells sex and age, which stand as not known: 2.",
            "Your role does not read every part of a case: time limits and orders that stand in the others are not counted.",
            "The period is not over: these figures will still change.",
        ]
    );
}

#[test]
fn an_institutions_month_counts_stays_of_its_name() {
    let house = House {
        name: "Asha  Children's Home".into(),
        kind: "childrens_home".into(),
        capacity: Some(25),
        present: Some(3),
    };
    let mut whole = case("cncp", "2026-08-01T04:00:00Z", &[("child.sex", Value::from("female"))]);
    whole.stays = vec![stay(
        "childrens_home",
        Some("asha children's home"),
        Some("2026-08-01T06:30:00Z"),
        None,
    )];
    // Came and left on the same day, and came again.
    let mut twice = case("cncp", "2026-10-04T04:00:00Z", &[("child.sex", Value::from("male"))]);
    twice.stays = vec![
        stay(
            "childrens_home",
            Some("Asha Children's Home "),
            Some("2026-10-04T05:00:00Z"),
            Some("2026-10-04T11:00:00Z"),
        ),
        stay(
            "hospital",
            Some("District hospital"),
            Some("2026-10-04T11:00:00Z"),
            Some("2026-10-09T06:30:00Z"),
        ),
        stay(
            "childrens_home",
            Some("Asha Children's Home"),
            Some("2026-10-09T06:30:00Z"),
            None,
        ),
    ];
    // Left with the last moment of the month, nobody knows where to.
    let mut left = case("cncp", "2026-07-01T04:00:00Z", &[]);
    left.stays = vec![stay(
        "childrens_home",
        Some("ASHA CHILDREN'S HOME"),
        Some("2026-07-01T06:30:00Z"),
        Some("2026-10-31T18:29:59Z"),
    )];
    // Another home; one of the kind without a name; one without a day.
    let mut other = case("cncp", "2026-10-01T04:00:00Z", &[]);
    other.stays = vec![
        stay(
            "childrens_home",
            Some("Another home"),
            Some("2026-10-01T06:30:00Z"),
            Some("2026-10-02T06:30:00Z"),
        ),
        stay(
            "childrens_home",
            None,
            Some("2026-10-02T06:30:00Z"),
            Some("2026-10-03T06:30:00Z"),
        ),
        stay("childrens_home", Some("Asha Children's Home"), None, None),
    ];
    let october = month("2026-10");
    let counts = HouseMonth::of(&[whole, twice, left, other], &house, october);
    let report = house_report(&counts, &house, october, &basis(4), words());
    let of = |id: &str| written(report.tables.iter().find(|table| table.id == id).unwrap());
    assert_eq!(
        of("movement"),
        [
            "There when the month began | 2",
            "Admitted | 2",
            "Left | 2",
            "There when the month ended | 2",
            "Stays without a name or a day, not counted above | 2",
        ]
    );
    assert_eq!(of("by_sex"), ["Girl | 1", "Boy | 1", "Total | 2"]);
    assert_eq!(of("where_to"), ["Hospital | 1", "Not known | 1", "Total | 2"]);
    assert_eq!(
        of("beds"),
        ["Sanctioned capacity | 25", "Children present when last counted | 3"]
    );
}

#[test]
fn form_16_has_children_in_need_of_care_and_how_long_their_inquiry_takes() {
    let quarter = month("2026-Q4");
    let mut cases = some_cases();
    let mut extended = case("both", "2026-05-02T04:00:00Z", &[("child.sex", Value::from("female"))]);
    extended.clocks = vec![clock("inquiry-cwc", Some("2027-02-01T18:30:00Z"), None, true)];
    let mut over = case("cncp", "2026-05-02T04:00:00Z", &[]);
    over.clocks = vec![clock("inquiry-cwc", Some("2026-09-02T18:30:00Z"), None, false)];
    cases.extend([extended, over]);
    let report = quarterly_report(&Quarterly::of(&cases, quarter), quarter, &basis(6), words());
    let of = |id: &str| written(report.tables.iter().find(|table| table.id == id).unwrap());
    assert_eq!(
        of("cases"),
        [
            "Girl | 1 | 2 | 0 | 3",
            "Boy | 1 | 0 | 1 | 0",
            "Not known | 1 | 0 | 0 | 1",
            "Total | 3 | 2 | 1 | 4",
        ]
    );
    assert_eq!(
        of("pending"),
        [
            "Within four months | 1",
            "Within the time as extended | 1",
            "Time has run out | 1",
            "No such time limit, or not yet produced | 1",
            "Total | 4",
        ]
    );
    assert_eq!(
        of("placed"),
        ["With parent or guardian | 1", "Not known | 3", "Total | 4"]
    );
    assert_eq!(of("disposal").len(), 2);
}

#[test]
fn the_overdue_list_has_open_cases_and_the_last_day_of_each_limit() {
    let mut open = case("cncp", "2026-10-01T04:00:00Z", &[]);
    open.clocks = vec![
        clock("sir-cncp", Some("2026-11-15T18:30:00Z"), None, false),
        clock(
            "production-cwc",
            Some("2026-10-02T04:00:00Z"),
            Some("2026-10-05T04:00:00Z"),
            false,
        ),
        clock("inquiry-cwc", Some(NOW), None, false),
    ];
    let mut closed = open.clone();
    closed.facts.insert("case.stage".into(), Value::from("closed"));
    let report = overdue_report(&[open, closed], &basis(2), words());
    assert_eq!(report.tables[1].rows.len(), 1);
    let row = written(&report.tables[1]).remove(0);
    assert!(row.starts_with("12/2026 | Social investigation report"), "{row}");
    assert!(row.ends_with("| 2026-11-15 | 14 | JJ s.36"), "{row}");
    assert_eq!(written(&report.tables[0]).last().unwrap(), "Total | 1");
    let limit = clock("sir-cncp", Some(NOW), None, false);
    assert!(!is_overdue(&limit, &Stage::Inquiry, at(NOW)));
    assert!(is_overdue(&limit, &Stage::Inquiry, at(NOW) + 1));
}

#[test]
fn follow_ups_are_due_until_the_months_end_with_what_was_due_before() {
    let mut home = case("cncp", "2026-01-01T04:00:00Z", &[]);
    home.clocks = vec![
        clock("follow-up-1", None, None, false),
        clock("follow-up-2", Some("2026-10-31T18:30:00Z"), None, false),
        clock("follow-up-3", Some("2026-12-31T18:30:00Z"), None, false),
        clock("sir-cncp", Some("2026-11-01T18:30:00Z"), None, false),
    ];
    home.next_visit_ms = Some(at("2027-01-01T18:30:00Z"));
    let due = |text: &str| {
        let report = follow_ups_report(std::slice::from_ref(&home), month(text), &basis(1), words());
        let days = written(&report.tables[0]);
        days.iter()
            .map(|row| row.rsplit(" | ").nth(2).unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(due("2026-11"), ["", "2026-10-31"]);
    assert_eq!(due("2026-12"), ["", "2026-10-31", "2026-12-31"]);
    assert_eq!(due("2027-01"), ["", "2026-10-31", "2026-12-31", "2027-01-01"]);
}

#[test]
fn outside_no_count_of_few_children_stands_or_follows() {
    let mut cases = Vec::new();
    for n in 0..20 {
        let sex = if n < 17 { "female" } else { "male" };
        let kind = if n < 12 { "cncp" } else { "cicl" };
        cases.push(case(
            kind,
            "2026-10-05T04:00:00Z",
            &[("child.sex", Value::from(sex)), (AGE_YEARS, Value::Integer(12))],
        ));
    }
    let figures = Figures::of(&cases, month("2026-10")).for_outside();
    // 3 boys are few; 17 girls would tell them by the sum, which the kinds and the age give: each of those is alone in no sum.
    assert_eq!(figures.by_sex["male"], Count::Hidden);
    assert_eq!(figures.by_sex["female"], Count::Hidden);
    assert_eq!(figures.kinds["cncp"].opened, Count::Of(12));
    assert_eq!(figures.by_age["11-14"], Count::Of(20));
    let (house, october) = (
        House {
            name: "Asha".into(),
            ..House::default()
        },
        month("2026-10"),
    );
    let mut stays = case("cncp", "2026-10-05T04:00:00Z", &[]);
    stays.stays = vec![stay("childrens_home", Some("Asha"), Some("2026-10-05T04:00:00Z"), None)];
    let counts = HouseMonth::of([&stays], &house, october).for_outside();
    assert_eq!((counts.admitted, counts.at_end), (Count::Hidden, Count::Hidden));
    let quarterly = Quarterly::of([&stays], month("2026-Q4")).for_outside();
    assert_eq!(quarterly.pending.no_limit, Count::Hidden);
    let told = serde_json::to_string(&figures.by_sex).unwrap();
    assert_eq!(told, r#"{"female":null,"male":null}"#);
}

#[test]
fn a_case_is_read_with_its_age_at_opening_and_without_what_names_the_child() {
    let pack = Pack::national();
    let mut record = Record::default();
    for fact in pack.facts() {
        record.facts.insert(fact.id.clone(), Value::from("SECRET"));
    }
    let mut put = |name: &str, value: Value| record.facts.insert(name.parse().unwrap(), value);
    put("child.birth_date", Value::from("2016-11-23"));
    put("case.opened_at", moment("2026-11-22T04:00:00Z"));
    put("custody.admitted_at", moment("2026-11-22T05:00:00Z"));
    put("case.number", Value::from(" "));
    record.rows.push(RecordRow {
        id: uuid::Uuid::from_u128(7).to_string().parse().unwrap(),
        table: "visits".into(),
        cells: [
            ("at".to_owned(), moment(NOW)),
            ("next_at".to_owned(), Value::from("2026-12-24")),
        ]
        .into(),
    });
    let told = CaseTold::of(pack, &record, "0a1b2c3d", at(NOW), |_| true);
    assert_eq!(told.facts[AGE_YEARS], Value::Integer(9), "the day before the birthday");
    assert_eq!(told.name, "0a1b2c3d");
    assert_eq!(told.next_visit_ms, Some(at("2026-12-24T18:30:00Z")));
    assert_eq!(told.stays.len(), 1);
    for name in [
        "child.name",
        "child.birth_date",
        "child.address",
        "parents.name",
        "statement.allegation",
    ] {
        assert!(!told.facts.contains_key(name), "{name}");
    }
    for name in FACTS {
        let fact = pack.fact(&name.parse().unwrap()).unwrap();
        assert_ne!(fact.sensitivity, crate::Sensitivity::Identifying, "{name}");
    }
    for name in MORE_FACTS {
        assert!(pack.fact(&name.parse().unwrap()).is_some(), "{name}");
    }
    assert!(TABLES.iter().all(|table| pack.table(table).is_some()));
    assert!(
        FOLLOW_UPS
            .iter()
            .all(|id| pack.clocks().iter().any(|clock| clock.id == *id))
    );
    assert!(Labels::default().is_empty());
}
