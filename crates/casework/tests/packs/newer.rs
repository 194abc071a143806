//! A pack that is newer than the app.

use casework::{
    Asked, FactId, FactType, Filed, Pack, Role, Value,
    lint::{self, Severity},
};

use crate::support::with;

fn fact(id: &str) -> FactId {
    id.parse().unwrap()
}

#[test]
fn a_key_that_this_app_does_not_know_is_left_out_and_the_rest_stands() {
    let files = with("dictionary/child.toml", "max = 25", "max = 25\ncolour = \"red\"");
    let pack = Pack::parse(&files, None).unwrap();
    assert_eq!(pack.fact(&fact("child.age")).unwrap().max, Some(25));
    assert_eq!(pack.not_known(), 1, "and it is told how much that is");
    // A pack that ships must not have it: then it is a slip of the pen.
    let found = lint::check(&files, None).0;
    assert!(
        found
            .iter()
            .any(|f| f.severity == Severity::Error && f.message.contains("colour"))
    );
}

#[test]
fn a_file_that_this_app_does_not_know_is_left_out() {
    let mut files = with("pack.toml", "version", "version");
    files.insert("tariffs/fees.toml".to_owned(), "fee = 3".to_owned());
    assert_eq!(Pack::parse(&files, None).unwrap().not_known(), 1);
    assert_eq!(Pack::parse(&crate::support::small(), None).unwrap().not_known(), 0);
}

#[test]
fn a_fact_of_a_new_type_is_read_only() {
    let files = with("dictionary/child.toml", "type = \"instant\"", "type = \"drawing\"");
    let pack = Pack::parse(&files, None).unwrap();
    let known = pack.fact(&fact("child.seen_at")).unwrap();
    assert_eq!(known.kind, FactType::Unknown);
    assert!(known.is_read_only());
    assert_eq!(pack.not_known(), 1);
    assert!(known.check(&Value::from("anything"), &pack).is_err());
}

#[test]
fn a_new_role_and_a_new_way_of_filing_survive() {
    let files = with(
        "forms/1.toml",
        "filled_by = [\"social_worker\"]",
        "filled_by = [\"social_worker\", \"village_teacher\"]\nfiled = \"sealed\"",
    );
    let pack = Pack::parse(&files, None).unwrap();
    let form = pack.form("1").unwrap();
    assert!(form.filled_by.contains(&Role::Unknown("village_teacher".into())));
    assert_eq!(form.filed, Filed::Unknown("sealed".into()));
    assert_eq!(form.sections[0].fields[2].asks, Asked::Table("family".into()));
}

#[test]
fn clocks_and_stages_of_a_newer_pack_are_read_without_what_is_new_in_them() {
    let mut files = casework::shipped_files("national");
    for (path, old, new) in [
        ("stages.toml", "[[stage]]\n", "[[stage]]\ncolour = \"red\"\n"),
        (
            "clocks/production.toml",
            "[[clock]]\n",
            "[[clock]]\nrings = \"twice\"\n",
        ),
    ] {
        let text = files.get_mut(path).unwrap();
        *text = text.replacen(old, new, 1);
    }
    let pack = Pack::parse(&files, None).unwrap();
    assert_eq!(pack.clocks().len(), Pack::national().clocks().len());
    let strict = lint::check(&files, None).0;
    for (file, key) in [("stages.toml", "colour"), ("clocks/production.toml", "rings")] {
        assert!(
            strict
                .iter()
                .any(|f| f.file == file && f.line > 1 && f.message.contains(key)),
            "{key}"
        );
    }
}
