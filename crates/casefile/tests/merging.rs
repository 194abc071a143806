//! Merging: three people write apart, changes arrive in any order and more than once, and all end with the same case
//! and the same clashes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use casefile::{Action, ApplyError, ChangeError, Document, Edit, EditError, Entry, Register, SchemaError};
use casework::{AuthorId, Compartment, DocumentKind, EntryId, FactId, Pack, RowId, Value};
use proptest::prelude::*;

const KIND: DocumentKind = DocumentKind::Case(Compartment::Identity);
const NOON_MS: i64 = 1_795_415_400_000;

fn author(n: u8) -> AuthorId {
    AuthorId::from_bytes([n + 1; 16])
}

fn fact(name: &str) -> FactId {
    name.parse().unwrap()
}

fn set(name: &str, value: impl Into<Value>) -> Edit {
    Edit::SetFact {
        fact: fact(name),
        value: value.into(),
    }
}

fn write(doc: &mut Document, who: u8, edits: &[Edit]) -> Vec<u8> {
    doc.edit(author(who), NOON_MS, &Action::form("17"), edits)
        .unwrap()
        .unwrap()
        .bytes
}

#[test]
fn different_fields_written_apart_merge_without_a_clash() {
    let (mut asha, mut binod) = (Document::new(KIND), Document::new(KIND));
    let from_asha = write(&mut asha, 1, &[set("child.name", "Munni")]);
    let from_binod = write(&mut binod, 2, &[set("found.place", "Gaya Junction")]);
    asha.apply(&[from_binod], Pack::national()).unwrap();
    binod.apply(&[from_asha], Pack::national()).unwrap();
    assert_eq!(asha.heads(), binod.heads());
    assert_eq!(asha.facts().len(), 2);
    assert!(asha.clashes().is_empty());
}

#[test]
fn the_same_field_written_apart_shows_both_until_one_is_chosen_and_keeps_the_other() {
    let (mut asha, mut binod) = (Document::new(KIND), Document::new(KIND));
    let from_asha = write(&mut asha, 1, &[set("child.name", "Munni")]);
    let from_binod = write(&mut binod, 2, &[set("child.name", "Meena")]);
    asha.apply(&[&from_binod], Pack::national()).unwrap();
    binod.apply(&[&from_asha], Pack::national()).unwrap();
    assert_eq!(asha.clashes(), binod.clashes());
    let [clash] = asha.clashes().try_into().unwrap();
    assert_eq!(clash.versions.len(), 2);
    assert_eq!(
        clash.versions[0].value,
        asha.value(&clash.register),
        "the displayed version comes first"
    );

    let chosen = clash.versions[0].value.clone().unwrap();
    let choice = asha
        .edit(
            author(1),
            NOON_MS,
            &Action::CHOOSE,
            &[Edit::SetFact {
                fact: fact("child.name"),
                value: chosen.clone(),
            }],
        )
        .unwrap()
        .expect("choosing the displayed value is a change too");
    binod.apply(&[choice.bytes], Pack::national()).unwrap();
    for doc in [&asha, &binod] {
        assert!(doc.clashes().is_empty());
        assert_eq!(doc.value(&clash.register), Some(chosen.clone()));
        let history = doc.history(&clash.register);
        assert_eq!(
            history.last().unwrap().value,
            Some(chosen.clone()),
            "the choice is told as what was chosen"
        );
        let written: Vec<_> = history.into_iter().filter_map(|version| version.value).collect();
        assert!(written.contains(&Value::from("Munni")) && written.contains(&Value::from("Meena")));
    }
}

#[test]
fn two_choices_made_apart_clash_again_and_neither_is_lost() {
    let (mut asha, mut binod) = (Document::new(KIND), Document::new(KIND));
    let from_asha = write(&mut asha, 1, &[set("child.name", "Munni")]);
    let from_binod = write(&mut binod, 2, &[set("child.name", "Meena")]);
    asha.apply(&[&from_binod], Pack::national()).unwrap();
    binod.apply(&[&from_asha], Pack::national()).unwrap();

    let asha_chose = write(&mut asha, 1, &[set("child.name", "Munni")]);
    let binod_chose = write(&mut binod, 2, &[set("child.name", "Meena")]);
    assert!(asha.clashes().is_empty() && binod.clashes().is_empty());
    asha.apply(&[binod_chose], Pack::national()).unwrap();
    binod.apply(&[asha_chose], Pack::national()).unwrap();
    assert_eq!(asha.clashes(), binod.clashes());
    assert_eq!(asha.clashes()[0].versions.len(), 2);
}

#[test]
fn the_same_value_written_apart_is_no_clash() {
    let (mut asha, mut binod) = (Document::new(KIND), Document::new(KIND));
    write(&mut asha, 1, &[set("child.name", "Munni")]);
    let from_binod = write(&mut binod, 2, &[set("child.name", "Munni")]);
    asha.apply(&[from_binod], Pack::national()).unwrap();
    assert!(asha.clashes().is_empty());
}

#[test]
fn writing_what_already_stands_makes_no_change() {
    let mut doc = Document::new(KIND);
    write(&mut doc, 1, &[set("child.name", "Munni")]);
    assert_eq!(
        doc.edit(author(1), NOON_MS, &Action::EDIT, &[set("child.name", "Munni")]),
        Ok(None)
    );
}

#[test]
fn an_edit_that_cannot_be_made_leaves_nothing_behind() {
    let mut doc = Document::new(KIND);
    let heads = doc.heads();
    let edits = [
        set("child.name", "Munni"),
        Edit::RemoveRow {
            row: RowId::from_bytes([1; 16]),
        },
    ];
    assert_eq!(
        doc.edit(author(1), NOON_MS, &Action::EDIT, &edits),
        Err(EditError::NoSuchRow)
    );
    assert_eq!((doc.heads(), doc.facts().len()), (heads, 0));
}

#[test]
fn a_saved_document_is_the_same_when_loaded() {
    let mut doc = Document::new(KIND);
    write(
        &mut doc,
        1,
        &[
            set("child.name", "आशा"),
            set("child.languages", Value::Set(["hi".into(), "bho".into()].into())),
        ],
    );
    let loaded = Document::load(KIND, &doc.save()).unwrap();
    assert_eq!(loaded.facts(), doc.facts());
    assert!(
        Document::load(DocumentKind::Missing, &doc.save()).is_err(),
        "another kind has another genesis"
    );
    assert!(Document::load(KIND, b"garbage").is_err());
    let mut damaged = doc.save();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x40;
    assert!(Document::load(KIND, &damaged).is_err());
}

#[test]
fn changes_that_no_app_of_ours_makes_are_refused_and_leave_nothing() {
    use automerge::{ActorId, Automerge, ObjType, ROOT, transaction::CommitOptions, transaction::Transactable};
    let refused = |work: &dyn Fn(&mut automerge::transaction::Transaction<'_>)| {
        let mut doc = Automerge::load(&Document::new(KIND).save())
            .unwrap()
            .with_actor(ActorId::from([9_u8; 16]));
        let mut tx = doc.transaction();
        work(&mut tx);
        tx.commit_with(CommitOptions::default());
        let bytes = doc.get_last_local_change().unwrap().raw_bytes().to_vec();
        let mut ours = Document::new(KIND);
        let heads = ours.heads();
        let result = ours.apply(&[bytes], Pack::national());
        assert_eq!(ours.heads(), heads);
        result.unwrap_err()
    };
    let map = |op: u64| automerge::ObjId::Id(op, ActorId::from([0_u8; 16]), 0);
    let schema = |error: ApplyError| match error {
        ApplyError::Schema(error) => error,
        other => panic!("{other}"),
    };
    assert_eq!(
        schema(refused(&|tx| tx.put(ROOT, "extra", 1).unwrap())),
        SchemaError::Place
    );
    assert_eq!(
        schema(refused(&|tx| tx.put(ROOT, "kind", 1).unwrap())),
        SchemaError::Place
    );
    assert_eq!(
        schema(refused(&|tx| tx.put(map(1), "Not A Fact", "x").unwrap())),
        SchemaError::Name
    );
    assert_eq!(
        schema(refused(&|tx| tx.put(map(1), "statement.allegation", "x").unwrap())),
        SchemaError::Compartment
    );
    assert_eq!(
        schema(refused(&|tx| tx.put(map(1), "child.name", vec![1_u8, 2]).unwrap())),
        SchemaError::Value
    );
    assert_eq!(
        schema(refused(&|tx| drop(
            tx.put_object(map(1), "child.name", ObjType::List).unwrap()
        ))),
        SchemaError::Place
    );
    assert_eq!(
        schema(refused(&|tx| tx.put(map(3), "not-a-uuid", "x").unwrap())),
        SchemaError::Timeline
    );
}

#[test]
fn an_entry_of_the_timeline_cannot_be_rewritten_by_anybody() {
    use automerge::{ActorId, Automerge, ReadDoc, transaction::Transactable};
    let mut doc = Document::new(KIND);
    let entry = Edit::AddEntry {
        entry: EntryId::from_bytes([5; 16]),
        kind: "note".into(),
        text: "as said".into(),
    };
    write(&mut doc, 1, &[entry]);
    let mut forger = Automerge::load(&doc.save())
        .unwrap()
        .with_actor(ActorId::from([9_u8; 16]));
    let timeline = automerge::ObjId::Id(3, ActorId::from([0_u8; 16]), 0);
    let (_, note) = forger
        .get(&timeline, EntryId::from_bytes([5; 16]).to_string())
        .unwrap()
        .unwrap();
    let mut tx = forger.transaction();
    tx.put(&note, "text", "as it suits").unwrap();
    tx.commit();
    let bytes = forger.get_last_local_change().unwrap().raw_bytes().to_vec();
    assert_eq!(
        doc.apply(&[bytes], Pack::national()),
        Err(ApplyError::Schema(SchemaError::Timeline))
    );
    assert_eq!(doc.timeline()[0].text, "as said");
}

#[test]
fn a_change_without_those_before_it_says_what_is_missing() {
    let mut doc = Document::new(KIND);
    let first = write(&mut doc, 1, &[set("child.name", "Munni")]);
    let second = write(&mut doc, 1, &[set("child.name", "Meena")]);
    let mut other = Document::new(KIND);
    let ApplyError::MissingDependencies { missing } = other.apply(&[&second], Pack::national()).unwrap_err() else {
        panic!("expected missing dependencies")
    };
    assert_eq!(missing.len(), 1);
    let applied = other.apply(&[&first, &second, &first], Pack::national()).unwrap();
    assert_eq!((applied.new, applied.duplicate), (2, 1));
}

#[test]
fn two_changes_with_one_number_are_a_fork_and_the_second_is_refused() {
    let (mut tablet, mut copy) = (Document::new(KIND), Document::new(KIND));
    let one = write(&mut tablet, 1, &[set("child.name", "Munni")]);
    let other = write(&mut copy, 1, &[set("child.name", "Meena")]);
    let mut hub = Document::new(KIND);
    hub.apply(&[one], Pack::national()).unwrap();
    assert!(matches!(
        hub.apply(&[other], Pack::national()),
        Err(ApplyError::Sequence | ApplyError::Document)
    ));
    assert_eq!(
        hub.value(&Register::Fact(fact("child.name"))),
        Some(Value::from("Munni"))
    );
    assert_eq!(
        hub.apply(&[b"garbage"], Pack::national()),
        Err(ApplyError::Change(ChangeError::Malformed))
    );
}

// --- Convergence ------------------------------------------------------------------------------------------------

/// An edit in small numbers, so that people often hit the same register.
#[derive(Debug, Clone)]
enum Random {
    Text(u8, u8),
    Number(i64),
    Clear(u8),
    Members(Vec<u8>),
    AddRow(u8),
    Cell(u8, u8),
    RemoveRow(u8),
    Note(u8),
}

const TEXTS: [&str; 3] = ["child.name", "found.place", "parents.name"];
const CODES: [&str; 4] = ["hi", "bn", "ta", "ur"];

fn random_edit() -> impl Strategy<Value = Random> {
    prop_oneof![
        (0_u8..3, 0_u8..5).prop_map(|(which, what)| Random::Text(which, what)),
        (0_i64..18).prop_map(Random::Number),
        (0_u8..3).prop_map(Random::Clear),
        prop::collection::vec(0_u8..4, 0..4).prop_map(Random::Members),
        (0_u8..9).prop_map(Random::AddRow),
        (0_u8..6, 0_u8..5).prop_map(|(row, what)| Random::Cell(row, what)),
        (0_u8..6).prop_map(Random::RemoveRow),
        (0_u8..9).prop_map(Random::Note),
    ]
}

fn to_edit(random: &Random, doc: &Document, id: [u8; 16]) -> Option<Edit> {
    let row = |n: u8| {
        let rows = doc.rows();
        (!rows.is_empty()).then(|| rows[usize::from(n) % rows.len()].id)
    };
    Some(match random {
        Random::Text(which, what) => set(TEXTS[usize::from(*which)], format!("text {what}").as_str()),
        Random::Number(age) => set("child.age_stated", Value::Integer(*age)),
        Random::Clear(which) => Edit::ClearFact {
            fact: fact(TEXTS[usize::from(*which)]),
        },
        Random::Members(codes) => set(
            "child.languages",
            Value::Set(codes.iter().map(|c| CODES[usize::from(*c)].to_owned()).collect()),
        ),
        Random::AddRow(name) => Edit::AddRow {
            row: RowId::from_bytes(id),
            table: "family".into(),
            cells: BTreeMap::from([("name".to_owned(), format!("person {name}").as_str().into())]),
        },
        Random::Cell(n, what) => Edit::SetCell {
            row: row(*n)?,
            column: "work".into(),
            value: (*what > 0).then(|| format!("work {what}").as_str().into()),
        },
        Random::RemoveRow(n) => Edit::RemoveRow { row: row(*n)? },
        Random::Note(text) => Edit::AddEntry {
            entry: EntryId::from_bytes(id),
            kind: "note".into(),
            text: format!("note {text}"),
        },
    })
}

/// A step of three people: somebody writes, or somebody receives what another has, perhaps twice and out of order.
#[derive(Debug, Clone)]
enum Step {
    Write(u8, Random),
    Deliver { from: u8, to: u8, shuffle: u64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0_u8..3, random_edit()).prop_map(|(who, edit)| Step::Write(who, edit)),
        1 => (0_u8..3, 0_u8..3, any::<u64>()).prop_map(|(from, to, shuffle)| Step::Deliver { from, to, shuffle }),
    ];
    prop::collection::vec(step, 1..40)
}

/// Delivers in an order drawn from `shuffle`; what cannot be taken yet is tried again after the rest.
fn deliver(from: &Document, to: &mut Document, shuffle: u64) {
    let mut waiting: Vec<Vec<u8>> = from.changes().into_iter().map(|(_, bytes)| bytes).collect();
    let mut state = shuffle | 1;
    for last in (1..waiting.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from(state >> 33).unwrap() % (last + 1);
        waiting.swap(last, other);
    }
    if let Some(first) = waiting.first().cloned() {
        waiting.push(first);
    }
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|bytes| match to.apply(&[bytes], Pack::national()) {
            Ok(_) => false,
            Err(ApplyError::MissingDependencies { .. }) => true,
            Err(other) => panic!("{other}"),
        });
        assert!(waiting.len() < before, "nothing could be taken");
    }
}

type Seen = (
    BTreeMap<FactId, Value>,
    Vec<casefile::Row>,
    Vec<Entry>,
    Vec<casefile::Clash>,
    Vec<[u8; 32]>,
);

fn seen(doc: &Document) -> Seen {
    (doc.facts(), doc.rows(), doc.timeline(), doc.clashes(), doc.heads())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn three_people_end_with_the_same_case_and_the_same_clashes(steps in steps(), order in any::<[u64; 6]>()) {
        let mut people = [Document::new(KIND), Document::new(KIND), Document::new(KIND)];
        for (number, step) in steps.iter().enumerate() {
            match step {
                Step::Write(who, random) => {
                    let doc = &mut people[usize::from(*who)];
                    let mut id = [0_u8; 16];
                    id[0] = *who + 1;
                    id[8..].copy_from_slice(&(number as u64).to_be_bytes());
                    if let Some(edit) = to_edit(random, doc, id) {
                        doc.edit(author(*who), NOON_MS + i64::try_from(number).unwrap() * 1_000, &Action::EDIT, &[edit]).unwrap();
                    }
                }
                Step::Deliver { from, to, shuffle } if from != to => {
                    let source = people[usize::from(*from)].clone();
                    deliver(&source, &mut people[usize::from(*to)], *shuffle);
                }
                Step::Deliver { .. } => {}
            }
        }
        let sources = people.clone();
        for (to, doc) in people.iter_mut().enumerate() {
            for (from, source) in sources.iter().enumerate().filter(|(from, _)| *from != to) {
                deliver(source, doc, order[(to * 3 + from) % 6]);
            }
        }
        prop_assert_eq!(seen(&people[0]), seen(&people[1]));
        prop_assert_eq!(seen(&people[1]), seen(&people[2]));
        let loaded = Document::load(KIND, &people[0].save()).unwrap();
        prop_assert_eq!(seen(&loaded), seen(&people[0]));
    }
}
