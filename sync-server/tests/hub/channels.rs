//! Every channel from a device to a receiver in a process of its own; what is taken back, and what is told once.

use std::collections::BTreeMap;

use casework::{Compartment, DocumentKind, Value};
use protocol::DocumentId;
use protocol::message::down::ReceiptState;
use serde_json::Value as Json;
use sync_server::channel::CHANNELS;
use sync_server::channel::figures::Figures;

use crate::destroyed::order;
use crate::office::{HOUR_MS, Office, sent_to};
use crate::receiver::{Does, Receiver};
use crate::support::{TestHub, document, eventually, new_case, now_ms, set};

fn moment(at_ms: i64) -> Value {
    Value::Instant(at_ms)
}

fn missing(report: [u8; 16]) -> DocumentId {
    let mut id = [DocumentKind::Missing.to_byte(); 17];
    id[..16].copy_from_slice(&report);
    DocumentId(id)
}

/// The data of what was told of a record, by the kind of message.
fn data<'a>(messages: &'a [Json], kind: &str) -> &'a Json {
    let found = messages.iter().find(|one| one["body"]["type"] == kind);
    &found.unwrap_or_else(|| panic!("no {kind}: {messages:?}"))["body"]["data"]
}

#[test]
fn every_channel_is_told_by_a_device_and_its_number_comes_back_to_it() {
    let receivers: BTreeMap<&str, Receiver> = CHANNELS
        .iter()
        .map(|channel| (channel.code, Receiver::start(&[])))
        .collect();
    let settings: String = receivers
        .iter()
        .map(|(code, receiver)| sent_to(code, receiver))
        .collect();
    let hub = TestHub::start_with(&settings);
    let mut worker = hub.officer("dcpo");
    let case = worker.open_case();
    let at = now_ms() - HOUR_MS;
    worker.edit(
        document(case, Compartment::Core),
        &[
            set("found.at", moment(at)),
            set("intake.source", "erss_112"),
            set("intake.reference", "112-77"),
            set("intake.acknowledged_at", moment(at)),
            set("publication.consent", "given"),
            set("adoption.agency_received_at", moment(at)),
            set("custody.place_kind", "saa"),
        ],
    );
    worker.edit(
        document(case, Compartment::Identity),
        &[
            set("child.name", "SECRETNAME"),
            set("child.sex", "female"),
            set("parents.father_name", "SECRETFATHER"),
        ],
    );
    worker.edit(
        document(case, Compartment::Legal),
        &[set("statement.allegation", "SECRETWORDS")],
    );
    let (asked, posted) = (new_case(), new_case());
    for (report, source) in [(asked, "trackchild"), (posted, "khoya-paya")] {
        worker.edit(
            missing(report),
            &[
                set("missing.source", source),
                set("missing.source_reference", "REF-1"),
                set("missing.name", "SECRETCHILD"),
                set("missing.status", "traced"),
            ],
        );
    }
    worker.sync();
    let wanted: Vec<(&str, DocumentId)> = receivers
        .keys()
        .map(|code| (*code, document(case, Compartment::Core)))
        .chain([("trackchild", missing(asked)), ("khoya-paya", missing(posted))])
        .collect();
    eventually(|| {
        let has = |(channel, document): &(&str, DocumentId)| {
            let mut receipts = worker.receipts.iter();
            receipts.any(|one| one.channel == *channel && one.document == *document)
        };
        if wanted.iter().all(has) {
            return Some(());
        }
        worker.sync();
        None
    });
    for receipt in &worker.receipts {
        assert!(
            matches!(&receipt.state, ReceiptState::Accepted { reference } if reference.starts_with("R-")),
            "{receipt:?}"
        );
    }
    for (code, receiver) in &receivers {
        assert_eq!(receiver.complaints(), "", "{code}");
        let told = receiver.took();
        let text = serde_json::to_string(&told).unwrap();
        assert!(!text.contains("SECRETWORDS") && !text.contains("SECRETFATHER") && !text.contains("SECRETCHILD"));
        assert_eq!(text.contains("SECRETNAME"), *code == "trackchild", "{code}");
        let last = |kind| data(&told, kind).clone();
        match *code {
            "vatsalya" => assert_eq!(last("case.updated")["kind"], "cncp"),
            "trackchild" => {
                assert_eq!(last("child.updated")["state"], "found");
                assert_eq!(last("report.answered")["reference"], "REF-1");
            }
            "khoya-paya" => {
                assert_eq!(last("found.published")["consent"]["by"], "cwc");
                assert_eq!(last("post.answered")["status"], "traced");
            }
            "carings" => assert_eq!(last("child.updated")["legally_free"], Json::Null),
            _ => assert_eq!(last("call.updated")["state"], "acknowledged"),
        }
    }
}

#[test]
fn a_consent_that_is_withdrawn_takes_back_what_was_published() {
    let receiver = Receiver::start(&[]);
    let mut office = Office::new(&sent_to("khoya-paya", &receiver), now_ms());
    let case = office.case();
    office.write(
        document(case, Compartment::Identity),
        &[
            set("child.identity_marks", "A scar on the knee"),
            set("child.sex", "male"),
        ],
    );
    office.deliver("khoya-paya");
    assert_eq!(receiver.took().len(), 0, "nothing without consent");
    for (consent, kind) in [
        ("given", "found.published"),
        ("withdrawn", "record.retracted"),
        ("given", "found.published"),
        ("refused", "record.retracted"),
    ] {
        office.core(case, &[("publication.consent", consent.into())]);
        office.deliver("khoya-paya");
        let last = receiver.took().pop().unwrap();
        assert_eq!(last["body"]["type"], kind);
        if kind == "record.retracted" {
            assert_eq!(last["body"]["data"]["reason"], "withdrawn");
            assert!(!last["text"].as_str().unwrap().contains("scar"));
        }
    }
    // What is over is said once, whatever else is written.
    office.core(case, &[("case.urgency", "urgent".into())]);
    assert_eq!(office.deliver("khoya-paya"), 0);
    // Home, with consent: taken back as well.
    office.core(case, &[("publication.consent", "given".into())]);
    office.core(case, &[("restoration.restored_at", moment(office.now_ms()))]);
    office.deliver("khoya-paya");
    assert_eq!(receiver.took().pop().unwrap()["body"]["type"], "record.retracted");
    assert_eq!(receiver.complaints(), "");
}

#[test]
fn a_destroyed_record_is_taken_back_from_every_channel_that_was_told_of_it() {
    let receiver = Receiver::start(&[]);
    let told = ["helpline", "trackchild", "vatsalya"];
    let settings: String = told
        .iter()
        .chain(&["carings"])
        .map(|code| sent_to(code, &receiver))
        .collect();
    let mut office = Office::new(&settings, now_ms());
    let case = office.case();
    office.core(
        case,
        &[
            ("found.at", moment(office.now_ms())),
            ("intake.source", "helpline_1098".into()),
            ("intake.reference", "1098-1".into()),
        ],
    );
    for channel in told {
        office.deliver(channel);
    }
    let before = receiver.took().len();
    assert_eq!(before, told.len());
    let order = order(case);
    let survey = office.hub.storage.survey(case).unwrap().unwrap();
    assert_eq!(survey.channels, told);
    let retractions: Vec<_> = survey
        .channels
        .iter()
        .map(|code| {
            let way = sync_server::storage::Way::Sent;
            sync_server::channel::retraction(code, &order, &survey.district, way, office.now_ms()).unwrap()
        })
        .collect();
    office
        .hub
        .storage
        .destroy(&order, &retractions, office.now_ms())
        .unwrap();
    office.clock.advance_ms(1_000);
    for channel in told {
        assert_eq!(office.deliver(channel), 1, "{channel}");
    }
    let took = receiver.took();
    assert_eq!(took.len(), before + told.len());
    for message in &took[before..] {
        let kind = message["body"]["type"].as_str().unwrap();
        assert!(kind.ends_with(".retracted"), "{kind}");
        assert_eq!(message["body"]["data"]["section"], "JJ Act 2015, s.24(2)");
    }
    assert_eq!(receiver.complaints(), "");
    let answered = office.hub.storage.destruction(case).unwrap().unwrap().channels;
    assert_eq!(answered.len(), told.len());
    assert!(
        answered
            .iter()
            .all(|one| one.answered.is_some_and(|(_, accepted)| accepted))
    );
}

#[test]
fn a_rebuild_tells_nobody_what_they_know() {
    let receiver = Receiver::start(&[]);
    let mut office = Office::new(&sent_to("vatsalya", &receiver), now_ms());
    for _ in 0..5 {
        office.case();
    }
    office.deliver("vatsalya");
    office.hub.storage.unfold_everything().unwrap();
    assert_eq!(office.deliver("vatsalya"), 0);
    assert_eq!(receiver.came().len(), 5);
}

#[test]
fn figures_of_a_month_and_a_quarter_are_told_when_they_are_over_and_again_when_they_change() {
    const DAY_MS: i64 = 24 * HOUR_MS;
    let receiver = Receiver::start(&[]);
    let mut office = Office::new(&sent_to("vatsalya", &receiver), now_ms());
    let case = office.case();
    // Before the last quarter began, whatever day it is.
    let long_ago = moment(office.now_ms() - 200 * DAY_MS);
    office.core(case, &[("case.opened_at", long_ago)]);
    let mut figures = Figures::default();
    office.fold();
    assert!(figures.work(&office.hub).unwrap());
    assert!(!figures.work(&office.hub).unwrap(), "once a day");
    office.deliver("vatsalya");
    let told = |receiver: &Receiver| -> Vec<Json> {
        let took = receiver.took().into_iter().map(|one| one["body"].clone());
        took.filter(|one| one["type"] == "figures.reported").collect()
    };
    let first = told(&receiver);
    let kinds: Vec<&Json> = first.iter().map(|one| &one["data"]["period"]["kind"]).collect();
    assert_eq!(kinds.len(), 2, "{kinds:?}");
    for one in &first {
        // One child: that there is one is told, and no number.
        assert!(one["data"]["cases"][0]["pending_at_end"].is_null());
    }
    // Another hub, or the same one started anew: nothing has changed.
    assert!(Figures::default().work(&office.hub).unwrap());
    assert_eq!(office.deliver("vatsalya"), 0);
    // What a tablet brings late was disposed of long ago.
    let disposed = first[0]["timestamp"]
        .as_str()
        .unwrap()
        .parse::<jiff::Timestamp>()
        .unwrap();
    let at_ms = disposed.as_millisecond() - 1_000;
    office.core(case, &[("order.final_at", moment(at_ms))]);
    office.fold();
    Figures::default().work(&office.hub).unwrap();
    office.deliver("vatsalya");
    let again = told(&receiver);
    assert!(again.len() > 2);
    assert_eq!(again.last().unwrap()["data"]["cases"][0]["pending_at_end"], 0);
    assert_eq!(receiver.complaints(), "");
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Logged(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// In a process of its own: which events a log hears of is decided for a whole process, and other tests decide with it.
#[test]
fn what_people_and_portals_write_is_inert_in_webhooks_and_stands_in_no_log() {
    const ALONE: &str = "VATSALYA_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return hostile_words_are_inert();
    }
    let alone = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "channels::what_people_and_portals_write_is_inert_in_webhooks_and_stands_in_no_log",
        ])
        .env(ALONE, "1")
        .output()
        .unwrap();
    assert!(alone.status.success(), "{}", String::from_utf8_lossy(&alone.stdout));
}

fn hostile_words_are_inert() {
    const HOSTILE: &str =
        "=cmd|' /C calc'!A0<script>alert('CANARY')</script>'; DROP TABLE feed; --\r\nCANARY: {{7*7}}\0";
    let answers = [
        Does::Answers(500, None, "CANARY"),
        Does::Answers(422, None, "{\"reason\":\"CANARY\\r\\n<b>\\u0000\"}"),
        Does::Answers(200, None, "{\"reference\":\"CANARY\\r\\n\\u001b[2J\"}"),
    ];
    let receiver = Receiver::start(&answers);
    let codes = ["trackchild", "vatsalya"];
    let settings: String = codes.iter().map(|code| sent_to(code, &receiver)).collect();
    let mut office = Office::new(&settings, now_ms() - 60_000);
    let logged = Logged::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer({
            let logged = logged.clone();
            move || logged.clone()
        })
        .finish();
    let case = tracing::subscriber::with_default(subscriber, || {
        let case = office.case();
        office.core(
            case,
            &[
                ("found.at", moment(office.now_ms())),
                ("case.stage", HOSTILE.into()),
                ("custody.place_kind", HOSTILE.into()),
                ("custody.place_name", HOSTILE.into()),
                ("custody.admitted_at", moment(office.now_ms())),
            ],
        );
        office.write(
            document(case, Compartment::Identity),
            &[
                set("child.name", HOSTILE),
                set("child.sex", HOSTILE),
                set("child.identity_marks", HOSTILE),
                set("found.place", HOSTILE),
            ],
        );
        for _ in 0..3 {
            office.deliver("trackchild");
            office.deliver("vatsalya");
            office.clock.advance_ms(10_000);
        }
        office
            .hub
            .storage
            .send_again("trackchild", None, office.now_ms())
            .unwrap();
        office
            .hub
            .storage
            .send_again("vatsalya", None, office.now_ms())
            .unwrap();
        office.deliver("trackchild");
        office.deliver("vatsalya");
        case
    });
    let log = String::from_utf8(logged.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("not delivered") && log.contains("dead letter"), "{log}");
    let id = uuid::Uuid::from_bytes(case).to_string();
    assert!(
        !log.contains("CANARY") && !log.contains("cmd|") && !log.contains(&id),
        "{log}"
    );
    assert_eq!(receiver.complaints(), "");
    assert_eq!(receiver.took().len(), 2);
    for message in receiver.took() {
        let text = message["text"].as_str().unwrap();
        assert!(!text.contains(['<', '>', '&', '\r', '\n', '\0']), "{text}");
        assert!(!text.contains("\"="), "{text}");
    }
    for code in codes {
        let (_, words, _) = office.answered(document(case, Compartment::Core), code).unwrap();
        assert!(!words.contains(char::is_control), "{words:?}");
    }
    // Nothing was dropped.
    assert!(office.hub.storage.feed("trackchild", 0, 9).unwrap().len() == 1);
}
