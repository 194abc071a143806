//! Brings an invented district into a hub: users and assignments by the administration, everything written by enrolled
//! authors through the sync protocol, pictures through the media calls.

use std::collections::BTreeMap;

use anyhow::Context as _;
use casefile::{Action, Document, DocumentKey, Edit};
use casework::{AuthorId, CaseId, Compartment, DocumentKind, Pack, Value};
use protocol::{DocumentId, ids::Sha256 as MediaHash, limits::UPLOADS_MAX, media};
use sha2::{Digest as _, Sha256};

use super::{
    lives, pictures,
    plan::{District, Picture, Record, Step},
};
use crate::{admin::Admin, author::Author};

/// Well under the limit of a request's body.
const REQUEST_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What came of it.
#[derive(Debug)]
pub struct Settled {
    /// The users' ids, by place in [`District::officers`].
    pub users: Vec<String>,
    /// Cases opened.
    pub cases: usize,
    /// Changes sent, those of the lives not counted.
    pub changes: usize,
    /// Pictures sent, each size counted.
    pub pictures: usize,
}

/// One officer's change, ready to be sent. A change is sent after all those of earlier rounds.
pub struct Written {
    round: usize,
    /// Which officer, by place in [`District::officers`].
    pub officer: usize,
    /// In which document.
    pub document: DocumentId,
    /// The plain chunk.
    pub bytes: Vec<u8>,
}

/// Founds the district at the hub and writes everything in it. `seed` names the authors.
pub fn settle(
    district: &District,
    admin: &Admin,
    hub: &str,
    seed: u64,
    mut tell: impl FnMut(&str),
) -> anyhow::Result<Settled> {
    admin.add_district(district.code, district.name)?;
    let mut users = Vec::new();
    let mut authors = Vec::new();
    for (number, officer) in (1..).zip(&district.officers) {
        let user = admin.add_user(district.code, officer.name, &officer.role)?;
        let code = admin.enrolment_link(&user)?.code.to_string();
        authors.push(Author::enrol(hub, &code, seed.wrapping_mul(1_000) + number)?);
        users.push(user);
    }
    let mut houses = BTreeMap::new();
    for institution in &district.institutions {
        let id = admin.add_institution(district.code, institution.name, institution.kind, institution.capacity)?;
        houses.insert(institution.name.to_owned(), id);
    }
    tell(&format!(
        "{} officers, {} institutions",
        users.len(),
        district.institutions.len()
    ));

    let lives = lives::play(district, &users, houses, (admin, hub), &mut tell)?;

    let ids: Vec<AuthorId> = authors.iter().map(|author| AuthorId::from_bytes(author.id.0)).collect();
    let mut written = Vec::new();
    let mut media = Vec::new();
    for record in district.cases.iter().chain(&district.missing) {
        written.extend(write(record, &ids, &mut media)?);
    }
    tell(&format!("{} changes written", written.len()));
    let rounds = written
        .iter()
        .map(|change| change.round)
        .max()
        .map_or(0, |last| last + 1);
    for round in 0..rounds {
        for (officer, author) in authors.iter_mut().enumerate() {
            let due: Vec<_> = written
                .iter()
                .filter(|change| change.round == round && change.officer == officer)
                .map(|change| (change.document, change.bytes.clone()))
                .collect();
            send(author, &due)?;
        }
        tell(&format!("changes: round {} of {rounds}", round + 1));
        if round == 0 {
            let assigned = assign(district, admin, &users)?;
            tell(&format!("{assigned} assignments"));
        }
    }
    for (officer, hash, size, bytes) in &media {
        authors[*officer].send_media(&media::path(hash, *size), bytes)?;
    }
    tell(&format!("{} pictures", media.len()));
    Ok(Settled {
        users,
        cases: lives + district.cases.len(),
        changes: written.len(),
        pictures: media.len(),
    })
}

fn assign(district: &District, admin: &Admin, users: &[String]) -> anyhow::Result<usize> {
    let mut assigned = 0;
    for record in &district.cases {
        for officer in &record.also {
            admin.assign(CaseId::from_bytes(record.subject), &users[*officer])?;
            assigned += 1;
        }
    }
    Ok(assigned)
}

/// Sends an author's changes, in as many requests as they need; all must be taken.
pub fn send(author: &mut Author, changes: &[(DocumentId, Vec<u8>)]) -> anyhow::Result<()> {
    let mut rest = changes;
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = |(_, change): &&(DocumentId, Vec<u8>)| {
            // A frame's head, ids and signature add about this much to a change.
            bytes += change.len() + 150;
            bytes <= REQUEST_BYTES_MAX
        };
        let count = rest.iter().take(UPLOADS_MAX / 2).take_while(fits).count().max(1);
        let (now, later) = rest.split_at(count);
        author.sync(now)?.all_accepted()?;
        rest = later;
    }
    Ok(())
}

type Media = (usize, MediaHash, media::MediaSize, Vec<u8>);

/// The changes that a record's steps make, without its picture.
pub fn changes(record: &Record, authors: &[AuthorId]) -> anyhow::Result<Vec<Written>> {
    let record = Record {
        picture: None,
        ..record.clone()
    };
    write(&record, authors, &mut Vec::new())
}

/// The changes that a record's steps make.
fn write(record: &Record, authors: &[AuthorId], media: &mut Vec<Media>) -> anyhow::Result<Vec<Written>> {
    let mut steps = record.steps.clone();
    if let Some(picture) = record.picture {
        let place = steps.iter().take_while(|step| step.at_ms <= picture.at_ms).count();
        steps.insert(place, hang(picture, media));
    }
    // Each document as it is, and as it was before the last step.
    let mut documents: BTreeMap<DocumentKind, (Document, Document)> = BTreeMap::new();
    let has_clash = steps.iter().any(|step| step.apart);
    let mut written = Vec::new();
    let (mut round, mut last) = (0, None);
    for step in steps {
        // Whoever writes after another in the same case is sent after them, because the change stands on theirs.
        if last.is_some_and(|last| last != step.officer) {
            round += 1;
        }
        last = Some(step.officer);
        let (before, now) = documents
            .entry(step.kind)
            .or_insert_with(|| (Document::new(step.kind), Document::new(step.kind)));
        let author = authors[step.officer];
        let change = if step.apart {
            let change = before.edit(author, step.at_ms, &step.action, &step.edits)?;
            now.apply(
                &change.iter().map(|change| &change.bytes).collect::<Vec<_>>(),
                Pack::national(),
            )?;
            change
        } else {
            if has_clash {
                before.clone_from(now);
            }
            now.edit(author, step.at_ms, &step.action, &step.edits)?
        };
        let document = document_id(record, step.kind);
        written.extend(change.map(|change| Written {
            round,
            officer: step.officer,
            document,
            bytes: change.bytes,
        }));
    }
    Ok(written)
}

fn document_id(record: &Record, kind: DocumentKind) -> DocumentId {
    DocumentId(
        DocumentKey {
            subject: record.subject,
            kind,
        }
        .to_bytes(),
    )
}

/// The row of a picture, and its bytes in three sizes.
fn hang(picture: Picture, media: &mut Vec<Media>) -> Step {
    let mut cells = BTreeMap::from([
        ("kind".to_owned(), Value::from("photo")),
        ("caption".to_owned(), Value::from("Drawing of the place")),
        ("added_at".to_owned(), Value::Instant(picture.at_ms)),
    ]);
    for (size, bytes) in pictures::sizes(picture.seed) {
        let hash = MediaHash(Sha256::digest(&bytes).into());
        let length = i64::try_from(bytes.len()).expect("a picture is small");
        cells.insert(format!("sha_{size}"), Value::Text(hash.to_string()));
        cells.insert(format!("bytes_{size}"), Value::Integer(length));
        media.push((picture.officer, hash, size, bytes));
    }
    Step {
        officer: picture.officer,
        at_ms: picture.at_ms,
        action: Action::PHOTO,
        kind: DocumentKind::Case(Compartment::Identity),
        edits: vec![Edit::AddRow {
            row: picture.row,
            table: "attachments".into(),
            cells,
        }],
        apart: false,
    }
}

impl Settled {
    /// The id of a user, by place in [`District::officers`].
    pub fn user(&self, officer: usize) -> anyhow::Result<&str> {
        self.users.get(officer).map(String::as_str).context("no such officer")
    }
}
