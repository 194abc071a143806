//! Photos, papers, recordings and signatures of a case.

use casefile::{Register, Row};
use casework::{Compartment, Value, attachment};
use ipc::{AttachmentKind, AttachmentView, PictureSize};

use super::{Part, Speaker};
use crate::{
    documents::picture,
    session::Session,
    store::{MediaSize, Read, StoreError},
};

/// All of them, newest first. Who signed is masked unless `reveal`.
pub(super) fn attachments(
    session: &Session,
    read: &Read<'_>,
    speaker: &Speaker<'_>,
    parts: &[Part],
    reveal: bool,
) -> Result<Vec<AttachmentView>, StoreError> {
    let mut views = Vec::new();
    for part in parts {
        let Some(compartment) = part.kind.compartment() else {
            continue;
        };
        let Some(table) = attachment::table_of(compartment) else {
            continue;
        };
        for row in part.rows.iter().filter(|row| row.table == table && !row.removed) {
            views.push(view(session, read, speaker, (part, compartment), row, reveal)?);
        }
    }
    views.sort_by_key(|view| (std::cmp::Reverse(view.added_at_ms), view.row));
    Ok(views)
}

fn view(
    session: &Session,
    read: &Read<'_>,
    speaker: &Speaker<'_>,
    (part, compartment): (&Part, Compartment),
    row: &Row,
    reveal: bool,
) -> Result<AttachmentView, StoreError> {
    let (mut here, mut sizes) = (Vec::new(), Vec::new());
    // Somebody else's picture is at the hub in whatever sizes have come from there.
    let (mut on_hub, mut not_taken) = (true, false);
    for size in MediaSize::ALL {
        let Some(sha) = picture(row, size) else { continue };
        sizes.push(shown_size(size));
        not_taken |= session.status.is_not_taken(&sha);
        let (is_here, is_sent) = read.media_state(&sha)?;
        if is_here {
            here.push(shown_size(size));
            on_hub &= is_sent;
        } else {
            on_hub &= row.author != Some(session.author) && size == MediaSize::Full;
        }
    }
    let is_of_row = |register: &Register| matches!(register, Register::Cell { row: of, .. } if *of == row.id);
    Ok(AttachmentView {
        row: row.id,
        table: row.table.clone(),
        compartment,
        kind: kind(session, row, reveal),
        caption: text(row, "caption").unwrap_or_default(),
        added_at_ms: row.cells.get("added_at").and_then(Value::as_instant_ms),
        by: speaker.by(row.author)?,
        here,
        sizes,
        bytes: number(row, "bytes_full"),
        on_hub,
        not_taken,
        clash: part.clashes.iter().any(|clash| is_of_row(&clash.register)),
    })
}

/// What the row says it is; rows of the first app say nothing and are photos.
fn kind(session: &Session, row: &Row, reveal: bool) -> AttachmentKind {
    match text(row, "kind").unwrap_or_default().as_str() {
        "" | "photo" => AttachmentKind::Photo,
        "recording" => AttachmentKind::Recording { ms: number(row, "ms") },
        "paper" => AttachmentKind::Paper {
            pages: u32::try_from(number(row, "pages")).unwrap_or(u32::MAX),
        },
        "signature" => {
            let vocabulary = session.pack.vocabulary(attachment::SIGNERS);
            let code = text(row, "signer_as").unwrap_or_default();
            let term = vocabulary.and_then(|known| known.terms.iter().find(|term| term.code == code));
            AttachmentKind::Signature {
                signer: text(row, "signer").filter(|_| reveal).unwrap_or_default(),
                signer_as: term.cloned(),
                form: text(row, "form"),
            }
        }
        other => AttachmentKind::Unknown { code: other.to_owned() },
    }
}

fn text(row: &Row, column: &str) -> Option<String> {
    row.cells.get(column).and_then(Value::as_text).map(str::to_owned)
}

fn number(row: &Row, column: &str) -> u64 {
    let number = row.cells.get(column).and_then(Value::as_integer);
    number.map_or(0, |number| u64::try_from(number).unwrap_or(0))
}

const fn shown_size(size: MediaSize) -> PictureSize {
    match size {
        MediaSize::Thumb => PictureSize::Thumb,
        MediaSize::Field => PictureSize::Field,
        MediaSize::Full => PictureSize::Full,
    }
}
