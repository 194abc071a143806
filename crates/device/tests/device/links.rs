use casework::{CaseId, Role, Value};
use ipc::{FieldEdit, LinkView, Reply, Request, Topic};

use crate::bench::{Bench, Tablet};

fn link(tablet: &Tablet, from: CaseId, to: CaseId, relation: &str, note: &str) -> casework::RowId {
    let cells = [
        ("case", to.to_string()),
        ("relation", relation.into()),
        ("note", note.into()),
    ];
    let row = FieldEdit::AddRow {
        table: "links".into(),
        cells: cells
            .into_iter()
            .map(|(column, text)| (column.to_owned(), Value::Text(text)))
            .collect(),
    };
    tablet.edit(from, row).unwrap().rows[0]
}

fn links(tablet: &Tablet, case: CaseId) -> Vec<LinkView> {
    tablet.case(case).unwrap().life.links
}

#[test]
fn a_link_shows_on_both_cases_where_both_are_here_and_on_one_where_the_other_is_not() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let first = asha.open_case("Meena Kumari");
    let later = asha.open_case("Meena Devi");
    let row = link(&asha, later, first, "earlier_episode", "Went home in May.");
    let [said] = &links(&asha, later)[..] else {
        panic!("one link")
    };
    assert_eq!(
        (said.case, said.relation.as_str(), &said.rows),
        (Some(first), "earlier_episode", &vec![row])
    );
    let [heard] = &links(&asha, first)[..] else {
        panic!("one link")
    };
    assert_eq!((heard.case, heard.relation.as_str()), (Some(later), "later_episode"));
    assert!(heard.rows.is_empty() && heard.here, "{heard:?}");
    assert_eq!(heard.notes, ["Went home in May."]);
    assert_eq!(heard.initials, "M D");
    asha.sync_well();

    // Bina has only the case that is spoken of: what the other says is in a document she does not have.
    let bina = bench.tablet_of("Bina", Role::SocialWorker);
    bench.hub.assign("Bina", first);
    bina.sync_well();
    assert_eq!(links(&bina, first), []);
    // Kavita has only the one that speaks.
    let kavita = bench.tablet_of("Kavita", Role::SocialWorker);
    bench.hub.assign("Kavita", later);
    kavita.sync_well();
    let [said] = &links(&kavita, later)[..] else {
        panic!("one link")
    };
    assert_eq!((said.case, said.here), (Some(first), false));

    // It comes with the other case, and goes with it.
    bench.hub.assign("Bina", later);
    bina.sync_well();
    assert_eq!(links(&bina, first)[0].relation, "later_episode");
    bench.hub.unassign("Bina", later);
    bina.sync_well();
    bina.sync_well();
    assert_eq!(links(&bina, first), []);
}

#[test]
fn two_cases_that_say_the_same_of_each_other_are_linked_once() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let (meena, mina) = (asha.open_case("Meena"), asha.open_case("Mina"));
    let one = link(&asha, meena, mina, "twin", "Born the same night.");
    let other = link(&asha, mina, meena, "sibling", "Sisters.");
    for (case, row) in [(meena, one), (mina, other)] {
        let [both] = &links(&asha, case)[..] else {
            panic!("{:?}", links(&asha, case))
        };
        assert_eq!((both.relation.as_str(), &both.rows), ("twin", &vec![row]));
        assert_eq!(both.notes.len(), 2);
    }
    asha.edit(
        meena,
        FieldEdit::RemoveRow {
            table: "links".into(),
            row: one,
        },
    )
    .unwrap();
    assert_eq!(links(&asha, mina)[0].relation, "sibling");
    assert!(links(&asha, meena)[0].rows.is_empty(), "the other still says so");
}

#[test]
fn the_screen_of_the_other_case_hears_of_it_and_a_rebuild_finds_it_again() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let (meena, mina) = (asha.open_case("Meena"), asha.open_case("Mina"));
    let before = changed(&asha, 0);
    link(&asha, meena, mina, "twin", "");
    assert!(
        changed(&asha, before.revision)
            .topics
            .contains(&Topic::Subject { subject: mina.into() })
    );
    asha.call(Request::Rebuild).unwrap();
    assert_eq!(links(&asha, mina)[0].relation, "twin");
}

fn changed(tablet: &Tablet, after: u64) -> ipc::Changed {
    match tablet.call(Request::Watch { after }).unwrap() {
        Reply::Changed(changed) => changed,
        other => panic!("{other:?}"),
    }
}
