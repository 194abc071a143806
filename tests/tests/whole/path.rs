//! The whole path: from a code on paper to the portal's number on two tablets.

use std::{collections::BTreeMap, fs};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use casework::{CaseId, Compartment, FactId, Role, Value};
use ipc::{Delivery, FailureCode, FieldEdit, FormItem, NetState, PictureSize, RegisterRef, Reply, Request};
use tests::{
    cluster,
    demo::pictures,
    scene::{DISTRICT, Officer, Scene, new_case},
    tablet::{PASSPHRASE, PATIENCE, Tablet},
};

#[test]
fn a_case_goes_from_a_code_on_paper_to_the_portals_number_on_two_tablets() {
    the_whole_path(Scene::new());
}

#[test]
fn the_same_path_leads_through_a_postgres() {
    the_whole_path(Scene::at(Some(&cluster::shared().database())));
}

fn the_whole_path(mut scene: Scene) {
    let asha = scene.officer("Asha Toppo", &Role::PoNic, 1);
    let binod = scene.officer("बिनोद साह", &Role::SocialWorker, 2);
    let elsewhere = scene.officer("Charu Nag", &Role::PoNic, 3);

    the_vault_opens_with_its_passphrase_only(&asha.tablet);
    let case = a_case_reaches_those_it_is_given_to(&scene, &asha, &binod, &elsewhere);
    the_form_is_filled_by_field_with_a_picture_and_a_task(&asha.tablet, case);
    everything_works_without_the_hub(&mut scene, &asha.tablet, &binod.tablet, case);
    both_tablets_show_the_clash_and_one_choice_settles_it(&asha, &binod, case);
    the_portals_number_comes_back(&scene, &asha.tablet, &binod.tablet, case);

    assert!(elsewhere.tablet.cases().iter().all(|card| card.case != case));
    scene.hub.stop().unwrap();
    nothing_personal_stands_in_the_hubs_log(&scene);
}

fn the_vault_opens_with_its_passphrase_only(tablet: &Tablet) {
    tablet.ask(Request::Lock);
    assert_eq!(tablet.call(Request::SyncStatus).unwrap_err().code, FailureCode::Locked);
    let wrong = tablet.unlock("not what was chosen").unwrap_err();
    assert!(matches!(wrong.code, FailureCode::WrongPassphrase { .. }), "{wrong:?}");
    let session = tablet.unlock(PASSPHRASE).unwrap();
    assert_eq!((session.name.as_str(), session.role), ("Asha Toppo", Role::PoNic));
}

fn a_case_reaches_those_it_is_given_to(scene: &Scene, asha: &Officer, binod: &Officer, elsewhere: &Officer) -> CaseId {
    let case = asha.tablet.open_case(new_case("Munni Kisku"));
    let other = elsewhere.tablet.open_case(new_case("Raju Bedia"));
    asha.tablet.sync_until_in_step();
    elsewhere.tablet.sync_until_in_step();
    let delivery = asha.tablet.case(case).delivery;
    assert!(
        matches!(delivery, Delivery::OnServer | Delivery::Accepted { .. }),
        "the portal may be quick: {delivery:?}"
    );

    binod.tablet.sync_until_in_step();
    assert!(binod.tablet.cases().is_empty(), "nothing is assigned to him yet");
    scene.assign(case, &binod.user);
    binod.tablet.sync_until_in_step();
    let cards = binod.tablet.cases();
    assert_eq!(cards.iter().map(|card| card.case).collect::<Vec<_>>(), [case]);
    assert_eq!(cards[0].initials, "M K");
    let view = binod.tablet.case(case);
    assert_eq!(view.name.as_deref(), Some("Munni Kisku"));
    assert!(
        view.timeline
            .iter()
            .any(|entry| entry.text.contains("tea seller") && entry.by == asha.name)
    );
    assert_eq!(
        binod
            .tablet
            .call(Request::Case {
                case: other,
                reveal: true
            })
            .unwrap_err()
            .code,
        FailureCode::NoSuchCase
    );
    case
}

fn the_form_is_filled_by_field_with_a_picture_and_a_task(tablet: &Tablet, case: CaseId) {
    tablet.write(case, "found.place", "Garhpur Junction, platform 2");
    tablet.write(
        case,
        "case.taken_in_charge_at",
        Value::Instant(tablet.status().now_ms - 3_600_000),
    );
    tablet.write(
        case,
        "child.languages",
        Value::Set(["sat".to_owned(), "hi".to_owned()].into()),
    );
    let Reply::Form(form) = tablet.ask(Request::Form {
        subject: case.into(),
        form: "17".into(),
    }) else {
        panic!("a form by a form")
    };
    let field = |name: &str| {
        form.sections
            .iter()
            .flat_map(|section| &section.items)
            .find_map(|item| match item {
                FormItem::Field(field) if field.fact.as_str() == name => Some(field.as_ref()),
                _ => None,
            })
    };
    let place = field("found.place").unwrap();
    assert_eq!(place.value, Some(Value::from("Garhpur Junction, platform 2")));
    assert!(place.writable && place.required);
    assert_eq!(
        field("child.name").unwrap().value,
        Some(Value::from("Munni Kisku")),
        "entered once, there again"
    );

    let picture = BASE64.encode(pictures::as_jpeg(&pictures::draw(7, 1800, 1350), 85));
    tablet.ask(Request::AddPhoto {
        case,
        caption: "The bag she carries".into(),
        picture,
    });
    let cells = BTreeMap::from([("title".to_owned(), Value::from("Telephone the family"))]);
    let added = tablet.edit(
        case,
        vec![FieldEdit::AddRow {
            table: "tasks".into(),
            cells,
        }],
    );
    tablet.edit(
        case,
        vec![FieldEdit::TickTask {
            row: added.rows[0],
            done: true,
        }],
    );
    let view = tablet.case(case);
    assert!(view.tasks.iter().any(|task| task.done_at_ms.is_some()));
    assert!(
        view.clocks.iter().any(|(clock, _)| clock.id == "production-cwc"),
        "{:?}",
        view.clocks
    );
    tablet.sync_until_in_step();
    assert!(tablet.case(case).attachments[0].on_hub);
}

fn everything_works_without_the_hub(scene: &mut Scene, asha: &Tablet, binod: &Tablet, case: CaseId) {
    binod.sync_until_in_step();
    let attachment = binod.case(case).attachments[0].row;
    let field = Request::Picture {
        case,
        attachment,
        size: PictureSize::Field,
    };
    let Reply::Picture { jpeg } = binod.ask(field) else {
        panic!("a picture by a picture")
    };
    assert!(image::load_from_memory(&BASE64.decode(jpeg).unwrap()).unwrap().width() <= 640);

    scene.hub.stop().unwrap();
    for tablet in [asha, binod] {
        assert!(matches!(tablet.sync_into_trouble(), NetState::Offline { .. }));
    }
    asha.write(case, "parents.name", "Sukhram and Phulo Kisku");
    binod.write(case, "child.identity_marks", "a small scar on the chin");
    asha.write(case, "child.name", "Munni Kisku, called Guddi");
    binod.write(case, "child.name", "Moni Kisku");
    binod.edit(
        case,
        vec![FieldEdit::AddNote {
            compartment: Compartment::Care,
            text: "Ate well, slept.".into(),
        }],
    );
    assert_eq!((asha.status().waiting, binod.status().waiting), (2, 3));
    assert_eq!(asha.case(case).card.waiting, 2);
    assert_eq!(binod.fact(case, "child.name"), Some(Value::from("Moni Kisku")));
    scene.hub.start_again().unwrap();
}

fn both_tablets_show_the_clash_and_one_choice_settles_it(asha: &Officer, binod: &Officer, case: CaseId) {
    let name: FactId = "child.name".parse().unwrap();
    asha.tablet.sync_until_in_step();
    binod.tablet.sync_until_in_step();
    asha.tablet.sync_until_in_step();
    for officer in [asha, binod] {
        let view = officer.tablet.case(case);
        let tablet = &officer.tablet;
        assert_eq!(
            tablet.fact(case, "parents.name"),
            Some(Value::from("Sukhram and Phulo Kisku"))
        );
        assert_eq!(
            tablet.fact(case, "child.identity_marks"),
            Some(Value::from("a small scar on the chin"))
        );
        let [clash] = view.clashes.as_slice() else {
            panic!("one clash, not {:?}", view.clashes)
        };
        assert_eq!(clash.register, RegisterRef::Fact { fact: name.clone() });
        let mut versions: Vec<_> = clash.versions.iter().map(|v| (v.by.clone(), v.value.clone())).collect();
        versions.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = [
            (asha.name.clone(), Some(Value::from("Munni Kisku, called Guddi"))),
            (binod.name.clone(), Some(Value::from("Moni Kisku"))),
        ];
        assert_eq!(versions, expected);
        assert!(clash.writable);
        assert_eq!(view.card.clashes, 1);
    }
    assert_eq!(
        asha.tablet.case(case).name,
        binod.tablet.case(case).name,
        "both display the same version meanwhile"
    );

    let chosen = Value::from("Munni Kisku, called Guddi");
    binod
        .tablet
        .choose(case, RegisterRef::Fact { fact: name }, chosen.clone());
    binod.tablet.sync_until_in_step();
    asha.tablet.sync_until_in_step();
    for officer in [asha, binod] {
        let view = officer.tablet.case(case);
        assert!(view.clashes.is_empty());
        assert_eq!(officer.tablet.fact(case, "child.name"), Some(chosen.clone()));
        let history = officer.tablet.history(case, "child.name");
        assert!(
            history
                .iter()
                .any(|version| version.value == Some(Value::from("Moni Kisku"))),
            "the other stays"
        );
    }
}

fn the_portals_number_comes_back(scene: &Scene, asha: &Tablet, binod: &Tablet, case: CaseId) {
    let reference = asha.wait_for_receipt(case);
    assert!(reference.starts_with(&format!("VP-{DISTRICT}-")), "{reference}");
    assert_eq!(binod.wait_for_receipt(case), reference, "one case, one number");
    let payload = scene.portal.wait_for("the case", PATIENCE, |book| {
        book.arrivals()
            .get(&case.to_string())
            .map(|arrival| arrival.data.to_string())
    });
    scene
        .portal
        .read(|book| assert!(book.refused().is_empty(), "{:?}", book.refused()));
    for secret in ["Kisku", "Guddi", "Junction", "tea seller", "scar"] {
        assert!(!payload.contains(secret), "the portal is told {secret:?}");
    }
}

fn nothing_personal_stands_in_the_hubs_log(scene: &Scene) {
    let log = fs::read_to_string(scene.hub.log()).unwrap();
    for word in ["Kisku", "Toppo", "साह", "Junction", "tea seller", "Guddi"] {
        assert!(!log.contains(word), "the hub's log holds {word:?}");
    }
}
