//! The only place that calls the device.
//!
//! In the app's window the call goes through the one Tauri command: `invoke("call", { request })`. Where there is no
//! such window (the test harness, in a browser), the same request is posted to `/call` as JSON; the harness answers
//! 200 with the reply, or any other status with the failure.

use std::collections::BTreeMap;

use casework::{
    CaseId, Compartment, InstitutionId, ReportId, RowId, Subject, Value,
    matching::{Report, decisions::Decision},
};
use ipc::{
    AccessLogView, BackedUp, CaseFilter, CasePage, CaseView, Changed, Comparison, DoctorView, EnrolLink, Failure,
    FailureCode, FieldEdit, FileKind, FilePurpose, Filed, FiledForm, FilingKind, FormView, GivenOut, InstitutionPage,
    InstitutionView, MatchesPage, NewCase, NewReport, PackView, PictureSize, PrintOrder, Printed, RecoveryAsk,
    RegisterRef, Reply, ReportAsk, ReportOffer, ReportOrder, Request, Restored, RowChange, Saved, Session, Start,
    SyncView, VersionView,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::{Function, JSON, Object, Promise, Reflect};

use crate::fetch::fetch;

/// What a call gives.
pub(crate) type Answer<T> = Result<T, Failure>;

macro_rules! ask {
    ($request:expr, $variant:ident) => {
        match call(&$request).await? {
            Reply::$variant(body) => Ok(body),
            _ => Err(FailureCode::Fault.into()),
        }
    };
}

/// Who is on this tablet.
pub(crate) async fn start() -> Answer<Start> {
    ask!(Request::Start, Start)
}

/// Reads a QR code out of a picture.
pub(crate) async fn read_qr(picture: String) -> Answer<EnrolLink> {
    ask!(Request::ReadQr { picture }, EnrolLink)
}

/// Makes a vault and an author at the hub.
pub(crate) async fn enrol(hub: String, code: String, passphrase: String) -> Answer<Session> {
    ask!(Request::Enrol { hub, code, passphrase }, Session)
}

/// Opens a vault.
pub(crate) async fn unlock(user: String, passphrase: String) -> Answer<Session> {
    ask!(Request::Unlock { user, passphrase }, Session)
}

/// Closes the vault.
pub(crate) async fn lock() -> Answer<()> {
    done(Request::Lock).await
}

/// The access log, and whether its chain holds.
pub(crate) async fn access_log() -> Answer<AccessLogView> {
    ask!(Request::AccessLog, AccessLog).map(|body| *body)
}

/// Somebody is at the tablet.
pub(crate) async fn active() -> Answer<()> {
    done(Request::Active).await
}

/// Who may be the same child as whom.
pub(crate) async fn matches(of: Option<Subject>) -> Answer<MatchesPage> {
    ask!(Request::Matches { of }, Matches).map(|body| *body)
}

/// A case, or a report, beside who its child may be.
pub(crate) async fn compare(own: Subject) -> Answer<Comparison> {
    ask!(Request::Compare { own }, Comparison).map(|body| *body)
}

/// Asks the district that has a record for what it says.
pub(crate) async fn ask_district(other: Subject) -> Answer<()> {
    done(Request::AskDistrict { other }).await
}

/// Which reports somebody may mean.
pub(crate) async fn find_reports(about: Report) -> Answer<Comparison> {
    let about = Box::new(about);
    ask!(Request::FindReports { about }, Comparison).map(|body| *body)
}

/// Writes down what was decided about a case and who its child may be; `None` takes it back.
pub(crate) async fn decide_match(own: Subject, other: Subject, decision: Option<Decision>) -> Answer<Saved> {
    ask!(Request::DecideMatch { own, other, decision }, Saved)
}

/// Reports a child.
pub(crate) async fn report_child(new: NewReport) -> Answer<ReportId> {
    match call(&Request::ReportChild(new)).await? {
        Reply::Reported { report } => Ok(report),
        _ => Err(FailureCode::Fault.into()),
    }
}

/// Keeps a note that was begun; an empty one is forgotten.
pub(crate) async fn keep_draft(case: CaseId, text: String) -> Answer<()> {
    done(Request::KeepDraft { case, text }).await
}

/// The notes begun and not yet saved.
pub(crate) async fn drafts() -> Answer<BTreeMap<CaseId, String>> {
    match call(&Request::Drafts).await? {
        Reply::Drafts { drafts } => Ok(drafts),
        _ => Err(FailureCode::Fault.into()),
    }
}

/// After how many idle minutes the tablet locks itself.
pub(crate) async fn set_idle(minutes: u32) -> Answer<()> {
    done(Request::SetIdle { minutes }).await
}

/// Lets the officer choose a file in the platform's window. `None` where none was chosen.
pub(crate) async fn choose_file(purpose: FilePurpose) -> Answer<Option<String>> {
    match call(&Request::ChooseFile { purpose }).await? {
        Reply::FileChosen { path } => Ok(path),
        _ => Err(FailureCode::Fault.into()),
    }
}

/// Makes a paper of a form.
pub(crate) async fn print(order: PrintOrder) -> Answer<Printed> {
    ask!(Request::Print(order), Printed)
}

/// The registers and reports that this officer may have.
pub(crate) async fn reports() -> Answer<Vec<ReportOffer>> {
    match call(&Request::Reports).await? {
        Reply::Reports { offers } => Ok(offers),
        _ => Err(FailureCode::Fault.into()),
    }
}

/// A register or report, counted now.
pub(crate) async fn report(ask: ReportAsk) -> Answer<casework::reports::Report> {
    ask!(Request::Report(ask), Report).map(|body| *body)
}

/// Gives a report out.
pub(crate) async fn give_out(order: ReportOrder) -> Answer<GivenOut> {
    ask!(Request::GiveOut(order), GivenOut)
}

/// Writes what no server has to a file.
pub(crate) async fn back_up(path: String, passphrase: String) -> Answer<BackedUp> {
    ask!(Request::Backup { path, passphrase }, BackedUp)
}

/// Brings such a file back.
pub(crate) async fn restore(path: String, passphrase: String) -> Answer<Restored> {
    ask!(Request::Restore { path, passphrase }, Restored)
}

/// How much the vault may hold before no more pictures of others are fetched.
pub(crate) async fn set_quota(mib: u32) -> Answer<()> {
    done(Request::SetQuota { mib }).await
}

/// Clears away what the server has and no case here needs.
pub(crate) async fn make_room() -> Answer<()> {
    done(Request::MakeRoom).await
}

/// Another passphrase for the open vault.
pub(crate) async fn change_passphrase(old: String, new: String) -> Answer<()> {
    done(Request::ChangePassphrase { old, new }).await
}

/// Encrypts everything anew.
pub(crate) async fn rotate_key(passphrase: String) -> Answer<Session> {
    ask!(Request::RotateKey { passphrase }, Session)
}

/// Asks the district to open a vault.
pub(crate) async fn ask_recovery(user: String) -> Answer<RecoveryAsk> {
    ask!(Request::AskRecovery { user }, Recovery)
}

/// Opens a vault with the district's answer; `None` asks the hub for it.
pub(crate) async fn recover(user: String, answer: Option<String>, passphrase: String) -> Answer<Session> {
    let request = Request::Recover {
        user,
        answer,
        passphrase,
    };
    ask!(request, Session)
}

/// Takes a farewell off the screen.
pub(crate) async fn forget_farewell(id: String) -> Answer<()> {
    done(Request::ForgetFarewell { id }).await
}

/// Waits for a change.
pub(crate) async fn watch(after: u64) -> Answer<Changed> {
    ask!(Request::Watch { after }, Changed)
}

/// A page of the case list.
pub(crate) async fn cases(filter: CaseFilter, offset: u32, limit: u32) -> Answer<CasePage> {
    ask!(Request::Cases { filter, offset, limit }, Cases)
}

/// Opens a new case.
pub(crate) async fn open_case(new: NewCase) -> Answer<CaseId> {
    match call(&Request::OpenCase(new)).await? {
        Reply::CaseOpened { case } => Ok(case),
        _ => Err(FailureCode::Fault.into()),
    }
}

/// One case.
pub(crate) async fn case(case: CaseId, reveal: bool) -> Answer<CaseView> {
    ask!(Request::Case { case, reveal }, Case).map(|body| *body)
}

/// The institutions on this tablet.
pub(crate) async fn institutions() -> Answer<InstitutionPage> {
    ask!(Request::Institutions, Institutions)
}

/// One institution.
pub(crate) async fn institution(institution: InstitutionId) -> Answer<InstitutionView> {
    ask!(Request::Institution { institution }, Institution).map(|body| *body)
}

/// A form of a case or an institution.
pub(crate) async fn form(subject: Subject, form: String) -> Answer<FormView> {
    ask!(Request::Form { subject, form }, Form).map(|body| *body)
}

/// Edits of a case or an institution, all or none; `form` is where they were written, `reason` why a filed form is changed.
pub(crate) async fn edit(
    subject: Subject,
    edits: Vec<FieldEdit>,
    form: Option<String>,
    reason: Option<String>,
) -> Answer<Saved> {
    ask!(
        Request::Edit {
            subject,
            edits,
            form,
            reason
        },
        Saved
    )
}

/// Signs, sends or approves a form as it stands.
pub(crate) async fn file(subject: Subject, form: String, how: FilingKind) -> Answer<Filed> {
    ask!(Request::File { subject, form, how }, Filed)
}

/// Begins a filed form anew.
pub(crate) async fn begin_form(subject: Subject, form: String) -> Answer<Saved> {
    ask!(Request::BeginForm { subject, form }, Saved)
}

/// A filed form as it stood.
pub(crate) async fn filed(subject: Subject, row: RowId) -> Answer<FiledForm> {
    ask!(Request::Filed { subject, row }, FiledForm).map(|body| *body)
}

/// What became of a row.
pub(crate) async fn row_history(
    subject: Subject,
    table: String,
    row: RowId,
    older: Option<u32>,
) -> Answer<(Vec<RowChange>, u32)> {
    let request = Request::RowHistory {
        subject,
        table,
        row,
        older,
    };
    match call(&request).await? {
        Reply::RowHistory { changes, older } => Ok((changes, older)),
        _ => Err(FailureCode::Fault.into()),
    }
}

/// A page of the versions of a register, and how many are older.
pub(crate) async fn history(
    subject: Subject,
    register: RegisterRef,
    older: Option<u32>,
) -> Answer<(Vec<VersionView>, u32)> {
    match call(&Request::History {
        subject,
        register,
        older,
    })
    .await?
    {
        Reply::History { versions, older } => Ok((versions, older)),
        _ => Err(FailureCode::Fault.into()),
    }
}

/// Settles a clash.
pub(crate) async fn resolve(subject: Subject, register: RegisterRef, value: Option<Value>) -> Answer<Saved> {
    ask!(
        Request::Resolve {
            subject,
            register,
            value
        },
        Saved
    )
}

/// Adds a picture.
pub(crate) async fn add_photo(case: CaseId, caption: String, picture: String) -> Answer<Saved> {
    ask!(Request::AddPhoto { case, caption, picture }, Saved)
}

/// Adds a picture of the child to a report.
pub(crate) async fn add_report_photo(report: ReportId, caption: String, picture: String) -> Answer<Saved> {
    ask!(
        Request::AddReportPhoto {
            report,
            caption,
            picture
        },
        Saved
    )
}

/// A stored picture of a report, as a base64 JPEG.
pub(crate) async fn report_picture(report: ReportId, attachment: RowId, size: PictureSize) -> Answer<String> {
    let request = Request::ReportPicture {
        report,
        attachment,
        size,
    };
    match call(&request).await? {
        Reply::Picture { jpeg } => Ok(jpeg),
        _ => Err(FailureCode::Fault.into()),
    }
}

/// A stored picture, as a base64 JPEG.
pub(crate) async fn picture(case: CaseId, attachment: RowId, size: PictureSize) -> Answer<String> {
    match call(&Request::Picture { case, attachment, size }).await? {
        Reply::Picture { jpeg } => Ok(jpeg),
        _ => Err(FailureCode::Fault.into()),
    }
}

/// Adds a recording or a scanned paper.
pub(crate) async fn add_file(
    case: CaseId,
    compartment: Compartment,
    caption: String,
    kind: FileKind,
    file: String,
) -> Answer<Saved> {
    let request = Request::AddFile {
        case,
        compartment,
        caption,
        kind,
        file,
    };
    ask!(request, Saved)
}

/// Adds a signature.
pub(crate) async fn add_signature(request: Request) -> Answer<Saved> {
    ask!(request, Saved)
}

/// A recording or a paper: its media type and its bytes, base64.
pub(crate) async fn attached_file(case: CaseId, attachment: RowId) -> Answer<(String, String)> {
    match call(&Request::AttachedFile { case, attachment }).await? {
        Reply::AttachedFile { media_type, file } => Ok((media_type, file)),
        _ => Err(FailureCode::Fault.into()),
    }
}

/// A page of a paper, as a base64 JPEG.
pub(crate) async fn paper_page(case: CaseId, attachment: RowId, page: u32) -> Answer<String> {
    match call(&Request::PaperPage { case, attachment, page }).await? {
        Reply::Picture { jpeg } => Ok(jpeg),
        _ => Err(FailureCode::Fault.into()),
    }
}

/// How things stand with the hub.
pub(crate) async fn sync_status() -> Answer<SyncView> {
    ask!(Request::SyncStatus, Sync).map(|body| *body)
}

/// Which rules are in force here.
pub(crate) async fn packs() -> Answer<PackView> {
    ask!(Request::Packs, Packs)
}

/// Tries to reach the hub now.
pub(crate) async fn sync_now() -> Answer<()> {
    done(Request::SyncNow).await
}

/// Sends a refused change once more.
pub(crate) async fn send_again(item: i64) -> Answer<()> {
    done(Request::SendAgain { item }).await
}

/// Asks the district about a refused change.
pub(crate) async fn appeal(item: i64, plea: ipc::Plea) -> Answer<()> {
    done(Request::Appeal { item, plea }).await
}

/// Takes refused changes of a record that has left this tablet off the list.
pub(crate) async fn put_away(item: i64) -> Answer<()> {
    done(Request::PutAway { item }).await
}

/// Writes a change that was too large once more in smaller ones.
pub(crate) async fn split(item: i64) -> Answer<()> {
    done(Request::Split { item }).await
}

/// Looks the vault over.
pub(crate) async fn doctor() -> Answer<DoctorView> {
    ask!(Request::Doctor, Doctor).map(|view| *view)
}

/// Makes lists, search and clocks anew.
pub(crate) async fn rebuild() -> Answer<()> {
    done(Request::Rebuild).await
}

/// Makes the damaged file of the vault whole again.
pub(crate) async fn mend() -> Answer<()> {
    ask!(Request::Mend, Session).map(|_| ())
}

async fn done(request: Request) -> Answer<()> {
    match call(&request).await? {
        Reply::Done => Ok(()),
        _ => Err(FailureCode::Fault.into()),
    }
}

async fn call(request: &Request) -> Answer<Reply> {
    let request = serde_json::to_string(request).map_err(|_| fault())?;
    let answer = match gateway() {
        Some(invoke) => through_window(&invoke, &request).await,
        None => through_harness(&request).await,
    };
    match answer {
        Ok(reply) => serde_json::from_str(&reply).map_err(|_| fault()),
        Err(failure) => Err(serde_json::from_str(&failure).unwrap_or_else(|_| fault())),
    }
}

fn fault() -> Failure {
    FailureCode::Fault.into()
}

/// The window's gateway; `None` in a browser.
fn gateway() -> Option<(JsValue, Function)> {
    let window = web_sys::window()?;
    let internals = Reflect::get(&window, &"__TAURI_INTERNALS__".into()).ok()?;
    let invoke = Reflect::get(&internals, &"invoke".into()).ok()?.dyn_into().ok()?;
    Some((internals, invoke))
}

fn text(value: &JsValue) -> String {
    JSON::stringify(value).map(String::from).unwrap_or_default()
}

async fn through_window((internals, invoke): &(JsValue, Function), request: &str) -> Result<String, String> {
    let nothing = |_| String::new();
    let arguments = Object::new();
    let request = JSON::parse(request).map_err(nothing)?;
    Reflect::set(&arguments, &"request".into(), &request).map_err(nothing)?;
    let promise: Promise = invoke
        .call2(internals, &"call".into(), &arguments)
        .map_err(nothing)?
        .dyn_into()
        .map_err(nothing)?;
    JsFuture::from(promise)
        .await
        .map(|reply| text(&reply))
        .map_err(|failure| text(&failure))
}

async fn through_harness(request: &str) -> Result<String, String> {
    let answer = fetch("POST", "/call", Some(request), None)
        .await
        .ok_or_else(String::new)?;
    if answer.is_good() {
        Ok(answer.body)
    } else {
        Err(answer.body)
    }
}
