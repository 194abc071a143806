//! What can go wrong, as codes; the screen has a sentence for each, with what to do next.

use casework::{FactId, Invalid, RowId};
use serde::{Deserialize, Serialize};

/// A call that could not be answered. Nothing that was saved is lost by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What went wrong.
    pub code: FailureCode,
}

impl From<FailureCode> for Failure {
    fn from(code: FailureCode) -> Self {
        Self { code }
    }
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// No vault is open.
    Locked,
    /// Not the passphrase.
    WrongPassphrase {
        /// Tries left before waiting begins; `None` once it has.
        tries_left: Option<u32>,
        /// Until when the next try must wait.
        wait_until_ms: Option<i64>,
        /// Wrong tries left before the key on this tablet is erased.
        erased_after: u32,
    },
    /// The key was erased after too many wrong tries. Nothing is lost: the district can open the vault.
    Erased,
    /// Too many wrong tries; wait.
    Wait {
        /// Until when.
        until_ms: i64,
    },
    /// The passphrase is too short.
    WeakPassphrase {
        /// Fewest characters.
        chars_min: usize,
    },
    /// Digits alone are not strong enough here.
    WeakPin {
        /// Fewest digits, where a PIN is enough at all: where the platform has a keystore.
        digits_min: Option<usize>,
    },
    /// The vault needs a secret of this tablet's keystore, which is not there.
    NoPlatformSecret,
    /// Somebody has weakened the key file: it asks for less work than any that this app wrote.
    Weakened,
    /// The vault is not sealed to the district, so that nobody can open it there.
    NotSealed,
    /// The answer is not one to this tablet's request.
    OtherAnswer,
    /// The district has not answered yet.
    NotAnsweredYet,
    /// The hub must be reached first: the time for working without it has passed.
    HubFirst,
    /// No such user on this tablet.
    NoSuchUser,
    /// This user already has a vault on this tablet.
    AlreadyEnrolled,
    /// The hub's address is no address, or plain `http` to another machine.
    BadAddress,
    /// The code has a slip of the pen: its check character does not fit.
    MistypedCode,
    /// The hub does not know the code.
    WrongCode,
    /// The code was used before.
    UsedCode,
    /// The code is too old.
    ExpiredCode,
    /// Too many wrong codes; wait.
    TooManyTries,
    /// The hub could not be reached.
    Unreachable,
    /// The hub answered something that cannot be read.
    Garbled,
    /// The picture holds no enrolment code.
    NoQrCode,
    /// The file is no picture this app can read.
    NotAPicture,
    /// The file is of a kind that is known, and that this app does not read as a picture.
    OtherKind {
        /// Which.
        kind: OtherKind,
    },
    /// The picture is too large.
    PictureTooLarge {
        /// Most bytes.
        bytes_max: usize,
    },
    /// The file is no recording that can be read, or not of Opus.
    NotARecording,
    /// The recording is longer than one may be.
    RecordingTooLong {
        /// Most minutes.
        minutes_max: u32,
    },
    /// The file is no PDF, or damaged.
    NotAPaper,
    /// A paper with a program, or with other files, in it.
    ActivePaper,
    /// A paper under a password.
    EncryptedPaper,
    /// A paper of more pages than one may have.
    TooManyPages {
        /// Most pages.
        pages_max: u32,
    },
    /// The page is no scan, or of a kind that this app does not show.
    PageNotShown,
    /// A recording without sound in it, or a signature without a stroke.
    NothingInIt,
    /// The signature is no signature: too many strokes or points, or points outside.
    StrokesTooMany,
    /// The file is too large to be kept.
    FileTooLarge {
        /// Most bytes.
        bytes_max: usize,
    },
    /// The picture or file is not on this tablet yet.
    NotHereYet,
    /// There is no such case on this tablet.
    NoSuchCase,
    /// The hub has named the case, and its documents are still to come.
    CaseOnItsWay,
    /// There is no such institution on this tablet.
    NoSuchInstitution,
    /// There is no such report of a missing child on this tablet.
    NoSuchReport,
    /// There is no such form, fact, table, row or column.
    NoSuchItem,
    /// The officer's role may not do this.
    NotPermitted,
    /// A value the dictionary does not allow.
    InvalidValue {
        /// The fact, where it is one.
        fact: Option<FactId>,
        /// Why.
        invalid: Invalid,
    },
    /// The form was signed or sent: a change to it needs a reason ([`crate::Request::Edit`]).
    ReasonNeeded {
        /// The form.
        form: String,
        /// The newest filing, for [`crate::Request::Filed`].
        filing: RowId,
    },
    /// The reason is longer than a reason may be.
    ReasonTooLong {
        /// Most characters.
        chars_max: usize,
    },
    /// A form that was not filed, or was begun anew already, is not begun anew.
    NotFiled,
    /// What is too large is one value: nothing smaller can be made of it.
    NoSmaller,
    /// This form is not filed in this way: it is signed or sent or has no second signature.
    NotFiledSo,
    /// The call itself cannot be read.
    BadCall,
    /// The disk is full; nothing was written.
    DiskFull,
    /// The vault cannot be read or written.
    Storage,
    /// The vault is open in another window of the app: two would not see each other's edits.
    OpenElsewhere,
    /// A part of the vault's file is damaged. [`crate::Request::Mend`] makes it whole again, as far as it can be read.
    DamagedFile,
    /// No file can be made there: the path is not whole, its folder is not there or is the app's own, or there is a
    /// file of this name.
    BackupPlace,
    /// The file of a backup cannot be found, read or written.
    BackupFile,
    /// A paper has a letter that no font here can draw. Nothing was printed.
    NoLetter {
        /// The letter's script, by its name in Unicode; `Common` for signs and pictures that no script owns.
        script: String,
    },
    /// The fonts that papers are set in are not on this tablet, or damaged.
    NoFonts,
    /// There is too much on the form for one paper.
    PaperTooLong,
    /// No paper can be made there: the path is not whole, its folder is not there or is the app's own, or there is a file of
    /// this name.
    PaperPlace,
    /// The file of a paper cannot be written.
    PaperFile,
    /// The file is no backup.
    NotABackup,
    /// The backup is damaged or cut off; nothing of it was brought back.
    BackupDamaged,
    /// The backup was made by a newer app.
    NewerBackup,
    /// Not the passphrase of the backup.
    BackupPassphrase,
    /// The backup is of another officer.
    BackupOfAnother,
    /// The vault was made by a newer app.
    NewerVault,
    /// The vault was made by a newer app: it is open to be read ([`crate::Session::read_only`]), and nothing is written.
    ReadOnly,
    /// A document is damaged and was set aside.
    DamagedDocument,
    /// A fault in the app; nothing that was saved is lost.
    Fault,
}

/// A kind of file that is told by its content and not read as a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OtherKind {
    /// What iPhones take unless told otherwise.
    Heic,
    /// The like, without its patents.
    Avif,
    /// A GIF, moving or not.
    Gif,
    /// A bitmap of Windows.
    Bmp,
    /// What scanners write, and cameras as their raw pictures.
    Tiff,
    /// JPEG XL.
    JpegXl,
    /// A drawing, which is a program for drawing.
    Svg,
    /// A paper.
    Pdf,
    /// A film or a recording.
    Recording,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_a_code_or_a_code_with_details() {
        for (code, written) in [
            (FailureCode::Locked, r#"{"code":"locked"}"#),
            (FailureCode::Wait { until_ms: 5 }, r#"{"code":{"wait":{"until_ms":5}}}"#),
        ] {
            let failure = Failure::from(code);
            let json = serde_json::to_string(&failure).unwrap();
            assert_eq!(json, written);
            assert_eq!(serde_json::from_str::<Failure>(&json).unwrap(), failure);
        }
    }
}
