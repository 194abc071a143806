//! A new tablet on a bad link: the whole list is there before the cases are, says which are still coming, and little comes
//! twice however often the link is cut.

use casework::{Role, Urgency};
use ipc::{CaseCard, FailureCode, NetState, NewCase, Request};
use tests::{
    network::{Network, Weather},
    scene::{Scene, new_case},
    tablet::Tablet,
};

const CASES: usize = 40;
/// Bytes of answers that a connection carries before it is cut: at first a moment of signal, then a little more.
const MOMENT_BYTES: u64 = 6_000;
const WINDOW_BYTES: u64 = 12_000;
/// What a cut may cost: a mark's worth of frames, and the head of a reply.
const CUT_BYTES_MAX: u64 = 6_000;

fn coming(cards: &[CaseCard]) -> Vec<&CaseCard> {
    cards.iter().filter(|card| card.on_its_way).collect()
}

/// A district with an officer whose cases the hub has folded; the ninth is an emergency.
fn with_cases(scene: &Scene) -> String {
    let worker = scene.officer("Ravi Kumar", &Role::PoNic, 1);
    let cases: Vec<_> = (0..CASES)
        .map(|n| {
            let urgency = if n == 8 { Urgency::Emergency } else { Urgency::Urgent };
            worker.tablet.open_case(NewCase {
                urgency,
                ..new_case("Meena Toppo")
            })
        })
        .collect();
    worker.tablet.sync_until_in_step();
    for case in &cases {
        worker.tablet.wait_for_receipt(*case);
    }
    worker.user
}

#[test]
fn a_list_is_whole_before_its_cases_are_and_little_comes_twice() {
    let scene = Scene::new();
    let user = with_cases(&scene);
    let network = Network::to(scene.hub.address()).unwrap();
    let enrolled = |seed| {
        let tablet = Tablet::by_hand(seed);
        tablet.enrol(&network.url(), &scene.code(&user)).unwrap();
        network.take_traffic();
        tablet
    };
    let uncut = enrolled(2);
    uncut.sync_until_in_step();
    let whole = network.take_traffic().down;
    assert!(uncut.cases().len() == CASES && coming(&uncut.cases()).is_empty());

    let tablet = enrolled(3);
    network.set(Weather::CutAnswerAfter(MOMENT_BYTES));
    let mut moments = 0;
    while tablet.cases().len() < CASES {
        tablet.sync_into_trouble();
        moments += 1;
        assert!(
            moments <= 3,
            "{} cases of {CASES} after {moments} moments",
            tablet.cases().len()
        );
    }
    let cards = tablet.cases();
    assert!(
        coming(&cards).len() > CASES / 2,
        "most are still to come: {}",
        coming(&cards).len()
    );
    assert_eq!(
        (cards[0].urgency.clone(), cards[0].on_its_way),
        (Urgency::Emergency, false),
        "the emergency is here"
    );
    for card in coming(&cards) {
        assert_eq!((card.initials.as_str(), card.age_years), ("M T", Some(9)));
        let opened = tablet.call(Request::Case {
            case: card.case,
            reveal: false,
        });
        assert_eq!(opened.unwrap_err().code, FailureCode::CaseOnItsWay);
    }

    network.set(Weather::CutAnswerAfter(WINDOW_BYTES));
    let mut rounds = 0;
    // A tablet goes on by itself where a cut answer brought it further.
    while tablet.sync() != NetState::Reached {
        rounds += 1;
        assert!(rounds < 40, "it goes on");
    }
    tablet.sync_until_in_step();
    let traffic = network.take_traffic();
    assert!(traffic.connections >= 3, "the link was cut: {traffic:?}");
    let over = traffic.down.saturating_sub(whole);
    assert!(
        over <= traffic.connections * CUT_BYTES_MAX,
        "{over} bytes more than {whole}: {traffic:?}"
    );
    let cards = tablet.cases();
    assert!(cards.len() == CASES && coming(&cards).is_empty());
    for card in &cards {
        assert_eq!(
            tablet.fact(card.case, "child.name"),
            uncut.fact(card.case, "child.name")
        );
    }
}
