//! What the rules of the pack read out of a case.

use std::collections::BTreeMap;

use casework::{
    CaseId, Compartment, FactType, Record, RecordRow, RowId, Term, Value, adoption, attachment, clock::Running,
    custody, disability, growth, links, plan, stage,
};
use ipc::{Life, LinkView};

use crate::{
    session::Session,
    store::{LinkRow, Read, StoreError},
    views::words,
};

/// The tables whose codes stand in these views, with the facts of that kind.
const TABLES: [&str; 6] = ["custody", "plan_items", "growth", "disabilities", "links", "orders"];
const FACTS: [&str; 6] = [
    "case.stage",
    "custody.place_kind",
    "adoption.status",
    "disability.communication",
    "disability.daily_needs",
    "disability.helpers",
];

/// What the rules read. What stands in `care` is shown only when `reveal`.
pub(super) fn life(
    session: &Session,
    read: &Read<'_>,
    (case, record): (CaseId, &Record),
    running: &[Running],
    reveal: bool,
) -> Result<Life, StoreError> {
    let now_ms = session.now_ms();
    let stages = session.pack.stages();
    let reads_care = reveal && session.may_read(Compartment::Care);
    let adoption = adoption::readiness(stages, record, now_ms);
    Ok(Life {
        stage: stage::advice(stages, record, running, now_ms),
        custody: custody::chain(&stages.custody, record, now_ms),
        plan: reads_care.then(|| plan::of(record, now_ms)),
        growth: if reads_care {
            growth::of_record(record)
        } else {
            Vec::new()
        },
        disability: if reads_care {
            disability::summary(record, now_ms)
        } else {
            None
        },
        adoption: Some(adoption).filter(|way| reads_care && way.standing != adoption::Standing::NotConsidered),
        links: link_views(session, read, case, record)?,
        words: vocabularies(session),
    })
}

/// The links of a case: what it says itself, and what the other cases on this tablet say of it.
fn link_views(session: &Session, read: &Read<'_>, case: CaseId, record: &Record) -> Result<Vec<LinkView>, StoreError> {
    let said = links::of(record);
    let mut others: BTreeMap<CaseId, Record> = BTreeMap::new();
    for row in read.links_to(&case.to_bytes())? {
        let holder = others.entry(CaseId::from_bytes(row.subject)).or_default();
        holder.rows.push(record_row(&row));
    }
    let mut cases: BTreeMap<CaseId, &Record> = others.iter().map(|(case, record)| (*case, record)).collect();
    cases.insert(case, record);
    let both = links::symmetric(&cases).remove(&case).unwrap_or_default();
    // A case linked with itself is somebody's slip: it is shown, so that it can be mended.
    let slips = said.links.into_iter().filter(|link| link.case == case);
    let mut views = Vec::new();
    for link in both.into_iter().chain(slips) {
        let other = card_of(session, read, link.case)?;
        views.push(LinkView {
            rows: link.rows,
            case: Some(link.case),
            label: relation_label(session, link.relation.code()),
            relation: link.relation.code().to_owned(),
            notes: link.notes,
            here: other.is_some(),
            initials: other.as_ref().map(|card| card.0.clone()).unwrap_or_default(),
            number: other.map(|card| card.1).unwrap_or_default(),
        });
    }
    for row in record
        .rows_of(links::TABLE)
        .filter(|row| said.unreadable.contains(&row.id))
    {
        let relation = row.text("relation").unwrap_or_default();
        views.push(LinkView {
            rows: vec![row.id],
            case: None,
            relation: relation.to_owned(),
            label: relation_label(session, relation),
            notes: [row.text("case"), row.text("note")]
                .into_iter()
                .flatten()
                .map(str::to_owned)
                .collect(),
            here: false,
            initials: String::new(),
            number: String::new(),
        });
    }
    Ok(views)
}

/// A projected link as the row it was made from.
fn record_row(link: &LinkRow) -> RecordRow {
    let cells = [
        ("case", CaseId::from_bytes(link.other).to_string()),
        ("relation", link.relation.clone()),
        ("note", link.note.clone()),
    ];
    RecordRow {
        table: links::TABLE.to_owned(),
        id: RowId::from_bytes(link.link),
        cells: cells
            .into_iter()
            .map(|(column, text)| (column.to_owned(), Value::Text(text)))
            .collect(),
    }
}

fn card_of(session: &Session, read: &Read<'_>, case: CaseId) -> Result<Option<(String, String)>, StoreError> {
    let card = read.card(&case.to_bytes(), session.now_ms())?;
    Ok(card.map(|card| (card.identity.initials, card.core.number)))
}

fn relation_label(session: &Session, code: &str) -> casework::Labels {
    let table = session.pack.table(links::TABLE);
    let vocabulary = table
        .and_then(|table| table.column("relation"))
        .and_then(|column| column.vocabulary.as_deref());
    words(session.pack, vocabulary, Some(&Value::from(code)))
        .pop()
        .unwrap_or_default()
}

/// The terms whose codes stand in these views, by vocabulary.
fn vocabularies(session: &Session) -> BTreeMap<String, Vec<Term>> {
    let pack = session.pack;
    let facts = FACTS.iter().filter_map(|name| pack.fact(&name.parse().ok()?));
    let of_facts = facts.filter_map(|fact| fact.vocabulary.as_deref());
    let columns = TABLES
        .iter()
        .filter_map(|table| pack.table(table))
        .flat_map(|table| &table.columns);
    let of_columns = columns
        .filter(|column| column.kind == FactType::Choice)
        .filter_map(|column| column.vocabulary.as_deref());
    of_facts
        .chain(of_columns)
        .chain([attachment::SIGNERS])
        .filter_map(|id| Some((id.to_owned(), pack.vocabulary(id)?.terms.clone())))
        .collect()
}
