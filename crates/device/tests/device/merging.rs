use casework::Role;
use ipc::{CaseFilter, RegisterRef, Request};

use crate::bench::Bench;

#[test]
fn two_tablets_merge_and_a_choice_made_on_one_settles_the_other() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    asha.sync_well();
    let bina = bench.tablet_of("Bina", Role::Dcpo);
    bench.hub.assign("Bina", case);
    bina.sync_well();
    assert_eq!(bina.case(case).unwrap().name.as_deref(), Some("Meena"));

    asha.set(case, "production.place", "Bus stand").unwrap();
    bench.advance(5_000);
    bina.set(case, "production.place", "Railway station").unwrap();
    bina.set(case, "case.number", "CWC/7").unwrap();
    for tablet in [&asha, &bina, &asha] {
        tablet.sync_well();
    }
    assert_eq!(
        asha.fact(case, "case.number"),
        Some("CWC/7".into()),
        "different fields merge"
    );
    let clash = |tablet: &crate::bench::Tablet| tablet.case(case).unwrap().clashes;
    assert_eq!(clash(&asha).len(), 1);
    let values = |tablet: &crate::bench::Tablet| -> Vec<_> {
        clash(tablet)[0]
            .versions
            .iter()
            .map(|version| (version.value.clone(), version.by.clone()))
            .collect()
    };
    assert_eq!(
        values(&asha),
        values(&bina),
        "both see the same two versions, the same one first"
    );
    assert_eq!(
        asha.cases(CaseFilter {
            clashes: true,
            ..CaseFilter::default()
        })
        .len(),
        1
    );

    let register = RegisterRef::Fact {
        fact: "production.place".parse().unwrap(),
    };
    bina.call(Request::Resolve {
        subject: case.into(),
        register,
        value: Some("Bus stand".into()),
    })
    .unwrap();
    bina.sync_well();
    asha.sync_well();
    for tablet in [&asha, &bina] {
        assert!(clash(tablet).is_empty());
        assert_eq!(tablet.fact(case, "production.place"), Some("Bus stand".into()));
        let history = tablet.history(case, "production.place");
        assert_eq!(history.len(), 3);
        assert!(
            history
                .iter()
                .any(|version| version.value == Some("Railway station".into())),
            "the other stays"
        );
        assert_eq!((history[0].action.as_str(), history[0].by.as_str()), ("choose", "Bina"));
    }
    assert!(
        asha.cases(CaseFilter {
            clashes: true,
            ..CaseFilter::default()
        })
        .is_empty()
    );
}

#[test]
fn only_what_is_given_comes_and_a_compartment_the_role_does_not_read_is_not_here() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let (given, kept) = (asha.open_case("Given"), asha.open_case("Kept"));
    asha.sync_well();
    let counsellor = bench.tablet_of("Chitra", Role::Counsellor);
    bench.hub.assign("Chitra", given);
    counsellor.sync_well();
    assert!(counsellor.case(given).is_ok());
    assert_eq!(counsellor.case(kept).unwrap_err(), ipc::FailureCode::NoSuchCase);
    assert_eq!(counsellor.cases(CaseFilter::default()).len(), 1);
    let legal = casework::Pack::national()
        .facts()
        .find(|fact| fact.compartment() == Some(casework::Compartment::Legal));
    if let Some(fact) = legal {
        let clear = ipc::FieldEdit::ClearFact { fact: fact.id.clone() };
        assert_eq!(
            counsellor.edit(given, clear).unwrap_err(),
            ipc::FailureCode::NotPermitted
        );
    }
}
