//! Every call of the screen, one exhaustive match, one file for each family.

mod access_log;
mod anew;
mod attachment;
mod case;
mod doctor;
mod draft;
mod edit;
mod filing;
mod institution;
mod keys;
mod matching;
mod new_case;
mod on_filing;
mod photo;
mod print;
mod reason;
mod refused;
mod reports;
mod start;
mod sync;

pub(crate) use draft::{drafts, keep_drafts};
use ipc::{Reply, Request};

use crate::{Device, backup, failure::Answer, session::Session, space};

/// Answers a call, and writes in the access log that it was refused where it was.
pub(crate) fn dispatch(device: &Device, request: Request) -> Answer<Reply> {
    let about = access_log::about(&request);
    let answer = answer(device, request);
    if let (Err(failed), Some(about)) = (&answer, about) {
        access_log::refused(device, failed, about);
    }
    answer
}

/// Answers a call that writes what the officer wrote: on a full disk in the place of the room kept for it.
fn with_room<T>(session: &Session, mut call: impl FnMut(&Session) -> Answer<T>) -> Answer<T> {
    space::with_room(&session.vault, || call(session))
}

/// Most calls need a session; those that do not stand first.
fn answer(device: &Device, request: Request) -> Answer<Reply> {
    match request {
        Request::Start => start::start(device).map(Reply::Start),
        Request::ReadQr { picture } => start::read_qr(&picture).map(Reply::EnrolLink),
        Request::Enrol { hub, code, passphrase } => {
            start::enrol(device, &hub, &code, &zeroize::Zeroizing::new(passphrase)).map(Reply::Session)
        }
        Request::Unlock { user, passphrase } => {
            start::unlock(device, &user, &zeroize::Zeroizing::new(passphrase)).map(Reply::Session)
        }
        Request::Lock => start::lock(device).map(|()| Reply::Done),
        Request::Active => Ok(Reply::Done),
        Request::KeepDraft { case, text } => {
            with_room(&*device.session()?, |session| draft::keep(session, case, text.clone())).map(|()| Reply::Done)
        }
        Request::Drafts => draft::all(&*device.session()?).map(|drafts| Reply::Drafts { drafts }),
        Request::ChooseFile { purpose } => Ok(Reply::FileChosen {
            path: keys::choose_file(device, purpose)?,
        }),
        Request::Backup { path, passphrase } => {
            keys::back_up(device, &path, &zeroize::Zeroizing::new(passphrase)).map(Reply::BackedUp)
        }
        Request::Restore { path, passphrase } => {
            backup::restore(device, &path, &zeroize::Zeroizing::new(passphrase)).map(Reply::Restored)
        }
        Request::SetQuota { mib } => space::set_quota(&*device.session()?, mib).map(|()| Reply::Done),
        Request::MakeRoom => space::make_room(&*device.session()?).map(|()| Reply::Done),
        Request::SetIdle { minutes } => start::set_idle(device, minutes).map(|()| Reply::Done),
        Request::ChangePassphrase { old, new } => {
            let (old, new) = (zeroize::Zeroizing::new(old), zeroize::Zeroizing::new(new));
            keys::change_passphrase(device, &old, &new).map(|()| Reply::Done)
        }
        Request::RotateKey { passphrase } => {
            keys::rotate(device, &zeroize::Zeroizing::new(passphrase)).map(Reply::Session)
        }
        Request::AskRecovery { user } => keys::ask_recovery(device, &user).map(Reply::Recovery),
        Request::Recover {
            user,
            answer,
            passphrase,
        } => {
            let passphrase = zeroize::Zeroizing::new(passphrase);
            keys::recover(device, &user, answer.as_deref(), &passphrase).map(Reply::Session)
        }
        Request::ForgetFarewell { id } => {
            crate::farewell::forget(&device.data_dir, &id).map_err(|_| ipc::FailureCode::Storage)?;
            Ok(Reply::Done)
        }
        Request::Watch { after } => Ok(Reply::Changed(device.news.watch(after))),
        Request::Cases { filter, offset, limit } => {
            case::cases(&*device.session()?, &filter, offset, limit).map(Reply::Cases)
        }
        Request::Institutions => institution::list(&*device.session()?).map(Reply::Institutions),
        Request::Institution { institution } => {
            institution::one(&*device.session()?, institution).map(|view| Reply::Institution(Box::new(view)))
        }
        Request::OpenCase(new_case) => {
            let case = with_room(&*device.session()?, |session| new_case::open(session, &new_case))?;
            device.written();
            Ok(Reply::CaseOpened { case })
        }
        Request::Case { case, reveal } => {
            case::case(&*device.session()?, case, reveal).map(|view| Reply::Case(Box::new(view)))
        }
        Request::Form { subject, form } => {
            case::form(&*device.session()?, subject, &form).map(|view| Reply::Form(Box::new(view)))
        }
        Request::Edit {
            subject,
            edits,
            form,
            reason,
        } => {
            let saved = with_room(&*device.session()?, |session| {
                edit::edit(session, subject, edits.clone(), form.as_deref(), reason.as_deref())
            })?;
            device.written();
            Ok(Reply::Saved(saved))
        }
        Request::File { subject, form, how } => {
            let filed = with_room(&*device.session()?, |session| {
                filing::file(session, subject, &form, how)
            })?;
            device.written();
            Ok(Reply::Filed(filed))
        }
        Request::BeginForm { subject, form } => {
            let saved = with_room(&*device.session()?, |session| anew::begin(session, subject, &form))?;
            device.written();
            Ok(Reply::Saved(saved))
        }
        Request::Filed { subject, row } => {
            filing::filed(&*device.session()?, subject, row).map(|filed| Reply::FiledForm(Box::new(filed)))
        }
        Request::Print(order) => print::print(device, &order).map(Reply::Printed),
        Request::History {
            subject,
            register,
            older,
        } => {
            let page = case::history(&*device.session()?, subject, &register, older);
            page.map(|(versions, older)| Reply::History { versions, older })
        }
        Request::RowHistory {
            subject,
            table,
            row,
            older,
        } => {
            let page = case::row_history(&*device.session()?, subject, (&table, row), older);
            page.map(|(changes, older)| Reply::RowHistory { changes, older })
        }
        Request::Resolve {
            subject,
            register,
            value,
        } => {
            let saved = with_room(&*device.session()?, |session| {
                edit::resolve(session, subject, register.clone(), value.clone())
            })?;
            device.written();
            Ok(Reply::Saved(saved))
        }
        Request::AddPhoto { case, caption, picture } => {
            let saved = with_room(&*device.session()?, |session| {
                photo::add(session, case.into(), caption.clone(), &picture)
            })?;
            device.written();
            Ok(Reply::Saved(saved))
        }
        Request::AddFile {
            case,
            compartment,
            caption,
            kind,
            file,
        } => {
            let place = attachment::Place {
                subject: case.into(),
                kind: compartment.into(),
                caption,
            };
            let saved = attachment::add_file(&*device.session()?, place, kind, &file)?;
            device.written();
            Ok(Reply::Saved(saved))
        }
        Request::AddSignature {
            case,
            compartment,
            caption,
            signer,
            signer_as,
            form,
            strokes,
        } => {
            let place = attachment::Place {
                subject: case.into(),
                kind: compartment.into(),
                caption,
            };
            let signed = attachment::Signed {
                signer,
                signer_as,
                form,
            };
            let saved = attachment::add_signature(&*device.session()?, place, signed, &strokes)?;
            device.written();
            Ok(Reply::Saved(saved))
        }
        Request::Reports => reports::offers(&*device.session()?).map(|offers| Reply::Reports { offers }),
        Request::Report(ask) => reports::one(&*device.session()?, ask).map(|report| Reply::Report(Box::new(report))),
        Request::GiveOut(order) => reports::give_out(device, &order).map(Reply::GivenOut),
        Request::AttachedFile { case, attachment } => attachment::file(device, case, attachment),
        Request::PaperPage { case, attachment, page } => attachment::page(device, case, attachment, page),
        Request::Picture { case, attachment, size } => photo::picture(device, case.into(), attachment, size),
        Request::Matches { of } => matching::page(&*device.session()?, of).map(|page| Reply::Matches(Box::new(page))),
        Request::Compare { own } => {
            matching::compare(&*device.session()?, own).map(|view| Reply::Comparison(Box::new(view)))
        }
        Request::AskDistrict { other } => {
            with_room(&*device.session()?, |session| matching::ask(session, other))?;
            device.sync_now();
            Ok(Reply::Done)
        }
        Request::AddReportPhoto {
            report,
            caption,
            picture,
        } => {
            let saved = with_room(&*device.session()?, |session| {
                photo::add(session, report.into(), caption.clone(), &picture)
            })?;
            device.written();
            Ok(Reply::Saved(saved))
        }
        Request::ReportPicture {
            report,
            attachment,
            size,
        } => photo::picture(device, report.into(), attachment, size),
        Request::FindReports { about } => {
            matching::find(&*device.session()?, *about).map(|view| Reply::Comparison(Box::new(view)))
        }
        Request::DecideMatch { own, other, decision } => {
            let saved = with_room(&*device.session()?, |session| {
                matching::decide(session, own, other, decision.as_ref())
            })?;
            device.written();
            Ok(Reply::Saved(saved))
        }
        Request::ReportChild(new) => {
            let report = with_room(&*device.session()?, |session| matching::report(session, &new))?;
            device.written();
            Ok(Reply::Reported { report })
        }
        Request::Packs => start::packs(&*device.session()?).map(Reply::Packs),
        Request::SyncStatus => sync::status(&*device.session_before_hub()?).map(|view| Reply::Sync(Box::new(view))),
        Request::AccessLog => access_log::view(&*device.session()?).map(|view| Reply::AccessLog(Box::new(view))),
        Request::SyncNow => {
            device.session_before_hub()?;
            device.sync_now();
            Ok(Reply::Done)
        }
        Request::Rebuild => {
            doctor::rebuild(&*device.session()?)?;
            Ok(Reply::Done)
        }
        Request::Doctor => doctor::look(&*device.session()?).map(|view| Reply::Doctor(Box::new(view))),
        Request::Mend => doctor::mend(device).map(Reply::Session),
        Request::SendAgain { item } => {
            sync::send_again(&*device.session()?, item)?;
            device.written();
            Ok(Reply::Done)
        }
        Request::Appeal { item, plea } => {
            refused::appeal(&*device.session()?, item, plea)?;
            device.written();
            Ok(Reply::Done)
        }
        Request::PutAway { item } => {
            refused::put_away(&*device.session()?, item)?;
            Ok(Reply::Done)
        }
        Request::Split { item } => {
            refused::split(&*device.session()?, item)?;
            device.written();
            Ok(Reply::Done)
        }
    }
}
