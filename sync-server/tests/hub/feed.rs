//! Projection, delivery, receipts.

use std::collections::VecDeque;
use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use casework::{Compartment, Value};
use protocol::message::down::{Outcome, Receipt, ReceiptState};

use crate::receiver;
use crate::support::{Answer, TestDevice, TestHub, document, eventually, set};

pub(crate) const SECRET: &str = "whsec_dGVzdCBzZWNyZXQgb2YgMjQgYnl0ZXMh";

/// A portal that checks signatures, keeps what came and answers from a list, then with references.
pub(crate) struct Portal {
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<serde_json::Value>>>,
}

impl Portal {
    pub(crate) fn start(listener: TcpListener, first_answers: &[(u16, &str)]) -> Self {
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let answers: VecDeque<_> = first_answers
            .iter()
            .map(|(status, body)| (*status, (*body).to_owned()))
            .collect();
        let (kept, answers) = (received.clone(), Arc::new(Mutex::new(answers)));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let (kept, answers) = (kept.clone(), answers.clone());
                std::thread::spawn(move || serve(stream, &kept, &answers));
            }
        });
        Self { address, received }
    }

    pub(crate) fn received(&self) -> Vec<serde_json::Value> {
        self.received.lock().unwrap().clone()
    }
}

/// Answers one connection's requests.
fn serve(stream: TcpStream, kept: &Mutex<Vec<serde_json::Value>>, answers: &Mutex<VecDeque<(u16, String)>>) {
    let mut reader = BufReader::new(stream);
    while let Some(message) = read_message(&mut reader) {
        let number = {
            let mut kept = kept.lock().unwrap();
            kept.push(message);
            kept.len()
        };
        let first = answers.lock().unwrap().pop_front();
        let (status, body) = first.unwrap_or_else(|| (200, format!("{{\"reference\":\"VP-{number}\"}}")));
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        if reader.get_mut().write_all(head.as_bytes()).is_err() {
            return;
        }
    }
}

/// One request, its signature checked by another implementation than the hub's.
fn read_message(reader: &mut BufReader<TcpStream>) -> Option<serde_json::Value> {
    let (headers, body) = receiver::read(reader)?;
    standardwebhooks::Webhook::new(SECRET)
        .unwrap()
        .verify(&body, &headers)
        .unwrap();
    Some(serde_json::from_slice(&body).unwrap())
}

fn hub_with_portal(address: SocketAddr) -> TestHub {
    TestHub::start_with(&format!(
        "[channels.vatsalya]\nurl = 'http://{address}/in'\nsecret = '{SECRET}'\n[limits]\nretry_first_ms = 20\n"
    ))
}

/// Syncs until a receipt that covers the number has come.
fn receipt(device: &mut TestDevice, upto: u64) -> Receipt {
    eventually(|| {
        let come = |device: &TestDevice| device.receipts.iter().find(|receipt| receipt.upto >= upto).cloned();
        come(device).or_else(|| {
            device.sync();
            come(device)
        })
    })
}

/// The number of the last change that the hub took.
fn taken(answer: &Answer) -> u64 {
    let numbers = answer.verdicts.values().filter_map(|outcome| match outcome {
        Outcome::Accepted { number, .. } => Some(*number),
        _ => None,
    });
    numbers.max().unwrap()
}

#[test]
fn a_case_reaches_the_portal_without_a_name_and_its_number_comes_back() {
    let portal = Portal::start(TcpListener::bind("127.0.0.1:0").unwrap(), &[]);
    let hub = hub_with_portal(portal.address);
    let mut worker = hub.officer("po_nic");
    let case = worker.open_case();
    worker.edit(
        document(case, Compartment::Identity),
        &[
            set("child.name", "SECRETNAME"),
            set("child.sex", "female"),
            set("child.age_stated", Value::Integer(9)),
        ],
    );
    worker.edit(
        document(case, Compartment::Legal),
        &[set("statement.allegation", "SECRETWORDS")],
    );
    let upto = taken(&worker.sync());
    let told = receipt(&mut worker, upto);
    assert_eq!(told.document, document(case, Compartment::Core));
    assert!(matches!(told.state, ReceiptState::Accepted { reference } if reference.starts_with("VP-")));

    let schema: serde_json::Value = worker
        .client
        .get(format!("{}/v1/schemas/vatsalya-case-1.json", hub.url))
        .send()
        .unwrap()
        .text()
        .map(|text| serde_json::from_str(&text).unwrap())
        .unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let received = portal.received();
    for message in &received {
        assert!(validator.is_valid(message), "{message}");
        assert!(!message.to_string().contains("SECRET"), "{message}");
    }
    let last = received.last().unwrap();
    assert_eq!(
        last["data"]["child"],
        serde_json::json!({ "sex": "female", "age_years": 9 })
    );
    assert_eq!(last["data"]["upto"], serde_json::json!(upto));
}

#[test]
fn a_portal_that_is_down_is_told_the_latest_state_once_it_is_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let hub = hub_with_portal(address);
    let mut worker = hub.officer("po_nic");
    let case = worker.open_case();
    let mut upto = taken(&worker.sync());
    for stage in ["production", "inquiry", "in_care"] {
        worker.edit(document(case, Compartment::Core), &[set("case.stage", stage)]);
        upto = taken(&worker.sync());
    }
    eventually(|| {
        let due = hub.hub.storage.due_deliveries("vatsalya", i64::MAX, 9).unwrap();
        due.into_iter()
            .find(|one| one.parcel.upto == upto && one.trouble.is_some())
    });
    assert_eq!(
        hub.hub.storage.waiting_deliveries("vatsalya").unwrap(),
        1,
        "the latest state stands for all"
    );

    let portal = Portal::start(TcpListener::bind(address).unwrap(), &[]);
    receipt(&mut worker, upto);
    let received = portal.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0]["data"]["stage"], "in_care");
    assert_eq!(hub.hub.storage.waiting_deliveries("vatsalya").unwrap(), 0);
}

#[test]
fn a_rejection_comes_back_with_its_reason_and_trouble_does_not() {
    let answers = [
        (500, ""),
        (401, ""),
        (200, "{}"),
        (422, "{\"reason\":\"unknown district\"}"),
    ];
    let portal = Portal::start(TcpListener::bind("127.0.0.1:0").unwrap(), &answers);
    let hub = hub_with_portal(portal.address);
    let mut worker = hub.officer("po_nic");
    let case = worker.open_case();
    worker.sync();
    let told = receipt(&mut worker, 1);
    assert_eq!(
        told.state,
        ReceiptState::Rejected {
            reason: "unknown district".into()
        }
    );
    assert_eq!(portal.received().len(), 4);
    // Mended, it is told again and taken.
    worker.edit(document(case, Compartment::Core), &[set("case.stage", "inquiry")]);
    worker.sync();
    let told = receipt(&mut worker, told.upto + 1);
    assert!(matches!(told.state, ReceiptState::Accepted { .. }));
}

#[test]
fn who_is_given_a_case_later_has_its_receipt() {
    let portal = Portal::start(TcpListener::bind("127.0.0.1:0").unwrap(), &[]);
    let hub = hub_with_portal(portal.address);
    let mut worker = hub.officer("po_nic");
    let case = worker.open_case();
    worker.sync();
    receipt(&mut worker, 1);
    let mut counsellor = hub.officer("counsellor");
    assert!(
        counsellor.sync().receipts.is_empty(),
        "a receipt is as secret as its case"
    );
    hub.assign(&counsellor, case);
    assert_eq!(counsellor.sync().receipts.len(), 1);
}

#[test]
fn tables_can_be_rebuilt_from_the_documents() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let case = worker.open_case();
    worker.edit(document(case, Compartment::Core), &[set("case.urgency", "emergency")]);
    let upto = taken(&worker.sync());
    let folded = || hub.hub.storage.case(case).unwrap().filter(|row| row.upto == upto);
    let before = eventually(folded);
    assert_eq!(before.urgency, "emergency");
    hub.hub.storage.unfold_everything().unwrap();
    hub.hub.changed.ring();
    assert_eq!(eventually(folded), before);
}
