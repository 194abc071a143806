//! Pictures: added in three sizes, shown in one.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use casefile::Action;
use casework::{Compartment, DocumentKind, RowId, Subject, Value, matching::LOOK};
use ipc::{PictureSize, Reply, Saved};

use super::{
    attachment::{New, Place, ensure_may_add, keep, stored},
    case::ensure_here,
    start::{picture_failure, picture_file},
};
use crate::{
    Device,
    failure::Answer,
    media::{look, sizes},
    session::Session,
    store::{AccessAction, MediaSize},
};

/// Adds a photo to a case, or to a report of a missing child.
pub(super) fn add(session: &Session, subject: Subject, caption: String, picture: &str) -> Answer<Saved> {
    let kind = match subject {
        Subject::Missing(_) => DocumentKind::Missing,
        _ => Compartment::Identity.into(),
    };
    let place = Place { subject, kind, caption };
    ensure_may_add(session, &place)?;
    let made = sizes(&picture_file(picture)?).map_err(picture_failure)?;
    // Made once and here: nobody else decodes the picture to find it in another record.
    let looks_like = look::look(&made.thumb).map(|look| (LOOK, Value::Text(look.to_string())));
    let new = New {
        place,
        action: &Action::PHOTO,
        cells: [("kind", Value::from("photo"))].into_iter().chain(looks_like).collect(),
        files: vec![
            (MediaSize::Thumb, made.thumb),
            (MediaSize::Field, made.field),
            (MediaSize::Full, made.full),
        ],
    };
    keep(session, new)
}

pub(super) fn picture(device: &Device, subject: Subject, attachment: RowId, size: PictureSize) -> Answer<Reply> {
    let session = device.session()?;
    ensure_here(&session, subject)?;
    let size = match size {
        PictureSize::Thumb => MediaSize::Thumb,
        PictureSize::Field => MediaSize::Field,
        PictureSize::Full => MediaSize::Full,
    };
    session.log_look(AccessAction::SawPicture, subject, &attachment.to_string())?;
    let picture = stored(device, &session, subject, attachment, size)?;
    Ok(Reply::Picture {
        jpeg: STANDARD.encode(picture),
    })
}
