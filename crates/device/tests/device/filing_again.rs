//! Forms that are filed again and again: what is added belongs to the next filing, what was filed is amended.

use std::collections::BTreeMap;

use casework::{CaseId, Repeats, Role, RowId, Value};
use ipc::{FailureCode, FieldEdit, FiledForm, FilingKind, FormItem, FormView, Reply, Request};

use crate::bench::{Bench, Tablet};

const PLAN: &str = "7";

fn add(table: &str, cells: &[(&str, &str)]) -> FieldEdit {
    FieldEdit::AddRow {
        table: table.into(),
        cells: cells
            .iter()
            .map(|(column, text)| ((*column).to_owned(), Value::from(*text)))
            .collect(),
    }
}

fn cell(table: &str, row: RowId, column: &str, value: impl Into<Value>) -> FieldEdit {
    FieldEdit::SetCell {
        table: table.into(),
        row,
        column: column.into(),
        value: Some(value.into()),
    }
}

fn remove(table: &str, row: RowId) -> FieldEdit {
    FieldEdit::RemoveRow {
        table: table.into(),
        row,
    }
}

fn set(fact: &str, value: impl Into<Value>) -> FieldEdit {
    FieldEdit::SetFact {
        fact: fact.parse().unwrap(),
        value: value.into(),
    }
}

/// Writes on the plan; the row that was added, where one was.
fn write(tablet: &Tablet, case: CaseId, edit: FieldEdit, reason: Option<&str>) -> Result<Option<RowId>, FailureCode> {
    match tablet.call(Request::Edit {
        subject: case.into(),
        edits: vec![edit],
        form: Some(PLAN.into()),
        reason: reason.map(str::to_owned),
    })? {
        Reply::Saved(saved) => Ok(saved.rows.first().copied()),
        other => panic!("{other:?}"),
    }
}

/// The filing for whose change a reason is asked.
fn asked_for(tablet: &Tablet, case: CaseId, edit: FieldEdit) -> RowId {
    match write(tablet, case, edit, None) {
        Err(FailureCode::ReasonNeeded { filing, .. }) => filing,
        other => panic!("{other:?}"),
    }
}

fn file(tablet: &Tablet, case: CaseId, how: FilingKind) -> RowId {
    match tablet.call(Request::File {
        subject: case.into(),
        form: PLAN.into(),
        how,
    }) {
        Ok(Reply::Filed(filed)) => filed.filing,
        other => panic!("{other:?}"),
    }
}

fn filed(tablet: &Tablet, case: CaseId, row: RowId) -> FiledForm {
    match tablet
        .call(Request::Filed {
            subject: case.into(),
            row,
        })
        .unwrap()
    {
        Reply::FiledForm(filed) => *filed,
        other => panic!("{other:?}"),
    }
}

fn form(tablet: &Tablet, case: CaseId) -> FormView {
    match tablet
        .call(Request::Form {
            subject: case.into(),
            form: PLAN.into(),
        })
        .unwrap()
    {
        Reply::Form(form) => *form,
        other => panic!("{other:?}"),
    }
}

/// Whether each field asks for a reason, and whether each table is added to.
fn asks(form: &FormView) -> BTreeMap<String, bool> {
    let items = form.sections.iter().flat_map(|section| &section.items);
    items
        .map(|item| match item {
            FormItem::Field(field) => (field.fact.to_string(), field.needs_reason),
            FormItem::Table(table) => (table.table.clone(), !table.is_added_to),
        })
        .collect()
}

fn rows(form: &FormView, name: &str) -> usize {
    let items = form.sections.iter().flat_map(|section| &section.items);
    let mut tables = items.filter_map(|item| match item {
        FormItem::Table(table) if table.table == name => Some(table.rows.len()),
        _ => None,
    });
    tables.next().unwrap()
}

#[test]
fn the_next_quarters_progress_is_no_amendment_and_what_was_filed_stays() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let concern = add("plan_items", &[("head", "health"), ("concern", "Underweight")]);
    let concern = write(&asha, case, concern, None).unwrap().unwrap();
    bench.advance(60_000);
    let plan = file(&asha, case, FilingKind::Signed);

    // What is new: a row, an empty cell of a row that stood, an answer where none was; and what is written on these.
    bench.advance(60_000);
    let progress = add(
        "plan_progress",
        &[("quarter", "2027 Q1"), ("progress", "Two kilos more")],
    );
    let progress = write(&asha, case, progress, None).unwrap().unwrap();
    write(
        &asha,
        case,
        cell("plan_progress", progress, "progress", "Three kilos more"),
        None,
    )
    .unwrap();
    write(&asha, case, cell("plan_items", concern, "who", "The cook"), None).unwrap();
    write(&asha, case, set("release.plan", "To her aunt in spring"), None).unwrap();
    write(&asha, case, set("release.plan", "To her aunt in summer"), None).unwrap();
    let view = form(&asha, case);
    assert!(view.needs_reason);
    let asked = asks(&view);
    assert!(asked["child.name"] && !asked["release.plan"] && !asked["plan_progress"] && asked["medicines"]);
    let heads = view.sections.iter().find(|section| section.id == "progress").unwrap();
    assert_eq!(heads.repeats, Some(Repeats::Quarter));

    // What stood is amended, each with a reason.
    for edit in [
        cell("plan_items", concern, "concern", "Thin"),
        remove("plan_items", concern),
        set("child.name", "Mina"),
        add("medicines", &[("name", "Iron")]),
    ] {
        assert_eq!(asked_for(&asha, case, edit), plan);
    }

    bench.advance(60_000);
    let quarter = file(&asha, case, FilingKind::Signed);
    let then = filed(&asha, case, plan);
    assert_eq!(
        (rows(&then.form, "plan_progress"), rows(&then.form, "plan_items")),
        (0, 1)
    );
    assert_eq!(
        (then.amendments.len(), then.filing.instalment),
        (0, Some(1)),
        "{:?}",
        then.amendments
    );
    assert!(then.added >= 3, "{}", then.added);
    let now = filed(&asha, case, quarter);
    assert_eq!(
        (rows(&now.form, "plan_progress"), now.filing.instalment, now.added),
        (1, Some(2), 0)
    );

    // Now the quarter's progress was filed, too.
    let correction = cell("plan_progress", progress, "progress", "Two and a half kilos more");
    assert_eq!(asked_for(&asha, case, correction.clone()), quarter);
    write(&asha, case, correction, Some("The scales were wrong")).unwrap();
    let now = filed(&asha, case, quarter);
    let [amendment] = &now.amendments[..] else {
        panic!("{:?}", now.amendments)
    };
    assert_eq!(amendment.reason.as_deref(), Some("The scales were wrong"));
    assert!(filed(&asha, case, plan).amendments.is_empty(), "it was not there yet");
}

#[test]
fn what_was_filed_last_quarter_does_not_fill_this_one() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let plan_items = |view: &FormView| {
        let gaps = view.missing.iter().flat_map(|gap| &gap.missing);
        let mut items = gaps.filter(|item| item.table.as_deref() == Some("plan_items"));
        items.next().map(|item| item.stale)
    };
    assert_eq!(plan_items(&form(&asha, case)), Some(false), "nothing was written yet");
    write(&asha, case, add("plan_items", &[("concern", "Underweight")]), None).unwrap();
    file(&asha, case, FilingKind::Signed);
    bench.advance(60_000);
    assert_eq!(plan_items(&form(&asha, case)), None, "it was filed in this quarter");
    let filled = |tablet: &Tablet| {
        let view = tablet.case(case).unwrap();
        let plan = view.forms.into_iter().find(|form| form.form == PLAN).unwrap();
        plan.filled
    };
    let before = filled(&asha);

    // From 23 November to the middle of January.
    bench.advance(55 * 86_400_000);
    assert_eq!(plan_items(&form(&asha, case)), Some(true));
    assert_eq!(filled(&asha), before - 1, "the list of forms says the same");
    let Ok(Reply::Filed(second)) = asha.call(Request::File {
        subject: case.into(),
        form: PLAN.into(),
        how: FilingKind::Signed,
    }) else {
        panic!()
    };
    assert!(
        second
            .missing
            .iter()
            .any(|gap| gap.missing.iter().any(|item| item.stale))
    );
    bench.advance(92 * 86_400_000);
    write(&asha, case, add("plan_items", &[("concern", "Sleeps badly")]), None).unwrap();
    assert_eq!(
        plan_items(&form(&asha, case)),
        None,
        "this quarter has something of its own"
    );
    assert_eq!(filled(&asha), before);
}

#[test]
fn a_second_signature_has_the_number_of_what_it_signs() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    asha.sync_well();
    let bina = bench.tablet_of("Bina", Role::Superintendent);
    bench.hub.assign("Bina", case);
    bina.sync_well();
    for how in [FilingKind::Signed, FilingKind::Approved, FilingKind::Signed] {
        file(&bina, case, how);
        bench.advance(60_000);
    }
    let filings = bina.case(case).unwrap().filings;
    let numbers: Vec<_> = filings.iter().map(|filing| filing.instalment).collect();
    assert_eq!(numbers, [Some(2), Some(1), Some(1)]);
}

#[test]
fn a_reason_that_was_given_does_not_stick_to_what_is_only_added() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    file(&asha, case, FilingKind::Signed);
    bench.advance(60_000);
    let progress = add("plan_progress", &[("progress", "Two kilos more")]);
    write(&asha, case, progress, Some("A name was wrong")).unwrap();
    let written = bench_document(&bench, &asha, case);
    assert!(written.rows().iter().all(|row| row.table != "amendments"));
}

fn bench_document(bench: &Bench, tablet: &Tablet, case: CaseId) -> casefile::Document {
    tablet.sync_well();
    bench.hub.document(case, casework::Compartment::Care)
}

#[test]
fn what_either_of_two_filed_apart_is_amended_with_a_reason() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    asha.sync_well();
    let bina = bench.tablet_of("Bina", Role::SocialWorker);
    bench.hub.assign("Bina", case);
    bina.sync_well();
    let concern = add("plan_items", &[("concern", "Underweight")]);
    let concern = write(&bina, case, concern, None).unwrap().unwrap();
    let by_bina = file(&bina, case, FilingKind::Signed);
    bench.advance(60_000);
    let by_asha = file(&asha, case, FilingKind::Signed);
    bina.sync_well();
    asha.sync_well();
    assert_ne!(by_asha, by_bina);
    assert_eq!(asked_for(&asha, case, remove("plan_items", concern)), by_bina);
}
