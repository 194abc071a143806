//! What a newer app and a newer pack wrote survives on an older tablet, whatever is done there.

use std::collections::BTreeMap;

use casefile::Edit;
use casework::{Compartment, Role, RowId, Stage, Value};
use ipc::{CaseFilter, FailureCode, Request};

use crate::bench::Bench;

#[test]
fn facts_forms_tables_and_stages_of_a_newer_pack_survive_an_older_app() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    asha.sync_well();
    let row = RowId::from_bytes([5; 16]);
    let fact = |name: &str, value: Value| Edit::SetFact {
        fact: name.parse().unwrap(),
        value,
    };
    let heads = bench.hub.document(case, Compartment::Core).now_heads().to_string();
    let newer = [
        fact("space.orbit", "low".into()),
        fact("case.stage", "tribunal".into()),
        Edit::AddRow {
            row: RowId::from_bytes([4; 16]),
            table: "satellites".into(),
            cells: BTreeMap::from([("name".to_owned(), "Aryabhata".into())]),
        },
        Edit::AddRow {
            row,
            table: "filings".into(),
            cells: BTreeMap::from([
                ("form".to_owned(), "99".into()),
                ("how".to_owned(), "sealed".into()),
                ("at".to_owned(), Value::Instant(5)),
                ("heads_core".to_owned(), Value::Text(heads)),
            ]),
        },
    ];
    bench.hub.write_as("Asha", case, Compartment::Core, &newer);
    asha.sync_well();

    let view = asha.case(case).unwrap();
    assert_eq!(view.card.stage, Stage::Unknown("tribunal".into()));
    assert!(view.facts.iter().all(|fact| fact.fact.as_str() != "space.orbit"));
    let filing = &view.filings[0];
    assert_eq!(
        (filing.form.as_str(), filing.how, filing.title.is_empty()),
        ("99", None, true)
    );
    assert_eq!(
        asha.call(Request::Filed {
            subject: case.into(),
            row
        })
        .unwrap_err(),
        FailureCode::NoSuchItem,
        "only the newer pack knows the form"
    );
    asha.set(case, "case.number", "CWC/7").unwrap();
    asha.sync_well();
    assert_eq!(asha.cases(CaseFilter::default()).len(), 1);
    let document = bench.hub.document(case, Compartment::Core);
    let facts = document.facts();
    assert_eq!(facts.get(&"space.orbit".parse().unwrap()), Some(&"low".into()));
    assert_eq!(facts.get(&"case.number".parse().unwrap()), Some(&"CWC/7".into()));
    assert!(document.rows().iter().any(|row| row.table == "satellites"));
    assert!(document.rows().iter().any(|found| found.id == row));
}
