//! What was done, by whom, in a chain that shows when a row is missing.

use protocol::{AuthorId, DocumentId, UserId};

use super::Result;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// A district was added.
    AddDistrict,
    /// A user was added.
    AddUser,
    /// A district was given another name.
    RenameDistrict,
    /// A user was given another role.
    SetRole,
    /// A user was given another name.
    RenameUser,
    /// A user went to another district: the detail is who they are there.
    MoveUser,
    /// An institution was added.
    AddInstitution,
    /// An enrolment code was made.
    MakeCode,
    /// Enrolment codes of a user that nobody had used were taken back.
    DropCodes,
    /// A device became an author.
    Enrol,
    /// An author was shut out.
    RevokeAuthor,
    /// A case was begun.
    OpenCase,
    /// A case was given to a user.
    Assign,
    /// A case was taken from a user.
    Unassign,
    /// A roster of duty was written.
    SetRoster,
    /// Somebody looked at what a refused post says.
    LookAtPost,
    /// A refused post was forgotten.
    ForgetPost,
    /// No record is to begin with a post; the detail says which, and why.
    PutPostAside,
    /// Changes of one document were taken, under numbers of the log that follow each other.
    Accept,
    /// A change was refused.
    Refuse,
    /// An author destroyed its copy of a document.
    Destroy,
    /// A channel answered.
    Receipt,
    /// An author's access log does not hold together: a row does not follow from the one before, or came twice and
    /// different.
    BrokenAccessLog,
    /// A pack was published.
    PublishPack,
    /// Somebody asked for a record of another district by its id.
    AskRecord,
    /// Weights were made of what people decided about matches.
    TeachMatching,
    /// A district set how long a vault opens without the hub.
    SetLease,
    /// A district set the key that devices seal theirs to.
    SetRecovery,
    /// A device asked the district to open its vault.
    AskRecovery,
    /// The district opened it.
    AnswerRecovery,
    /// The district did not.
    RefuseRecovery,
    /// A shut-out author's device said that it destroys keys and files.
    DestroyDevice,
    /// A record was destroyed by law.
    DestroyRecord,
    /// A channel answered that a destroyed record is taken back.
    Retracted,
    /// An officer asked the district about refused words.
    Appeal,
    /// The district decided about them.
    DecideAppeal,
    /// Somebody looked at what a refused upload says, for the purpose in the detail.
    LookAtRefused,
    /// A refused upload was judged again and taken.
    Release,
    /// A refused upload was refused for good, and its bytes are gone.
    RefuseForGood,
    /// A copy of everything was made.
    BackUp,
    /// The hub went back to a copy; the detail says when that was made.
    Restore,
    /// The logs began a new life: devices send again what may be missing.
    NewEpoch,
    /// The audit was written out.
    ExportAudit,
    /// Changes that nobody reads any more were taken out of a log into an archive.
    Archive,
    /// Some were put back.
    PutBack,
    /// Somebody was given the administration of a district, or of all, over HTTP.
    AddStaff,
    /// They were given a new passphrase and a new secret for codes.
    RenewStaff,
    /// They chose another passphrase.
    SetPassphrase,
    /// They were shut out.
    ShutOutStaff,
    /// They were linked with somebody whom a provider of sign-in elsewhere knows.
    LinkStaff,
    /// They are so no more.
    UnlinkStaff,
    /// They signed in; the detail says by which provider, where it was elsewhere.
    SignIn,
    /// Somebody tried to sign in as them, with a wrong passphrase or code; or a provider, which the detail names, let somebody in
    /// whom nobody has linked.
    WrongSignIn,
    /// They signed out.
    SignOut,
    /// They asked over HTTP for something to be done or shown: the detail says what. What came of it has a row behind this one.
    Administer,
}

impl Deed {
    /// The word that is kept.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AddDistrict => "add-district",
            Self::AddUser => "add-user",
            Self::RenameDistrict => "rename-district",
            Self::SetRole => "set-role",
            Self::RenameUser => "rename-user",
            Self::MoveUser => "move-user",
            Self::AddInstitution => "add-institution",
            Self::MakeCode => "make-code",
            Self::DropCodes => "drop-codes",
            Self::Enrol => "enrol",
            Self::RevokeAuthor => "revoke-author",
            Self::OpenCase => "open-case",
            Self::Assign => "assign",
            Self::Unassign => "unassign",
            Self::SetRoster => "set-roster",
            Self::LookAtPost => "look-at-post",
            Self::ForgetPost => "forget-post",
            Self::PutPostAside => "put-post-aside",
            Self::Accept => "accept",
            Self::Refuse => "refuse",
            Self::Destroy => "destroy",
            Self::Receipt => "receipt",
            Self::BrokenAccessLog => "broken-access-log",
            Self::PublishPack => "publish-pack",
            Self::AskRecord => "ask-record",
            Self::TeachMatching => "teach-matching",
            Self::SetLease => "set-lease",
            Self::SetRecovery => "set-recovery",
            Self::AskRecovery => "ask-recovery",
            Self::AnswerRecovery => "answer-recovery",
            Self::RefuseRecovery => "refuse-recovery",
            Self::DestroyDevice => "destroy-device",
            Self::DestroyRecord => "destroy-record",
            Self::Retracted => "retracted",
            Self::Appeal => "appeal",
            Self::DecideAppeal => "decide-appeal",
            Self::LookAtRefused => "look-at-refused",
            Self::Release => "release",
            Self::RefuseForGood => "refuse-for-good",
            Self::BackUp => "back-up",
            Self::Restore => "restore",
            Self::NewEpoch => "new-epoch",
            Self::ExportAudit => "export-audit",
            Self::Archive => "archive",
            Self::PutBack => "put-back",
            Self::AddStaff => "add-staff",
            Self::RenewStaff => "renew-staff",
            Self::SetPassphrase => "set-passphrase",
            Self::ShutOutStaff => "shut-out-staff",
            Self::LinkStaff => "link-staff",
            Self::UnlinkStaff => "unlink-staff",
            Self::SignIn => "sign-in",
            Self::WrongSignIn => "wrong-sign-in",
            Self::SignOut => "sign-out",
            Self::Administer => "administer",
        }
    }
}

/// A row of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number.
    pub id: i64,
    /// When.
    pub at_ms: i64,
    /// The word of a [`Deed`].
    pub deed: String,
    /// The user or the member of staff it was done by or to.
    pub user: Option<UserId>,
    /// The author it was done by or to.
    pub author: Option<AuthorId>,
    /// The document it was done to.
    pub document: Option<DocumentId>,
    /// A code, a number, or the first and the last of several (`7-12`); never what is in a document.
    pub detail: String,
    /// The hash that binds it to all rows before it.
    pub chain: [u8; 32],
}

/// Reading the audit. It is written together with what it tells of.
pub trait Audit {
    /// The last rows, oldest first.
    fn audit_rows(&self, limit: u32) -> Result<Vec<AuditRow>>;

    /// The rows behind this number, in their order.
    fn audit_rows_after(&self, after: i64, limit: u32) -> Result<Vec<AuditRow>>;

    /// Writes a row about a deed that changes nothing else in the database.
    fn note(&self, deed: Deed, detail: &str, now_ms: i64) -> Result<()>;

    /// The number of the first row that does not follow from those before it; `None` where the chain holds.
    fn broken_audit_row(&self) -> Result<Option<i64>>;
}
