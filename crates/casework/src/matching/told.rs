//! What documents tell of a child, as a report that can be compared: of a missing child while it is looked for, of a case
//! whoever it is about. What is not compared is not taken: no telephone, no circumstances, no picture.

use super::{EntryKind, Report};
use crate::{Record, RecordRow, Value, clock::indian_day};

/// The codes of `missing.status` under which nobody looks for the child any more.
const ENDED: [&str; 3] = ["traced", "restored", "closed"];
/// The moments that end a report, whatever its status says.
const ENDED_AT: [&str; 3] = ["missing.traced_at", "missing.restored_at", "missing.closed_at"];
/// The sex that says nothing.
const NOT_KNOWN: &str = "not_known";
/// The digits of a postal index number.
const PIN_DIGITS: usize = 6;

/// What the people of another district are told of an open report when they ask for it by name, what helps most first: how to
/// know the child, what happened, and who looks for it. No telephone of the family and nothing about whoever reported.
pub const ASKED: [&str; 37] = [
    "missing.kind",
    "missing.reported_at",
    "missing.name",
    "missing.also_called",
    "missing.sex",
    "missing.age",
    "missing.birth_date",
    "missing.father",
    "missing.mother",
    "missing.languages",
    "missing.police_station",
    "missing.fir_number",
    "missing.fir_at",
    "missing.officer",
    "missing.officer_phone",
    "missing.last_seen_at",
    "missing.last_seen_place",
    "missing.last_seen_pin",
    "missing.last_seen_with",
    "missing.marks",
    "missing.height_cm",
    "missing.build",
    "missing.complexion",
    "missing.hair",
    "missing.eyes",
    "missing.clothes",
    "missing.with_things",
    "missing.disability",
    "missing.communicates",
    "missing.medicine",
    "missing.may_go_to",
    "missing.run_away_before",
    "missing.in_danger",
    "missing.address",
    "missing.district",
    "missing.state",
    "missing.circumstances",
];

/// What a `missing` document reports, while it is open. `None`: it is closed, says nothing that can be compared, or is of a
/// kind that only a newer pack knows and that nobody here may judge.
pub fn missing(record: &Record) -> Option<(EntryKind, Report)> {
    let ended = record
        .text("missing.status")
        .is_some_and(|status| ENDED.contains(&status))
        || ENDED_AT.iter().any(|fact| record.moment(fact).is_some());
    let kind = match record.text("missing.kind") {
        None | Some("missing") => EntryKind::Missing,
        Some("sighted") => EntryKind::Sighted,
        Some("found") => EntryKind::Found,
        Some(_) => return None,
    };
    let (address, seen) = (text(record, "missing.address"), text(record, "missing.last_seen_place"));
    let report = Report {
        name: text(record, "missing.name"),
        alias: text(record, "missing.also_called"),
        father_name: text(record, "missing.father"),
        mother_name: text(record, "missing.mother"),
        sex: sex(record, "missing.sex"),
        age: number(record, "missing.age"),
        age_on: day(record, "missing.reported_at"),
        date_of_birth: text(record, "missing.birth_date"),
        event_date: first([day(record, "missing.last_seen_at"), day(record, "missing.reported_at")]),
        pin: first([text(record, "missing.last_seen_pin"), pin_in(&address), pin_in(&seen)]),
        place: first([address, seen]),
        district: text(record, "missing.district"),
        state: text(record, "missing.state"),
        height_cm: number(record, "missing.height_cm"),
        marks: text(record, "missing.marks"),
        clothing: text(record, "missing.clothes"),
        companions: text(record, "missing.last_seen_with"),
        language: languages(record, "missing.languages"),
    };
    (!ended && says_something(&report)).then_some((kind, report))
}

/// What a case tells of its child. `None`: nothing that can be compared.
pub fn case(record: &Record) -> Option<Report> {
    let address = text(record, "child.address");
    let father = first([text(record, "parents.father_name"), relative(record, "father")]);
    let mother = first([text(record, "parents.mother_name"), relative(record, "mother")]);
    // One field for both where nobody said which of the two it is.
    let parent = if father.is_empty() && mother.is_empty() {
        text(record, "parents.name")
    } else {
        String::new()
    };
    let taken_in = first([
        day(record, "case.taken_in_charge_at"),
        day(record, "custody.admitted_at"),
        day(record, "case.opened_at"),
    ]);
    let report = Report {
        name: text(record, "child.name"),
        alias: String::new(),
        father_name: first([father, parent]),
        mother_name: mother,
        sex: sex(record, "child.sex"),
        age: number(record, "child.age_stated"),
        age_on: day(record, "case.opened_at"),
        date_of_birth: text(record, "child.birth_date"),
        event_date: taken_in,
        pin: first([pin_in(&address), pin_in(&text(record, "parents.address"))]),
        place: first([address, text(record, "parents.address"), text(record, "found.place")]),
        district: String::new(),
        state: String::new(),
        height_cm: height(record),
        marks: text(record, "child.identity_marks"),
        clothing: String::new(),
        companions: text(record, "found.with"),
        language: languages(record, "child.languages"),
    };
    says_something(&report).then_some(report)
}

/// The same of one document of a case, whatever it says: parts that are laid together with [`joined`].
pub fn part(record: &Record) -> Report {
    case(record).unwrap_or_else(|| Report {
        age_on: day(record, "case.opened_at"),
        event_date: first([
            day(record, "case.taken_in_charge_at"),
            day(record, "custody.admitted_at"),
            day(record, "case.opened_at"),
        ]),
        height_cm: height(record),
        ..Report::default()
    })
}

/// Two parts as one report: what the first does not say, the second may. `None`: together they say nothing.
pub fn joined(parts: impl IntoIterator<Item = Report>) -> Option<Report> {
    let mut whole = Report::default();
    for mut part in parts {
        for column in super::COLUMNS {
            let (Some(fact), Some(more)) = (whole.fact_mut(column), part.fact_mut(column)) else {
                continue;
            };
            if fact.is_empty() {
                *fact = std::mem::take(more);
            }
        }
    }
    says_something(&whole).then_some(whole)
}

/// A day and a height alone are nobody.
fn says_something(report: &Report) -> bool {
    [
        &report.name,
        &report.alias,
        &report.father_name,
        &report.mother_name,
        &report.age,
        &report.date_of_birth,
        &report.marks,
    ]
    .into_iter()
    .any(|fact| !fact.trim().is_empty())
}

fn text(record: &Record, fact: &str) -> String {
    record.text(fact).unwrap_or_default().trim().to_owned()
}

fn sex(record: &Record, fact: &str) -> String {
    let code = text(record, fact);
    if code == NOT_KNOWN { String::new() } else { code }
}

fn number(record: &Record, fact: &str) -> String {
    record
        .integer(fact)
        .map(|number| number.to_string())
        .unwrap_or_default()
}

fn day(record: &Record, fact: &str) -> String {
    let day = record.moment(fact).and_then(indian_day);
    day.map(|day| day.to_string()).unwrap_or_default()
}

fn languages(record: &Record, fact: &str) -> String {
    record.codes(fact).into_iter().collect::<Vec<_>>().join(" ")
}

fn first<const N: usize>(texts: [String; N]) -> String {
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

fn relative(record: &Record, relation: &str) -> String {
    let of_it = |row: &&RecordRow| row.text("relation") == Some(relation);
    let names = record
        .rows_of("family")
        .filter(of_it)
        .filter_map(|row| row.text("name"));
    names
        .map(str::trim)
        .find(|name| !name.is_empty())
        .unwrap_or_default()
        .to_owned()
}

/// The height that was measured last.
fn height(record: &Record) -> String {
    let measured = record.rows_of("growth").filter_map(|row| {
        let cm = match row.cell("height_cm")? {
            Value::Number(cm) => *cm,
            #[expect(clippy::cast_precision_loss, reason = "no child is that tall")]
            Value::Integer(cm) => *cm as f64,
            _ => return None,
        };
        Some((row.text("at").unwrap_or_default(), cm))
    });
    let last = measured.max_by(|one, other| one.0.cmp(other.0));
    last.map(|(_, cm)| cm.to_string()).unwrap_or_default()
}

/// The first run of exactly six digits that an address holds: in India that is its PIN.
fn pin_in(address: &str) -> String {
    let mut runs = address.split(|letter: char| !letter.is_ascii_digit());
    runs.find(|run| run.len() == PIN_DIGITS).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{Pack, RowId};

    fn record(facts: &[(&str, Value)]) -> Record {
        Record {
            facts: facts
                .iter()
                .map(|(id, value)| (id.parse().unwrap(), value.clone()))
                .collect(),
            rows: Vec::new(),
        }
    }

    #[test]
    fn an_open_report_is_told_and_a_closed_one_is_not() {
        let mut open = record(&[
            ("missing.name", "रमेश".into()),
            ("missing.age", Value::Integer(8)),
            ("missing.sex", "not_known".into()),
            ("missing.address", "ग्राम रामपुर, 823001".into()),
            ("missing.last_seen_at", Value::Instant(1_795_392_000_000)),
            ("missing.family_phone", "9000000001".into()),
            ("missing.circumstances", "A quarrel.".into()),
        ]);
        let (kind, report) = missing(&open).unwrap();
        assert_eq!(kind, EntryKind::Missing);
        assert_eq!(
            (report.name.as_str(), report.age.as_str(), report.sex.as_str()),
            ("रमेश", "8", "")
        );
        assert_eq!(
            (report.pin.as_str(), report.event_date.as_str()),
            ("823001", "2026-11-23")
        );
        let all = format!("{report:?}");
        assert!(!all.contains("9000000001") && !all.contains("quarrel"), "{all}");
        for (fact, value) in [
            ("missing.status", Value::from("restored")),
            ("missing.traced_at", Value::Instant(1)),
            ("missing.closed_at", Value::Instant(1)),
            ("missing.kind", "hologram".into()),
        ] {
            let mut ended = open.clone();
            ended.facts.insert(fact.parse().unwrap(), value);
            assert_eq!(missing(&ended), None, "{fact}");
        }
        open.facts.insert("missing.kind".parse().unwrap(), "sighted".into());
        assert_eq!(missing(&open).unwrap().0, EntryKind::Sighted);
    }

    #[test]
    fn a_case_tells_of_its_child_out_of_all_its_documents() {
        let identity = Record {
            rows: vec![RecordRow {
                id: RowId::from_bytes([1; 16]),
                table: "family".into(),
                cells: BTreeMap::from([("relation".into(), "mother".into()), ("name".into(), "Sita".into())]),
            }],
            ..record(&[("child.name", "Asha".into()), ("child.sex", "female".into())])
        };
        let core = record(&[("case.opened_at", Value::Instant(1_795_392_000_000))]);
        assert_eq!(case(&core), None, "a day alone is nobody");
        let whole = joined([part(&identity), part(&core)]).unwrap();
        assert_eq!((whole.name.as_str(), whole.mother_name.as_str()), ("Asha", "Sita"));
        assert_eq!(whole.event_date, "2026-11-23");
        assert_eq!(joined([part(&core)]), None);
    }

    #[test]
    fn the_pack_knows_every_fact_that_is_read() {
        let source = include_str!("told.rs");
        let body = source.split("#[cfg(test)]").next().unwrap();
        let names = body
            .split('"')
            .skip(1)
            .step_by(2)
            .filter(|name| name.contains('.') && !name.contains(' '));
        let mut seen = 0;
        for name in names {
            assert!(Pack::national().fact(&name.parse().unwrap()).is_some(), "{name}");
            seen += 1;
        }
        assert!(seen > 25, "{seen}");
    }
}
