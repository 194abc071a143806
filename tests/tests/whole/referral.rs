//! A helpline refers a child: an officer's tablet shows it at once, or first thing when it comes back, and what becomes of it goes
//! back to the helpline.

use std::time::Instant;

use casework::{CaseId, Role, Urgency, Value};
use ipc::{CaseCard, Delivery};
use serde_json::{Value as Json, json};
use tests::{
    network::{Network, Weather},
    scene::{DISTRICT, Officer, Scene, new_case},
    tablet::Tablet,
};

use crate::receiver::{Receiver, SECRET};
use crate::support::{self, eventually};

fn refer(scene: &Scene, reference: &str, urgency: &str) -> CaseId {
    support::refer(&scene.hub.url(), DISTRICT, reference, urgency)
}

fn always_on_duty(scene: &Scene, officer: &Officer) {
    let shift = [
        "roster",
        "set",
        &officer.user,
        "--days",
        "mon-sun",
        "--from",
        "00:00",
        "--to",
        "24:00",
    ];
    scene.admin.run(&shift).unwrap();
}

fn helpline(receiver: &Receiver) -> String {
    format!(
        "[channels.helpline]\nurl = \"{}\"\nsecret = \"{SECRET}\"\n[watch]\nlisten = \"127.0.0.1:0\"\n[log]\nform = \"json\"",
        receiver.url()
    )
}

/// A number that the hub counts.
fn counted(scene: &Scene, name: &str) -> Option<u64> {
    let log = std::fs::read_to_string(scene.hub.log()).unwrap();
    let mut lines = log.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let address = lines.find_map(|line| Some(line["fields"]["watch"].as_str()?.to_owned()))?;
    let text = reqwest::blocking::get(format!("http://{address}/metrics"))
        .ok()?
        .text()
        .ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.rsplit(' ').next()?.parse().ok()
}

/// What the helpline heard last, once it is in this state.
fn heard(receiver: &Receiver, state: &str) -> Json {
    eventually(|| {
        let last = receiver.took().pop()?["body"]["data"].clone();
        (last["state"] == state).then_some(last)
    })
}

fn card(tablet: &Tablet, case: CaseId) -> Option<CaseCard> {
    tablet.cases().into_iter().find(|card| card.case == case)
}

#[test]
fn a_referral_is_on_an_online_officers_screen_at_once_and_its_life_goes_back_to_the_helpline() {
    let receiver = Receiver::start(&[]);
    let scene = Scene::with(&helpline(&receiver));
    let asha = scene.officer("Asha Toppo", &Role::PoNic, 1);
    let off = scene.officer("Binod Sah", &Role::PoNic, 2);
    always_on_duty(&scene, &asha);
    let quiet = asha.tablet.open_case(new_case("Raju Bedia"));
    asha.tablet.sync_until_in_step();
    // Both tablets have said everything and wait at the hub.
    eventually(|| (counted(&scene, "vatsalya_hub_devices_waiting") == Some(2)).then_some(()));

    let began = Instant::now();
    let case = refer(&scene, "1098-7", "routine");
    let shown = asha.tablet.wait_for("the referral", |tablet| card(tablet, case));
    println!(
        "from the helpline's post to the officer's list: {} ms",
        began.elapsed().as_millis()
    );
    assert_eq!(shown.initials, "M K");
    assert_eq!(shown.urgency, Urgency::Routine);
    assert_eq!(
        asha.tablet.cases()[0].case,
        case,
        "before other work, however little it presses"
    );
    assert!(card(&asha.tablet, quiet).is_some());
    let told = "vatsalya_hub_requests_total{route=\"/v1/wait\",method=\"GET\",status=\"200\"}";
    // A round that was under way meanwhile may have the tablet wait, and be told, once more.
    eventually(|| (counted(&scene, told)? >= 1).then_some(()));

    // The record says who was asked, when and why; the helpline that somebody was.
    let form = asha.tablet.form(case, "intake");
    assert!(format!("{form:?}").contains("Asha Toppo") && format!("{form:?}").contains("only_one"));
    let data = heard(&receiver, "assigned");
    assert_eq!((&data["reference"], &data["line"]), (&json!("1098-7"), &json!("1098")));
    assert_eq!(data["escalated_at"], Json::Null);

    let now_ms = asha.tablet.status().now_ms;
    let steps = [
        ("acknowledged", "intake.acknowledged_at"),
        ("reached", "intake.reached_at"),
        ("before_committee", "production.at"),
        ("closed", "intake.closed_at"),
    ];
    let mut last = Json::Null;
    for (at, (state, fact)) in steps.into_iter().enumerate() {
        let moment = now_ms + i64::try_from(at).unwrap() * 1000;
        asha.tablet.write(case, fact, Value::Instant(moment));
        last = heard(&receiver, state);
        let told = jiff::Timestamp::from_millisecond(moment).unwrap().to_string();
        assert_eq!(last[format!("{state}_at")], told.as_str());
    }
    assert!(last["acknowledged_at"].is_string() && last["reached_at"].is_string());
    assert_eq!(receiver.complaints(), "");
    assert!(!receiver.took().iter().any(|one| one.to_string().contains("Munni")));
    // What the officer wrote is on the server, and the tablet says so.
    asha.tablet.wait_for("the receipt", |tablet| {
        let delivery = tablet.case(case).delivery;
        matches!(delivery, Delivery::OnServer | Delivery::Accepted { .. }).then_some(())
    });
    // The helpline's own number comes back to the case.
    let number = asha.tablet.wait_for("the helpline's number", |tablet| {
        let answers = tablet.case(case).answers;
        answers.into_iter().find(|said| said.channel == "helpline")?.reference
    });
    assert!(number.starts_with("R-"), "{number}");
    assert_eq!(
        scene.admin.run(&["roster", "waiting"]).unwrap().lines().count(),
        1,
        "nobody waits"
    );
    assert!(card(&off.tablet, case).is_none());
    let log = std::fs::read_to_string(scene.hub.log()).unwrap();
    for word in ["Munni", "1098-7", "Garhpur", "Asha"] {
        assert!(!log.contains(word), "{word} stands in the hub's log");
    }
}

/// Other work that waits for an officer who was away: many times what the cut lets through.
const OTHER_CASES: usize = 24;

#[test]
fn an_officer_who_was_away_sees_the_referral_before_everything_else_even_if_the_link_breaks_then() {
    let receiver = Receiver::start(&[]);
    let scene = Scene::with(&helpline(&receiver));
    let network = Network::to(scene.hub.address()).unwrap();
    let away = scene.officer_with(Tablet::by_hand(1), &network.url(), "Asha Toppo", &Role::PoNic);
    let busy = scene.officer_with(Tablet::by_hand(2), &scene.hub.url(), "Binod Sah", &Role::PoNic);
    away.tablet.sync_until_in_step();
    network.set(Weather::Down);
    for number in 0..OTHER_CASES {
        let case = busy.tablet.open_case(new_case(&format!("Child {number}")));
        busy.tablet.sync_until_in_step();
        scene.assign(case, &away.user);
    }
    always_on_duty(&scene, &away);
    let case = refer(&scene, "1098-8", "routine");
    heard(&receiver, "assigned");

    network.set(Weather::CutAnswerAfter(6_000));
    away.tablet.sync_into_trouble();
    assert!(
        card(&away.tablet, case).is_some(),
        "the referral came with the first bytes"
    );
    let others = away.tablet.cases().len() - 1;
    assert!(others < OTHER_CASES, "{others} other cases came before the link broke");
    network.set(Weather::Clear);
    away.tablet.sync_until_in_step();
    assert_eq!(away.tablet.cases().len(), OTHER_CASES + 1, "and nothing is lost");
    assert_eq!(away.tablet.case(case).name.as_deref(), Some("Munni Kisku"));
}
