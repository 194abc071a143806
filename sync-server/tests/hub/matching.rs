//! The hub compares a whole state: across districts and institutions, as documents change; and tells of the one record only
//! whoever may read it.

use casefile::{DocumentKey, Edit};
use casework::matching::{LOOK, LOOK_BYTES, Look, decisions};
use casework::{Compartment, DocumentKind, RowId, Subject, Value};
use protocol::DocumentId;
use protocol::message::down::{Detail, Proposal, StateMark};
use sync_server::admin::{self, AdminCommand};
use sync_server::project::fold_waiting;

use crate::support::{TestDevice, TestHub, document, new_case, set};

const NEIGHBOUR: &str = "KA-MYS";
const ELSEWHERE: &str = "TN-CHE";

fn hub() -> TestHub {
    let hub = TestHub::start();
    for district in [NEIGHBOUR, ELSEWHERE] {
        hub.hub.storage.add_district(district, district, 0).unwrap();
    }
    hub
}

fn officer(hub: &TestHub, district: &str, role: &str) -> TestDevice {
    let mut device = hub.device(hub.user_in(district, "An officer", role));
    device.proposals = Some(protocol::message::down::Proposals {
        mark: StateMark([0; 8]),
        proposals: Vec::new(),
    });
    device
}

fn missing(report: [u8; 16]) -> DocumentId {
    let kind = DocumentKind::Missing;
    DocumentId(DocumentKey { subject: report, kind }.to_bytes())
}

/// Takes in a child.
fn case(device: &mut TestDevice, name: &str, father: &str) -> [u8; 16] {
    let case = device.open_case();
    device.edit(
        document(case, Compartment::Identity),
        &[
            set("child.name", name),
            set("parents.father_name", father),
            set("child.sex", "male"),
            set("child.birth_date", "2018-03-14"),
            set("child.identity_marks", "scar on the left cheek"),
        ],
    );
    device.sync();
    case
}

/// Reports the same one missing.
fn report(device: &mut TestDevice) -> [u8; 16] {
    let report = new_case();
    device.edit(
        missing(report),
        &[
            set("missing.kind", "missing"),
            set("missing.name", "रमेश पासवान"),
            set("missing.father", "मोहन पासवान"),
            set("missing.sex", "male"),
            set("missing.birth_date", "2018-03-14"),
            set("missing.marks", "बाएं गाल पर निशान"),
        ],
    );
    device.sync();
    report
}

/// What the hub proposes, once everything was folded and compared.
fn proposed(hub: &TestHub, device: &mut TestDevice) -> Vec<Proposal> {
    while fold_waiting(&hub.hub).unwrap() > 0 {}
    while sync_server::matching::work(&hub.hub).unwrap() {}
    device.sync();
    device.proposals.clone().unwrap().proposals
}

#[test]
fn both_districts_hear_of_a_match_and_neither_of_what_stands_in_the_other() {
    let hub = hub();
    let (mut here, mut there) = (officer(&hub, "KA-BLR", "po_nic"), officer(&hub, NEIGHBOUR, "po_nic"));
    let mut colleague = officer(&hub, NEIGHBOUR, "po_nic");
    let mut stranger = officer(&hub, ELSEWHERE, "dcpo");
    let reported = report(&mut here);
    let taken_in = case(&mut there, "Ramesh Paswan", "Mohan Paswan");
    case(&mut there, "Somebody Else", "Nobody Known");
    let told = proposed(&hub, &mut here);
    let [one] = &told[..] else { panic!("{told:?}") };
    assert_eq!(
        (one.own, one.other, one.district.as_str()),
        (reported, taken_in, NEIGHBOUR)
    );
    assert_eq!((one.own_sort, one.other_sort, one.theirs.as_deref()), (2, 1, None));
    assert!(one.percent >= 90 && one.agreed.contains("given=same"), "{one:?}");
    assert!(!one.agreed.to_lowercase().contains("ramesh"));
    let told = proposed(&hub, &mut there);
    assert!(matches!(&told[..], [one] if one.own == taken_in && one.other == reported));
    // Whoever does not have the case hears nothing of it, nor does another state.
    assert!(proposed(&hub, &mut colleague).is_empty());
    assert!(proposed(&hub, &mut stranger).is_empty());
    hub.assign(&colleague, taken_in);
    assert_eq!(proposed(&hub, &mut colleague).len(), 1);
    hub.unassign(&colleague, taken_in);
    assert!(
        proposed(&hub, &mut colleague).is_empty(),
        "what is taken away is told no more"
    );
    // The same is not told twice.
    assert_eq!(there.sync().proposals, 0);
    // Traced: nothing is proposed any more.
    here.edit(missing(reported), &[set("missing.traced_at", Value::Instant(1))]);
    here.sync();
    assert!(proposed(&hub, &mut there).is_empty());
}

#[test]
fn two_cases_of_one_child_in_two_districts_are_joined_by_two_people() {
    let hub = hub();
    let (mut here, mut there) = (officer(&hub, "KA-BLR", "po_nic"), officer(&hub, NEIGHBOUR, "po_nic"));
    let one = case(&mut here, "Ramesh Paswan", "Mohan Paswan");
    let other = case(&mut there, "रमेश पासवान", "मोहन पासवान");
    assert!(matches!(&proposed(&hub, &mut here)[..], [told] if told.own == one && told.other == other));
    let row = RowId::from_bytes([5; 16]);
    let decide = |device: &mut TestDevice, own, other: [u8; 16], decision: &str| {
        let cells = [
            (
                decisions::OTHER,
                Subject::Case(casework::CaseId::from_bytes(other)).to_string(),
            ),
            (decisions::DECISION, decision.to_owned()),
        ];
        let add = Edit::AddRow {
            row,
            table: decisions::TABLE.into(),
            cells: cells
                .map(|(column, text)| (column.to_owned(), Value::Text(text)))
                .into(),
        };
        device.edit(document(own, Compartment::Identity), &[add]);
        device.sync();
    };
    decide(&mut here, one, other, "same");
    assert!(
        proposed(&hub, &mut here).is_empty(),
        "what was decided here waits for the other"
    );
    assert_eq!(proposed(&hub, &mut there)[0].theirs.as_deref(), Some("same"));
    decide(&mut there, other, one, "same");
    for device in [&mut here, &mut there] {
        assert_eq!(
            proposed(&hub, device)[0].theirs.as_deref(),
            Some("same"),
            "both hear that they agree"
        );
    }
    // Taken back by the one, the other hears that, too. Both records stay as they were.
    here.edit(document(one, Compartment::Identity), &[Edit::RemoveRow { row }]);
    here.sync();
    assert!(proposed(&hub, &mut there).is_empty());
    assert_eq!(proposed(&hub, &mut here)[0].theirs.as_deref(), Some("same"));
}

#[test]
fn a_hub_that_starts_again_goes_on_where_it_stopped() {
    let hub = hub();
    let (mut here, mut there) = (officer(&hub, "KA-BLR", "po_nic"), officer(&hub, NEIGHBOUR, "po_nic"));
    report(&mut here);
    while fold_waiting(&hub.hub).unwrap() > 0 {}
    while sync_server::matching::work(&hub.hub).unwrap() {}
    // A second process at the same data: nothing in memory, and everything before is found all the same.
    let again = sync_server::Hub::open(hub.hub.config.clone()).unwrap();
    case(&mut there, "Ramesh Paswan", "Mohan Paswan");
    while fold_waiting(&hub.hub).unwrap() > 0 {}
    while sync_server::matching::work(&again).unwrap() {}
    assert_eq!(hub.hub.storage.proposed_to("KA-BLR", 9).unwrap().len(), 1);
    assert_eq!(hub.hub.storage.proposed_to(NEIGHBOUR, 9).unwrap().len(), 1);
}

#[test]
fn what_people_decided_teaches_weights_only_when_somebody_asks_and_the_audit_says_so() {
    let hub = hub();
    let (mut here, mut there) = (officer(&hub, "KA-BLR", "po_nic"), officer(&hub, NEIGHBOUR, "po_nic"));
    let one = case(&mut here, "Ramesh Paswan", "Mohan Paswan");
    let other = case(&mut there, "रमेश पासवान", "मोहन पासवान");
    let cells = [
        (
            decisions::OTHER,
            Subject::Case(casework::CaseId::from_bytes(other)).to_string(),
        ),
        (decisions::DECISION, "same".to_owned()),
        (decisions::AGREED, "sex=different given=same".to_owned()),
    ];
    let add = Edit::AddRow {
        row: RowId::from_bytes([5; 16]),
        table: decisions::TABLE.into(),
        cells: cells
            .map(|(column, text)| (column.to_owned(), Value::Text(text)))
            .into(),
    };
    here.edit(document(one, Compartment::Identity), &[add]);
    here.sync();
    while fold_waiting(&hub.hub).unwrap() > 0 {}
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("matching.toml");
    let mut said = Vec::new();
    let teach = |state: &str, said: &mut Vec<u8>| {
        let (state, out) = (state.to_owned(), out.clone());
        admin::run(&hub.hub, AdminCommand::TeachMatching { state, out }, said)
    };
    teach("KA", &mut said).unwrap();
    assert!(String::from_utf8(said).unwrap().starts_with("1 decisions taught"));
    let taught: toml::Table = std::fs::read_to_string(&out).unwrap().parse().unwrap();
    let different = |table: &toml::Table| table["matching"]["rates"]["sex"]["m"]["different"].as_float().unwrap();
    let known = casework::Pack::national().matching().unwrap();
    let before = known.rates[&casework::matching::Field::Sex].m[&casework::matching::Level::Different];
    assert!(different(&taught) > before);
    let audit = hub.hub.storage.audit_rows(1).unwrap();
    assert_eq!(
        (audit[0].deed.as_str(), audit[0].detail.as_str()),
        ("teach-matching", "ka 1")
    );
    let nobody = teach("xx", &mut Vec::new()).unwrap_err().to_string();
    assert!(nobody.contains("no district"), "{nobody}");
}

/// A report of a child of whom nothing is said that anybody else says, with a photo that looks so.
fn pictured(device: &mut TestDevice, document: DocumentId, table: &str, look: Look, facts: &[Edit]) {
    let cells = [("kind", "photo".to_owned()), (LOOK, look.to_string())];
    let add = Edit::AddRow {
        row: RowId::from_bytes(new_case()),
        table: table.into(),
        cells: cells
            .map(|(column, text)| (column.to_owned(), Value::Text(text)))
            .into(),
    };
    let edits: Vec<Edit> = facts.iter().cloned().chain([add]).collect();
    device.edit(document, &edits);
    device.sync();
}

#[test]
fn the_same_picture_in_two_districts_is_proposed_by_its_look_alone() {
    let hub = hub();
    let (mut here, mut there) = (officer(&hub, "KA-BLR", "po_nic"), officer(&hub, NEIGHBOUR, "po_nic"));
    let look = |seed: usize| {
        Look(std::array::from_fn(|at| {
            u8::try_from((at * 37 + seed * 101) % 251).unwrap()
        }))
    };
    assert!(!look(1).is_same(&look(2)));
    let mut near = look(1);
    near.0[LOOK_BYTES - 1] ^= 0b11;
    let reported = new_case();
    let named = [set("missing.kind", "missing"), set("missing.name", "Asha Toppo")];
    pictured(&mut here, missing(reported), "attachments_missing", look(1), &named);
    // A child of whom nobody knows even the name.
    let taken_in = there.open_case();
    pictured(
        &mut there,
        document(taken_in, Compartment::Identity),
        "attachments",
        near,
        &[],
    );
    let other = there.open_case();
    pictured(
        &mut there,
        document(other, Compartment::Identity),
        "attachments",
        look(2),
        &[],
    );
    let told = proposed(&hub, &mut here);
    let [one] = &told[..] else { panic!("{told:?}") };
    assert_eq!((one.own, one.other), (reported, taken_in));
    assert!(one.agreed.starts_with(decisions::SAME_PICTURE), "{one:?}");
    assert!(one.percent < 90, "nothing else speaks for it");
    assert_eq!(proposed(&hub, &mut there).len(), 1);
    // The index tells every tablet of the state what the photo of the report looks like, and nothing of the case's.
    here.index = Some(protocol::IndexCursor::default());
    here.sync();
    assert_eq!(here.reports[&reported].look, Some(look(1)));
    assert!(!here.reports.contains_key(&taken_in));
}

#[test]
fn two_districts_that_report_one_child_hear_of_one_another() {
    let hub = hub();
    let (mut here, mut there) = (officer(&hub, "KA-BLR", "po_nic"), officer(&hub, NEIGHBOUR, "po_nic"));
    let (one, other) = (report(&mut here), report(&mut there));
    let told = proposed(&hub, &mut here);
    let [pair] = &told[..] else { panic!("{told:?}") };
    assert_eq!((pair.own, pair.other), (one, other));
    assert_eq!((pair.own_sort, pair.other_sort), (2, 2));
    // What the one decides stands in its report and is told to the other.
    let cells = [
        (
            decisions::OTHER,
            Subject::Missing(casework::ReportId::from_bytes(other)).to_string(),
        ),
        (decisions::DECISION, "same".to_owned()),
    ];
    let add = Edit::AddRow {
        row: RowId::from_bytes([5; 16]),
        table: decisions::TABLE_OF_REPORTS.into(),
        cells: cells
            .map(|(column, text)| (column.to_owned(), Value::Text(text)))
            .into(),
    };
    here.edit(missing(one), &[add]);
    here.sync();
    assert_eq!(proposed(&hub, &mut there)[0].theirs.as_deref(), Some("same"));
    assert!(proposed(&hub, &mut here).is_empty());
}

#[test]
fn whoever_asks_for_a_record_is_told_what_their_role_reads_or_whom_to_ask() {
    let hub = hub();
    let (mut here, mut there) = (officer(&hub, "KA-BLR", "po_nic"), officer(&hub, NEIGHBOUR, "po_nic"));
    let mut analyst = officer(&hub, NEIGHBOUR, "data_analyst");
    let mut stranger = officer(&hub, ELSEWHERE, "po_nic");
    let reported = report(&mut here);
    here.edit(
        missing(reported),
        &[
            set("missing.family_phone", "9000000001"),
            set("missing.officer", "Sub-inspector Rao"),
        ],
    );
    here.sync();
    let taken_in = case(&mut there, "Ramesh Paswan", "Mohan Paswan");
    assert_eq!(proposed(&hub, &mut there).len(), 1);
    let ask = |device: &mut TestDevice, record| {
        device.asks.push(record);
        device.sync();
        assert!(device.asks.is_empty(), "every question is answered");
        device.details.pop().unwrap()
    };
    let told = ask(&mut there, reported);
    assert_eq!((told.outcome, told.record), (Detail::TOLD, reported));
    let facts: Vec<String> = told.facts.into_iter().map(|told| told.value).collect();
    let facts = facts.join(" ");
    assert!(facts.contains("Sub-inspector Rao") && facts.contains("रमेश पासवान"));
    assert!(!facts.contains("9000000001"), "{facts}");
    assert_eq!(told.people.len(), 1);
    // Of a case nobody is told anything but whom to ask, and only where it was proposed.
    let told = ask(&mut here, taken_in);
    assert_eq!(
        (told.outcome, told.facts.len(), told.people.len()),
        (Detail::PEOPLE, 0, 1)
    );
    let unknown = case(&mut there, "Somebody Else", "Nobody Known");
    assert_eq!(proposed(&hub, &mut here).len(), 1);
    assert_eq!(ask(&mut here, unknown).outcome, Detail::NOT_THERE);
    assert_eq!(ask(&mut here, new_case()).outcome, Detail::NOT_THERE);
    assert_eq!(ask(&mut stranger, reported).outcome, Detail::NOT_THERE, "another state");
    assert_eq!(ask(&mut analyst, reported).outcome, Detail::NOT_PERMITTED);
    let audit = hub.hub.storage.audit_rows(9).unwrap();
    let asked: Vec<_> = audit.iter().filter(|row| row.deed == "ask-record").collect();
    assert!(asked.len() >= 5 && asked.iter().all(|row| row.author.is_some()));
    here.edit(missing(reported), &[set("missing.closed_at", Value::Instant(1))]);
    here.sync();
    proposed(&hub, &mut here);
    assert_eq!(ask(&mut there, reported).outcome, Detail::NOT_THERE);
}
