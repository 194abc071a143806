//! What holds of every channel: golden examples, published schemas, and that nothing goes out that is not listed.

use std::collections::BTreeMap;
use std::path::Path;

use casework::{CaseId, DocumentKind, InstitutionId, Pack, Record, RecordRow, ReportId, RowId, Subject, Value};
use serde::Deserialize;

use super::*;
use crate::project::{clock_times, placements};

/// What a golden example was made of.
#[derive(Deserialize)]
struct Golden {
    subject: Subject,
    district: String,
    upto: u64,
    changed_ms: i64,
    record: Record,
}

/// What a channel is told of a record, as it is sent.
fn told(channel: &'static Channel, golden: &Golden) -> Option<Json> {
    let clocks = clock_times(Pack::national(), &golden.record, golden.changed_ms);
    let placements = placements(Pack::national(), &golden.record, golden.changed_ms);
    let source = Source {
        subject: golden.subject,
        district: &golden.district,
        record: &golden.record,
        clocks: &clocks,
        placements: &placements,
        upto: golden.upto,
        changed_ms: golden.changed_ms,
    };
    let message = (channel.tell)(&Seen::new(channel, &source))?;
    Some(serde_json::from_str(&payload(&message, golden.changed_ms)).unwrap())
}

fn all_schemas() -> impl Iterator<Item = (&'static Channel, &'static Schema)> {
    CHANNELS
        .into_iter()
        .flat_map(|channel| channel.schemas.iter().map(move |schema| (channel, schema)))
}

fn validator(text: &str) -> jsonschema::Validator {
    jsonschema::draft202012::new(&serde_json::from_str(text).unwrap()).unwrap()
}

fn faults(schema: &Schema, message: &Json) -> Vec<String> {
    let faults: Vec<_> = validator(schema.text)
        .iter_errors(message)
        .map(|fault| format!("{} {fault}", fault.instance_path()))
        .collect();
    faults
}

/// With `SAVE_EXAMPLES=1` the examples are written anew, for somebody to read before they are committed.
#[test]
fn every_record_becomes_its_golden_example() {
    for (channel, schema) in all_schemas() {
        let Some(source) = schema.source else { continue };
        let golden: Golden = serde_json::from_str(source).unwrap_or_else(|error| panic!("{}: {error}", schema.name));
        let message = told(channel, &golden).unwrap_or_else(|| panic!("{} says nothing", schema.name));
        if std::env::var_os("SAVE_EXAMPLES").is_some() {
            let name = format!("schemas/{}.example.json", schema.name);
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
            std::fs::write(path, serde_json::to_string_pretty(&message).unwrap() + "\n").unwrap();
            continue;
        }
        let example: Json = serde_json::from_str(schema.example).unwrap();
        assert_eq!(message, example, "{}", schema.name);
    }
}

#[test]
fn every_schema_is_one_of_2020_12_and_every_example_keeps_to_it() {
    let retraction = Schema {
        name: "retraction-1",
        text: RETRACTION_SCHEMA,
        example: include_str!("../../schemas/retraction-1.example.json"),
        source: None,
    };
    for schema in all_schemas().map(|(_, schema)| schema).chain([&retraction]) {
        let text: Json = serde_json::from_str(schema.text).unwrap();
        assert_eq!(
            text["$schema"], "https://json-schema.org/draft/2020-12/schema",
            "{}",
            schema.name
        );
        assert!(jsonschema::meta::is_valid(&text), "{}", schema.name);
        let example = serde_json::from_str(schema.example).unwrap();
        assert_eq!(faults(schema, &example), Vec::<String>::new(), "{}", schema.name);
        assert_eq!(published(schema.name), Some(schema.text));
        // There is no place in it for anything more.
        for at in ["", "/data"] {
            let mut more = example.clone();
            more.pointer_mut(at).unwrap()["child_name"] = json!("Asha");
            assert!(!validator(schema.text).is_valid(&more), "{}{at}", schema.name);
        }
    }
    assert_eq!(published("hub"), None);
}

#[test]
fn every_retraction_keeps_to_the_schema_of_its_channel() {
    for channel in CHANNELS {
        for why in [Why::Withdrawn, Why::Destroyed("JJ Act 2015, s.24(2)")] {
            let message = (channel.retract)(&Retraction {
                record: [7; 16],
                district: "KA-BLR",
                why,
            });
            let own = channel.schemas.iter().find(|schema| schema.name.contains("retraction"));
            let text = own.map_or(RETRACTION_SCHEMA, |schema| schema.text);
            let whole: Json = serde_json::from_str(&payload(&message, 5)).unwrap();
            assert!(validator(text).is_valid(&whole), "{} {whole}", channel.code);
            assert!(message.kind.ends_with(RETRACTED), "{}", channel.code);
        }
    }
}

const DAY_MS: i64 = 86_400_000;
const NOON_MS: i64 = 1_795_392_000_000;

/// A value that is found again wherever it is sent, and that nothing else is.
fn canary(kind: casework::FactType, n: i64, name: &str) -> Option<Value> {
    use casework::FactType;
    Some(match kind {
        FactType::Instant => Value::Instant(NOON_MS + n * DAY_MS + n * 1_000 + 7),
        FactType::Integer => Value::Integer(700_000 + n),
        FactType::Number => Value::Number(700_000.25 + f64::from(i32::try_from(n).unwrap())),
        FactType::Flag => return None,
        FactType::Choices => Value::Set([format!("zz-{name}")].into()),
        _ => Value::Text(format!("zz-{name}")),
    })
}

fn shows(payload: &str, value: &Value) -> bool {
    match value {
        Value::Text(text) => payload.contains(&format!("\"{text}\"")),
        Value::Set(codes) => codes.iter().any(|code| payload.contains(&format!("\"{code}\""))),
        Value::Integer(number) => payload.contains(&number.to_string()),
        Value::Number(number) => payload.contains(&number.to_string()),
        Value::Instant(ms) => payload.contains(&rfc3339(*ms).unwrap()),
        Value::Flag(_) => false,
    }
}

/// What decides whether a channel is told at all.
fn gates(channel: &str) -> Vec<(&'static str, Value)> {
    let of = |name: &'static str, code: &str| (name, Value::from(code));
    match channel {
        "helpline" => vec![of("intake.source", "helpline_1098")],
        "khoya-paya" => vec![of("publication.consent", "given"), of("missing.source", "khoya-paya")],
        "trackchild" => vec![of("missing.source", "trackchild")],
        _ => Vec::new(),
    }
}

/// What takes a channel out of saying anything, or of a step; each of these has a test of its own.
fn ends(channel: &str) -> &'static [&'static str] {
    match channel {
        "khoya-paya" => &["restoration.restored_at"],
        "trackchild" => &["restoration.failed_at"],
        "carings" => &["adoption.reclaimed_at"],
        _ => &[],
    }
}

/// A record of that subject in which everything that the dictionary knows is written, each with a canary; and the canaries.
fn everything(channel: &Channel, subject: Subject) -> (Record, BTreeMap<String, Value>) {
    let mut canaries = BTreeMap::new();
    let mut record = Record::default();
    let of_subject = |kind: DocumentKind| subject.has(kind);
    for (n, fact) in (1_i64..).zip(Pack::national().facts()) {
        let name = fact.id.to_string();
        if !of_subject(fact.document) || ends(channel.code).contains(&name.as_str()) {
            continue;
        }
        if let Some(value) = canary(fact.kind, n, &name) {
            record.facts.insert(fact.id.clone(), value.clone());
            canaries.insert(name, value);
        }
    }
    for (name, value) in gates(channel.code) {
        canaries.remove(name);
        record.facts.insert(name.parse().unwrap(), value);
    }
    let tables = Pack::national().tables().filter(|table| of_subject(table.document));
    for (n, table) in (1..).zip(tables) {
        let mut cells = BTreeMap::new();
        for (m, column) in (1_i64..).zip(&table.columns) {
            let name = format!("{}.{}", table.id, column.id);
            let number = 2_000 + i64::from(n) * 40 + m;
            let value = match (table.id.as_str(), column.id.as_str()) {
                ("attachments", "kind") => Some(Value::from("photo")),
                ("attachments", column) if column.starts_with("sha_") => Some(Value::Text(format!("{number:064x}"))),
                _ => canary(column.kind, number, &name),
            };
            if let Some(value) = value {
                cells.insert(column.id.clone(), value.clone());
                if (table.id.as_str(), column.id.as_str()) != ("attachments", "kind") {
                    canaries.insert(name, value);
                }
            }
        }
        record.rows.push(RecordRow {
            id: RowId::from_bytes([n; 16]),
            table: table.id.clone(),
            cells,
        });
    }
    (record, canaries)
}

fn subjects() -> [Subject; 3] {
    [
        Subject::Case(CaseId::from_bytes([9; 16])),
        Subject::Institution(InstitutionId::from_bytes([9; 16])),
        Subject::Missing(ReportId::from_bytes([9; 16])),
    ]
}

fn may_carry(channel: &Channel, name: &str) -> bool {
    let column = name.split_once('.');
    channel.facts.contains(&name) || column.is_some_and(|column| channel.columns.contains(&column))
}

#[test]
fn no_fact_outside_its_list_can_appear_in_a_channel_and_every_one_in_it_does() {
    for channel in CHANNELS {
        let mut seen = std::collections::BTreeSet::new();
        for subject in subjects() {
            let (record, canaries) = everything(channel, subject);
            let golden = Golden {
                subject,
                district: "KA-BLR".into(),
                upto: 9,
                changed_ms: NOON_MS,
                record,
            };
            let Some(message) = told(channel, &golden) else {
                continue;
            };
            let clocks = message["data"].get("clocks").cloned().unwrap_or_default();
            let mut rest = message.clone();
            if let Some(data) = rest["data"].as_object_mut() {
                // Timeliness: of whatever facts it is made, codes of clocks and times are all it has.
                data.remove("clocks");
            }
            if channel.clocks != Clocks::All {
                assert_eq!(clocks, Json::Null, "{}", channel.code);
            }
            if let Some(registration) = rest["data"].get_mut("registration") {
                registration["clock"] = Json::Null;
            }
            let text = rest.to_string();
            for (name, value) in &canaries {
                let is_shown = shows(&text, value);
                assert!(
                    !is_shown || may_carry(channel, name),
                    "{} shows {name}: {text}",
                    channel.code
                );
                if is_shown {
                    seen.insert(name.clone());
                }
            }
            for value in canaries
                .values()
                .filter(|value| matches!(value, Value::Text(_) | Value::Set(_)))
            {
                assert!(!shows(&clocks.to_string(), value), "{}", channel.code);
            }
            let schemas = channel.schemas.iter();
            assert!(
                schemas.filter(|schema| faults(schema, &message).is_empty()).count() == 1,
                "{} {message}",
                channel.code
            );
        }
        // A list is no longer than what is told by it: what decides whether anything is told is in it, too.
        let decide = ["case.kind", "case.grounds", "restoration.failed_at"];
        for name in channel.facts {
            let ends = ends(channel.code).contains(name);
            let decides = ends || decide.contains(name) || gates(channel.code).iter().any(|(gate, _)| gate == name);
            assert!(
                seen.contains(*name) || decides,
                "{} lists {name} and never tells it",
                channel.code
            );
        }
    }
}

#[test]
fn every_listed_name_is_in_the_dictionary() {
    for channel in CHANNELS {
        for name in channel.facts {
            assert!(Pack::national().fact(&name.parse().unwrap()).is_some(), "{name}");
        }
        for (table, column) in channel.columns {
            let table = Pack::national().table(table).unwrap();
            assert!(table.columns.iter().any(|known| known.id == *column), "{column}");
        }
    }
    assert!(
        CHANNELS.is_sorted_by_key(|channel| channel.code),
        "parcels are put in this order"
    );
}

#[test]
fn no_channel_is_told_of_a_compartment_it_has_no_business_with() {
    // Statements, police and court matters go nowhere; a helpline and a public page have nothing that identifies.
    for channel in CHANNELS {
        for name in channel.facts {
            let fact = Pack::national().fact(&name.parse().unwrap()).unwrap();
            assert_ne!(fact.document, casework::Compartment::Legal.into(), "{name}");
            if ["vatsalya", "helpline"].contains(&channel.code) {
                assert_ne!(fact.sensitivity, casework::Sensitivity::Identifying, "{name}");
            }
            if channel.code != "carings" {
                assert_ne!(
                    fact.document,
                    casework::Compartment::Care.into(),
                    "{} {name}",
                    channel.code
                );
            }
        }
    }
    // What identifies goes to those by whom a missing child is known again, and to those by whom it is adopted.
    let identifying = |channel: &Channel| -> Vec<&str> {
        let fact = |name: &&str| Pack::national().fact(&name.parse().unwrap()).unwrap().sensitivity;
        let all = channel.facts.iter().copied();
        all.filter(|name| fact(name) == casework::Sensitivity::Identifying)
            .collect()
    };
    assert_eq!(identifying(&khoya_paya::CHANNEL), ["child.identity_marks"]);
    assert_eq!(
        identifying(&trackchild::CHANNEL),
        ["found.place", "child.name", "child.identity_marks"]
    );
    assert_eq!(
        identifying(&carings::CHANNEL),
        ["adoption.carings_number", "child.name", "child.birth_date"]
    );
}

/// A record of the golden example of that name, with some facts written anew or taken out.
fn golden_with(schema: &str, facts: &[(&str, Option<Value>)]) -> (&'static Channel, Golden) {
    let (channel, found) = all_schemas().find(|(_, known)| known.name == schema).unwrap();
    let mut golden: Golden = serde_json::from_str(found.source.unwrap()).unwrap();
    for (name, value) in facts {
        let fact = name.parse().unwrap();
        match value {
            Some(value) => drop(golden.record.facts.insert(fact, value.clone())),
            None => drop(golden.record.facts.remove(&fact)),
        }
    }
    (channel, golden)
}

fn is_told(schema: &str, facts: &[(&str, Option<Value>)]) -> bool {
    let (channel, golden) = golden_with(schema, facts);
    told(channel, &golden).is_some()
}

#[test]
fn nothing_is_published_without_the_committees_consent_or_of_a_child_that_is_home() {
    let consent = |code: Option<&str>| [("publication.consent", code.map(Value::from))];
    assert!(is_told("khoya-paya-found-1", &[]));
    for code in [
        None,
        Some("not_asked"),
        Some("refused"),
        Some("withdrawn"),
        Some("GIVEN"),
        Some(""),
    ] {
        assert!(!is_told("khoya-paya-found-1", &consent(code)), "{code:?}");
    }
    // A flag is no consent, whoever writes it.
    assert!(!is_told(
        "khoya-paya-found-1",
        &[("publication.consent", Some(Value::Flag(true)))]
    ));
    let restored = ("restoration.restored_at", Some(Value::Instant(NOON_MS)));
    let failed = ("restoration.failed_at", Some(Value::Instant(NOON_MS + DAY_MS)));
    assert!(!is_told("khoya-paya-found-1", std::slice::from_ref(&restored)));
    assert!(is_told("khoya-paya-found-1", &[restored, failed]));
    assert!(!is_told("khoya-paya-found-1", &[("case.kind", Some("cicl".into()))]));
}

#[test]
fn trackchild_hears_of_lost_children_and_never_of_one_who_is_only_in_conflict_with_law() {
    assert!(is_told("trackchild-child-1", &[]));
    assert!(!is_told("trackchild-child-1", &[("case.kind", Some("cicl".into()))]));
    assert!(is_told("trackchild-child-1", &[("case.kind", Some("both".into()))]));
    assert!(is_told("trackchild-child-1", &[("found.at", None)]), "by the ground");
    assert!(!is_told(
        "trackchild-child-1",
        &[("found.at", None), ("case.grounds", None)]
    ));
    assert!(!is_told(
        "trackchild-answer-1",
        &[("missing.source", Some("khoya-paya".into()))]
    ));
    assert!(!is_told("trackchild-answer-1", &[("missing.source_reference", None)]));
    let restored = ("restoration.restored_at", Some(Value::Instant(NOON_MS)));
    let (channel, golden) = golden_with("trackchild-child-1", &[restored]);
    assert_eq!(told(channel, &golden).unwrap()["data"]["state"], "restored");
}

#[test]
fn carings_hears_who_a_child_is_when_it_may_be_adopted_and_nothing_more_of_one_that_was_reclaimed() {
    assert!(!is_told("carings-child-1", &[("adoption.agency_received_at", None)]));
    assert!(!is_told(
        "carings-child-1",
        &[("adoption.reclaimed_at", Some(Value::Instant(NOON_MS)))]
    ));
    let (channel, golden) = golden_with("carings-child-1", &[("adoption.legally_free_at", None)]);
    let message = told(channel, &golden).unwrap();
    assert_eq!(message["data"]["legally_free"], Json::Null);
    assert!(!message.to_string().contains("Asha"));
}

#[test]
fn a_helpline_hears_of_its_own_calls_by_their_numbers() {
    for source in ["police", "citizen", "trackchild", "anything"] {
        assert!(
            !is_told("helpline-call-1", &[("intake.source", Some(source.into()))]),
            "{source}"
        );
    }
    assert!(!is_told("helpline-call-1", &[("intake.reference", None)]));
    for (source, line) in [("helpline_1098", "1098"), ("erss_112", "112"), ("women_181", "181")] {
        let (channel, golden) = golden_with("helpline-call-1", &[("intake.source", Some(source.into()))]);
        assert_eq!(told(channel, &golden).unwrap()["data"]["line"], line);
    }
    let moment = |hour: i64| Some(Value::Instant(NOON_MS + hour));
    let steps = ["assigned_at", "acknowledged_at", "reached_at", "handed_over_at"];
    let none = steps.map(|step| (format!("intake.{step}"), None));
    let none: Vec<(&str, Option<Value>)> = none
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    let (channel, golden) = golden_with("helpline-call-1", &none);
    assert_eq!(told(channel, &golden).unwrap()["data"]["state"], "received");
    let (channel, golden) = golden_with("helpline-call-1", &[("intake.closed_at", moment(9))]);
    assert_eq!(told(channel, &golden).unwrap()["data"]["state"], "closed");
    let (channel, golden) = golden_with("helpline-call-1", &[("production.at", moment(8))]);
    assert_eq!(told(channel, &golden).unwrap()["data"]["state"], "before_committee");
}

/// What somebody could write who wants more than a word of it.
const HOSTILE: [&str; 8] = [
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "'; DROP TABLE case_row; --",
    "{{7*7}}${7*7}#{7*7}<%= 7*7 %>",
    "a\r\nwebhook-id: forged\r\n\r\n{}",
    "\u{202e}fdp.exe \u{feff}\0\u{1b}[2J",
    "\",\"consent\":\"given\",\"x\":\"",
    "@SUM(1+1)*cmd|' /C calc'!A0",
];

#[test]
fn whatever_is_written_into_every_text_and_code_stays_a_word_of_one_line() {
    for words in HOSTILE {
        for (channel, schema) in all_schemas() {
            let Some(source) = schema.source else { continue };
            let mut golden: Golden = serde_json::from_str(source).unwrap();
            let decides = gates(channel.code);
            for (fact, value) in &mut golden.record.facts {
                if decides.iter().any(|(gate, _)| *gate == fact.as_str()) || fact.as_str() == "case.kind" {
                    continue;
                }
                match value {
                    Value::Text(text) => words.clone_into(text),
                    Value::Set(codes) => *codes = [words.to_owned()].into(),
                    _ => {}
                }
            }
            for row in &mut golden.record.rows {
                for value in row.cells.values_mut() {
                    if let Value::Text(text) = value {
                        words.clone_into(text);
                    }
                }
            }
            // Lost by its ground no more, but found.
            golden
                .record
                .facts
                .entry("found.at".parse().unwrap())
                .or_insert(Value::Instant(NOON_MS));
            let Some(message) = told(channel, &golden) else {
                panic!("{} says nothing", schema.name)
            };
            let sent = inert_json(&message);
            assert!(
                !sent.contains(['<', '>', '&', '\r', '\n', '\0', '\u{1b}', '\u{202e}']),
                "{sent}"
            );
            assert!(!sent.contains("\"=") && !sent.contains("\"@") && !sent.contains("\\r") && !sent.contains("\\n"));
            assert_eq!(
                faults(schema, &message),
                Vec::<String>::new(),
                "{}: {words}",
                schema.name
            );
        }
    }
}
