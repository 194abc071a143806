//! Three tablets write at random, reach the hub at random, and end with the same case and the same clashes.

use std::collections::{BTreeMap, BTreeSet};

use casework::{CaseId, Compartment, FactId, Role, RowId, Value};
use ipc::{CaseView, FieldEdit, TaskOrigin, TaskView};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use tests::{
    scene::{Officer, Scene, new_case},
    tablet::Tablet,
};

const STEPS: u32 = 60;

fn pick<T: Copy>(random: &mut StdRng, from: &[T]) -> T {
    from[random.random_range(0..from.len())]
}

fn fact(name: &str, value: Value) -> FieldEdit {
    FieldEdit::SetFact {
        fact: name.parse().unwrap(),
        value,
    }
}

fn own_row(task: &TaskView) -> Option<RowId> {
    match task.origin {
        TaskOrigin::Own { row } => Some(row),
        _ => None,
    }
}

/// An edit in few registers, so that people often hit the same one.
fn edit(random: &mut StdRng, view: &CaseView) -> FieldEdit {
    let text = pick(random, &["one", "two", "three", "four"]);
    let task = |random: &mut StdRng| -> Option<RowId> {
        let own: Vec<RowId> = view.tasks.iter().filter_map(own_row).collect();
        (!own.is_empty()).then(|| own[random.random_range(0..own.len())])
    };
    match random.random_range(0..9) {
        0 => fact(
            pick(random, &["child.name", "found.place", "production.place"]),
            Value::from(text),
        ),
        1 => fact("child.age_stated", Value::Integer(random.random_range(3..17))),
        2 => {
            let codes = ["hi", "bn", "ta", "ur", "sat"];
            let some = codes
                .into_iter()
                .filter(|_| random.random_bool(0.4))
                .map(str::to_owned)
                .collect();
            fact("child.languages", Value::Set(some))
        }
        3 => FieldEdit::ClearFact {
            fact: pick(random, &["child.name", "found.place"]).parse().unwrap(),
        },
        4 => FieldEdit::AddNote {
            compartment: pick(random, &Compartment::ALL),
            text: format!("note {text}"),
        },
        5 => fact("police.informed", Value::Flag(random.random())),
        6 => match task(random) {
            Some(row) => FieldEdit::TickTask {
                row,
                done: random.random(),
            },
            None => added(text),
        },
        7 => match task(random) {
            Some(row) if random.random_bool(0.3) => FieldEdit::RemoveRow {
                table: "tasks".into(),
                row,
            },
            Some(row) => FieldEdit::SetCell {
                table: "tasks".into(),
                row,
                column: "title".into(),
                value: Some(Value::from(text)),
            },
            None => added(text),
        },
        _ => added(text),
    }
}

fn added(title: &str) -> FieldEdit {
    FieldEdit::AddRow {
        table: "tasks".into(),
        cells: BTreeMap::from([("title".to_owned(), Value::from(title))]),
    }
}

/// What must be the same on every tablet, as text, so that a difference can be read.
fn seen(tablet: &Tablet, case: CaseId) -> String {
    let view = tablet.case(case);
    let facts: BTreeMap<FactId, String> = view
        .facts
        .iter()
        .map(|fact| (fact.fact.clone(), format!("{:?} clash {}", fact.value, fact.clash)))
        .collect();
    let tasks: BTreeSet<String> = view
        .tasks
        .iter()
        .map(|task| format!("{:?} {} {:?} {}", task.origin, task.title, task.done_at_ms, task.by))
        .collect();
    let timeline: BTreeSet<String> = view
        .timeline
        .iter()
        .map(|entry| format!("{} {} {} {}", entry.id, entry.text, entry.by, entry.at_ms))
        .collect();
    let clashes: Vec<String> = view
        .clashes
        .iter()
        .map(|clash| {
            let versions: Vec<String> = clash
                .versions
                .iter()
                .map(|version| format!("{:?} by {} at {}", version.value, version.by, version.at_ms))
                .collect();
            format!("{:?}: {versions:?}", clash.register)
        })
        .collect();
    format!("{:?}\n{facts:#?}\n{tasks:#?}\n{timeline:#?}\n{clashes:#?}", view.name)
}

fn three_tablets_converge(seed: u64) {
    let scene = Scene::new();
    let roles = [
        ("Asha Toppo", Role::PoNic),
        ("Binod Sah", Role::PoIc),
        ("Charu Nag", Role::Dcpo),
    ];
    let officers: Vec<Officer> = (1..)
        .zip(roles)
        .map(|(n, (name, role))| scene.officer_with(Tablet::by_hand(seed * 10 + n), &scene.hub.url(), name, &role))
        .collect();
    let case = officers[0].tablet.open_case(new_case("Munni Kisku"));
    officers[0].tablet.sync_well();
    scene.assign(case, &officers[1].user);
    for officer in &officers {
        officer.tablet.sync_until_in_step();
    }

    let mut random = StdRng::seed_from_u64(seed);
    for step in 0..STEPS {
        let officer = &officers[random.random_range(0..3)];
        if random.random_bool(0.2) {
            officer.tablet.sync_well();
        } else {
            // Clocks of tablets differ; merging must not care.
            officer.tablet.clock.shift_to(random.random_range(-300_000..300_000));
            let edit = edit(&mut random, &officer.tablet.case(case));
            officer.tablet.edit(case, vec![edit]);
            assert_eq!(officer.tablet.status().refused, [], "step {step}");
        }
    }
    for officer in officers.iter().chain(&officers) {
        officer.tablet.sync_until_in_step();
    }
    let first = seen(&officers[0].tablet, case);
    for officer in &officers[1..] {
        assert_eq!(
            seen(&officer.tablet, case),
            first,
            "seed {seed}: {} sees the same",
            officer.name
        );
    }

    // Whoever settles the clashes settles them for all.
    let settler = &officers[random.random_range(0..3)].tablet;
    for clash in settler.case(case).clashes {
        match clash.versions[0].value.clone() {
            Some(value) => drop(settler.choose(case, clash.register, value)),
            None => drop(settler.ask(ipc::Request::Resolve {
                subject: case.into(),
                register: clash.register,
                value: None,
            })),
        }
    }
    settler.sync_until_in_step();
    for officer in &officers {
        officer.tablet.sync_until_in_step();
        assert!(
            officer.tablet.case(case).clashes.is_empty(),
            "seed {seed}: {}",
            officer.name
        );
    }
    let first = seen(&officers[0].tablet, case);
    assert!(officers.iter().all(|officer| seen(&officer.tablet, case) == first));
}

#[test]
fn three_tablets_end_with_the_same_case_and_the_same_clashes() {
    for seed in 1..=6 {
        three_tablets_converge(seed);
    }
}
