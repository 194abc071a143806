//! Receivers that are down, die, say nothing, ask to be left alone, sign wrongly or do not take what they are sent.

use std::collections::BTreeMap;

use casework::{Compartment, Value};

use crate::office::{HOUR_MS, Office, sent_to};
use crate::receiver::{Does, Receiver, SECRET};
use crate::support::{document, now_ms};

const OTHER_SECRET: &str = "whsec_b3RoZXIgc2VjcmV0IG9mIDI0IGJ5dGVzIQ==";

/// Seven days without a receiver, with work every day; then it is there.
#[test]
fn a_receiver_that_was_down_for_a_week_gets_everything_once_and_in_order() {
    const CASES: usize = 12;
    const DAYS: i64 = 7;
    let mut receiver = Receiver::absent(&[Does::Answers(500, None, ""), Does::Dies]);
    let settings = format!("{}{}", sent_to("vatsalya", &receiver), sent_to("helpline", &receiver));
    let mut office = Office::new(
        &format!("{settings}[limits]\nretry_longest_ms = 60000\n"),
        now_ms() - DAYS * 24 * HOUR_MS,
    );
    let cases: Vec<[u8; 16]> = (0..CASES).map(|_| office.case()).collect();
    let steps = ["acknowledged_at", "reached_at", "handed_over_at", "closed_at"];
    let mut written = BTreeMap::new();
    for day in 0..DAYS {
        for (n, case) in cases.iter().enumerate() {
            let step = steps[usize::try_from(day).unwrap() % steps.len()];
            let mut facts = vec![
                ("intake.source", Value::from("helpline_1098")),
                ("intake.reference", Value::Text(format!("1098-{n}"))),
                ("case.stage", Value::Text(format!("day_{day}"))),
            ];
            let fact = format!("intake.{step}");
            if day < 4 {
                facts.push((&fact, Value::Instant(office.now_ms())));
            }
            written.insert(*case, office.core(*case, &facts));
        }
        for _ in 0..24 {
            office.deliver("vatsalya");
            office.deliver("helpline");
            office.clock.advance_ms(HOUR_MS);
        }
    }
    assert_eq!((office.waiting("vatsalya"), office.waiting("helpline")), (12, 12));
    assert_eq!(receiver.took().len(), 0);
    receiver.start_again();
    let mut seconds = 0;
    while office.waiting("vatsalya") + office.waiting("helpline") > 0 {
        office.deliver("vatsalya");
        office.deliver("helpline");
        // It fails once, and dies once: then it is started again.
        if seconds == 1 {
            receiver.start_again();
        }
        office.clock.advance_ms(1_000);
        seconds += 1;
        assert!(seconds < 280, "it never came");
    }
    assert_eq!(receiver.complaints(), "");
    let took = receiver.took();
    assert_eq!(took.len(), 2 * CASES, "each once");
    let mut stages = BTreeMap::new();
    for message in &took {
        let said = &message["body"]["data"];
        if message["body"]["type"] == "case.updated" {
            assert_eq!(said["stage"], "day_6");
            let told = stages.insert(said["case"].to_string(), said["upto"].as_u64().unwrap());
            assert!(told.is_none());
        } else {
            // Every step is in it, in the order in which it was taken.
            let times = steps.map(|step| said[step].as_str().unwrap().to_owned());
            assert!(times.is_sorted(), "{times:?}");
            assert_eq!(said["state"], "closed");
        }
    }
    for (case, upto) in &written {
        let (accepted, _, told) = office.answered(document(*case, Compartment::Core), "vatsalya").unwrap();
        assert!(accepted);
        assert_eq!(told, *upto);
    }
    let receipts = office.hub.storage.audit_rows(u32::MAX).unwrap();
    assert_eq!(receipts.iter().filter(|row| row.deed == "receipt").count(), 2 * CASES);
}

#[test]
fn a_receiver_that_dies_with_a_message_in_its_hands_knows_it_again() {
    let mut receiver = Receiver::start(&[Does::Dies]);
    let mut office = Office::new(&sent_to("vatsalya", &receiver), now_ms());
    let case = office.case();
    office.deliver("vatsalya");
    receiver.wait();
    assert_eq!(office.answered(document(case, Compartment::Core), "vatsalya"), None);
    receiver.start_again();
    // What is written meanwhile waits behind it in the same place, and is told instead.
    office.clock.advance_ms(1_000);
    office.deliver("vatsalya");
    let (accepted, reference, _) = office.answered(document(case, Compartment::Core), "vatsalya").unwrap();
    assert!(accepted);
    assert_eq!(reference, "R-1", "of the first time it came");
    assert_eq!((receiver.came().len(), receiver.took().len()), (2, 1));
}

#[test]
fn a_case_that_changes_while_its_receiver_is_in_trouble_is_told_in_order() {
    let receiver = Receiver::start(&[Does::Answers(500, None, ""), Does::Answers(502, None, "")]);
    let mut office = Office::new(&sent_to("vatsalya", &receiver), now_ms() - 60_000);
    let case = office.case();
    for stage in ["production", "inquiry", "in_care", "restoration"] {
        office.core(case, &[("case.stage", stage.into())]);
        office.deliver("vatsalya");
        office.clock.advance_ms(2_000);
    }
    office.deliver("vatsalya");
    let uptos: Vec<u64> = receiver
        .came()
        .iter()
        .map(|one| one["body"]["data"]["upto"].as_u64().unwrap())
        .collect();
    assert!(uptos.is_sorted(), "{uptos:?}");
    assert_eq!(receiver.came().last().unwrap()["body"]["data"]["stage"], "restoration");
    assert_eq!(office.waiting("vatsalya"), 0);
}

#[test]
fn a_receiver_that_asks_to_be_left_alone_is() {
    let date = |at_ms: i64| {
        let at = std::time::UNIX_EPOCH + std::time::Duration::from_millis(at_ms.unsigned_abs());
        httpdate::fmt_http_date(at)
    };
    let start = now_ms() - 200_000;
    let receiver = Receiver::start(&[
        Does::Answers(429, Some(("retry-after", "90".to_owned())), ""),
        Does::Answers(503, Some(("Retry-After", date(start + 150_000))), ""),
    ]);
    let mut office = Office::new(&sent_to("vatsalya", &receiver), start);
    office.case();
    office.case();
    assert_eq!(office.deliver("vatsalya"), 1, "the other waits, too");
    office.clock.advance_ms(89_000);
    assert_eq!(office.deliver("vatsalya"), 0);
    office.clock.advance_ms(1_000);
    assert_eq!(office.deliver("vatsalya"), 1);
    office.clock.advance_ms(58_000);
    assert_eq!(office.deliver("vatsalya"), 0);
    office.clock.advance_ms(3_000);
    assert_eq!(office.deliver("vatsalya"), 2);
    assert_eq!((office.waiting("vatsalya"), receiver.took().len()), (0, 2));
}

#[test]
fn a_receiver_that_says_nothing_is_not_waited_for_and_holds_up_no_other_channel() {
    let silent = Receiver::start(&[Does::KeepsSilent]);
    let good = Receiver::start(&[]);
    let settings = format!("{}{}", sent_to("vatsalya", &silent), sent_to("helpline", &good));
    let mut office = Office::new(&format!("{settings}[limits]\nanswer_ms = 300\n"), now_ms());
    let case = office.case();
    office.core(
        case,
        &[
            ("intake.source", "women_181".into()),
            ("intake.reference", "181-1".into()),
        ],
    );
    assert_eq!(office.deliver("vatsalya"), 1);
    let waits = office.hub.storage.due_deliveries("vatsalya", i64::MAX, 9).unwrap();
    assert_eq!(waits[0].trouble.as_deref(), Some("no answer in time"));
    office.deliver("helpline");
    assert_eq!(office.waiting("helpline"), 0);
    office.clock.advance_ms(1_000);
    office.deliver("vatsalya");
    assert_eq!(office.waiting("vatsalya"), 0);
    assert_eq!((silent.came().len(), silent.took().len()), (2, 1));
}

#[test]
fn an_answer_whose_signature_does_not_hold_is_none() {
    let unsigned = Does::Answers(200, None, "{\"reference\":\"FORGED\"}");
    let receiver = Receiver::start(&[
        Does::Signs(OTHER_SECRET),
        Does::SignsAnother,
        unsigned,
        Does::Signs(SECRET),
    ]);
    let settings = format!("{}signed_answers = true\n", sent_to("vatsalya", &receiver));
    let mut office = Office::new(&settings, now_ms() - 60_000);
    let case = office.case();
    let core = document(case, Compartment::Core);
    for _ in 0..3 {
        assert_eq!(office.deliver("vatsalya"), 1);
        assert_eq!(office.answered(core, "vatsalya"), None);
        let waits = office.hub.storage.due_deliveries("vatsalya", i64::MAX, 9).unwrap();
        assert_eq!(
            waits[0].trouble.as_deref(),
            Some("the answer's signature does not hold")
        );
        office.clock.advance_ms(10_000);
    }
    office.deliver("vatsalya");
    assert_eq!(office.answered(core, "vatsalya").unwrap().1, "R-1");
    assert_eq!((receiver.came().len(), receiver.took().len()), (4, 1));
    // Where it need not be signed, one that is signed wrongly is none all the same.
    let receiver = Receiver::start(&[Does::Signs(OTHER_SECRET)]);
    let mut office = Office::new(&sent_to("vatsalya", &receiver), now_ms());
    office.case();
    office.deliver("vatsalya");
    assert_eq!(office.waiting("vatsalya"), 1);
}

#[test]
fn what_a_receiver_does_not_take_is_looked_at_and_sent_again() {
    let no = Does::Answers(422, None, "{\"reason\":\"unknown district\"}");
    let receiver = Receiver::start(&[no]);
    let mut office = Office::new(&sent_to("vatsalya", &receiver), now_ms());
    let case = office.case();
    let core = document(case, Compartment::Core);
    office.deliver("vatsalya");
    let (accepted, reason, _) = office.answered(core, "vatsalya").unwrap();
    assert!(!accepted);
    assert_eq!(reason, "unknown district");
    let list = |office: &Office| {
        let mut out = Vec::new();
        let command = sync_server::admin::DeadLettersCommand::List { channel: None };
        sync_server::admin::dead_letters(&office.hub, &command, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let listed = list(&office);
    let id = uuid::Uuid::from_bytes(case).to_string();
    assert!(listed.contains(&id) && listed.contains("unknown district"), "{listed}");
    office.clock.advance_ms(HOUR_MS / 20);
    assert_eq!(office.deliver("vatsalya"), 0, "it is tried no more");
    let mut out = Vec::new();
    let again = sync_server::admin::DeadLettersCommand::SendAgain {
        channel: "vatsalya".into(),
        record: Some(uuid::Uuid::from_bytes(case)),
    };
    sync_server::admin::dead_letters(&office.hub, &again, &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "1 will be sent again\n");
    assert_eq!(office.deliver("vatsalya"), 1);
    assert!(office.answered(core, "vatsalya").unwrap().0);
    assert_eq!(list(&office), "");
}

#[test]
fn what_nobody_takes_for_two_weeks_is_a_dead_letter_until_the_case_changes() {
    let mut receiver = Receiver::absent(&[]);
    let mut office = Office::new(&sent_to("vatsalya", &receiver), now_ms() - 15 * 24 * HOUR_MS);
    let case = office.case();
    for _ in 0..15 * 24 {
        office.deliver("vatsalya");
        office.clock.advance_ms(HOUR_MS);
    }
    assert_eq!(office.waiting("vatsalya"), 0);
    assert_eq!(office.hub.storage.dead_deliveries("vatsalya", 9).unwrap().len(), 1);
    receiver.start_again();
    office.core(case, &[("case.stage", "inquiry".into())]);
    office.deliver("vatsalya");
    assert_eq!(receiver.took().last().unwrap()["body"]["data"]["stage"], "inquiry");
    assert!(office.hub.storage.dead_deliveries("vatsalya", 9).unwrap().is_empty());
}
