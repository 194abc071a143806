//! A child reported missing in one district and taken in at another, by other hands, in other scripts: the tablets propose it
//! themselves, a person decides, and the decision is a register of the case like any other.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use casework::{
    CaseId, ReportId, Role, Subject, Value,
    matching::{Report, SHOWN_MIN, decisions::Decision},
};
use ipc::{
    AccessLogView, Comparison, FailureCode, FieldEdit, MatchesPage, NewCase, NewReport, PossibleMatch, Reply, Request,
};
use tests::{
    demo::pictures,
    scene::{Officer, Scene, new_case},
    tablet::Tablet,
};

pub(super) const GAYA: &str = "BR-GAY";
pub(super) const PATNA: &str = "BR-PAT";
const DAY_MS: i64 = 86_400_000;

pub(super) fn scene() -> Scene {
    scene_at(None)
}

/// The same at a PostgreSQL, where there is an address of one.
pub(super) fn scene_at(database: Option<&str>) -> Scene {
    let scene = Scene::at(database);
    for (code, name) in [(GAYA, "Gaya"), (PATNA, "Patna")] {
        scene.admin.add_district(code, name).unwrap();
    }
    scene
}

/// An officer whose tablet talks to the hub only when it is told to.
pub(super) fn officer(scene: &Scene, district: &str, name: &str, role: &Role, seed: u64) -> Officer {
    let user = scene.admin.add_user(district, name, role).unwrap();
    let tablet = Tablet::by_hand(seed);
    tablet.enrol(&scene.hub.url(), &scene.code(&user)).unwrap();
    Officer {
        user,
        name: name.to_owned(),
        tablet,
    }
}

pub(super) fn set(fact: &str, value: impl Into<Value>) -> FieldEdit {
    FieldEdit::SetFact {
        fact: fact.parse().unwrap(),
        value: value.into(),
    }
}

pub(super) fn write(tablet: &Tablet, subject: impl Into<Subject>, edits: Vec<FieldEdit>) {
    tablet.ask(Request::Edit {
        subject: subject.into(),
        edits,
        form: None,
        reason: None,
    });
}

/// A boy of eight from a village near Gaya, as his father reports him, in Hindi.
pub(super) fn report(tablet: &Tablet) -> ReportId {
    let new = NewReport {
        kind: "missing".into(),
        name: "रमेश पासवान".into(),
        age_years: Some(8),
        sex: Some("male".into()),
    };
    let Reply::Reported { report } = tablet.ask(Request::ReportChild(new)) else {
        panic!("a report is a report")
    };
    let now_ms = tests::ground::now_ms();
    write(
        tablet,
        report,
        vec![
            set("missing.father", "मोहन पासवान"),
            set("missing.mother", "सीता देवी"),
            set("missing.address", "ग्राम टनकुप्पा, गया 824235"),
            set("missing.marks", "बाएं गाल पर तिल"),
            set("missing.last_seen_at", Value::Instant(now_ms - 3 * DAY_MS)),
            set("missing.family_phone", "9000000001"),
        ],
    );
    report
}

/// The same boy as he is taken in at Patna's station, in English, with what he says.
pub(super) fn taken_in(tablet: &Tablet) -> CaseId {
    let case = tablet.open_case(NewCase {
        age_years: Some(8),
        sex: Some("male".into()),
        ..new_case("Ramesh Paswan")
    });
    write(
        tablet,
        case,
        vec![
            set("parents.father_name", "Mohan Paswan"),
            set("parents.mother_name", "Seeta Devi"),
            set("child.address", "Tankuppa village, Gaya"),
        ],
    );
    case
}

pub(super) fn matches(tablet: &Tablet) -> MatchesPage {
    page(tablet, None)
}

fn matches_of(tablet: &Tablet, case: CaseId) -> MatchesPage {
    page(tablet, Some(case.into()))
}

fn page(tablet: &Tablet, of: Option<Subject>) -> MatchesPage {
    match tablet.ask(Request::Matches { of }) {
        Reply::Matches(page) => *page,
        other => panic!("{other:?}"),
    }
}

pub(super) fn access_log(tablet: &Tablet) -> AccessLogView {
    match tablet.ask(Request::AccessLog) {
        Reply::AccessLog(log) => *log,
        other => panic!("{other:?}"),
    }
}

pub(super) fn compare(tablet: &Tablet, own: impl Into<Subject>) -> Comparison {
    match tablet.ask(Request::Compare { own: own.into() }) {
        Reply::Comparison(view) => *view,
        other => panic!("{other:?}"),
    }
}

pub(super) fn other(view: &Comparison, other: impl Into<Subject>) -> PossibleMatch {
    let other = other.into();
    view.rows
        .iter()
        .find(|row| row.other == other)
        .cloned()
        .expect("it is proposed")
}

pub(super) fn decide(tablet: &Tablet, own: impl Into<Subject>, other: impl Into<Subject>, decision: Option<Decision>) {
    let (own, other) = (own.into(), other.into());
    tablet.ask(Request::DecideMatch { own, other, decision });
}

/// Lets the hub fold what came, and the tablet hear of it.
pub(super) fn hear(tablet: &Tablet, open: u32) {
    tablet.wait_for("what the hub folded", |tablet| {
        tablet.sync();
        (matches(tablet).open == open).then_some(())
    });
}

#[test]
fn a_child_reported_in_one_script_and_taken_in_in_another_is_proposed_without_a_network() {
    let mut scene = scene();
    let gaya = officer(&scene, GAYA, "Vinod Kumar", &Role::PoNic, 1);
    let patna = officer(&scene, PATNA, "Sabita Mahato", &Role::PoNic, 2);
    let reported = report(&gaya.tablet);
    gaya.tablet.sync();
    hear(&patna.tablet, 1);

    // No network any more: the boy is taken in, and the tablet says who he may be.
    scene.hub.stop().unwrap();
    let case = taken_in(&patna.tablet);
    let page = matches(&patna.tablet);
    let [row] = &page.rows[..] else { panic!("{page:?}") };
    assert_eq!((row.own, row.other), (case.into(), Subject::Missing(reported)));
    assert_eq!(row.about.initials, "R P");
    assert!(f32::from(row.percent) >= SHOWN_MIN * 100.0);
    assert!(
        !format!("{page:?}").contains("Ramesh") && !format!("{page:?}").contains("रमेश"),
        "the list names nobody"
    );

    let view = compare(&patna.tablet, case);
    let found = other(&view, reported);
    assert!(found.is_likely && found.decided.is_empty() && view.decides);
    assert_eq!(
        (found.theirs.name.as_str(), found.district.as_str()),
        ("रमेश पासवान", GAYA)
    );
    assert!(!found.score.reasons.is_empty());
    let sum: f32 = found.score.reasons.iter().map(|reason| reason.weight).sum();
    assert!(
        (sum - found.score.score).abs() < 0.1,
        "the reasons add up: {sum} {}",
        found.score.score
    );
    let told = format!("{found:?}");
    assert!(!told.contains("9000000001"), "no more facts than matching needs");
    let logged = access_log(&patna.tablet);
    assert!(
        logged
            .newest
            .iter()
            .any(|line| line.action == "revealed" && line.detail == "matches"),
        "{logged:?}"
    );
}

#[test]
fn a_report_that_arrives_finds_the_child_who_was_taken_in_before() {
    let scene = scene();
    let gaya = officer(&scene, GAYA, "Vinod Kumar", &Role::PoNic, 1);
    let patna = officer(&scene, PATNA, "Sabita Mahato", &Role::PoNic, 2);
    let case = taken_in(&patna.tablet);
    patna.tablet.sync();
    assert!(matches(&patna.tablet).rows.is_empty());
    let reported = report(&gaya.tablet);
    // The reporter's own tablet compares, too; the child is in no case there.
    assert!(matches(&gaya.tablet).rows.is_empty());
    gaya.tablet.sync();
    hear(&patna.tablet, 1);
    let page = matches(&patna.tablet);
    assert_eq!(
        page.rows.iter().map(|row| row.other).collect::<Vec<_>>(),
        [reported.into()]
    );
    assert_eq!(page.rows[0].own, case.into());

    // Traced: it is proposed to nobody any more, and leaves the tablet.
    write(&gaya.tablet, reported, vec![set("missing.status", "traced")]);
    gaya.tablet.sync();
    hear(&patna.tablet, 0);
    assert!(matches(&patna.tablet).rows.is_empty());
    assert!(compare(&patna.tablet, case).rows.is_empty());
}

#[test]
fn a_decision_is_a_register_of_the_case_and_can_be_taken_back() {
    let scene = scene();
    let gaya = officer(&scene, GAYA, "Vinod Kumar", &Role::PoNic, 1);
    let patna = officer(&scene, PATNA, "Sabita Mahato", &Role::PoNic, 2);
    let head = officer(&scene, PATNA, "Arun Lakra", &Role::Dcpo, 3);
    let reported = report(&gaya.tablet);
    gaya.tablet.sync();
    hear(&patna.tablet, 1);
    let case = taken_in(&patna.tablet);
    assert_eq!(matches(&patna.tablet).rows.len(), 1);

    decide(&patna.tablet, case, reported, Some(Decision::NotSame));
    assert!(
        matches(&patna.tablet).rows.is_empty(),
        "what was decided is not proposed again"
    );
    write(
        &patna.tablet,
        case,
        vec![set("child.identity_marks", "A mole on the left cheek")],
    );
    assert!(
        matches(&patna.tablet).rows.is_empty(),
        "nor when the case is written in again"
    );
    let said = other(&compare(&patna.tablet, case), reported);
    assert_eq!(said.decided.len(), 1);
    assert_eq!(
        (said.decided[0].decision.clone(), said.decided[0].by.as_str()),
        (Decision::NotSame, "Sabita Mahato")
    );

    // The hub has it, and so the head of the unit, who decides otherwise.
    patna.tablet.sync();
    hear(&head.tablet, 1);
    let said = other(&compare(&head.tablet, case), reported);
    assert_eq!(
        (said.decided[0].decision.clone(), said.decided[0].by.as_str()),
        (Decision::NotSame, "Sabita Mahato")
    );
    decide(&head.tablet, case, reported, Some(Decision::Same));
    head.tablet.sync();
    patna.tablet.sync();
    let said = other(&compare(&patna.tablet, case), reported);
    assert_eq!(said.decided.len(), 1, "it settles what stood");
    assert_eq!(
        (said.decided[0].decision.clone(), said.decided[0].by.as_str()),
        (Decision::Same, "Arun Lakra")
    );

    // Taken back, it is proposed again, to both.
    decide(&patna.tablet, case, reported, None);
    assert_eq!(matches(&patna.tablet).rows.len(), 1);
    patna.tablet.sync();
    head.tablet.sync();
    assert_eq!(matches(&head.tablet).rows.len(), 1);
    let nothing = Request::DecideMatch {
        own: case.into(),
        other: reported.into(),
        decision: None,
    };
    assert_eq!(patna.tablet.call(nothing).unwrap_err().code, FailureCode::NoSuchItem);
}

#[test]
fn two_who_decide_apart_are_both_seen() {
    let scene = scene();
    let gaya = officer(&scene, GAYA, "Vinod Kumar", &Role::PoNic, 1);
    let patna = officer(&scene, PATNA, "Sabita Mahato", &Role::PoNic, 2);
    let head = officer(&scene, PATNA, "Arun Lakra", &Role::Dcpo, 3);
    let reported = report(&gaya.tablet);
    gaya.tablet.sync();
    hear(&patna.tablet, 1);
    let case = taken_in(&patna.tablet);
    patna.tablet.sync();
    hear(&head.tablet, 1);
    decide(&patna.tablet, case, reported, Some(Decision::Same));
    decide(&head.tablet, case, reported, Some(Decision::NotSame));
    for tablet in [&patna.tablet, &head.tablet, &patna.tablet] {
        tablet.sync();
    }
    for tablet in [&patna.tablet, &head.tablet] {
        let mut said: Vec<_> = other(&compare(tablet, case), reported)
            .decided
            .into_iter()
            .map(|one| (one.decision.code().to_owned(), one.by))
            .collect();
        said.sort();
        let both = [("not_same", "Arun Lakra"), ("same", "Sabita Mahato")];
        assert_eq!(said, both.map(|(decision, by)| (decision.to_owned(), by.to_owned())));
    }
}

#[test]
fn the_same_child_entered_twice_is_proposed_when_the_second_case_is_written() {
    let scene = scene();
    let patna = officer(&scene, PATNA, "Sabita Mahato", &Role::PoNic, 2);
    let first = taken_in(&patna.tablet);
    // Somebody else entirely.
    let stranger = patna.tablet.open_case(new_case("Asha Hembrom"));
    assert!(matches(&patna.tablet).rows.is_empty());
    let again = patna.tablet.open_case(NewCase {
        age_years: Some(8),
        sex: Some("male".into()),
        ..new_case("रमेश पासवान")
    });
    write(
        &patna.tablet,
        again,
        vec![
            set("parents.father_name", "मोहन पासवान"),
            set("parents.mother_name", "सीता देवी"),
            set("child.address", "टनकुप्पा, गया"),
        ],
    );
    let page = matches(&patna.tablet);
    let [row] = &page.rows[..] else { panic!("{page:?}") };
    let mut pair = [row.own, row.other];
    pair.sort();
    let mut cases = [Subject::from(first), Subject::from(again)];
    cases.sort();
    assert_eq!(pair, cases, "once, not once from either side");
    // The page of either case says so, without a name, and with what makes one think of the child; a third says nothing.
    for case in [first, again] {
        let page = matches_of(&patna.tablet, case);
        let [row] = &page.rows[..] else { panic!("{page:?}") };
        for about in [&row.about, &row.about_other] {
            assert_eq!((about.age.as_str(), about.kind.as_str()), ("8", ""));
            assert!(about.sex.is_some() && !about.event_date.is_empty(), "{about:?}");
        }
        assert!(!format!("{page:?}").contains("Ramesh"), "{page:?}");
    }
    assert!(matches_of(&patna.tablet, stranger).rows.is_empty());
    assert!(other(&compare(&patna.tablet, again), first).is_likely);
    // Both records stay, joined by a link; then they are proposed no more.
    write(
        &patna.tablet,
        again,
        vec![FieldEdit::AddRow {
            table: "links".into(),
            cells: [("case", first.to_string()), ("relation", "same_child".into())]
                .map(|(column, text)| (column.to_owned(), Value::Text(text)))
                .into(),
        }],
    );
    assert!(matches(&patna.tablet).rows.is_empty());
}

#[test]
fn an_officer_looks_for_a_child_and_the_log_says_that_but_not_whom() {
    let scene = scene();
    let gaya = officer(&scene, GAYA, "Vinod Kumar", &Role::PoNic, 1);
    let analyst = officer(&scene, GAYA, "Meera Sinha", &Role::DataAnalyst, 4);
    let reported = report(&gaya.tablet);
    let about = Report {
        name: "Ramesh".into(),
        father_name: "Mohan Paswan".into(),
        sex: "male".into(),
        age: "8".into(),
        ..Report::default()
    };
    let find = |about: &Report| Request::FindReports {
        about: Box::new(about.clone()),
    };
    let Reply::Comparison(found) = gaya.tablet.ask(find(&about)) else {
        panic!("looking is answered")
    };
    assert_eq!(found.rows.first().map(|row| row.other), Some(reported.into()));
    let log = access_log(&gaya.tablet);
    assert!(
        log.newest
            .iter()
            .any(|line| line.action == "searched" && line.detail == "reports found 1")
    );
    assert!(!format!("{log:?}").contains("Ramesh"));
    let refused = |request| gaya.tablet.call(request).unwrap_err().code;
    assert_eq!(refused(find(&Report::default())), FailureCode::BadCall);
    let endless = Report {
        name: "x".repeat(5_000),
        ..Report::default()
    };
    assert_eq!(refused(find(&endless)), FailureCode::BadCall);
    assert_eq!(
        analyst.tablet.call(find(&about)).unwrap_err().code,
        FailureCode::NotPermitted
    );
    analyst.tablet.sync();
    assert_eq!(
        (matches(&analyst.tablet).open, matches(&analyst.tablet).reports),
        (0, false)
    );
}

#[test]
fn the_same_photograph_in_two_cases_is_found_however_it_was_saved() {
    let scene = scene();
    let patna = officer(&scene, PATNA, "Sabita Mahato", &Role::PoNic, 2);
    let [one, again, other] =
        ["Asha Hembrom", "Somebody Else", "A Third"].map(|name| patna.tablet.open_case(new_case(name)));
    let add = |case: CaseId, seed: u64, side: u32, quality: u8| {
        let picture = pictures::as_jpeg(&pictures::draw(seed, side, side), quality);
        patna.tablet.ask(Request::AddPhoto {
            case,
            caption: "A face".into(),
            picture: BASE64.encode(picture),
        });
    };
    add(one, 7, 900, 92);
    add(other, 8, 900, 92);
    assert!(matches(&patna.tablet).rows.is_empty());
    add(again, 7, 500, 60);
    let page = matches(&patna.tablet);
    let [row] = &page.rows[..] else { panic!("{page:?}") };
    assert!(row.same_picture);
    let mut pair = [row.own, row.other];
    pair.sort();
    let mut cases = [Subject::from(one), Subject::from(again)];
    cases.sort();
    assert_eq!(pair, cases);
    let view = compare(&patna.tablet, one);
    let found = self::other(&view, again);
    assert!(found.same_picture && view.pictures.len() == 1 && found.pictures.len() == 1);
    decide(&patna.tablet, one, again, Some(Decision::NotSame));
    assert!(matches(&patna.tablet).rows.is_empty(), "somebody has looked");
}
