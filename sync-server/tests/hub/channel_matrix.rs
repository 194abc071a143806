//! The privacy table: role × channel × fact. A fact reaches a channel where the channel lists it and somebody may write it;
//! every other cell is empty, whoever writes whatever.

use std::collections::{BTreeMap, BTreeSet};

use casefile::Edit;
use casework::{Compartment, DocumentKind, Fact, FactType, Pack, Role, Value};
use protocol::DocumentId;
use serde_json::Value as Json;
use sync_server::channel::{CHANNELS, Channel};
use sync_server::storage::Institution;

use crate::matrix::ROLES;
use crate::pulled::{fetched, whole};
use crate::support::{DISTRICT, TestDevice, TestHub, document, eventually, new_case, set};

/// Facts written in one change.
const FACTS_AT_ONCE: usize = 40;
/// Later than anything a test writes by itself.
const LATER_MS: i64 = 2_000_000_000_000;
const DAY_MS: i64 = 86_400_000;

/// What a channel asks for before it is told anything, and what would end that; written by somebody who may, and no cell.
const GATES: [(&str, &str); 4] = [
    ("case.kind", "cncp"),
    ("intake.source", "helpline_1098"),
    ("intake.reference", "1098-1"),
    ("publication.consent", "given"),
];
const ENDS: [&str; 3] = [
    "restoration.restored_at",
    "restoration.failed_at",
    "adoption.reclaimed_at",
];
const BEGUN: [&str; 3] = ["found.at", "adoption.agency_received_at", "adoption.legally_free_at"];
const OF_REPORT: [&str; 2] = ["missing.source", "missing.source_reference"];

/// Listed because it decides, and not told: a child is lost by this ground.
const DECIDES: (&str, &str) = ("trackchild", "case.grounds");
/// Told of a child that is home: every third case's.
const OF_RESTORED: (&str, &str) = ("trackchild", "restoration.to_kind");

const fn is_restored(role: usize) -> bool {
    role.is_multiple_of(3)
}

fn is_no_cell(name: &str) -> bool {
    let gates = GATES.iter().any(|(gate, _)| *gate == name);
    gates || ENDS.contains(&name) || BEGUN.contains(&name) || OF_REPORT.contains(&name)
}

/// The facts of a kind of document, with the value that a role writes into each.
fn facts(kind: DocumentKind, role: usize) -> Vec<(&'static Fact, Value)> {
    let all = Pack::national().facts().enumerate();
    all.filter(|(_, fact)| fact.document == kind && !is_no_cell(fact.id.as_str()))
        .filter_map(|(n, fact)| Some((fact, value(fact, n, role)?)))
        .collect()
}

fn value(fact: &Fact, n: usize, role: usize) -> Option<Value> {
    let words = format!("zz-{role}-{}", fact.id);
    Some(match fact.kind {
        // A day has one meaning less than a text: it is looked for as any text is.
        FactType::Flag | FactType::Integer | FactType::Number | FactType::Unknown => return None,
        FactType::Instant => {
            let n = i64::try_from(role * 2_000 + n).unwrap();
            Value::Instant(LATER_MS + n * DAY_MS + 7)
        }
        FactType::Choices => Value::Set([words].into()),
        _ => Value::Text(words),
    })
}

fn shows(text: &str, value: &Value) -> bool {
    match value {
        Value::Text(words) => text.contains(&format!("\"{words}\"")),
        Value::Set(codes) => codes.iter().any(|code| text.contains(&format!("\"{code}\""))),
        Value::Instant(ms) => text.contains(&sync_server::channel::rfc3339(*ms).unwrap()),
        _ => false,
    }
}

fn id_of(subject: [u8; 16], kind: DocumentKind) -> DocumentId {
    let mut id = [kind.to_byte(); 17];
    id[..16].copy_from_slice(&subject);
    DocumentId(id)
}

/// Writes all facts of a document, as many as one change holds at a time.
fn write_all(device: &mut TestDevice, id: DocumentId, facts: &[(&'static Fact, Value)]) {
    for some in facts.chunks(FACTS_AT_ONCE) {
        let edits: Vec<Edit> = some
            .iter()
            .map(|(fact, value)| set(fact.id.as_str(), value.clone()))
            .collect();
        device.edit(id, &edits);
    }
}

/// Whether a role may write a document of a case, by the table that is written down by hand; others by the pack.
fn may_write(row: (&str, &str, &str, bool, bool), kind: DocumentKind) -> bool {
    let letters = [
        (Compartment::Core, 'c'),
        (Compartment::Identity, 'i'),
        (Compartment::Care, 'h'),
        (Compartment::Legal, 'l'),
    ];
    let letter = letters.iter().find(|(compartment, _)| kind == (*compartment).into());
    match letter {
        Some((_, letter)) => row.2.contains(*letter),
        None => Pack::national().rights().may_write(&Role::from_code(row.0), kind),
    }
}

/// What each channel was told of each record, without the times of clocks: they are of no fact.
fn told(hub: &TestHub) -> BTreeMap<(&'static str, String), String> {
    let mut all = BTreeMap::new();
    for channel in CHANNELS {
        for mut message in whole(hub, channel.code, 0).0 {
            let data = message["payload"]["data"].as_object_mut().unwrap();
            data.remove("clocks");
            if let Some(registration) = data.get_mut("registration") {
                registration["clock"] = Json::Null;
            }
            let named = ["case", "record", "report", "institution", "reference"];
            let about = named
                .iter()
                .find_map(|name| data.get(*name)?.as_str())
                .unwrap_or_default();
            let about = about.to_owned();
            all.insert((channel.code, about), message.to_string());
        }
    }
    all
}

struct Records {
    case: [u8; 16],
    report: [u8; 16],
    house: [u8; 16],
}

impl Records {
    fn subject(&self, kind: DocumentKind) -> [u8; 16] {
        match kind {
            DocumentKind::Institution => self.house,
            DocumentKind::Missing => self.report,
            _ => self.case,
        }
    }
}

const KINDS: [DocumentKind; 6] = [
    DocumentKind::Case(Compartment::Core),
    DocumentKind::Case(Compartment::Identity),
    DocumentKind::Case(Compartment::Care),
    DocumentKind::Case(Compartment::Legal),
    DocumentKind::Missing,
    DocumentKind::Institution,
];

/// A case that every channel is told of, a report that both are told of that send such, and a house: begun by the head of
/// the unit, with nothing in them but what a channel asks for.
fn begun(hub: &TestHub, head: &mut TestDevice, role: usize, source: &str) -> Records {
    let case = head.open_case();
    let mut edits: Vec<Edit> = GATES.iter().map(|(fact, code)| set(fact, *code)).collect();
    let call = format!("call-{role}");
    edits.push(set("intake.reference", call.as_str()));
    edits.extend(BEGUN.iter().map(|fact| set(fact, Value::Instant(LATER_MS - DAY_MS))));
    if is_restored(role) {
        edits.push(set("restoration.restored_at", Value::Instant(LATER_MS - DAY_MS)));
    }
    head.edit(document(case, Compartment::Core), &edits);
    let report = new_case();
    head.edit(
        id_of(report, DocumentKind::Missing),
        &[set("missing.source", source), set("missing.source_reference", "REF")],
    );
    head.sync();
    let house = Institution {
        id: new_case(),
        district: DISTRICT.into(),
        name: format!("House {role}"),
        kind: "childrens_home".into(),
        capacity: 9,
    };
    sync_server::institutions::add(&hub.hub, &house, crate::support::now_ms()).unwrap();
    Records {
        case,
        report,
        house: house.id,
    }
}

fn id_text(subject: [u8; 16]) -> String {
    uuid::Uuid::from_bytes(subject).to_string()
}

/// The message of a channel about a record, if there is one.
fn about<'a>(
    told: &'a BTreeMap<(&'static str, String), String>,
    channel: &'static Channel,
    kind: DocumentKind,
    records: &Records,
    role: usize,
) -> &'a str {
    let name = match channel.code {
        "helpline" => format!("call-{role}"),
        _ => id_text(records.subject(kind)),
    };
    told.get(&(channel.code, name)).map_or("", String::as_str)
}

#[test]
fn every_cell_of_role_channel_and_fact_is_as_the_lists_say() {
    let settings: String = CHANNELS.iter().map(|channel| fetched(channel.code)).collect();
    let hub = TestHub::start_with(&settings);
    let mut head = hub.officer("dcpo");
    let mut all = Vec::new();
    for (role, row) in ROLES.into_iter().enumerate() {
        let source = if role.is_multiple_of(2) {
            "trackchild"
        } else {
            "khoya-paya"
        };
        let records = begun(&hub, &mut head, role, source);
        let mut device = hub.officer(row.0);
        hub.assign(&device, records.case);
        // Whoever works in an institution writes of that one.
        hub.assign(&device, records.house);
        device.sync();
        for kind in KINDS {
            write_all(&mut device, id_of(records.subject(kind), kind), &facts(kind, role));
        }
        device.sync();
        all.push((row, records));
    }
    eventually(|| hub.hub.storage.unfolded(9).unwrap().is_empty().then_some(()));
    let told = told(&hub);
    let (mut cells, mut full) = (0, BTreeSet::new());
    let mut wrong = Vec::new();
    for (role, (row, records)) in all.iter().enumerate() {
        for kind in KINDS {
            for (fact, value) in facts(kind, role) {
                for channel in CHANNELS {
                    let name = fact.id.as_str();
                    let lists = channel.facts.contains(&name);
                    let message = about(&told, channel, kind, records, role);
                    // A report is told to whoever sent it.
                    let is_told = !message.is_empty();
                    let comes =
                        (channel.code, name) != DECIDES && ((channel.code, name) != OF_RESTORED || is_restored(role));
                    let expected = lists && comes && is_told && may_write(*row, kind);
                    let found = shows(message, &value);
                    cells += 1;
                    if found {
                        full.insert((channel.code, name));
                    }
                    if found != expected {
                        wrong.push(format!(
                            "{} × {} × {name}: {found} and not {expected}",
                            row.0, channel.code
                        ));
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} cells are wrong: {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(40)]
    );
    // No row is empty because nothing was told: every fact that a channel lists and that is a cell came through somewhere.
    for channel in CHANNELS {
        for name in channel.facts {
            let fact = Pack::national().fact(&name.parse().unwrap()).unwrap();
            let is_cell = !is_no_cell(name) && (channel.code, *name) != DECIDES && value(fact, 0, 0).is_some();
            assert!(
                !is_cell || full.contains(&(channel.code, *name)),
                "{} never told {name}",
                channel.code
            );
        }
    }
    assert!(cells > 30_000, "{cells}");
}
