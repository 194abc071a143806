//! What is kept besides pictures: recordings, papers, signatures. Each is a row of a table of attachments, and goes and
//! comes as pictures do.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use casefile::{Action, DocumentKey, Edit};
use casework::{CaseId, DocumentKind, EntryId, Invalid, RowId, Subject, TEXT_CHARS_MAX, Value, attachment};
use ipc::{FailureCode, FileKind, Reply, Saved, Stroke};

use super::{
    case::ensure_here,
    edit::{ByDocument, save},
};
use crate::{
    Device,
    documents::picture as media_of,
    failure::{Answer, Failed},
    media::{self, FileError, media_type},
    session::Session,
    store::{AccessAction, MediaSize},
    vault::{hex, sha256},
};

/// What is to be kept.
pub(super) struct New<'a> {
    pub(super) place: Place,
    pub(super) action: &'a Action,
    /// What the row says besides what every row says.
    pub(super) cells: Vec<(&'static str, Value)>,
    pub(super) files: Vec<(MediaSize, Vec<u8>)>,
}

/// Where something is to be kept, and what it is in the officer's words.
pub(super) struct Place {
    pub(super) subject: Subject,
    pub(super) kind: DocumentKind,
    pub(super) caption: String,
}

/// Keeps a recording or a paper.
pub(super) fn add_file(session: &Session, place: Place, kind: FileKind, file: &str) -> Answer<Saved> {
    ensure_may_add(session, &place)?;
    if file.len() > kind.bytes_max().div_ceil(3) * 4 {
        return Err(failure(kind, FileError::TooLarge));
    }
    let file = STANDARD.decode(file).map_err(|_| FailureCode::BadCall)?;
    let (action, cells, files) = match kind {
        FileKind::Recording => {
            let made = media::recording(&file).map_err(|error| failure(kind, error))?;
            let length = Value::Integer(i64::try_from(made.ms).unwrap_or(i64::MAX));
            (Action::RECORDING, ("ms", length), vec![(MediaSize::Full, made.ogg)])
        }
        FileKind::Paper => {
            let made = media::paper(&file).map_err(|error| failure(kind, error))?;
            let mut files = vec![(MediaSize::Full, file)];
            if let Some(first) = made.first {
                files.extend([(MediaSize::Thumb, first.thumb), (MediaSize::Field, first.field)]);
            }
            (Action::PAPER, ("pages", Value::Integer(made.pages.into())), files)
        }
    };
    let new = New {
        place,
        action: &action,
        cells: vec![cells, ("kind", Value::from(kind.code()))],
        files,
    };
    keep(session, new)
}

/// Who signed, as what, for which form.
pub(super) struct Signed {
    pub(super) signer: String,
    pub(super) signer_as: String,
    pub(super) form: Option<String>,
}

/// Keeps a signature: its strokes, and how they look.
pub(super) fn add_signature(session: &Session, place: Place, signed: Signed, strokes: &[Stroke]) -> Answer<Saved> {
    ensure_may_add(session, &place)?;
    let invalid = |invalid| FailureCode::InvalidValue { fact: None, invalid };
    let name = signed.signer.trim();
    if name.chars().count() > ipc::SIGNER_CHARS_MAX {
        let max = ipc::SIGNER_CHARS_MAX;
        return Err(invalid(Invalid::TooLong { max }).into());
    }
    let vocabulary = session.pack.vocabulary(attachment::SIGNERS);
    if !vocabulary.is_some_and(|known| known.terms.iter().any(|term| term.code == signed.signer_as)) {
        return Err(invalid(Invalid::NotAChoice).into());
    }
    if let Some(form) = &signed.form {
        session.pack.form(form).ok_or(FailureCode::NoSuchItem)?;
    }
    let made = media::signature(strokes).map_err(|error| match error {
        FileError::Empty => FailureCode::NothingInIt,
        _ => FailureCode::StrokesTooMany,
    })?;
    let mut cells = vec![
        ("kind", Value::from("signature")),
        ("signer", Value::Text(name.to_owned())),
        ("signer_as", Value::Text(signed.signer_as)),
    ];
    cells.extend(signed.form.map(|form| ("form", Value::Text(form))));
    let new = New {
        place,
        action: &Action::SIGNATURE,
        cells,
        files: vec![
            (MediaSize::Thumb, made.thumb),
            (MediaSize::Field, made.field),
            (MediaSize::Full, made.strokes),
        ],
    };
    keep(session, new)
}

/// A file that is kept whole.
pub(super) fn file(device: &Device, case: CaseId, attachment: RowId) -> Answer<Reply> {
    let session = device.session()?;
    ensure_here(&session, case.into())?;
    let file = stored(device, &session, case.into(), attachment, MediaSize::Full)?;
    session.log_look(AccessAction::SawPicture, case, &attachment.to_string())?;
    let media_type = media_type(&file).ok_or(FailureCode::DamagedDocument)?;
    Ok(Reply::AttachedFile {
        media_type: media_type.to_owned(),
        file: STANDARD.encode(file),
    })
}

/// A page of a paper.
pub(super) fn page(device: &Device, case: CaseId, attachment: RowId, page: u32) -> Answer<Reply> {
    let session = device.session()?;
    ensure_here(&session, case.into())?;
    let file = stored(device, &session, case.into(), attachment, MediaSize::Full)?;
    session.log_look(AccessAction::SawPicture, case, &attachment.to_string())?;
    let jpeg = media::page(&file, page).map_err(|error| failure(FileKind::Paper, error))?;
    Ok(Reply::Picture {
        jpeg: STANDARD.encode(jpeg),
    })
}

/// Whether an attachment may be added here. `core` takes none: everybody on the case reads it.
pub(super) fn ensure_may_add(session: &Session, place: &Place) -> Answer<()> {
    ensure_here(session, place.subject)?;
    if attachment::table_in(place.kind).is_none() {
        return Err(FailureCode::NoSuchItem.into());
    }
    if !session.may_write(place.kind) {
        return Err(FailureCode::NotPermitted.into());
    }
    if place.caption.chars().count() > TEXT_CHARS_MAX {
        let invalid = Invalid::TooLong { max: TEXT_CHARS_MAX };
        return Err(FailureCode::InvalidValue { fact: None, invalid }.into());
    }
    Ok(())
}

/// Adds the row, its entry of the timeline and the bytes in one transaction.
pub(super) fn keep(session: &Session, new: New<'_>) -> Answer<Saved> {
    let Place { subject, kind, caption } = new.place;
    let table = attachment::table_in(kind).ok_or(FailureCode::NoSuchItem)?;
    let mut cells: BTreeMap<String, Value> = new
        .cells
        .into_iter()
        .map(|(column, value)| (column.to_owned(), value))
        .collect();
    cells.insert("caption".to_owned(), Value::Text(caption.clone()));
    cells.insert("added_at".to_owned(), Value::Instant(session.now_ms()));
    for (size, bytes) in &new.files {
        let name = match size {
            MediaSize::Thumb => "thumb",
            MediaSize::Field => "field",
            MediaSize::Full => "full",
        };
        cells.insert(format!("sha_{name}"), Value::Text(hex(&sha256(bytes))));
        let length = Value::Integer(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        cells.insert(format!("bytes_{name}"), length);
    }
    let row = RowId::from_bytes(session.platform.uuid_v7().into_bytes());
    let entry = EntryId::from_bytes(session.platform.uuid_v7().into_bytes());
    let edits = vec![
        Edit::AddRow {
            row,
            table: table.to_owned(),
            cells,
        },
        Edit::AddEntry {
            entry,
            kind: new.action.code().to_owned(),
            text: caption,
        },
    ];
    let edits = ByDocument::from([(kind, edits)]);
    save(session, subject, new.action, &edits, vec![row], |_, write| {
        for (size, bytes) in &new.files {
            write.add_media(&sha256(bytes), *size, &subject.to_bytes(), bytes)?;
        }
        Ok(())
    })
}

/// The bytes of one size of an attachment; asks the hub for them where they are not here.
pub(super) fn stored(
    device: &Device,
    session: &Session,
    subject: Subject,
    row: RowId,
    size: MediaSize,
) -> Answer<Vec<u8>> {
    let places = match subject {
        Subject::Case(_) => attachment::TABLES
            .map(|(table, compartment)| (table, DocumentKind::from(compartment)))
            .to_vec(),
        _ => vec![(attachment::OF_REPORTS, DocumentKind::Missing)],
    };
    let sha = {
        let mut documents = session.documents();
        session.store.read(|read| {
            for (table, kind) in places {
                if !session.may_read(kind) {
                    continue;
                }
                let subject = subject.to_bytes();
                let open = documents.get(read, DocumentKey { subject, kind })?;
                let found = open
                    .filter(|open| !open.leaving)
                    .and_then(|open| open.document.row(row));
                if let Some(found) = found.filter(|found| found.table == table) {
                    return Ok(media_of(&found, size));
                }
            }
            Ok::<_, Failed>(None)
        })?
    };
    let sha = sha.ok_or(FailureCode::NoSuchItem)?;
    if let Some(bytes) = session.store.read(|read| read.media(&sha))? {
        return Ok(bytes);
    }
    if !session.is_read_only() {
        session.store.write(|write| write.want_media(&sha))?;
        device.sync_now();
    }
    Err(FailureCode::NotHereYet.into())
}

fn failure(kind: FileKind, error: FileError) -> Failed {
    let bytes_max = kind.bytes_max();
    Failed(match (error, kind) {
        (FileError::Empty, FileKind::Recording) => FailureCode::NothingInIt,
        (FileError::TooLarge, _) => FailureCode::FileTooLarge { bytes_max },
        (FileError::TooMuch, FileKind::Recording) => FailureCode::RecordingTooLong {
            minutes_max: ipc::RECORDING_MINUTES_MAX,
        },
        (_, FileKind::Recording) => FailureCode::NotARecording,
        (FileError::TooMuch, FileKind::Paper) => FailureCode::TooManyPages {
            pages_max: ipc::PAPER_PAGES_MAX,
        },
        (FileError::Active, _) => FailureCode::ActivePaper,
        (FileError::Encrypted, _) => FailureCode::EncryptedPaper,
        (FileError::NotShown, _) => FailureCode::PageNotShown,
        (FileError::Damaged | FileError::Empty, FileKind::Paper) => FailureCode::NotAPaper,
    })
}
