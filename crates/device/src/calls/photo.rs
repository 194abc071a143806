//! Pictures: added in three sizes, shown in one.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use casefile::Action;
use casework::{CaseId, Compartment, RowId, Value};
use ipc::{PictureSize, Reply, Saved};

use super::{
    attachment::{New, Place, ensure_may_add, keep, stored},
    case::ensure_here,
    start::{picture_failure, picture_file},
};
use crate::{
    Device,
    failure::Answer,
    media::sizes,
    session::Session,
    store::{AccessAction, MediaSize},
};

pub(super) fn add(session: &Session, case: CaseId, caption: String, picture: &str) -> Answer<Saved> {
    let place = Place {
        case,
        compartment: Compartment::Identity,
        caption,
    };
    ensure_may_add(session, &place)?;
    let made = sizes(&picture_file(picture)?).map_err(picture_failure)?;
    let new = New {
        place,
        action: &Action::PHOTO,
        cells: vec![("kind", Value::from("photo"))],
        files: vec![
            (MediaSize::Thumb, made.thumb),
            (MediaSize::Field, made.field),
            (MediaSize::Full, made.full),
        ],
    };
    keep(session, new)
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
    let picture = stored(device, &session, case, attachment, size)?;
    Ok(Reply::Picture {
        jpeg: STANDARD.encode(picture),
    })
}
