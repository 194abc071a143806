//! Reports among themselves, and records of other districts: proposed where somebody has them open, asked for by their id.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use casework::{
    ReportId, Role,
    matching::{SHOWN_MIN, decisions::Decision},
};
use ipc::{FailureCode, NewReport, Outcome, Reply, Request};
use tests::{
    cluster,
    demo::pictures,
    scene::{Scene, new_case},
    tablet::Tablet,
};

use super::matching::{
    GAYA, PATNA, access_log, compare, decide, hear, matches, officer, other, report, scene, scene_at, set, taken_in,
    write,
};

#[test]
fn two_reports_of_one_child_are_proposed_on_the_page_of_the_own_one_and_decided_there() {
    let scene = scene();
    let gaya = officer(&scene, GAYA, "Vinod Kumar", &Role::PoNic, 1);
    let patna = officer(&scene, PATNA, "Sabita Mahato", &Role::PoNic, 2);
    let first = report(&gaya.tablet);
    gaya.tablet.sync();
    hear(&patna.tablet, 1);
    // The family reports the boy once more, where it looks for him; the tablet says so at once.
    let second = report(&patna.tablet);
    let page = matches(&patna.tablet);
    let [row] = &page.rows[..] else { panic!("{page:?}") };
    assert_eq!((row.own, row.other), (second.into(), first.into()));
    assert!(row.about.number.is_empty() && row.about_other.number == GAYA);
    assert!(f32::from(row.percent) >= SHOWN_MIN * 100.0);
    let view = compare(&patna.tablet, second);
    let found = other(&view, first);
    assert!(view.decides && found.is_likely && view.kind == "missing" && found.kind == "missing");

    // A report that was seen elsewhere in the state may be about the same child, too.
    let Reply::Reported { report: seen } = gaya.tablet.ask(Request::ReportChild(NewReport {
        kind: "sighted".into(),
        name: "Ramesh Paswan".into(),
        age_years: Some(8),
        sex: Some("male".into()),
    })) else {
        panic!("a report is a report")
    };
    write(
        &gaya.tablet,
        seen,
        vec![
            set("missing.father", "Mohan Paswan"),
            set("missing.mother", "Sita Devi"),
        ],
    );
    assert!(
        matches(&gaya.tablet).rows.iter().any(|row| {
            let pair = [row.own, row.other];
            pair.contains(&seen.into()) && pair.contains(&first.into())
        }),
        "on one tablet, of two reports of its own"
    );

    patna.tablet.sync();
    decide(&patna.tablet, second, first, Some(Decision::Same));
    assert!(matches(&patna.tablet).rows.iter().all(|row| row.other != first.into()));
    let said = other(&compare(&patna.tablet, second), first);
    assert_eq!(said.decided[0].by, "Sabita Mahato");
    decide(&patna.tablet, second, first, None);
    assert!(matches(&patna.tablet).rows.iter().any(|row| row.other == first.into()));

    // Of a case no report says anything.
    let case = taken_in(&patna.tablet);
    let request = Request::DecideMatch {
        own: second.into(),
        other: case.into(),
        decision: Some(Decision::Same),
    };
    assert_eq!(patna.tablet.call(request).unwrap_err().code, FailureCode::BadCall);
    // But its page names the case, and what was decided there.
    decide(&patna.tablet, case, second, Some(Decision::Unsure));
    let said = other(&compare(&patna.tablet, second), case);
    assert_eq!(said.decided[0].decision, Decision::Unsure);

    // Traced in the other district: nothing is proposed any more.
    write(&gaya.tablet, first, vec![set("missing.status", "traced")]);
    write(&gaya.tablet, seen, vec![set("missing.status", "closed")]);
    gaya.tablet.sync();
    hear(&patna.tablet, 1);
    assert!(matches(&patna.tablet).rows.is_empty());
}

#[test]
fn a_report_of_another_district_is_asked_for_and_answered_with_what_helps_and_whom_to_ask() {
    asked_for(scene());
}

#[test]
fn a_report_of_another_district_is_asked_for_and_answered_with_what_helps_and_whom_to_ask_at_a_postgres_too() {
    asked_for(scene_at(Some(&cluster::shared().database())));
}

fn asked_for(mut scene: Scene) {
    let gaya = officer(&scene, GAYA, "Vinod Kumar", &Role::PoNic, 1);
    let patna = officer(&scene, PATNA, "Sabita Mahato", &Role::PoNic, 2);
    let reported = report(&gaya.tablet);
    write(
        &gaya.tablet,
        reported,
        vec![set("missing.police_station", "Wazirganj"), set("missing.hair", "short")],
    );
    gaya.tablet.sync();
    hear(&patna.tablet, 1);
    let case = taken_in(&patna.tablet);
    let ask = |other: ReportId| Request::AskDistrict { other: other.into() };
    let asked = |tablet: &Tablet| other(&compare(tablet, case), reported).asked;
    assert_eq!(asked(&patna.tablet), None);
    let stranger = patna.tablet.call(ask(ReportId::from_bytes([9; 16]))).unwrap_err();
    assert_eq!(stranger.code, FailureCode::NoSuchItem, "only what was proposed");

    // Without a network it is said that it was asked, and nothing else.
    scene.hub.stop().unwrap();
    patna.tablet.ask(ask(reported));
    assert_eq!(asked(&patna.tablet).unwrap().answer, None);
    scene.hub.start_again().unwrap();
    let answer = patna.tablet.wait_for("the answer", |tablet| {
        tablet.sync();
        asked(tablet).unwrap().answer
    });
    assert_eq!(answer.outcome, Outcome::Told);
    assert_eq!(answer.district, "Gaya");
    assert_eq!(answer.people[0].0, "Vinod Kumar");
    let told = format!("{:?}", answer.facts);
    assert!(told.contains("Wazirganj"), "{told}");
    assert!(!told.contains("9000000001"), "no telephone of the family: {told}");
    let log = access_log(&patna.tablet);
    assert!(log.newest.iter().any(|line| line.detail == "asked the district"));

    // Asked once more after it was closed: there is none any more, and the tablet says so.
    patna.tablet.ask(ask(reported));
    write(&gaya.tablet, reported, vec![set("missing.status", "traced")]);
    gaya.tablet.sync();
    hear(&patna.tablet, 0);
    let gone = patna.tablet.call(ask(reported)).unwrap_err();
    assert_eq!(gone.code, FailureCode::NoSuchItem);
}

#[test]
fn the_same_photograph_in_a_report_and_in_a_case_of_another_district_is_found_on_the_tablet() {
    found_by_its_photograph(&scene());
}

#[test]
fn the_same_photograph_in_a_report_and_in_a_case_of_another_district_is_found_on_the_tablet_at_a_postgres_too() {
    found_by_its_photograph(&scene_at(Some(&cluster::shared().database())));
}

fn found_by_its_photograph(scene: &Scene) {
    let gaya = officer(scene, GAYA, "Vinod Kumar", &Role::PoNic, 1);
    let patna = officer(scene, PATNA, "Sabita Mahato", &Role::PoNic, 2);
    let reported = report(&gaya.tablet);
    let photo = |seed: u64, side: u32, quality: u8| {
        BASE64.encode(pictures::as_jpeg(&pictures::draw(seed, side, side), quality))
    };
    gaya.tablet.ask(Request::AddReportPhoto {
        report: reported,
        caption: "At school".into(),
        picture: photo(7, 900, 92),
    });
    let own = compare(&gaya.tablet, reported);
    let [shown] = own.pictures[..] else { panic!("{own:?}") };
    let seen = gaya.tablet.ask(Request::ReportPicture {
        report: reported,
        attachment: shown,
        size: ipc::PictureSize::Thumb,
    });
    assert!(matches!(seen, Reply::Picture { .. }));
    gaya.tablet.sync();
    hear(&patna.tablet, 1);

    // Nothing else is known of the child who was taken in.
    let case = patna.tablet.open_case(new_case("Nobody Knows"));
    let add = |seed, side, quality| {
        patna.tablet.ask(Request::AddPhoto {
            case,
            caption: "A face".into(),
            picture: photo(seed, side, quality),
        })
    };
    add(8, 500, 60);
    assert!(matches(&patna.tablet).rows.is_empty());
    add(7, 500, 60);
    let page = matches(&patna.tablet);
    let [row] = &page.rows[..] else { panic!("{page:?}") };
    assert!(row.same_picture);
    assert_eq!((row.own, row.other), (case.into(), reported.into()));
    assert!(other(&compare(&patna.tablet, case), reported).same_picture);
    decide(&patna.tablet, case, reported, Some(Decision::NotSame));
    assert!(matches(&patna.tablet).rows.is_empty());
}
