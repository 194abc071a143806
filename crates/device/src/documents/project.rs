//! From a document to what lists, search and the fetching of pictures need.

use std::collections::BTreeMap;

use casefile::{Document, DocumentKey, Row};
use casework::{
    Compartment, DocumentKind, FactId, Record, Value, attachment,
    card::{CoreCard, IdentityCard, fact, is_open_task, text},
    institution, links,
    matching::{Entry as ReportEntry, LOOK, Look, decisions, told},
};

use super::{Clockwork, DocumentError, words::words};
use crate::store::{HouseCard, LinkRow, MediaSize, StoreError, Write};

/// Raised whenever the projection becomes another: then it is rebuilt from the documents once.
pub(crate) const PROJECTION_VERSION: i64 = 8;

/// What a document tells the list, and the clocks of its subject.
pub(super) fn project(
    write: &Write<'_>,
    row: i64,
    key: DocumentKey,
    document: &Document,
    clockwork: &Clockwork,
) -> Result<(), StoreError> {
    project_alone(write, row, key, document, clockwork)?;
    if key.about().is_some() {
        clockwork.wind(write, &key.subject)?;
    }
    Ok(())
}

/// The same without the clocks.
pub(super) fn project_alone(
    write: &Write<'_>,
    row: i64,
    key: DocumentKey,
    document: &Document,
    clockwork: &Clockwork,
) -> Result<(), StoreError> {
    let pack = clockwork.pack();
    let facts = document.facts();
    let rows = document.rows();
    if key.case_id().is_some() {
        write.put_card(&key.subject)?;
    }
    if key.about().is_some() {
        let mut record = Record::default();
        document.add_to(&mut record);
        write.set_links(row, &link_rows(&key.subject, &record))?;
        let slice = serde_json::to_string(&clockwork.slice(record)).map_err(|_| StoreError::Row("case_slice"))?;
        write.set_slice(row, &key.subject, &slice)?;
    }
    project_told(write, row, key, document)?;
    write.set_clashes(row, document.clashes().len())?;
    write.set_words(row, &words(&facts, &rows, &document.timeline(), pack))?;
    if attachment::is_in(key.kind) {
        for (sha, size) in rows.iter().filter(|row| !row.removed).flat_map(pictures) {
            write.know_media(&sha, size, &key.subject)?;
        }
    }
    match key.kind {
        DocumentKind::Case(Compartment::Core) => {
            write.set_core_card(&key.subject, &core_card(&facts, &rows))?;
        }
        DocumentKind::Case(Compartment::Identity) => {
            write.set_identity_card(&key.subject, &IdentityCard::of(&facts))?;
        }
        DocumentKind::Institution => write.set_house_card(&key.subject, &house_card(&facts))?,
        _ => {}
    }
    Ok(())
}

/// What the document tells of a child, for comparing, and what was decided about it.
fn project_told(write: &Write<'_>, row: i64, key: DocumentKey, document: &Document) -> Result<(), StoreError> {
    let mut record = Record::default();
    match key.kind {
        DocumentKind::Missing => {
            document.add_to(&mut record);
            let entry = told::missing(&record).map(|(kind, report)| {
                ReportEntry {
                    id: key.subject,
                    kind,
                    district: String::new(),
                    report,
                    look: attachment::looks(&record).last().copied(),
                }
                .to_bytes()
            });
            write.set_own_report(row, &key.subject, entry.as_deref())?;
            project_decided(write, row, key, document, &record)?;
        }
        DocumentKind::Case(_) => {
            document.add_to(&mut record);
            let told = serde_json::to_string(&told::part(&record)).map_err(|_| StoreError::Row("told"))?;
            write.set_told(row, &key.subject, &told)?;
            if key.kind == DocumentKind::Case(Compartment::Identity) {
                project_decided(write, row, key, document, &record)?;
            }
        }
        DocumentKind::Institution | DocumentKind::Officer => {}
    }
    Ok(())
}

/// What was decided about who may be the same child, and the photos by which the same is found in two records.
fn project_decided(
    write: &Write<'_>,
    row: i64,
    key: DocumentKey,
    document: &Document,
    record: &Record,
) -> Result<(), StoreError> {
    let decided = decisions::of(record).into_iter();
    let decided: Vec<_> = decided
        .map(|one| (one.other.to_bytes(), one.decision.code().to_owned()))
        .collect();
    write.set_match_decisions(row, &key.subject, &decided)?;
    let rows = document.rows();
    let photos = rows.iter().filter(|row| !row.removed && is_photo(row));
    let named = photos.filter_map(|row| Some((picture(row, MediaSize::Thumb)?, look(row))));
    write.set_pictures_of(row, &key.subject, &named.collect::<Vec<_>>())
}

/// Whether it is a photo; the first app had no other kind and wrote none.
pub(crate) fn is_photo(row: &Row) -> bool {
    let kind = row.cells.get("kind").and_then(Value::as_text).unwrap_or_default();
    let identity = attachment::table_of(Compartment::Identity);
    let of_photos = row.table == attachment::OF_REPORTS || Some(row.table.as_str()) == identity;
    of_photos && matches!(kind, "" | "photo")
}

/// What a photo looks like, where its row says so.
fn look(row: &Row) -> Option<Look> {
    row.cells.get(LOOK)?.as_text()?.parse().ok()
}

/// What the case says of others, row by row; rows that name no case stay in the document.
fn link_rows(subject: &[u8; 16], record: &Record) -> Vec<LinkRow> {
    let said = links::of(record).links;
    let rows = said.iter().flat_map(|link| {
        let relation = link.relation.code();
        link.rows.iter().map(move |row| (link.case, relation, *row))
    });
    rows.map(|(case, relation, row)| {
        let of_row = record.rows_of(links::TABLE).find(|known| known.id == row);
        LinkRow {
            link: row.to_bytes(),
            subject: *subject,
            other: case.to_bytes(),
            relation: relation.to_owned(),
            note: of_row
                .and_then(|known| known.text("note"))
                .unwrap_or_default()
                .to_owned(),
        }
    })
    .collect()
}

/// Somebody changed the document at this moment.
pub(super) fn touch(write: &Write<'_>, key: DocumentKey, changed_ms: i64) -> Result<(), DocumentError> {
    Ok(write.touch_card(&key.subject, changed_ms)?)
}

fn core_card(facts: &BTreeMap<FactId, Value>, rows: &[Row]) -> CoreCard {
    let open = rows
        .iter()
        .filter(|row| !row.removed && is_open_task(&row.table, row.cells.keys()));
    CoreCard::of(facts, open.count())
}

fn house_card(all: &BTreeMap<FactId, Value>) -> HouseCard {
    let count = |name: &str| fact(all, name).and_then(Value::as_integer);
    HouseCard {
        name: text(all, institution::NAME).unwrap_or_default(),
        kind: text(all, institution::KIND).unwrap_or_default(),
        capacity: count(institution::CAPACITY),
        present: count(institution::PRESENT),
    }
}

/// The pictures and files an attachment names.
fn pictures(row: &Row) -> Vec<([u8; 32], MediaSize)> {
    if !attachment::is_table(&row.table) {
        return Vec::new();
    }
    MediaSize::ALL
        .into_iter()
        .filter_map(|size| Some((picture(row, size)?, size)))
        .collect()
}

/// The hash of one size of an attachment, or of its file.
pub(crate) fn picture(row: &Row, size: MediaSize) -> Option<[u8; 32]> {
    let column = match size {
        MediaSize::Thumb => "sha_thumb",
        MediaSize::Field => "sha_field",
        MediaSize::Full => "sha_full",
    };
    let digits: protocol::ids::Sha256 = row.cells.get(column)?.as_text()?.parse().ok()?;
    Some(*digits.as_bytes())
}
