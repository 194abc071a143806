//! What the screen asks of the device: calls, replies, error codes.
//!
//! One [`Request`] in, one [`Reply`] or one [`Failure`] out, as JSON. The webview has this one gateway and nothing
//! else. The screen never learns of SQL, automerge or the network; it gets what it shows, and codes for which it
//! finds the words itself. Texts that come from a pack travel as [`casework::Labels`] in every language at once, so
//! that changing the language asks nothing of the device.
//!
//! All times are milliseconds since 1970-01-01 UTC.

mod access_log;
mod attachment;
mod backup;
mod case;
mod doctor;
mod edit;
mod failure;
mod filing;
mod form;
mod institution;
mod life;
mod matching;
mod print;
mod reports;
mod session;
mod sync;

use std::collections::BTreeMap;

use casework::{CaseId, Compartment, InstitutionId, ReportId, RowId, Subject};
use serde::{Deserialize, Serialize};

pub use access_log::{AccessLine, AccessLogView};
pub use attachment::{
    AttachmentKind, AttachmentView, FileKind, PAPER_BYTES_MAX, PAPER_PAGES_MAX, RECORDING_BYTES_MAX,
    RECORDING_MINUTES_MAX, SIGNER_CHARS_MAX, STROKE_POINTS_MAX, STROKE_SIDE_MAX, STROKES_MAX, Stroke,
};
pub use backup::{BackedUp, FilePurpose, Restored};
pub use case::{
    CaseCard, CaseFilter, CasePage, CaseView, ChannelAnswer, Clash, Entry, FactView, FormSummary, NewCase, PictureSize,
    RowChange, RowDeed, TaskOrigin, TaskView, VersionView,
};
pub use doctor::{DoctorView, Finding};
pub use edit::{FieldEdit, RegisterRef, Saved};
pub use failure::{Failure, FailureCode, OtherKind};
pub use filing::{Amended, AmendedCell, Amendment, Filed, FiledForm, FilingKind, FilingView, UnknownFiling};
pub use form::{
    CellView, CheckView, ColumnView, FieldView, FormContext, FormItem, FormUse, FormView, MissingItem, Provenance,
    RowView, SectionGap, SectionView, TableView,
};
pub use institution::{InstitutionCard, InstitutionPage, InstitutionView};
pub use life::{Life, LinkView};
pub use matching::{
    Answered, Asked, AskedFact, Comparison, Decided, Elsewhere, Glimpse, MatchRow, MatchesPage, NewReport, Outcome,
    PossibleMatch, ReportCard,
};
pub use print::{PAPER_LANGUAGES_MAX, PaperCopy, PrintOrder, PrintPurpose, Printed};
pub use reports::{
    GivenOut, REPORT_MONTHS, REPORT_QUARTERS, ReportAsk, ReportFormat, ReportHouse, ReportOffer, ReportOrder,
};
pub use session::{
    Changed, EnrolLink, Farewell, PackPart, PackView, Progress, RecoveryAsk, Session, Start, TabletUser, Topic,
};
pub use sync::{
    Appeal, AppealState, Delivery, DestroyedItem, NetState, Offer, Plea, Purged, ReceiptRow, RefusedItem, SpaceState,
    SpaceView, SyncView,
};

/// Most rows of a list in one answer.
pub const PAGE_ROWS_MAX: u32 = 200;
/// Most versions of a register, or deeds with a row, in one answer; the older ones come with the next.
pub const HISTORY_PAGE: u32 = 50;
/// Largest picture file the screen may hand over, in bytes before base64.
pub const PICTURE_BYTES_MAX: usize = 25 * 1024 * 1024;
/// Longest passphrase, in bytes.
pub const PASSPHRASE_BYTES_MAX: usize = 512;
/// Shortest passphrase, in characters.
pub const PASSPHRASE_CHARS_MIN: usize = 8;
/// Shortest PIN, in digits. Only where the platform has a keystore.
pub const PIN_DIGITS_MIN: usize = 6;
/// After how many idle minutes the tablet locks itself, unless somebody chose otherwise.
pub const IDLE_MINUTES: u32 = 5;
/// The longest that may be chosen.
pub const IDLE_MINUTES_MAX: u32 = 30;
/// What a vault may hold before no more pictures of others are fetched, in MiB, unless somebody chose otherwise.
pub const QUOTA_MIB: u32 = 2_048;
/// The least that may be chosen.
pub const QUOTA_MIB_MIN: u32 = 16;
/// The most.
pub const QUOTA_MIB_MAX: u32 = 65_536;
/// Longest path of a file, in bytes.
pub const PATH_BYTES_MAX: usize = 1_024;
/// Longest answer of the district that may be typed or pasted, in characters.
pub const ANSWER_CHARS_MAX: usize = 16_384;
/// Longest reason for changing a filed form, in characters.
pub const REASON_CHARS_MAX: usize = 2_000;
/// Longest time a [`Request::Watch`] waits before it answers that nothing changed, in milliseconds.
pub const WATCH_MS_MAX: u64 = 25_000;

/// A call from the screen.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "call")]
pub enum Request {
    /// Who is on this tablet, and whether somebody is signed in. Answer: [`Reply::Start`].
    Start,
    /// Reads the enrolment link out of a picture of its QR code. Answer: [`Reply::EnrolLink`].
    ReadQr {
        /// The picture file, base64.
        picture: String,
    },
    /// Makes a vault and an author at the hub. Answer: [`Reply::Session`].
    Enrol {
        /// The hub's address, e.g. `https://hub.example`.
        hub: String,
        /// The one-time code as typed.
        code: String,
        /// The passphrase chosen for this tablet.
        passphrase: String,
    },
    /// Opens a vault. Answer: [`Reply::Session`].
    Unlock {
        /// Which user of this tablet, from [`Reply::Start`].
        user: String,
        /// The passphrase.
        passphrase: String,
    },
    /// Closes the vault and forgets its keys. Answer: [`Reply::Done`].
    Lock,
    /// Somebody is at the tablet: it does not lock itself yet. Answer: [`Reply::Done`].
    Active,
    /// Keeps a note that was begun and not yet saved, so that locking does not lose it; an empty text forgets it.
    /// Answer: [`Reply::Done`].
    KeepDraft {
        /// The case.
        case: CaseId,
        /// The note so far.
        text: String,
    },
    /// The notes begun and not yet saved. Answer: [`Reply::Drafts`].
    Drafts,
    /// After how many idle minutes the tablet locks itself, 1 to [`IDLE_MINUTES_MAX`]. Answer: [`Reply::Done`].
    SetIdle {
        /// The minutes.
        minutes: u32,
    },
    /// How much the vault may hold before no more pictures of others are fetched, in MiB, [`QUOTA_MIB_MIN`] to
    /// [`QUOTA_MIB_MAX`]. What the officer writes is saved all the same. Answer: [`Reply::Done`].
    SetQuota {
        /// The quota.
        mib: u32,
    },
    /// Clears away what the hub has and what belongs to no case here. Answer: [`Reply::Done`]; [`SyncView::space`] says
    /// what it was.
    MakeRoom,
    /// Lets the officer choose a file by the platform's own window, where it has one ([`Start::file_chooser`]). Comes back when
    /// the officer has chosen. Answer: [`Reply::FileChosen`].
    ChooseFile {
        /// What for.
        purpose: FilePurpose,
    },
    /// Writes what is on this tablet and nowhere else to a file under a passphrase of its own, and reads it back.
    /// [`Topic::Opening`] and [`Start::opening`] say how far it is. Answer: [`Reply::BackedUp`].
    Backup {
        /// The whole path of a file that is not there yet, at most [`PATH_BYTES_MAX`] bytes.
        path: String,
        /// What it is to be opened with.
        passphrase: String,
    },
    /// Brings such a file back into the open vault of the same officer. The hub is asked first for what it has; the
    /// rest is written once more by this tablet's author. Doing it twice changes nothing. Answer: [`Reply::Restored`].
    Restore {
        /// The whole path of the file.
        path: String,
        /// What it was locked with.
        passphrase: String,
    },
    /// Another passphrase for the open vault. The old one is asked for, which counts as a try. Answer: [`Reply::Done`].
    ChangePassphrase {
        /// The passphrase so far.
        old: String,
        /// The new one.
        new: String,
    },
    /// Encrypts everything anew under a new key. [`Topic::Opening`] and [`Start::opening`] say how far it is. It may
    /// be cut at any moment: then the old key holds, or the new one. Answer: [`Reply::Session`].
    RotateKey {
        /// The passphrase, which stays.
        passphrase: String,
    },
    /// Asks the district to open the key that is sealed to it, because the passphrase is lost or the key was erased.
    /// Asking again gives the same request. Answer: [`Reply::Recovery`].
    AskRecovery {
        /// Which user of this tablet.
        user: String,
    },
    /// Opens the vault with the district's answer, under a new passphrase. Answer: [`Reply::Session`].
    Recover {
        /// Which user of this tablet.
        user: String,
        /// The answer as text; `None` asks the hub for it.
        answer: Option<String>,
        /// The new passphrase.
        passphrase: String,
    },
    /// Takes a farewell off the screen. Answer: [`Reply::Done`].
    ForgetFarewell {
        /// Its id, from [`Start::farewells`].
        id: String,
    },
    /// Waits until something changed since `after`, at most [`WATCH_MS_MAX`]. Answer: [`Reply::Changed`].
    Watch {
        /// The last revision the screen has seen; 0 at first.
        after: u64,
    },
    /// A page of the case list. Answer: [`Reply::Cases`].
    Cases {
        /// Which cases.
        filter: CaseFilter,
        /// How many to leave out at the beginning.
        offset: u32,
        /// How many at most, up to [`PAGE_ROWS_MAX`].
        limit: u32,
    },
    /// Opens a new case and assigns it to this officer. Answer: [`Reply::CaseOpened`].
    OpenCase(NewCase),
    /// One case. Names are masked unless `reveal`; either is written in the access log. Answer: [`Reply::Case`].
    Case {
        /// The case.
        case: CaseId,
        /// Whether to show what identifies the child.
        reveal: bool,
    },
    /// The institutions of the district that this officer may read, by name. Answer: [`Reply::Institutions`].
    Institutions,
    /// One institution. Written in the access log. Answer: [`Reply::Institution`].
    Institution {
        /// The institution.
        institution: InstitutionId,
    },
    /// A form of a case or an institution, filled with what is known. Answer: [`Reply::Form`].
    Form {
        /// The case or institution.
        subject: Subject,
        /// The form's number.
        form: String,
    },
    /// Edits of a case or an institution, all or none. When the answer is there, they survive a power cut. Answer:
    /// [`Reply::Saved`].
    Edit {
        /// The case or institution.
        subject: Subject,
        /// What to change.
        edits: Vec<FieldEdit>,
        /// The form on which it was written, for the history.
        form: Option<String>,
        /// Why a form that was signed or sent is changed. Needed where `form` was filed and one of the edits writes
        /// in it ([`FailureCode::ReasonNeeded`] otherwise); nobody is asked for it elsewhere, nor for
        /// what is added to a form that is filed again and again. It is kept beside what it explains, so whoever may read
        /// the one may read the other. At most [`REASON_CHARS_MAX`] characters.
        #[serde(default)]
        reason: Option<String>,
    },
    /// Signs, sends or approves a form as it stands now. An incomplete form may be filed: the answer says what was
    /// missing. Two people who file apart have made two filings. Answer: [`Reply::Filed`].
    File {
        /// The case or institution.
        subject: Subject,
        /// The form's number.
        form: String,
        /// What is done with it.
        how: FilingKind,
    },
    /// Begins a filed form anew: what belonged to the last inspection, order or journey is emptied and stays in its filing;
    /// what is written from now on is no change of that. Answer: [`Reply::Saved`].
    BeginForm {
        /// The case or institution.
        subject: Subject,
        /// The form's number.
        form: String,
    },
    /// A filed form as it stood, with what was changed since beside it. Answer: [`Reply::FiledForm`].
    Filed {
        /// The case or institution.
        subject: Subject,
        /// The filing, from [`FilingView::row`].
        row: RowId,
    },
    /// Makes a paper of a form: a PDF, in a file that the officer has chosen. Written in the access log with what it is for,
    /// before the file is there. Answer: [`Reply::Printed`].
    Print(PrintOrder),
    /// The registers and reports that this officer may have. Answer: [`Reply::Reports`].
    Reports,
    /// A register or report, counted of what is on this tablet. Answer: [`Reply::Report`].
    Report(ReportAsk),
    /// Gives a report out, in a file that the officer has chosen. Written in the access log with what it is for, before the file
    /// is there. Answer: [`Reply::GivenOut`].
    GiveOut(ReportOrder),
    /// The versions of a register, newest first. Answer: [`Reply::History`].
    History {
        /// The case or institution.
        subject: Subject,
        /// Which register.
        register: RegisterRef,
        /// Only of the so many oldest, from the `older` of the page before; absent for the newest page.
        #[serde(default)]
        older: Option<u32>,
    },
    /// What became of a row: who added it, wrote its cells, took it away; newest first. Answer:
    /// [`Reply::RowHistory`].
    RowHistory {
        /// The case or institution.
        subject: Subject,
        /// The table.
        table: String,
        /// The row, which may have been removed.
        row: RowId,
        /// Only of the so many oldest, from the `older` of the page before; absent for the newest page.
        #[serde(default)]
        older: Option<u32>,
    },
    /// Settles a clash: writes the chosen (or a third) value over all versions. Answer: [`Reply::Saved`].
    Resolve {
        /// The case or institution.
        subject: Subject,
        /// Which register.
        register: RegisterRef,
        /// The value chosen; `None` leaves the register empty.
        value: Option<casework::Value>,
    },
    /// Adds a picture: oriented, stripped of metadata, in three sizes. Answer: [`Reply::Saved`].
    AddPhoto {
        /// The case.
        case: CaseId,
        /// What the picture shows, in the officer's words.
        caption: String,
        /// The picture file, base64.
        picture: String,
    },
    /// Adds a recording or a scanned paper. A recording is made anew of its sound alone, a paper is kept as it is.
    /// Answer: [`Reply::Saved`].
    AddFile {
        /// The case.
        case: CaseId,
        /// Who may read it; [`Compartment::Core`] takes none.
        compartment: Compartment,
        /// What it is, in the officer's words.
        caption: String,
        /// Which kind of file.
        kind: FileKind,
        /// The file, base64.
        file: String,
    },
    /// Adds a signature, which is rendered from its strokes. Answer: [`Reply::Saved`].
    AddSignature {
        /// The case.
        case: CaseId,
        /// Who may read it; [`Compartment::Core`] takes none.
        compartment: Compartment,
        /// What was signed, in the officer's words.
        caption: String,
        /// Who signed, at most [`SIGNER_CHARS_MAX`] characters.
        signer: String,
        /// As what: a code of the vocabulary `signer`.
        signer_as: String,
        /// The form that it belongs to, by its number.
        form: Option<String>,
        /// Its strokes.
        strokes: Vec<Stroke>,
    },
    /// The bytes of a recording or a scanned paper. Written in the access log. Answer: [`Reply::AttachedFile`].
    AttachedFile {
        /// The case.
        case: CaseId,
        /// The row of a table of attachments.
        attachment: RowId,
    },
    /// A page of a scanned paper as a picture. Written in the access log. Answer: [`Reply::Picture`].
    PaperPage {
        /// The case.
        case: CaseId,
        /// The row of a table of attachments.
        attachment: RowId,
        /// Which page, from 0.
        page: u32,
    },
    /// A stored picture. Answer: [`Reply::Picture`].
    Picture {
        /// The case.
        case: CaseId,
        /// The row of the table `attachments`.
        attachment: RowId,
        /// Which size.
        size: PictureSize,
    },
    /// Who may be the same child as whom, and the reports of missing children that are here. Answer: [`Reply::Matches`].
    Matches {
        /// One record, about whose child alone is asked; its page then has no list of reports and counts none.
        of: Option<Subject>,
    },
    /// What may be the same child as this case or report, with both sides by name and the reasons. Written in the access log.
    /// Answer: [`Reply::Comparison`].
    Compare {
        /// The case, or the report.
        own: Subject,
    },
    /// Asks the district that has a record for what it says: the request goes with the next exchange. Answer: [`Reply::Done`].
    AskDistrict {
        /// The record that was proposed.
        other: Subject,
    },
    /// Adds a picture of the child to a report. Answer: [`Reply::Saved`].
    AddReportPhoto {
        /// The report.
        report: ReportId,
        /// What the picture shows, in the officer's words.
        caption: String,
        /// The picture file, base64.
        picture: String,
    },
    /// A stored picture of a report. Answer: [`Reply::Picture`].
    ReportPicture {
        /// The report.
        report: ReportId,
        /// The row of its table of attachments.
        attachment: RowId,
        /// Which size.
        size: PictureSize,
    },
    /// Which open reports what somebody typed may be about. That it was looked for is written in the access log, and not
    /// what. Answer: [`Reply::Comparison`].
    FindReports {
        /// What is known of the child.
        about: Box<casework::matching::Report>,
    },
    /// Writes down what this officer decided about a case and a report, or another case; or about two reports. It is a register
    /// of the first like any other, and is not proposed again. Answer: [`Reply::Saved`].
    DecideMatch {
        /// The case, or the report where both are reports.
        own: Subject,
        /// The report, or the other case.
        other: Subject,
        /// What was decided; `None` takes back what was.
        decision: Option<casework::matching::decisions::Decision>,
    },
    /// Reports a missing, sighted or found child. Answer: [`Reply::Reported`].
    ReportChild(NewReport),
    /// Which rules are in force here. Answer: [`Reply::Packs`].
    Packs,
    /// How things stand with the hub. Answer: [`Reply::Sync`].
    SyncStatus,
    /// The access log, and whether its chain holds. Answer: [`Reply::AccessLog`].
    AccessLog,
    /// Tries to reach the hub now. Answer: [`Reply::Done`], at once.
    SyncNow,
    /// Makes the case list, the search and the clocks anew from the documents, which loses nothing. [`Topic::Opening`]
    /// and [`Start::opening`] say how far it is. Answer: [`Reply::Done`], when it is done.
    Rebuild,
    /// Looks the vault over and says what is wrong, if anything. Answer: [`Reply::Doctor`].
    Doctor,
    /// Makes a damaged file of the vault whole again: everything that still reads goes into a new file, and the doctor says
    /// what was lost. [`Topic::Opening`] and [`Start::opening`] say how far it is. Answer: [`Reply::Session`].
    Mend,
    /// Sends a refused change once more. Answer: [`Reply::Done`].
    SendAgain {
        /// The item, from [`SyncView::refused`].
        item: i64,
    },
    /// Asks the district about a refused change and what was refused with it. Answer: [`Reply::Done`].
    Appeal {
        /// The item, from [`SyncView::refused`].
        item: i64,
        /// What is asked for.
        plea: Plea,
    },
    /// Takes refused changes of a record that has left this tablet off the list; they stay at the hub. Answer:
    /// [`Reply::Done`].
    PutAway {
        /// The item, from [`SyncView::refused`].
        item: i64,
    },
    /// Writes a change that was too large, and what stands on it, once more in smaller ones, which go with the next sync.
    /// Answer: [`Reply::Done`]; [`FailureCode::NoSmaller`] where it is one value.
    Split {
        /// The item, from [`SyncView::refused`].
        item: i64,
    },
}

/// What a call answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Done; there is nothing to show.
    Done,
    /// Answers [`Request::Start`].
    Start(Start),
    /// Answers [`Request::ReadQr`].
    EnrolLink(EnrolLink),
    /// Answers [`Request::Enrol`], [`Request::Unlock`], [`Request::RotateKey`] and [`Request::Recover`].
    Session(Session),
    /// Answers [`Request::Drafts`].
    Drafts {
        /// The note begun for each case.
        drafts: BTreeMap<CaseId, String>,
    },
    /// Answers [`Request::AskRecovery`].
    Recovery(RecoveryAsk),
    /// Answers [`Request::ChooseFile`].
    FileChosen {
        /// Its whole path; `None` where none was chosen.
        path: Option<String>,
    },
    /// Answers [`Request::Backup`].
    BackedUp(BackedUp),
    /// Answers [`Request::Restore`].
    Restored(Restored),
    /// Answers [`Request::Watch`].
    Changed(Changed),
    /// Answers [`Request::Cases`].
    Cases(CasePage),
    /// Answers [`Request::OpenCase`].
    CaseOpened {
        /// The new case.
        case: CaseId,
    },
    /// Answers [`Request::Case`].
    Case(Box<CaseView>),
    /// Answers [`Request::Institutions`].
    Institutions(InstitutionPage),
    /// Answers [`Request::Institution`].
    Institution(Box<InstitutionView>),
    /// Answers [`Request::Form`].
    Form(Box<FormView>),
    /// Answers [`Request::Edit`], [`Request::Resolve`] and [`Request::AddPhoto`].
    Saved(Saved),
    /// Answers [`Request::History`].
    History {
        /// Newest first, at most [`HISTORY_PAGE`].
        versions: Vec<VersionView>,
        /// How many are older than these.
        #[serde(default)]
        older: u32,
    },
    /// Answers [`Request::RowHistory`].
    RowHistory {
        /// Newest first, at most [`HISTORY_PAGE`].
        changes: Vec<RowChange>,
        /// How many are older than these.
        #[serde(default)]
        older: u32,
    },
    /// Answers [`Request::File`].
    Filed(Filed),
    /// Answers [`Request::Filed`].
    FiledForm(Box<FiledForm>),
    /// Answers [`Request::Print`].
    Printed(Printed),
    /// Answers [`Request::Reports`].
    Reports {
        /// In the order in which they are offered.
        offers: Vec<ReportOffer>,
    },
    /// Answers [`Request::Report`].
    Report(Box<casework::reports::Report>),
    /// Answers [`Request::GiveOut`].
    GivenOut(GivenOut),
    /// Answers [`Request::AttachedFile`].
    AttachedFile {
        /// Its media type, for a player.
        media_type: String,
        /// The file, base64.
        file: String,
    },
    /// Answers [`Request::Picture`] and [`Request::PaperPage`].
    Picture {
        /// A JPEG file, base64; of a signature, a PNG.
        jpeg: String,
    },
    /// Answers [`Request::Matches`].
    Matches(Box<MatchesPage>),
    /// Answers [`Request::Compare`] and [`Request::FindReports`].
    Comparison(Box<Comparison>),
    /// Answers [`Request::ReportChild`].
    Reported {
        /// The new report.
        report: casework::ReportId,
    },
    /// Answers [`Request::Packs`].
    Packs(PackView),
    /// Answers [`Request::SyncStatus`].
    Sync(Box<SyncView>),
    /// Answers [`Request::Doctor`].
    Doctor(Box<DoctorView>),
    /// Answers [`Request::AccessLog`].
    AccessLog(Box<AccessLogView>),
}
