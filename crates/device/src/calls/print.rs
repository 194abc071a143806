//! Printing: what stands on the paper, the row of the access log, the file.

use casework::{Form, Pack, RowId, Subject, Value, attachment};
use ipc::{Amendment, FailureCode, FormView, PaperCopy, PrintOrder, Printed};
use paper::{FontError, PrintError};

use super::case::{ensure_here, form_of, form_shown};
use crate::{
    Device,
    documents::Documents,
    failure::{Answer, Failed},
    papers::{self, NewFile, Printing, Redaction, Say, Stands},
    session::Session,
    store::{AccessAction, AccessRow, Read},
    views::{self, Part, Speaker},
};

/// Makes the paper. It is in the log before it is in the file: whoever has it is in the log, whatever happens next.
pub(super) fn print(device: &Device, order: &PrintOrder) -> Answer<Printed> {
    let session = device.session()?;
    let subject = order.subject;
    ensure_here(&session, subject)?;
    let form = form_of(&session, subject, &order.form)?;
    if order.languages.is_empty() || order.languages.len() > ipc::PAPER_LANGUAGES_MAX {
        return Err(FailureCode::BadCall.into());
    }
    let place = NewFile::at(&order.path, &device.data_dir)?;
    let copy = session.store.read(|read| read.copies_of(subject, &form.id))? + 1;
    let sheet = {
        let mut documents = session.documents();
        session
            .store
            .read(|read| sheet(&session, &mut documents, read, (order, form, copy)))?
    };
    let made = paper::print(&device.fonts, sheet)?;
    log(&session, order, copy)?;
    place.write(&made.pdf)?;
    Ok(Printed {
        copy,
        pages: u32::try_from(made.pages).unwrap_or(u32::MAX),
        bytes: made.pdf.len() as u64,
    })
}

/// Writes down that it is printed, unless somebody did so meanwhile: no two papers are the same copy.
fn log(session: &Session, order: &PrintOrder, copy: u32) -> Answer<()> {
    if session.is_read_only() {
        return Err(FailureCode::ReadOnly.into());
    }
    let how = match order.copy {
        PaperCopy::Whole => "whole",
        PaperCopy::Redacted => "redacted",
    };
    let detail = format!("form {} copy {copy} {how} for {}", order.form, order.purpose.code());
    session.store.write(|write| {
        if write.copies_of(order.subject, &order.form)? + 1 != copy {
            return Err(Failed::from(FailureCode::Fault));
        }
        write.log_access(&AccessRow {
            at_ms: session.now_ms(),
            action: AccessAction::Printed,
            subject: Some(&order.subject.to_bytes()),
            detail: &detail,
        })?;
        Ok(())
    })
}

fn sheet(
    session: &Session,
    documents: &mut Documents,
    read: &Read<'_>,
    (order, now, copy): (&PrintOrder, &Form, u32),
) -> Answer<paper::Sheet> {
    let subject = order.subject;
    let parts = views::parts(documents, read, subject)?;
    let speaker = Speaker::new(session, read, &subject.to_bytes())?;
    let Shown {
        view,
        stands,
        amendments,
    } = shown(session, documents, read, (&speaker, &parts), (order, now))?;
    let form = match &stands {
        Stands::Filed(filing) => session.pack.form_on(&order.form, views::today(filing.at_ms)),
        Stands::Draft => None,
    };
    let rights = session.pack.rights().of(&session.role);
    let words = session.pack.paper().or_else(|| Pack::national().paper());
    let printing = Printing {
        pack: session.pack,
        say: Say {
            words: words.ok_or(FailureCode::Fault)?,
            languages: &order.languages,
        },
        form: form.unwrap_or(now),
        view: &view,
        stands,
        amendments: &amendments,
        signed: signatures(session, read, &parts, &order.form)?,
        redaction: (order.copy == PaperCopy::Redacted).then(|| Redaction::new(session.pack, &parts)),
        district: &session.enrolment.district_name,
        printed: papers::Printed {
            by: &session.enrolment.user_name,
            role: rights.map(|rights| rights.label.clone()).unwrap_or_default(),
            device: &session.platform.device_name,
            at_ms: session.now_ms(),
            copy,
        },
    };
    papers::sheet_of(&printing, |hash| picture(read, hash))
}

/// The form as it is printed.
struct Shown {
    view: FormView,
    stands: Stands,
    amendments: Vec<Amendment>,
}

/// The filing that is asked for, as it stood; or the form as it stands now, which is a draft unless it stands as it was filed.
fn shown(
    session: &Session,
    documents: &mut Documents,
    read: &Read<'_>,
    (speaker, parts): (&Speaker<'_>, &[Part]),
    (order, form): (&PrintOrder, &Form),
) -> Answer<Shown> {
    let subject = order.subject;
    if let Some(row) = order.filing {
        let filed =
            filed(session, documents, read, (subject, parts), row)?.filter(|filed| filed.filing.form == form.id);
        let filed = filed.ok_or(FailureCode::NoSuchItem)?;
        return Ok(Shown {
            view: filed.form,
            stands: Stands::Filed(Box::new(filed.filing)),
            amendments: filed.amendments,
        });
    }
    let view = form_shown(session, documents, read, (speaker, parts), (subject, form))?;
    let newest = view.filings.first().filter(|_| view.needs_reason).cloned();
    let as_filed = match &newest {
        Some(newest) => filed(session, documents, read, (subject, parts), newest.row)?.is_some_and(|filed| {
            let whole = filed.unseen.is_empty() && filed.not_here_yet.is_empty();
            whole && filed.amendments.is_empty() && filed.added == 0
        }),
        None => false,
    };
    Ok(Shown {
        view,
        stands: match newest {
            Some(newest) if as_filed => Stands::Filed(Box::new(newest)),
            _ => Stands::Draft,
        },
        amendments: Vec::new(),
    })
}

fn filed(
    session: &Session,
    documents: &mut Documents,
    read: &Read<'_>,
    (subject, parts): (Subject, &[Part]),
    row: RowId,
) -> Answer<Option<ipc::FiledForm>> {
    Ok(views::filed_form(session, documents, read, subject, parts, row)?)
}

/// What was signed on the glass for this form, as far as whoever prints may read it.
fn signatures(session: &Session, read: &Read<'_>, parts: &[Part], form: &str) -> Answer<Vec<papers::Signed>> {
    let readable = parts.iter().filter(|part| session.may_read(part.kind));
    let rows = readable.flat_map(|part| {
        part.rows
            .iter()
            .filter(|row| !row.removed && attachment::is_table(&row.table))
    });
    let mut signed = Vec::new();
    for row in rows {
        let text = |column: &str| row.cells.get(column).and_then(Value::as_text);
        if text("kind") != Some("signature") || text("form") != Some(form) {
            continue;
        }
        let role = text("signer_as").unwrap_or_default();
        let term = session
            .pack
            .vocabulary(attachment::SIGNERS)
            .and_then(|signers| signers.term(role));
        signed.push(papers::Signed {
            by: text("signer").unwrap_or_default().to_owned(),
            label: term.map(|term| term.label.clone()).unwrap_or_default(),
            at_ms: row.cells.get("added_at").and_then(Value::as_instant_ms),
            picture: text("sha_field").map(|hash| picture(read, hash)).transpose()?.flatten(),
        });
    }
    Ok(signed)
}

/// The bytes of a picture, where they are here. Printing fetches nothing.
fn picture(read: &Read<'_>, hash: &str) -> Answer<Option<Vec<u8>>> {
    let Ok(hash) = hash.parse::<protocol::ids::Sha256>() else {
        return Ok(None);
    };
    Ok(read.media(hash.as_bytes())?)
}

impl From<PrintError> for Failed {
    fn from(error: PrintError) -> Self {
        Self(match error {
            PrintError::Font(FontError::NoLetter { script }) => FailureCode::NoLetter {
                script: script.to_owned(),
            },
            PrintError::Font(FontError::File { .. } | FontError::NotAFont { .. }) => FailureCode::NoFonts,
            PrintError::TooMuch => FailureCode::PaperTooLong,
            PrintError::Layout => FailureCode::Fault,
        })
    }
}
