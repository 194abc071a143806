//! A document as it stood: whatever was written since, and by whomever, it reads as on the day its heads were written
//! down, and what was done since is told.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use casefile::{Action, Deed, Document, Edit, Heads, PastError, Register};
use casework::{AuthorId, Compartment, DocumentKind, FactId, Pack, Record, RowId, Value};
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

fn codes(codes: &[&str]) -> Value {
    Value::Set(codes.iter().map(|code| (*code).to_owned()).collect())
}

fn row(n: u8) -> RowId {
    RowId::from_bytes([n; 16])
}

fn add(n: u8, name: &str) -> Edit {
    Edit::AddRow {
        row: row(n),
        table: "family".into(),
        cells: BTreeMap::from([("name".to_owned(), Value::from(name))]),
    }
}

fn write(doc: &mut Document, who: u8, edits: &[Edit]) -> Vec<u8> {
    doc.edit(author(who), NOON_MS, &Action::form("17"), edits)
        .unwrap()
        .unwrap()
        .bytes
}

#[test]
fn a_document_reads_as_it_stood_whatever_was_written_since() {
    let mut doc = Document::new(KIND);
    write(
        &mut doc,
        1,
        &[set("child.name", "Munni"), add(1, "Kamla"), add(2, "Birju")],
    );
    let heads = doc.now_heads();
    let (facts, rows) = (doc.facts(), doc.rows());
    write(&mut doc, 1, &[set("child.name", "Meena"), set("found.place", "Gaya")]);
    write(&mut doc, 2, &[Edit::RemoveRow { row: row(1) }, add(3, "Ramu")]);
    let then = doc.at(&heads).unwrap();
    assert_eq!((then.facts(), then.rows()), (facts, rows));
    assert_eq!(
        then.value(&Register::Fact(fact("child.name"))),
        Some(Value::from("Munni"))
    );
    assert_eq!(then.value(&Register::Fact(fact("found.place"))), None);
    assert!(then.row(row(3)).is_none());
    let mut record = Record::default();
    then.add_to(&mut record);
    assert_eq!(record.rows_of("family").count(), 2);
    let mut record = Record::default();
    doc.add_to(&mut record);
    assert_eq!(record.text("child.name"), Some("Meena"));
    assert_eq!(record.rows_of("family").count(), 2, "one gone, one new");
}

#[test]
fn a_filing_of_one_does_not_know_what_another_wrote_apart_and_tells_it_as_done_since() {
    let (mut asha, mut binod) = (Document::new(KIND), Document::new(KIND));
    let begun = write(&mut asha, 1, &[set("child.name", "Munni")]);
    binod.apply(&[begun], Pack::national()).unwrap();
    // Binod writes apart, before and after Asha files; he knows of no filing.
    let apart = write(&mut binod, 2, &[set("child.name", "Meena")]);
    let filed = asha.now_heads();
    let later = write(&mut asha, 1, &[set("child.name", "Munni Kumari")]);
    asha.apply(&[apart], Pack::national()).unwrap();
    binod.apply(&[later], Pack::national()).unwrap();
    assert_eq!(asha.clashes().len(), 1);
    for doc in [&asha, &binod] {
        let name = Register::Fact(fact("child.name"));
        assert_eq!(doc.at(&filed).unwrap().value(&name), Some(Value::from("Munni")));
        let since = doc.since(&filed).unwrap();
        let mut told: Vec<_> = since
            .iter()
            .map(|past| {
                assert_eq!(past.deed, Deed::Wrote(name.clone()));
                (past.version.author, past.version.value.clone())
            })
            .collect();
        told.sort_by_key(|(author, _)| *author);
        assert_eq!(
            told,
            [
                (author(1), Some(Value::from("Munni Kumari"))),
                (author(2), Some(Value::from("Meena")))
            ]
        );
    }
}

#[test]
fn a_set_is_told_whole_a_row_once_and_a_settled_clash_as_what_was_chosen() {
    let mut doc = Document::new(KIND);
    write(&mut doc, 1, &[set("child.languages", codes(&["hi", "bho"]))]);
    write(&mut doc, 1, &[add(1, "Kamla")]);
    let heads = doc.now_heads();
    write(
        &mut doc,
        1,
        &[set("child.languages", codes(&["hi", "mai", "ur"])), add(2, "Birju")],
    );
    write(
        &mut doc,
        2,
        &[
            Edit::SetCell {
                row: row(1),
                column: "name".into(),
                value: None,
            },
            Edit::RemoveRow { row: row(2) },
        ],
    );
    let since = doc.since(&heads).unwrap();
    let told: Vec<_> = since
        .iter()
        .map(|past| (&past.deed, past.version.value.clone()))
        .collect();
    let cell = Register::Cell {
        row: row(1),
        column: "name".into(),
    };
    assert_eq!(
        told,
        [
            (
                &Deed::Wrote(Register::Fact(fact("child.languages"))),
                Some(codes(&["hi", "mai", "ur"]))
            ),
            (&Deed::AddedRow(row(2)), None),
            (&Deed::Wrote(cell), None),
            (&Deed::RemovedRow(row(2)), None),
        ]
    );
    assert!(since[1..].iter().all(|past| past.table.as_deref() == Some("family")));
    let whole: Vec<_> = doc.row_history(row(2)).into_iter().map(|past| past.deed).collect();
    let name = Deed::Wrote(Register::Cell {
        row: row(2),
        column: "name".into(),
    });
    assert_eq!(whole, [Deed::AddedRow(row(2)), name, Deed::RemovedRow(row(2))]);
    assert!(doc.row_history(row(9)).is_empty());
}

#[test]
fn heads_survive_their_text_and_strange_ones_are_an_error() {
    let mut doc = Document::new(KIND);
    let empty = doc.now_heads();
    write(&mut doc, 1, &[set("child.name", "Munni")]);
    let heads = doc.now_heads();
    assert_eq!(heads.to_string().parse(), Ok(heads.clone()));
    assert!(doc.at(&empty).unwrap().facts().is_empty(), "nobody had written yet");
    assert!(doc.since(&heads).unwrap().is_empty());
    for strange in ["", " ", "12", &"zz".repeat(32), &"é".repeat(32), &"00 ".repeat(80)] {
        assert_eq!(strange.parse::<Heads>(), Err(PastError::Unreadable), "{strange}");
    }
    let nobodys: Heads = "ab".repeat(32).parse().unwrap();
    let missing = PastError::Missing {
        missing: vec![[0xab; 32]],
    };
    assert_eq!(doc.at(&nobodys).map(|then| then.facts()), Err(missing.clone()));
    assert_eq!(doc.since(&nobodys), Err(missing));
    let other = Document::new(DocumentKind::Case(Compartment::Care));
    assert!(matches!(other.at(&heads), Err(PastError::Missing { .. })));
}

/// Something one of three people does, or their devices meeting.
#[derive(Debug, Clone)]
enum Step {
    Write(u8, Edit),
    Meet(u8, u8),
    /// Somebody writes down the heads.
    File(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let text = prop::sample::select(vec!["a", "b", "c"]);
    let edit = prop_oneof![
        (prop::sample::select(vec!["child.name", "found.place"]), text.clone())
            .prop_map(|(name, text)| set(name, text)),
        prop::collection::vec(prop::sample::select(vec!["hi", "mai", "ur"]), 0..3)
            .prop_map(|list| set("child.languages", codes(&list))),
        (1_u8..4, text.clone()).prop_map(|(n, text)| Edit::SetCell {
            row: row(n),
            column: "name".into(),
            value: Some(text.into()),
        }),
        (1_u8..4).prop_map(|n| Edit::RemoveRow { row: row(n) }),
        prop::sample::select(vec!["child.name", "child.languages"])
            .prop_map(|name| Edit::ClearFact { fact: fact(name) }),
    ];
    prop_oneof![
        4 => (0_u8..3, edit).prop_map(|(who, edit)| Step::Write(who, edit)),
        2 => (0_u8..3, 0_u8..3).prop_map(|(one, other)| Step::Meet(one, other)),
        1 => (0_u8..3).prop_map(Step::File),
    ]
}

proptest! {
    /// Whoever filed, and whatever came in later: the document at those heads is a document that only took in the
    /// changes the filer had; and those changes with what is told as done since are all there are.
    #[test]
    fn the_state_at_heads_is_a_document_that_only_has_those_changes(steps in prop::collection::vec(step(), 1..40)) {
        let mut first = Document::new(KIND);
        write(&mut first, 9, &[add(1, "Kamla"), add(2, "Birju"), add(3, "Ramu")]);
        let mut docs = [first.clone(), first.clone(), first];
        let mut filed: Vec<(Heads, Document)> = Vec::new();
        for step in steps {
            match step {
                Step::Write(who, edit) => {
                    docs[usize::from(who)].edit(author(who), NOON_MS, &Action::EDIT, &[edit]).unwrap();
                }
                Step::Meet(one, other) => {
                    let theirs = docs[usize::from(other)].clone();
                    docs[usize::from(one)].merge(&theirs).unwrap();
                }
                Step::File(who) => {
                    let doc = &docs[usize::from(who)];
                    let chunks: Vec<Vec<u8>> = doc.changes().into_iter().map(|(_, bytes)| bytes).collect();
                    let mut only = Document::new(KIND);
                    only.apply(&chunks, Pack::national()).unwrap();
                    filed.push((doc.now_heads(), only));
                }
            }
        }
        let mut all = docs[0].clone();
        all.merge(&docs[1]).unwrap();
        all.merge(&docs[2]).unwrap();
        for (heads, only) in filed {
            let then = all.at(&heads).unwrap();
            prop_assert_eq!(then.facts(), only.facts());
            prop_assert_eq!(then.rows(), only.rows());
            let told: std::collections::BTreeSet<_> =
                all.since(&heads).unwrap().into_iter().map(|past| past.version.change).collect();
            let had: std::collections::BTreeSet<_> =
                only.changes().into_iter().map(|(head, _)| head.hash).collect();
            prop_assert!(told.is_disjoint(&had));
            let everything: std::collections::BTreeSet<_> =
                all.changes().into_iter().map(|(head, _)| head.hash).collect();
            prop_assert_eq!(&told | &had, everything);
        }
    }
}
