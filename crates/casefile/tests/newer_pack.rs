//! What a newer pack invents survives an app with an older one: it is kept, merged, listed and handed on, though nothing
//! there knows what it means.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};

use casefile::{Action, Document, Edit};
use casework::{
    AuthorId, CaseKind, Compartment, DocumentKind, FactId, Pack, Record, Role, RowId, Spine, Stage, Urgency, Value,
    shipped_files,
};

const KIND: DocumentKind = DocumentKind::Case(Compartment::Core);
const NOON_MS: i64 = 1_795_415_400_000;

fn fact(name: &str) -> FactId {
    name.parse().unwrap()
}

/// The pack of an app that came later: a new fact of a new type, a new form that asks for it, a new stage, a new role.
fn newer() -> Pack {
    let mut files = shipped_files("national");
    let dictionary = r#"
[[fact]]
id = "case.drawing"
type = "drawing"
compartment = "core"
sensitivity = "ordinary"
label = { en = "Drawing", hi = "चित्र" }

[[fact]]
id = "case.tribunal"
type = "text"
compartment = "core"
sensitivity = "ordinary"
label = { en = "Tribunal", hi = "अधिकरण" }
"#;
    let form = r#"
id = "99"
title = { en = "New", hi = "नया" }
source = "MR 2030"
checked = "C"
filled_by = ["village_teacher"]
[[section]]
id = "a"
title = { en = "a", hi = "क" }
field = [ { fact = "case.tribunal" }, { fact = "case.drawing" } ]
"#;
    files.insert("dictionary/newer.toml".to_owned(), dictionary.to_owned());
    files.insert("forms/99.toml".to_owned(), form.to_owned());
    Pack::parse(&files, None).unwrap()
}

#[test]
fn facts_forms_and_codes_of_a_newer_pack_survive_an_older_app() {
    let (newer, older) = (newer(), Pack::national());
    assert!(newer.fact(&fact("case.tribunal")).is_some() && older.fact(&fact("case.tribunal")).is_none());
    let later = AuthorId::from_bytes([1; 16]);
    let earlier = AuthorId::from_bytes([2; 16]);
    let set = |name: &str, value: Value| Edit::SetFact {
        fact: fact(name),
        value,
    };
    let mut at_newer = Document::new(KIND);
    let edits = [
        set("case.stage", "tribunal".into()),
        set("case.kind", "witness".into()),
        set("case.urgency", "whenever".into()),
        set("case.tribunal", "Patna".into()),
        set("case.drawing", Value::Integer(7)),
        set(
            "case.grounds",
            Value::Set(BTreeSet::from(["vi".to_owned(), "xiii".to_owned()])),
        ),
        Edit::AddRow {
            row: RowId::from_bytes([9; 16]),
            table: "drones".to_owned(),
            cells: BTreeMap::from([("height".to_owned(), Value::Number(2.5))]),
        },
    ];
    let change = at_newer
        .edit(later, NOON_MS, &Action::form("99"), &edits)
        .unwrap()
        .unwrap();

    // The older app takes it, saves it, loads it, and writes beside it.
    let mut at_older = Document::new(KIND);
    at_older.apply(&[change.bytes], older).unwrap();
    let mut at_older = Document::load(KIND, &at_older.save()).unwrap();
    let other = [set("custody.place_name", "Asha Home".into())];
    let back = at_older.edit(earlier, NOON_MS, &Action::EDIT, &other).unwrap().unwrap();

    // Its reading is careful and keeps the codes as they are.
    let facts = at_older.facts();
    let spine = Spine::read(|id| facts.get(id).cloned());
    assert_eq!(spine.stage, Stage::Unknown("tribunal".into()));
    assert_eq!(spine.kind, CaseKind::Unknown("witness".into()));
    assert_eq!(spine.urgency, Urgency::Unknown("whenever".into()));
    assert!(spine.grounds.contains("xiii"));
    assert_eq!(facts[&fact("case.tribunal")], "Patna".into());

    // Nothing that rules of the older pack are asked about such a record makes them stumble.
    let record = Record {
        facts: facts.clone(),
        rows: Vec::new(),
    };
    for form in older.forms() {
        for section in &form.sections {
            for condition in section
                .shown_when
                .iter()
                .chain(section.fields.iter().filter_map(|f| f.shown_when.as_ref()))
            {
                condition.in_record(&record, jiff::civil::date(2026, 11, 23));
            }
        }
    }

    // Back at the newer app everything stands as it was written.
    at_newer.apply(&[back.bytes], &newer).unwrap();
    let mut expected = at_older.facts();
    assert_eq!(at_newer.facts(), expected);
    expected.remove(&fact("custody.place_name"));
    assert_eq!(expected.len(), 6);
    let row = at_newer.row(RowId::from_bytes([9; 16])).unwrap();
    assert_eq!(
        (row.table.as_str(), &row.cells["height"]),
        ("drones", &Value::Number(2.5))
    );
    assert!(
        newer
            .form("99")
            .unwrap()
            .filled_by
            .contains(&Role::Unknown("village_teacher".into()))
    );
    assert!(newer.fact(&fact("case.drawing")).unwrap().is_read_only());
}
