//! An institution is a document like any other: it reaches those who have to do with it and nobody else, and Form 46 is
//! filled, sent, frozen and amended on it by the code that cases use.

use std::collections::BTreeMap;

use casework::{DocumentKind, FactId, InstitutionId, Role, Subject, Value, clock::Standing};
use ipc::{FailureCode, FieldEdit, FieldView, Filed, FiledForm, FilingKind, FormItem, RegisterRef, Reply, Request};
use protocol::{DocumentId, Refusal, message::down::Outcome};
use tests::{
    ground,
    scene::{DISTRICT, Scene},
    tablet::Tablet,
};

const DAY_MS: i64 = 86_400_000;

fn set(fact: &str, value: impl Into<Value>) -> FieldEdit {
    FieldEdit::SetFact {
        fact: fact.parse().unwrap(),
        value: value.into(),
    }
}

fn row(table: &str, cells: &[(&str, Value)]) -> FieldEdit {
    let cells = cells
        .iter()
        .map(|(column, value)| ((*column).to_owned(), value.clone()));
    FieldEdit::AddRow {
        table: table.into(),
        cells: cells.collect(),
    }
}

fn edit(subject: impl Into<Subject>, edits: Vec<FieldEdit>, reason: Option<&str>) -> Request {
    Request::Edit {
        subject: subject.into(),
        edits,
        form: Some("46".into()),
        reason: reason.map(str::to_owned),
    }
}

fn file(tablet: &Tablet, house: InstitutionId, how: FilingKind) -> Result<Filed, FailureCode> {
    let (subject, form) = (house.into(), "46".into());
    match tablet.call(Request::File { subject, form, how }) {
        Ok(Reply::Filed(filed)) => Ok(filed),
        Ok(other) => panic!("filing was answered by {other:?}"),
        Err(failure) => Err(failure.code),
    }
}

fn filed(tablet: &Tablet, house: InstitutionId, row: casework::RowId) -> FiledForm {
    let subject = house.into();
    match tablet.ask(Request::Filed { subject, row }) {
        Reply::FiledForm(filed) => *filed,
        other => panic!("a filed form was answered by {other:?}"),
    }
}

fn code(answer: Result<Reply, ipc::Failure>) -> FailureCode {
    answer.expect_err("it must be refused").code
}

fn field(items: &ipc::FormView, fact: &str) -> FieldView {
    let fact: FactId = fact.parse().unwrap();
    let mut items = items.sections.iter().flat_map(|section| &section.items);
    let found = items.find_map(|item| match item {
        FormItem::Field(field) if field.fact == fact => Some((**field).clone()),
        _ => None,
    });
    found.expect("the form asks for it")
}

/// What Form 46 cannot do without, beyond what the district has entered.
fn inspected(now_ms: i64) -> Vec<FieldEdit> {
    let member = |name: &str, capacity: &str, woman: bool| {
        row(
            "inspection_members",
            &[
                ("name", name.into()),
                ("capacity", capacity.into()),
                ("woman", Value::Flag(woman)),
            ],
        )
    };
    vec![
        set("inspection.at", Value::Instant(now_ms - DAY_MS)),
        member("Sabita Mahato", "dcpo", true),
        member("Dr Arvind Lakra", "medical_officer", false),
        member("Jyoti Kerketta", "board_or_committee", true),
        set("institution.present", Value::Integer(31)),
        set("inspection.abuse_signs", "none_seen"),
        set("inspection.food", "good"),
        set("inspection.overall", "enough"),
        set("inspection.findings", "Two windows without bars on the first floor."),
    ]
}

#[test]
fn an_inspection_is_written_on_one_tablet_read_on_another_and_reaches_nobody_else() {
    let scene = Scene::new();
    let head = scene.officer("Sabita Mahato", &Role::Dcpo, 1);
    let officer = scene.officer("Vinod Kumar", &Role::PoIc, 2);
    let home = scene.officer("Nirmala Toppo", &Role::Superintendent, 3);
    let other_home = scene.officer("Fatema Khatun", &Role::Superintendent, 4);
    let police = scene.officer("Ramesh Tirkey", &Role::Cwpo, 5);
    let house = scene
        .admin
        .add_institution(DISTRICT, "Asha Kiran Children's Home", "childrens_home", 30)
        .unwrap();
    scene.admin.assign(house, &home.user).unwrap();
    for tablet in [&head, &officer, &home, &other_home, &police].map(|who| &who.tablet) {
        tablet.sync_until_in_step();
    }

    // It came to those who have to do with it, with what the district had entered and from whom.
    for (tablet, count) in [(&head, 1), (&officer, 1), (&home, 1), (&other_home, 0), (&police, 0)] {
        assert_eq!(tablet.tablet.institutions().len(), count, "{}", tablet.name);
    }
    let form = head.tablet.form(house, "46");
    let name = field(&form, "institution.name");
    assert_eq!(name.value, Some("Asha Kiran Children's Home".into()));
    assert_eq!(name.compartment, DocumentKind::Institution);
    assert!(!name.from.unwrap().by.is_empty(), "the hub's administration has a name");
    let nobodys = |request| code(police.tablet.call(request));
    assert_eq!(
        nobodys(Request::Institution { institution: house }),
        FailureCode::NoSuchInstitution
    );
    assert_eq!(nobodys(edit(house, inspected(0), None)), FailureCode::NoSuchInstitution);

    // Filled and sent at the head's; complete; the clocks run by it, and the report's stops.
    let now_ms = ground::now_ms();
    head.tablet.ask(edit(house, inspected(now_ms), None));
    let sent = file(&head.tablet, house, FilingKind::Sent).unwrap();
    assert!(sent.missing.is_empty(), "{:?}", sent.missing);
    head.tablet.sync_until_in_step();
    officer.tablet.sync_until_in_step();
    let view = officer.tablet.institution(house);
    assert_eq!(view.card.present, Some(31));
    assert_eq!(view.forms.iter().map(|form| form.percent).collect::<Vec<_>>(), [100]);
    assert_eq!(view.filings.len(), 1);
    let standing = |id: &str| {
        let found = view.clocks.iter().find(|(clock, _)| clock.id == id);
        found.map(|(_, standing)| *standing)
    };
    assert_eq!(standing("inspection"), Some(Standing::Running));
    assert_eq!(standing("inspection-report"), Some(Standing::Met));
    assert_eq!(standing("inspection-action"), Some(Standing::Running));
    assert!(view.card.clock.is_some(), "the list shows a clock, too");

    // Frozen: a change needs a reason, and stands beside it with the reason.
    let better = || vec![set("inspection.findings", "The windows have bars since today.")];
    let asked = code(officer.tablet.call(edit(house, better(), None)));
    assert!(matches!(asked, FailureCode::ReasonNeeded { .. }), "{asked:?}");
    officer.tablet.ask(edit(house, better(), Some("Seen on the way back.")));
    officer.tablet.sync_until_in_step();
    home.tablet.sync_until_in_step();
    let stood = filed(&home.tablet, house, sent.filing);
    let findings = field(&stood.form, "inspection.findings").value;
    assert_eq!(findings, Some("Two windows without bars on the first floor.".into()));
    assert_eq!(stood.amendments.len(), 1);
    assert_eq!(stood.amendments[0].reason.as_deref(), Some("Seen on the way back."));
    assert_eq!(stood.amendments[0].by, officer.name);

    // Whoever is inspected writes what was done, and does not file the inspection.
    assert_eq!(
        file(&home.tablet, house, FilingKind::Sent),
        Err(FailureCode::NotPermitted)
    );
    scene.admin.unassign(house, &home.user).unwrap();
    home.tablet.sync_well();
    assert!(home.tablet.institutions().is_empty(), "it left with the assignment");
}

fn begin(tablet: &Tablet, house: InstitutionId) -> Result<Reply, FailureCode> {
    let (subject, form) = (house.into(), "46".into());
    let answer = tablet.call(Request::BeginForm { subject, form });
    answer.map_err(|failure| failure.code)
}

fn rows(form: &ipc::FormView, table: &str) -> usize {
    let mut items = form.sections.iter().flat_map(|section| &section.items);
    let found = items.find_map(|item| match item {
        FormItem::Table(view) if view.table == table => Some(view.rows.len()),
        _ => None,
    });
    found.expect("the form has the table")
}

#[test]
fn the_next_inspection_is_begun_anew_and_the_last_one_stays_as_it_was_amended() {
    let scene = Scene::new();
    let head = scene.officer("Sabita Mahato", &Role::Dcpo, 1);
    let officer = scene.officer("Vinod Kumar", &Role::PoIc, 2);
    let home = scene.officer("Nirmala Toppo", &Role::Superintendent, 3);
    let house = scene
        .admin
        .add_institution(DISTRICT, "Asha Kiran Children's Home", "childrens_home", 30)
        .unwrap();
    scene.admin.assign(house, &home.user).unwrap();
    head.tablet.sync_until_in_step();
    let now_ms = ground::now_ms();
    assert_eq!(begin(&head.tablet, house).unwrap_err(), FailureCode::NotFiled);
    head.tablet.ask(edit(house, inspected(now_ms - 90 * DAY_MS), None));
    let first = file(&head.tablet, house, FilingKind::Sent).unwrap().filing;
    for who in [&head, &officer, &home] {
        who.tablet.sync_until_in_step();
    }
    assert_eq!(begin(&home.tablet, house).unwrap_err(), FailureCode::NotPermitted);

    // Apart: one corrects what was sent, the other begins the next one.
    let corrected = vec![set("inspection.food", "enough")];
    officer
        .tablet
        .ask(edit(house, corrected, Some("The cook was on leave.")));
    let filled = head.tablet.form(house, "46");
    assert_eq!((filled.needs_reason, filled.begins), (true, Some(9)));
    begin(&head.tablet, house).unwrap();
    assert_eq!(begin(&head.tablet, house).unwrap_err(), FailureCode::NotFiled);
    let empty = head.tablet.form(house, "46");
    assert_eq!((empty.needs_reason, empty.begins), (false, None));
    assert_eq!(field(&empty, "inspection.findings").value, None);
    assert_eq!(
        (rows(&empty, "inspection_members"), rows(&empty, "inspections")),
        (0, 1)
    );
    assert_eq!(
        field(&empty, "institution.present").value,
        Some(Value::Integer(31)),
        "it is not the inspection's"
    );
    head.tablet.ask(edit(house, inspected(now_ms), None));
    let second = file(&head.tablet, house, FilingKind::Sent).unwrap().filing;
    for who in [&head, &officer, &head, &officer] {
        who.tablet.sync_until_in_step();
    }

    for tablet in [&head.tablet, &officer.tablet] {
        let before = filed(tablet, house, first);
        assert_eq!(before.filing.instalment, Some(1));
        assert_eq!(rows(&before.form, "inspection_members"), 3);
        let told: Vec<_> = before
            .amendments
            .iter()
            .map(|amendment| amendment.reason.as_deref())
            .collect();
        assert_eq!(
            told,
            [Some("The cook was on leave.")],
            "and nothing of the next inspection"
        );
        let after = filed(tablet, house, second);
        assert_eq!(after.filing.instalment, Some(2));
        let view = tablet.institution(house);
        assert_eq!((view.filings.len(), view.card.refused), (2, 0));
        assert_eq!(rows(&tablet.form(house, "46"), "inspections"), 2);
    }
}

#[test]
fn two_who_count_apart_have_two_versions_and_settle_them() {
    let scene = Scene::new();
    let head = scene.officer("Sabita Mahato", &Role::Dcpo, 1);
    let officer = scene.officer("Vinod Kumar", &Role::PoIc, 2);
    let house = scene
        .admin
        .add_institution(DISTRICT, "River Side Children's Home", "childrens_home", 20)
        .unwrap();
    head.tablet.sync_until_in_step();
    officer.tablet.sync_until_in_step();
    for (who, count) in [(&head, 19), (&officer, 23)] {
        let counted = vec![set("institution.present", Value::Integer(count))];
        who.tablet.ask(edit(house, counted, None));
    }
    for who in [&head, &officer, &head] {
        who.tablet.sync_until_in_step();
    }
    let clashes = head.tablet.institution(house).clashes;
    let [clash] = clashes.as_slice() else {
        panic!("{clashes:?}")
    };
    assert_eq!((clash.versions.len(), clash.writable), (2, true));
    let register = clash.register.clone();
    let (subject, value) = (house.into(), Some(Value::Integer(23)));
    head.tablet.ask(Request::Resolve {
        subject,
        register,
        value,
    });
    head.tablet.sync_until_in_step();
    officer.tablet.sync_until_in_step();
    let view = officer.tablet.institution(house);
    assert!(view.clashes.is_empty());
    assert_eq!(view.card.present, Some(23));
    let register = RegisterRef::Fact {
        fact: "institution.present".parse().unwrap(),
    };
    let subject = house.into();
    match officer.tablet.ask(Request::History {
        subject,
        register,
        older: None,
    }) {
        Reply::History { versions, .. } => assert_eq!(versions.len(), 3),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_belongs_to_a_child_is_no_item_of_an_institution_and_the_other_way_round() {
    let scene = Scene::new();
    let head = scene.officer("Sabita Mahato", &Role::Dcpo, 1);
    let house = scene
        .admin
        .add_institution(DISTRICT, "Asha Kiran Children's Home", "childrens_home", 30)
        .unwrap();
    head.tablet.sync_until_in_step();
    let case = head.tablet.open_case(tests::scene::new_case("Munni"));
    let wrong = [
        edit(house, vec![set("child.name", "Munni")], None),
        edit(case, vec![set("institution.capacity", Value::Integer(1))], None),
        edit(house, vec![row("visits", &[])], None),
        edit(InstitutionId::from_bytes(case.to_bytes()), inspected(0), None),
        Request::Form {
            subject: house.into(),
            form: "17".into(),
        },
        Request::Form {
            subject: case.into(),
            form: "46".into(),
        },
        Request::File {
            subject: case.into(),
            form: "46".into(),
            how: FilingKind::Sent,
        },
        Request::RowHistory {
            subject: house.into(),
            table: "visits".into(),
            row: casework::RowId::from_bytes([1; 16]),
            older: None,
        },
    ];
    for request in wrong {
        let asked = format!("{request:?}");
        let code = code(head.tablet.call(request));
        let expected = [FailureCode::NoSuchItem, FailureCode::NoSuchInstitution];
        assert!(expected.contains(&code), "{asked:.200}: {code:?}");
    }
    let known: BTreeMap<_, _> = head
        .tablet
        .cases()
        .iter()
        .map(|card| (card.case, card.waiting))
        .collect();
    assert_eq!(
        known.keys().copied().collect::<Vec<_>>(),
        [case],
        "no institution is among the cases"
    );
}

#[test]
fn an_institution_never_leaves_the_hub_for_a_role_that_has_nothing_to_do_with_it() {
    let scene = Scene::new();
    let house = scene
        .admin
        .add_institution(DISTRICT, "Asha Kiran Children's Home", "childrens_home", 30)
        .unwrap();
    let key = casefile::DocumentKey::of(house.into(), DocumentKind::Institution);
    let id = DocumentId(key.to_bytes());
    for (role, seed) in [(Role::Cwpo, 1), (Role::DataAnalyst, 2), (Role::Superintendent, 3)] {
        let mut stranger = scene.author("Somebody Else", &role, seed);
        let mut document = casefile::Document::new(DocumentKind::Institution);
        let by = casework::AuthorId::from_bytes(stranger.id.0);
        let forged = casefile::Edit::SetFact {
            fact: "institution.name".parse().unwrap(),
            value: "Another name".into(),
        };
        let change = document
            .edit(by, ground::now_ms(), &casefile::Action::EDIT, &[forged])
            .unwrap()
            .unwrap();
        let heard = stranger.sync(&[(id, change.bytes)]).unwrap();
        let refused = heard.verdicts().iter().all(|verdict| {
            matches!(
                verdict.outcome,
                Outcome::Refused {
                    code: Refusal::NotPermitted | Refusal::UnknownDocument
                }
            )
        });
        assert!(
            refused && !heard.verdicts().is_empty(),
            "{role:?}: {:?}",
            heard.verdicts()
        );
        assert!(!heard.documents().contains(&id), "{role:?}");
    }
}
