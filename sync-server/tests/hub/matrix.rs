//! The access matrix: role × district × assignment × compartment × every route. What is allowed is answered; everything else
//! looks like what was never there.

use casefile::Edit;
use casework::{Compartment, EntryId, attachment};
use protocol::ids::Sha256;
use protocol::message::down::Outcome;
use protocol::recovery::RecoveryRequest;
use protocol::{Cursor, DocumentId, Refusal};
use reqwest::blocking::Response;
use reqwest::{Method, StatusCode};

use crate::media::{Caller, caller, name_in, picture};
use crate::support::{TestDevice, TestHub, document, new_case, random};

const ELSEWHERE: &str = "KA-MYS";

/// The table of the national pack, written down a second time by hand: `c`ore, `i`dentity, care (`h`), `l`egal. What a role
/// reads, what it writes, whether it has the whole district, and whether it opens cases.
pub(crate) const ROLES: [(&str, &str, &str, bool, bool); 14] = [
    ("dcpo", "cihl", "cihl", true, true),
    ("po_nic", "cihl", "cihl", false, true),
    ("po_ic", "cihl", "cihl", false, true),
    ("lpo", "cihl", "cihl", false, true),
    ("counsellor", "cih", "ch", false, false),
    ("social_worker", "cih", "cih", false, true),
    ("cwc", "cihl", "cl", false, false),
    ("superintendent", "cih", "cih", false, false),
    ("jjb", "cihl", "cl", false, false),
    ("case_worker", "cih", "cih", false, false),
    ("outreach_worker", "ci", "c", false, true),
    ("cwpo", "cil", "cil", false, true),
    ("data_analyst", "c", "", true, false),
    ("saa", "cih", "cih", false, false),
];

const COMPARTMENTS: [(char, Compartment); 4] = [
    ('c', Compartment::Core),
    ('i', Compartment::Identity),
    ('h', Compartment::Care),
    ('l', Compartment::Legal),
];

/// How an officer stands to the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Assigned,
    NotAssigned,
    /// It was given to them, and taken away again.
    Before,
    InAnotherDistrict,
}

/// What of a case somebody may do.
#[derive(Debug, PartialEq, Eq)]
struct Rights {
    reads: bool,
    writes: bool,
    /// Hands in what they wrote while they could.
    brings: bool,
}

fn rights((_, reads, writes, of_district, _): (&str, &str, &str, bool, bool), stands: Stands, letter: char) -> Rights {
    let reaches = match stands {
        Stands::Assigned => true,
        Stands::NotAssigned | Stands::Before => of_district,
        Stands::InAnotherDistrict => false,
    };
    let (reads, writes) = (reads.contains(letter), writes.contains(letter));
    Rights {
        reads: reaches && reads,
        writes: reaches && writes,
        brings: writes && (reaches || stands == Stands::Before),
    }
}

/// A case of another officer, with a picture in each compartment that has any.
struct Fixture {
    hub: TestHub,
    worker: TestDevice,
    case: [u8; 16],
    pictures: Vec<(char, Sha256)>,
}

impl Fixture {
    fn new() -> Self {
        let hub = TestHub::start();
        hub.hub.storage.add_district(ELSEWHERE, "Mysuru", 0).unwrap();
        let mut worker = hub.officer("po_nic");
        let case = worker.open_case();
        let mut pictures = Vec::new();
        for (letter, compartment) in COMPARTMENTS {
            worker.edit(document(case, compartment), &[note()]);
            if attachment::table_of(compartment).is_some() {
                let bytes = picture(&random::<500>());
                let sha256 = name_in(&mut worker, case, compartment, &bytes);
                let up = caller(&mut worker);
                up.begin(sha256, bytes.len());
                assert_eq!(up.piece(sha256, 0, &bytes).status(), StatusCode::NO_CONTENT);
                pictures.push((letter, sha256));
            }
        }
        worker.sync();
        Self {
            hub,
            worker,
            case,
            pictures,
        }
    }

    fn officer(&self, role: &str, stands: Stands) -> TestDevice {
        let district = if stands == Stands::InAnotherDistrict {
            ELSEWHERE
        } else {
            crate::support::DISTRICT
        };
        let user = self.hub.user_in(district, &format!("An officer ({role})"), role);
        let device = self.hub.device(user);
        if matches!(stands, Stands::Assigned | Stands::Before) {
            self.hub.assign(&device, self.case);
        }
        device
    }
}

fn note() -> Edit {
    Edit::AddEntry {
        entry: EntryId::from_bytes(random()),
        kind: "note".into(),
        text: "Seen at home.".into(),
    }
}

/// Everything of an answer by which two could be told apart; the time of day is not of them.
fn looks(response: Response) -> (StatusCode, Vec<(String, String)>, Vec<u8>) {
    let headers = response.headers().iter();
    let mut headers: Vec<(String, String)> = headers
        .filter(|(name, _)| *name != "date")
        .map(|(name, value)| (name.to_string(), format!("{value:?}")))
        .collect();
    headers.sort();
    (response.status(), headers, response.bytes().unwrap().to_vec())
}

const METHODS: [Method; 5] = [Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::DELETE];

/// What each method says to somebody with these rights, of a picture that is whole.
fn status(method: &Method, rights: &Rights) -> StatusCode {
    let by_right = match method.as_str() {
        "GET" => (rights.reads, StatusCode::OK),
        // Whoever reads may ask how far it has come, and bring it.
        "HEAD" | "POST" => (rights.reads || rights.brings, StatusCode::OK),
        "PATCH" => (rights.reads || rights.brings, StatusCode::CONFLICT),
        _ => (rights.reads || rights.brings, StatusCode::FORBIDDEN),
    };
    if by_right.0 { by_right.1 } else { StatusCode::NOT_FOUND }
}

fn headers(method: &Method) -> Vec<(&'static str, String)> {
    match method.as_str() {
        "POST" => vec![("upload-length", "900".to_owned())],
        "PATCH" => vec![
            ("upload-offset", "0".to_owned()),
            ("content-type", protocol::media::PIECE_CONTENT_TYPE.to_owned()),
        ],
        _ => Vec::new(),
    }
}

#[test]
fn every_cell_is_as_the_table_says_and_the_others_look_like_nothing() {
    let mut fixture = Fixture::new();
    let shipped = include_str!("../../../crates/casework/packs/national/roles.toml");
    assert_eq!(
        shipped.matches("[[role]]").count(),
        ROLES.len(),
        "every role is in the table"
    );
    let mut wrong = Vec::new();
    let mut cells = 0;
    for row in ROLES {
        for stands in [
            Stands::Assigned,
            Stands::NotAssigned,
            Stands::Before,
            Stands::InAnotherDistrict,
        ] {
            let mut device = fixture.officer(row.0, stands);
            if stands == Stands::Before {
                device.sync();
                fixture.hub.unassign(&device, fixture.case);
                // As if it had never heard of it.
                device.cursor = Cursor::start();
            }
            let mut check = |what: String, found: String, expected: String| {
                cells += 1;
                if found != expected {
                    wrong.push(format!("{} {stands:?} {what}: {found} and not {expected}", row.0));
                }
            };
            let granted = device.sync().granted;
            for (letter, compartment) in COMPARTMENTS {
                let id = document(fixture.case, compartment);
                let rights = rights(row, stands, letter);
                check(
                    format!("{letter} comes"),
                    granted.contains(&id).to_string(),
                    rights.reads.to_string(),
                );
                // Asked for once more as if its copy were damaged.
                device.again.push(id);
                let again = device.sync();
                check(
                    format!("{letter} again"),
                    again.granted.contains(&id).to_string(),
                    rights.reads.to_string(),
                );
                check(
                    format!("{letter} changed"),
                    written(&mut fixture, &mut device, id),
                    if rights.writes || rights.brings {
                        format!("taken, late: {}", !rights.writes)
                    } else if stands == Stands::Before && row.1.contains(letter) && !rights.reads {
                        // They know of it: they had it.
                        format!("{:?}", Refusal::Revoked)
                    } else if row.4 && row.2.contains(letter) {
                        // With a new name it would begin a case of theirs.
                        format!("{:?}", Refusal::UnknownDocument)
                    } else {
                        nothing_there(&mut device, compartment)
                    },
                );
            }
            let pictures = fixture.pictures.clone();
            let call = caller(&mut device);
            for (letter, sha256) in pictures {
                let rights = rights(row, stands, letter);
                for method in METHODS {
                    let answer = call.call(method.clone(), sha256, &headers(&method), Vec::new());
                    let expected = status(&method, &rights);
                    if expected == StatusCode::NOT_FOUND {
                        let never = call.call(method.clone(), Sha256(random()), &headers(&method), Vec::new());
                        check(
                            format!("{letter} {method}"),
                            format!("{:?}", looks(answer)),
                            format!("{:?}", looks(never)),
                        );
                    } else {
                        check(
                            format!("{letter} {method}"),
                            answer.status().to_string(),
                            expected.to_string(),
                        );
                    }
                }
            }
        }
    }
    println!("{cells} cells");
    assert!(
        wrong.is_empty(),
        "{} of {cells} cells:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// What becomes of a note that somebody writes in a document of the case, whether or not they have it.
fn written(fixture: &mut Fixture, device: &mut TestDevice, id: DocumentId) -> String {
    // Whoever means harm may have got a copy somehow.
    fixture.worker.sync();
    let theirs = fixture.worker.documents[&id].clone();
    let own = device.documents.insert(id, theirs);
    let n = device.edit(id, &[note()]);
    let verdict = device.sync().verdicts.remove(&n);
    if let Some(own) = own {
        device.documents.insert(id, own);
    }
    device.outbox.clear();
    match verdict {
        Some(Outcome::Accepted { late, .. }) => format!("taken, late: {late}"),
        Some(Outcome::Refused { code }) => format!("{code:?}"),
        other => format!("{other:?}"),
    }
}

/// What is said of a note in a document of a case that there never was.
fn nothing_there(device: &mut TestDevice, compartment: Compartment) -> String {
    let n = device.edit(document(new_case(), compartment), &[note()]);
    let verdict = device.sync().verdicts.remove(&n);
    device.outbox.clear();
    match verdict {
        Some(Outcome::Refused { code }) => format!("{code:?}"),
        other => format!("{other:?}"),
    }
}

#[test]
fn without_a_token_everything_looks_alike() {
    let mut fixture = Fixture::new();
    let pictures = fixture.pictures.clone();
    for token in ["", "0", &"ab".repeat(32)] {
        let nobody = Caller {
            device: &mut fixture.worker,
            token: token.to_owned(),
        };
        for (_, sha256) in &pictures {
            for method in METHODS {
                let there = looks(nobody.call(method.clone(), *sha256, &headers(&method), Vec::new()));
                let never = looks(nobody.call(method.clone(), Sha256(random()), &headers(&method), Vec::new()));
                assert_eq!(there.0, StatusCode::UNAUTHORIZED);
                assert_eq!(there, never, "{method}");
            }
        }
    }
}

/// A request for a vault whose passphrase is lost, as a device makes it.
fn recovery_of(device: &TestDevice) -> RecoveryRequest {
    RecoveryRequest {
        author: device.author,
        name: "An officer".into(),
        made_ms: 1_795_000_000_000,
        recipient: "age1invented".into(),
        sealed: b"an age file".to_vec(),
    }
}

#[test]
fn packs_and_recoveries_answer_whoever_may_have_them_and_all_else_looks_like_nothing() {
    let hub = TestHub::start();
    let pack = crate::packs::publish_one(&hub);
    let client = reqwest::blocking::Client::new();
    let get = |path: String, token: Option<&str>| {
        let request = client.get(format!("{}{path}", hub.url));
        let request = token
            .into_iter()
            .fold(request, reqwest::blocking::RequestBuilder::bearer_auth);
        looks(request.send().unwrap())
    };
    let ask = |request: &RecoveryRequest| {
        let sent = client.post(format!("{}/v1/recovery", hub.url)).body(request.to_cbor());
        looks(sent.send().unwrap())
    };
    let never = |path: &str| format!("{path}/{}", Sha256(random()));
    for (role, ..) in ROLES {
        for district in [crate::support::DISTRICT, ELSEWHERE] {
            if hub.hub.storage.district(district).unwrap().is_none() {
                hub.hub.storage.add_district(district, "Mysuru", 0).unwrap();
            }
            let user = hub.user_in(district, &format!("An officer ({role})"), role);
            let mut device = hub.device(user);
            let token = device.sync().close.unwrap().token.0;
            // The signed pack names no child and is the same for everybody who may sync.
            assert_eq!(
                get(format!("/v1/packs/{pack}"), Some(&token)).0,
                StatusCode::OK,
                "{role}"
            );
            let nothing = get(never("/v1/packs"), Some(&token));
            assert_eq!(nothing.0, StatusCode::NOT_FOUND);
            assert_eq!(get("/v1/packs/no-name".into(), Some(&token)), nothing, "{role}");
            // A vault may be asked for by whoever has no key at hand: by a name that nobody guesses.
            let request = recovery_of(&device);
            assert_eq!(ask(&request).0, StatusCode::ACCEPTED);
            assert_eq!(
                get(format!("/v1/recovery/{}", request.id()), None).0,
                StatusCode::ACCEPTED
            );
        }
    }
    // Without a token a pack that there is and one that there is not are alike.
    let without = get(format!("/v1/packs/{pack}"), None);
    assert_eq!(without.0, StatusCode::UNAUTHORIZED);
    assert_eq!(get(never("/v1/packs"), None), without);
    // Whoever is shut out is told what somebody is told whom the hub never knew.
    let mut gone = hub.officer("po_nic");
    let token = gone.sync().close.unwrap().token.0;
    hub.hub.storage.dismiss_author(gone.author, false, 1).unwrap();
    let stranger = TestDevice::unenrolled(&hub.url);
    assert_eq!(ask(&recovery_of(&gone)), ask(&recovery_of(&stranger)));
    let unknown = recovery_of(&stranger).id();
    assert_eq!(
        get(format!("/v1/recovery/{}", recovery_of(&gone).id()), None),
        get(format!("/v1/recovery/{unknown}"), None)
    );
    let shut_out = get(format!("/v1/packs/{pack}"), Some(&token));
    assert_ne!(shut_out.0, StatusCode::OK);
    assert_eq!(get(never("/v1/packs"), Some(&token)), shut_out);
}
