//! A form that was signed or sent stays as it stood; what is changed later stands beside it.

use std::collections::BTreeMap;

use casework::{CaseId, Compartment, FactId, Role, Value};
use ipc::{
    Amended, CaseFilter, FailureCode, FieldEdit, FieldView, Filed, FiledForm, FilingKind, FormItem, FormUse, FormView,
    REASON_CHARS_MAX, RegisterRef, Reply, Request, RowDeed, Saved,
};

use crate::bench::{Bench, Tablet};

fn set(fact: &str, value: impl Into<Value>) -> FieldEdit {
    FieldEdit::SetFact {
        fact: fact.parse().unwrap(),
        value: value.into(),
    }
}

fn add(table: &str, cells: &[(&str, Value)]) -> FieldEdit {
    FieldEdit::AddRow {
        table: table.into(),
        cells: cells
            .iter()
            .map(|(column, value)| ((*column).to_owned(), value.clone()))
            .collect(),
    }
}

fn on_form(
    tablet: &Tablet,
    case: CaseId,
    form: &str,
    edits: Vec<FieldEdit>,
    reason: Option<&str>,
) -> Result<Saved, FailureCode> {
    match tablet.call(Request::Edit {
        subject: case.into(),
        edits,
        form: Some(form.into()),
        reason: reason.map(str::to_owned),
    })? {
        Reply::Saved(saved) => Ok(saved),
        other => panic!("{other:?}"),
    }
}

fn file(tablet: &Tablet, case: CaseId, form: &str, how: FilingKind) -> Result<Filed, FailureCode> {
    match tablet.call(Request::File {
        subject: case.into(),
        form: form.into(),
        how,
    })? {
        Reply::Filed(filed) => Ok(filed),
        other => panic!("{other:?}"),
    }
}

fn filed(tablet: &Tablet, case: CaseId, row: casework::RowId) -> FiledForm {
    match tablet
        .call(Request::Filed {
            subject: case.into(),
            row,
        })
        .unwrap()
    {
        Reply::FiledForm(form) => *form,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn form(tablet: &Tablet, case: CaseId, form: &str) -> FormView {
    match tablet
        .call(Request::Form {
            subject: case.into(),
            form: form.into(),
        })
        .unwrap()
    {
        Reply::Form(form) => *form,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn fields(form: &FormView) -> BTreeMap<FactId, FieldView> {
    let items = form.sections.iter().flat_map(|section| &section.items);
    items
        .filter_map(|item| match item {
            FormItem::Field(field) => Some((field.fact.clone(), (**field).clone())),
            FormItem::Table(_) => None,
        })
        .collect()
}

fn value(form: &FormView, fact: &str) -> Option<Value> {
    fields(form)[&fact.parse::<FactId>().unwrap()].value.clone()
}

fn rows(form: &FormView, table: &str) -> usize {
    let items = form.sections.iter().flat_map(|section| &section.items);
    let found = items.filter_map(|item| match item {
        FormItem::Table(found) if found.table == table => Some(found.rows.len()),
        _ => None,
    });
    found.sum()
}

#[test]
fn a_filed_form_stays_as_it_stood_and_what_changed_stands_beside_it_with_its_reason() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    on_form(
        &asha,
        case,
        "17",
        vec![add("belongings", &[("item", "A red bag".into())])],
        None,
    )
    .unwrap();
    bench.advance(60_000);
    let sent = file(&asha, case, "17", FilingKind::Sent).unwrap();
    assert!(
        !sent.missing.is_empty(),
        "an incomplete form is filed, and what was missing is said"
    );
    let view = asha.case(case).unwrap();
    assert_eq!((view.filings.len(), view.filings[0].how), (1, Some(FilingKind::Sent)));
    assert_eq!(view.timeline[0].text, "17 sent");
    let summary = view.forms.iter().find(|form| form.form == "17").unwrap();
    assert_eq!((summary.used, summary.filings), (FormUse::Fills, 1));

    bench.advance(60_000);
    let Err(FailureCode::ReasonNeeded { form: needed, filing }) =
        on_form(&asha, case, "17", vec![set("child.name", "Meena Kumari")], Some("  "))
    else {
        panic!("a filed form is not changed without a reason")
    };
    assert_eq!((needed.as_str(), filing), ("17", sent.filing));
    assert!(form(&asha, case, "17").needs_reason);
    let long = "x".repeat(REASON_CHARS_MAX + 1);
    assert_eq!(
        on_form(&asha, case, "17", vec![set("child.name", "M")], Some(&long)),
        Err(FailureCode::ReasonTooLong {
            chars_max: REASON_CHARS_MAX
        })
    );
    let why = "Her school certificate gives the full name";
    on_form(&asha, case, "17", vec![set("child.name", "Meena Kumari")], Some(why)).unwrap();
    bench.advance(60_000);
    // Elsewhere nobody is asked why.
    asha.set(case, "child.age_stated", Value::Integer(11)).unwrap();
    asha.edit(case, add("belongings", &[("item", "A slate".into())]))
        .unwrap();
    // What is not on the form is no amendment.
    asha.set(case, "case.stage", "production").unwrap();

    let stood = filed(&asha, case, sent.filing);
    assert_eq!(value(&stood.form, "child.name"), Some("Meena".into()));
    assert_eq!(rows(&stood.form, "belongings"), 1);
    assert!(fields(&stood.form).values().all(|field| !field.writable));
    assert!(stood.form.may_file.is_empty());
    assert!(stood.unseen.is_empty() && stood.not_here_yet.is_empty() && stood.others.is_empty());
    let told: Vec<_> = stood
        .amendments
        .iter()
        .map(|amendment| {
            (
                &amendment.then,
                &amendment.now,
                amendment.reason.as_deref(),
                amendment.stands,
            )
        })
        .collect();
    let age = (Some(Value::Integer(9)), Some(Value::Integer(11)));
    assert_eq!(
        told,
        [
            (&Some("Meena".into()), &Some("Meena Kumari".into()), Some(why), true),
            (&age.0, &age.1, None, true),
            (&None, &None, None, true),
        ]
    );
    assert!(matches!(&stood.amendments[2].what, Amended::RowAdded { table, .. } if table == "belongings"));
    assert_eq!(stood.amendments[2].cells[0].value, Value::from("A slate"));
    assert_eq!(
        value(&form(&asha, case, "17"), "child.name"),
        Some("Meena Kumari".into())
    );
}

#[test]
fn two_who_file_apart_have_filed_twice_and_each_sees_what_the_other_did_not_know() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    asha.sync_well();
    let bina = bench.tablet_of("Bina", Role::Dcpo);
    bench.hub.assign("Bina", case);
    bina.sync_well();

    let first = file(&asha, case, "17", FilingKind::Sent).unwrap();
    bench.advance(5_000);
    bina.set(case, "child.name", "Mina").unwrap();
    let second = file(&bina, case, "17", FilingKind::Sent).unwrap();
    for tablet in [&asha, &bina, &asha] {
        tablet.sync_well();
    }
    for tablet in [&asha, &bina] {
        let stood = filed(tablet, case, first.filing);
        assert_eq!(value(&stood.form, "child.name"), Some("Meena".into()));
        assert_eq!(stood.others[0].row, second.filing);
        let [amendment] = &stood.amendments[..] else {
            panic!("{:?}", stood.amendments)
        };
        assert_eq!((amendment.by.as_str(), &amendment.reason), ("Bina", &None));
        assert_eq!(amendment.now, Some("Mina".into()));
        let stood = filed(tablet, case, second.filing);
        assert_eq!(value(&stood.form, "child.name"), Some("Mina".into()));
        assert!(stood.amendments.is_empty());
        assert_eq!(tablet.case(case).unwrap().filings.len(), 2);
    }
    assert_eq!(asha.history(case, "child.name")[0].device, "tablet");
}

#[test]
fn a_counsellor_files_what_she_may_read_and_sees_nothing_else_in_what_others_filed() {
    let bench = Bench::new();
    let bina = bench.tablet_of("Bina", Role::Dcpo);
    let case = bina.open_case("Meena");
    bina.set(case, "police.fir_number", "FIR 12/2026").unwrap();
    let order = file(&bina, case, "15", FilingKind::Signed).unwrap();
    bina.sync_well();
    let kavita = bench.tablet_of("Kavita", Role::Counsellor);
    bench.hub.assign("Kavita", case);
    kavita.sync_well();

    let stood = filed(&kavita, case, order.filing);
    let text = serde_json::to_string(&stood).unwrap();
    assert!(
        !text.contains("FIR 12/2026"),
        "what she may not read is absent from a frozen form too"
    );
    assert!(fields(&stood.form).values().any(|field| !field.readable));
    assert_eq!(
        file(&kavita, case, "17", FilingKind::Sent),
        Err(FailureCode::NotPermitted),
        "a counsellor fills no Form 17"
    );
    assert_eq!(
        file(&kavita, case, "43", FilingKind::Sent),
        Err(FailureCode::NotFiledSo)
    );
    let history = file(&kavita, case, "43", FilingKind::Signed).unwrap();
    kavita.sync_well();
    bina.sync_well();
    let stood = filed(&bina, case, history.filing);
    assert_eq!(
        (stood.filing.by.as_str(), stood.filing.how),
        ("Kavita", Some(FilingKind::Signed))
    );
    assert!(stood.unseen.iter().all(|kind| *kind == Compartment::Legal.into()));
    assert!(
        kavita
            .case(case)
            .unwrap()
            .tables
            .iter()
            .all(|table| table.compartment != Compartment::Legal.into())
    );
}

#[test]
fn filing_sets_its_moment_once_and_the_moment_belongs_to_what_was_filed() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let first = file(&asha, case, "22", FilingKind::Sent).unwrap();
    let at = asha.fact(case, "report.social_investigation_at");
    assert_eq!(at, Some(Value::Instant(bench.now_ms())));
    bench.advance(86_400_000);
    file(&asha, case, "22", FilingKind::Sent).unwrap();
    assert_eq!(asha.fact(case, "report.social_investigation_at"), at);
    assert!(filed(&asha, case, first.filing).amendments.is_empty());
}

#[test]
fn nobody_types_a_filing() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let sent = file(&asha, case, "17", FilingKind::Sent).unwrap();
    let forged = add("filings", &[("form", "17".into())]);
    assert_eq!(asha.edit(case, forged), Err(FailureCode::NotPermitted));
    let taken = FieldEdit::RemoveRow {
        table: "filings".into(),
        row: sent.filing,
    };
    assert_eq!(asha.edit(case, taken), Err(FailureCode::NotPermitted));
}

#[test]
fn a_row_tells_who_added_it_who_wrote_in_it_and_who_took_it_away() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let row = asha
        .edit(case, add("family", &[("name", "Kamla".into())]))
        .unwrap()
        .rows[0];
    let register = RegisterRef::Cell {
        table: "family".into(),
        row,
        column: "name".into(),
    };
    bench.advance(60_000);
    asha.call(Request::Resolve {
        subject: case.into(),
        register,
        value: Some("Kamala".into()),
    })
    .unwrap();
    let table = "family".to_owned();
    asha.edit(
        case,
        FieldEdit::RemoveRow {
            table: table.clone(),
            row,
        },
    )
    .unwrap();
    let Reply::RowHistory { changes, .. } = asha
        .call(Request::RowHistory {
            subject: case.into(),
            table,
            row,
            older: None,
        })
        .unwrap()
    else {
        panic!("a row's history was asked for")
    };
    let told: Vec<_> = changes
        .iter()
        .map(|change| match &change.deed {
            RowDeed::Added => ("added", None),
            RowDeed::Removed => ("removed", None),
            RowDeed::Restored => ("restored", None),
            RowDeed::Written { .. } => ("written", change.version.value.clone()),
        })
        .collect();
    let expected = [
        ("removed", None),
        ("written", Some("Kamala".into())),
        ("written", Some("Kamla".into())),
        ("added", None),
    ];
    assert_eq!(told, expected);
    assert!(changes.iter().all(|change| change.version.by == "Asha"));
    assert_eq!(
        asha.call(Request::RowHistory {
            subject: case.into(),
            table: "belongings".into(),
            row,
            older: None
        })
        .unwrap_err(),
        FailureCode::NoSuchItem
    );
}

#[test]
fn rules_hide_what_is_not_asked_count_only_what_is_and_never_hide_what_is_known() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let religion = |form: &FormView| {
        let other: FactId = "child.religion_other".parse().unwrap();
        fields(form).remove(&other).unwrap()
    };
    let before = form(&asha, case, "22");
    assert!(!religion(&before).shown && !religion(&before).required);
    assert!(
        religion(&before).shown_when.is_some(),
        "the rule travels with the field"
    );
    assert_eq!(before.percent < 100, before.filled < before.required);
    let missing: usize = before.missing.iter().map(|gap| gap.missing.len()).sum();
    assert_eq!(missing, (before.required - before.filled) as usize);
    let per_section: u32 = before.sections.iter().map(|section| section.required).sum();
    assert_eq!(per_section, before.required);

    asha.set(case, "child.religion", "other").unwrap();
    assert!(religion(&form(&asha, case, "22")).shown);
    asha.set(case, "child.religion_other", "Sarna").unwrap();
    asha.set(case, "child.religion", "hindu").unwrap();
    let after = religion(&form(&asha, case, "22"));
    assert!(
        after.shown && !after.required,
        "what is known is not hidden, and not asked"
    );
    // A name is there already, and says from where.
    let name = fields(&form(&asha, case, "22"))
        .remove(&"child.name".parse::<FactId>().unwrap())
        .unwrap();
    assert!(
        name.from.as_ref().is_some_and(|from| from.own && from.action == "open"),
        "{:?}",
        name.from
    );
}

#[test]
fn a_role_that_may_not_write_a_field_sees_who_may() {
    let bench = Bench::new();
    let bina = bench.tablet_of("Bina", Role::Dcpo);
    let case = bina.open_case("Meena");
    bina.sync_well();
    let kavita = bench.tablet_of("Kavita", Role::Counsellor);
    bench.hub.assign("Kavita", case);
    kavita.sync_well();
    let seen = form(&kavita, case, "17");
    assert_eq!((seen.used, seen.may_file.len()), (FormUse::Reads, 0));
    let name = fields(&seen).remove(&"child.name".parse::<FactId>().unwrap()).unwrap();
    assert!(name.readable && !name.writable && !name.who.is_empty());
    assert_eq!(kavita.set(case, "child.name", "Mina"), Err(FailureCode::NotPermitted));
    // Forms she fills stand before those she reads, and none is about an institution.
    let forms = kavita.case(case).unwrap().forms;
    let first_read = forms.iter().position(|form| form.used == FormUse::Reads).unwrap();
    assert!(forms[..first_read].iter().all(|form| form.used != FormUse::Reads));
    assert!(forms[first_read..].iter().all(|form| form.used == FormUse::Reads));
    assert!(forms.iter().all(|form| form.form != "46" && form.form != "1"));
    assert_eq!(
        kavita
            .call(Request::Form {
                subject: case.into(),
                form: "46".into()
            })
            .unwrap_err(),
        FailureCode::NoSuchItem
    );
}

#[test]
fn clocks_of_every_document_are_on_the_list_and_an_extension_is_a_row_like_any_other() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    asha.set(case, "case.taken_in_charge_at", Value::Instant(bench.now_ms()))
        .unwrap();
    let card = || asha.cases(CaseFilter::default()).remove(0);
    assert!(
        card()
            .clock
            .is_some_and(|clock| clock.id == "production-cwc" && !clock.section.is_empty())
    );
    assert_eq!(card().clocks_overdue, 0);
    bench.advance(25 * 3_600_000);
    assert_eq!(card().clocks_overdue, 1);
    let overdue = CaseFilter {
        overdue: true,
        ..CaseFilter::default()
    };
    assert_eq!(asha.cases(overdue).len(), 1);
    let extension = add(
        "clock_extensions",
        &[
            ("clock", "production-cwc".into()),
            ("authority", "cwc".into()),
            ("reason", "The road was flooded".into()),
            ("until", "2026-12-31".into()),
        ],
    );
    asha.edit(case, extension).unwrap();
    let view = asha.case(case).unwrap();
    let clock = view
        .clocks
        .iter()
        .find(|(clock, _)| clock.id == "production-cwc")
        .unwrap();
    assert!(
        !clock.0.extensions[0].warnings.is_empty(),
        "what nobody may extend is recorded and warned of"
    );
    assert!(
        view.tasks.iter().any(|task| !task.label.is_empty()),
        "a clock asks for something to be done"
    );
    assert_eq!(view.card.tasks_open, 0, "which is not counted as somebody's own task");
}
