//! Pictures: added in three sizes, shown in one.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use casefile::{Action, DocumentKey, Edit};
use casework::{CaseId, Compartment, Invalid, RowId, TEXT_CHARS_MAX, Value};
use ipc::{FailureCode, PictureSize, Reply, Saved};

use super::{
    case::ensure_here,
    edit::{ByDocument, save},
    start::{picture_failure, picture_file},
};
use crate::{
    Device,
    documents::picture as picture_of,
    failure::{Answer, Failed},
    media::sizes,
    session::Session,
    store::{AccessAction, MediaSize},
    vault::{hex, sha256},
};

pub(super) fn add(session: &Session, case: CaseId, caption: String, picture: &str) -> Answer<Saved> {
    ensure_here(session, case.into())?;
    if !session.may_write(Compartment::Identity) {
        return Err(FailureCode::NotPermitted.into());
    }
    if caption.chars().count() > TEXT_CHARS_MAX {
        let invalid = Invalid::TooLong { max: TEXT_CHARS_MAX };
        return Err(FailureCode::InvalidValue { fact: None, invalid }.into());
    }
    let made = sizes(&picture_file(picture)?).map_err(picture_failure)?;
    let files = [
        (MediaSize::Thumb, made.thumb),
        (MediaSize::Field, made.field),
        (MediaSize::Full, made.full),
    ];
    let mut cells = std::collections::BTreeMap::from([
        ("kind".to_owned(), Value::from("photo")),
        ("caption".to_owned(), Value::Text(caption)),
        ("added_at".to_owned(), Value::Instant(session.now_ms())),
    ]);
    for (size, bytes) in &files {
        let name = match size {
            MediaSize::Thumb => "thumb",
            MediaSize::Field => "field",
            MediaSize::Full => "full",
        };
        cells.insert(format!("sha_{name}"), Value::Text(hex(&sha256(bytes))));
        cells.insert(
            format!("bytes_{name}"),
            Value::Integer(i64::try_from(bytes.len()).unwrap_or(i64::MAX)),
        );
    }
    let row = RowId::from_bytes(session.platform.uuid_v7().into_bytes());
    let edits = ByDocument::from([(
        Compartment::Identity.into(),
        vec![Edit::AddRow {
            row,
            table: "attachments".to_owned(),
            cells,
        }],
    )]);
    save(session, case.into(), &Action::PHOTO, &edits, vec![row], |_, write| {
        for (size, bytes) in &files {
            write.add_media(&sha256(bytes), *size, &case.to_bytes(), bytes)?;
        }
        Ok(())
    })
}

pub(super) fn picture(device: &Device, case: CaseId, attachment: RowId, size: PictureSize) -> Answer<Reply> {
    let session = device.session()?;
    ensure_here(&session, case.into())?;
    let size = match size {
        PictureSize::Thumb => MediaSize::Thumb,
        PictureSize::Field => MediaSize::Field,
        PictureSize::Full => MediaSize::Full,
    };
    session.log_look(AccessAction::SawPicture, case, &attachment.to_string())?;
    let sha = {
        let mut documents = session.documents();
        session.store.read(|read| {
            let open = documents.get(read, DocumentKey::case(case, Compartment::Identity))?;
            let row = open
                .filter(|open| !open.leaving)
                .and_then(|open| open.document.row(attachment));
            let sha = row
                .filter(|row| row.table == "attachments")
                .and_then(|row| picture_of(&row, size));
            sha.ok_or_else(|| Failed::from(FailureCode::NoSuchItem))
        })?
    };
    if let Some(jpeg) = session.store.read(|read| read.media(&sha))? {
        return Ok(Reply::Picture {
            jpeg: STANDARD.encode(jpeg),
        });
    }
    if !session.is_read_only() {
        session.store.write(|write| write.want_media(&sha))?;
        device.sync_now();
    }
    Err(FailureCode::NotHereYet.into())
}
