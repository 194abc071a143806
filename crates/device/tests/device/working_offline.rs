use casework::{Role, Value};
use ipc::{CaseFilter, Delivery, FieldEdit, NetState, Reply, Request};

use crate::bench::Bench;

#[test]
fn everything_works_without_a_hub_and_is_there_after_a_restart() {
    let bench = Bench::new();
    let mut tablet = bench.tablet_of("Asha", Role::SocialWorker);
    bench.hub.state().faults.offline = true;
    let case = tablet.open_case("Meena Kumari");
    tablet.set(case, "production.place", "Bus stand").unwrap();
    let cells = [("title".to_owned(), Value::from("Visit the family"))].into();
    let saved = tablet
        .edit(
            case,
            FieldEdit::AddRow {
                table: "tasks".into(),
                cells,
            },
        )
        .unwrap();
    tablet
        .edit(
            case,
            FieldEdit::TickTask {
                row: saved.rows[0],
                done: true,
            },
        )
        .unwrap();
    let since_ms = bench.now_ms();
    assert_eq!(tablet.sync(), NetState::Offline { since_ms });
    bench.advance(60_000);
    assert_eq!(
        tablet.sync(),
        NetState::Offline { since_ms },
        "since the first try that failed"
    );

    tablet.restart();
    let view = tablet.case(case).unwrap();
    assert_eq!(view.name.as_deref(), Some("Meena Kumari"));
    assert_eq!(tablet.fact(case, "production.place"), Some("Bus stand".into()));
    assert!(view.tasks.iter().any(|task| task.done_at_ms == Some(since_ms)));
    assert_eq!(view.timeline[0].text, "Found at the bus stand.");
    assert_eq!(
        (view.delivery, view.timeline[0].delivery.clone()),
        (Delivery::OnTablet, Delivery::OnTablet)
    );
    let status = tablet.status();
    assert_eq!(
        (status.waiting, status.reached_at_ms, status.net),
        (5, None, NetState::NotTried)
    );

    bench.hub.state().faults.offline = false;
    tablet.sync_well();
    let status = tablet.status();
    assert_eq!((status.waiting, status.reached_at_ms), (0, Some(bench.now_ms())));
    assert_eq!(tablet.case(case).unwrap().delivery, Delivery::OnServer);
    bench.hub.accept(case, "VP-2026-000001");
    tablet.sync_well();
    let accepted = Delivery::Accepted {
        reference: "VP-2026-000001".into(),
        at_ms: 5,
    };
    assert_eq!(tablet.case(case).unwrap().delivery, accepted);
    tablet.note(case, "She ate and slept.").unwrap();
    let view = tablet.case(case).unwrap();
    assert_eq!(
        (view.delivery, view.timeline[0].delivery.clone()),
        (Delivery::OnTablet, Delivery::OnTablet)
    );
    assert_eq!(
        view.timeline[1].delivery, accepted,
        "the first note is still what the portal accepted"
    );
}

#[test]
fn names_are_masked_until_revealed_and_the_list_never_says_one() {
    let bench = Bench::new();
    let tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let case = tablet.open_case("आशा देवी");
    let Reply::Case(view) = tablet.call(Request::Case { case, reveal: false }).unwrap() else {
        panic!("a case")
    };
    assert_eq!((view.name, view.revealed), (None, false));
    assert!(!serde_json::to_string(&view.facts).unwrap().contains("आशा"));
    let cards = tablet.cases(CaseFilter::default());
    assert_eq!((cards[0].initials.as_str(), cards[0].age_years), ("आ दे", Some(9)));
    assert!(!serde_json::to_string(&cards).unwrap().contains("आशा देवी"));
}

#[test]
fn a_case_is_found_by_any_word_of_it_as_it_is_typed() {
    let bench = Bench::new();
    let tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let first = tablet.open_case("आशा देवी");
    let second = tablet.open_case("Ramesh Naik");
    tablet.set(second, "case.number", "CWC/12/2026").unwrap();
    let find = |text: &str| -> Vec<_> {
        let filter = CaseFilter {
            text: text.into(),
            ..CaseFilter::default()
        };
        tablet.cases(filter).into_iter().map(|card| card.case).collect()
    };
    assert_eq!(find("आशा"), [first]);
    assert_eq!(find("दे"), [first]);
    assert_eq!(find("nai RAM"), [second]);
    assert_eq!(
        find("naik cwc/12"),
        [second],
        "a name and a number stand in two documents"
    );
    assert!(find("nobody").is_empty());
    assert!(find("\" OR *").is_empty(), "what is typed is no query language");
    assert_eq!(find("  ").len(), 2);
    let third = tablet.open_case("Jos\u{e9} \u{9a1}\u{9bc}");
    assert_eq!(
        find("jose\u{301}"),
        [third],
        "one character or two, it is the same letter"
    );
    assert_eq!(find("\u{9dc}"), [third]);
}

#[test]
fn the_list_is_in_order_of_need_and_filters_are_sentences() {
    let bench = Bench::new();
    let tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let [quiet, due, emergency, closed] = ["Q", "D", "E", "C"].map(|name| tablet.open_case(name));
    tablet
        .set(
            due,
            "case.taken_in_charge_at",
            Value::Instant(bench.now_ms() - 25 * 3_600_000),
        )
        .unwrap();
    tablet.set(emergency, "case.urgency", "emergency").unwrap();
    tablet.set(closed, "case.stage", "closed").unwrap();
    let order: Vec<_> = tablet
        .cases(CaseFilter::default())
        .into_iter()
        .map(|card| card.case)
        .collect();
    assert_eq!(order, [emergency, due, quiet, closed]);
    let overdue = tablet.cases(CaseFilter {
        overdue: true,
        ..CaseFilter::default()
    });
    assert_eq!(overdue.iter().map(|card| card.case).collect::<Vec<_>>(), [due]);
    assert_eq!(overdue[0].standing, Some(casework::clock::Standing::Overdue));
    let waiting = CaseFilter {
        waiting: true,
        ..CaseFilter::default()
    };
    assert_eq!(tablet.cases(waiting.clone()).len(), 4);
    tablet.sync_well();
    assert!(tablet.cases(waiting).is_empty());
}

#[test]
fn a_hundred_saves_are_folded_and_none_is_lost() {
    let bench = Bench::new();
    let mut tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let case = tablet.open_case("M");
    for n in 0..100 {
        tablet
            .set(case, "production.place", format!("Place {n}").as_str())
            .unwrap();
    }
    tablet.restart();
    assert_eq!(tablet.fact(case, "production.place"), Some("Place 99".into()));
    assert_eq!(tablet.history(case, "production.place").len(), 100);
    tablet.sync_well();
    let core = bench.hub.document(case, casework::Compartment::Core);
    assert_eq!(core.changes().len(), 101);
}
