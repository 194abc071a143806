//! The words of the screens: generated from the locale files, and the sentences that need a choice.

use casework::{Compartment, DocumentKind, Invalid, Labels};
use ipc::{Delivery, Failure, FailureCode, NetState, OtherKind};

use crate::time;

/// The sentences of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words(pub Lang);

#[allow(clippy::all, clippy::pedantic, reason = "written by build.rs from the locale files")]
mod generated {
    use super::Words;
    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}

pub use generated::Lang;

impl Lang {
    /// The language with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|lang| lang.code() == code)
    }

    /// The first language of the reader's list that the screens speak, else English.
    pub fn best<'a>(wanted: impl IntoIterator<Item = &'a str>) -> Self {
        let primary = |tag: &'a str| tag.split('-').next().unwrap_or(tag);
        wanted
            .into_iter()
            .find_map(|tag| Self::from_code(primary(tag)))
            .unwrap_or(Self::En)
    }
}

impl Words {
    /// A label of the pack in this language.
    pub fn label(self, labels: &Labels) -> String {
        labels.get(self.0.code()).to_owned()
    }

    /// What a form is called by the law, which counts its forms, and where that is written. A form of our own has no number.
    pub fn form_of(self, form: &str, source: &str) -> String {
        if form.starts_with(|first: char| first.is_ascii_digit()) {
            format!("{} · {source}", self.form_number(form))
        } else {
            source.to_owned()
        }
    }

    /// Several labels, one after the other.
    pub fn labels(self, labels: &[Labels]) -> String {
        labels
            .iter()
            .map(|label| label.get(self.0.code()))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// A month's short name; `month` counts from 1.
    pub fn month(self, month: i8) -> &'static str {
        usize::try_from(month - 1)
            .ok()
            .and_then(|index| self.time_months().get(index).copied())
            .unwrap_or("")
    }

    /// What a compartment of a case, or another kind of document, is called.
    pub fn compartment(self, kind: impl Into<DocumentKind>) -> &'static str {
        match kind.into() {
            DocumentKind::Case(Compartment::Core) => self.compartment_core(),
            DocumentKind::Case(Compartment::Identity) => self.compartment_identity(),
            DocumentKind::Case(Compartment::Care) => self.compartment_care(),
            DocumentKind::Case(Compartment::Legal) => self.compartment_legal(),
            DocumentKind::Missing => self.compartment_missing(),
            DocumentKind::Institution => self.compartment_institution(),
            DocumentKind::Officer => self.compartment_officer(),
        }
    }

    /// What was being done, from the code of an action.
    pub fn action(self, code: &str) -> String {
        if let Some(form) = code.strip_prefix("form ") {
            return self.action_form(form);
        }
        match code {
            "note" => self.action_note(),
            "open" => self.action_open(),
            "enter" => self.action_enter(),
            "photo" => self.action_photo(),
            "recording" => self.action_recording(),
            "paper" => self.action_paper(),
            "signature" => self.action_signature(),
            "task" => self.action_task(),
            "report" => self.action_report(),
            "decide" => self.action_decide(),
            "choose" => self.action_resolve(),
            "" | "edit" => self.action_edit(),
            other => return other.replace('_', " "),
        }
        .to_owned()
    }

    /// What a row of the access log says was done.
    pub fn access_action(self, code: &str) -> String {
        match code {
            "unlocked" => self.access_unlocked(),
            "locked" => self.access_locked(),
            "unlock_failed" => self.access_unlock_failed(),
            "opened" => self.access_opened(),
            "revealed" => self.access_revealed(),
            "history" => self.access_history(),
            "searched" => self.access_searched(),
            "wrote" => self.access_wrote(),
            "saw_picture" => self.access_saw_picture(),
            "printed" => self.access_printed(),
            "exported" => self.access_exported(),
            "refused" => self.access_refused(),
            "destroyed" => self.access_destroyed(),
            "purged" => self.access_purged(),
            "backed_up" => self.access_backed_up(),
            "restored" => self.access_restored(),
            "mended" => self.access_mended(),
            other => return other.replace('_', " "),
        }
        .to_owned()
    }

    /// What a channel of the hub is called; its code where only a newer hub knows it.
    pub fn channel(self, code: &str) -> String {
        match code {
            "vatsalya" => self.channel_vatsalya(),
            "trackchild" => self.channel_trackchild(),
            "khoya-paya" => self.channel_khoya_paya(),
            "carings" => self.channel_carings(),
            "helpline" => self.channel_helpline(),
            other => return other.to_owned(),
        }
        .to_owned()
    }

    /// How far a change has come, in a few words.
    pub fn delivery(self, delivery: &Delivery) -> String {
        match delivery {
            Delivery::OnTablet => self.delivery_on_tablet().to_owned(),
            Delivery::OnServer => self.delivery_on_server().to_owned(),
            Delivery::Accepted { reference, at_ms } => self.delivery_accepted(reference, time::date_time(self, *at_ms)),
            Delivery::Rejected { reason, at_ms } => self.delivery_rejected(time::date_time(self, *at_ms), reason),
            Delivery::Refused { code } => self.delivery_refused(self.refusal(code)),
        }
    }

    /// Why the hub said no, and what to do.
    pub fn refusal(self, code: &str) -> &'static str {
        match code {
            "malformed" => self.refusal_malformed(),
            "too_large" => self.refusal_too_large(),
            "not_permitted" => self.refusal_not_permitted(),
            "wrong_author" => self.refusal_wrong_author(),
            "sequence_gap" | "missing_dependencies" => self.refusal_gap(),
            "fork" => self.refusal_fork(),
            "unknown_document" => self.refusal_unknown_document(),
            "revoked" => self.refusal_revoked(),
            "destroyed" => self.refusal_destroyed(),
            "refused_for_good" => self.refusal_refused_for_good(),
            "bad_signature" => self.refusal_bad_signature(),
            "clock_wrong" => self.refusal_clock_wrong(),
            "replay" => self.refusal_replay(),
            "not_enrolled" => self.refusal_not_enrolled(),
            "schema" => self.refusal_schema(),
            "filing" => self.refusal_filing(),
            "derived" => self.refusal_derived(),
            "unsupported_version" => self.refusal_unsupported_version(),
            "unavailable" | "hub_error" => self.refusal_unavailable(),
            "garbled" => self.refusal_garbled(),
            "pack_unusable" => self.refusal_pack_unusable(),
            "set_aside" => self.refusal_set_aside(),
            "disk_full" => self.failure_disk_full(),
            "storage" => self.failure_storage(),
            "too_many_tries" => self.failure_too_many_tries(),
            "wrong_code" => self.failure_wrong_code(),
            "used_code" => self.failure_used_code(),
            "expired_code" => self.failure_expired_code(),
            "already_here" => self.failure_already_enrolled(),
            _ => self.refusal_unknown(),
        }
    }

    /// How things stand with the hub, as one sentence.
    pub fn net(self, net: &NetState) -> String {
        match net {
            NetState::NotTried => self.net_not_tried().to_owned(),
            NetState::Syncing => self.net_syncing().to_owned(),
            NetState::Reached => self.net_reached().to_owned(),
            NetState::Offline { since_ms } => self.net_offline(time::date_time(self, *since_ms)),
            NetState::Trouble { code, since_ms } => {
                self.net_trouble(time::date_time(self, *since_ms), self.refusal(code))
            }
        }
    }

    /// Why a value cannot stand.
    pub fn invalid(self, invalid: &Invalid) -> String {
        match invalid {
            Invalid::WrongType => self.invalid_wrong_type().to_owned(),
            Invalid::TooLong { max } => self.invalid_too_long(max),
            Invalid::OutOfRange { min, max } => self.out_of_range(*min, *max),
            Invalid::NotADate => self.invalid_not_a_date().to_owned(),
            Invalid::NotAChoice => self.invalid_not_a_choice().to_owned(),
        }
    }

    /// A number that is too small or too large.
    pub fn out_of_range(self, min: Option<i64>, max: Option<i64>) -> String {
        match (min, max) {
            (Some(min), Some(max)) => self.invalid_between(min, max),
            (Some(min), None) => self.invalid_at_least(min),
            (None, Some(max)) => self.invalid_at_most(max),
            (None, None) => self.invalid_wrong_type().to_owned(),
        }
    }

    /// What went wrong and what to do next.
    pub fn failure(self, failure: &Failure, now_ms: i64) -> String {
        let wait = |until_ms: i64| time::countdown(self, until_ms - now_ms);
        match &failure.code {
            FailureCode::Locked => self.failure_locked(),
            // From the last free try on, what comes after the last of all matters most.
            FailureCode::WrongPassphrase { erased_after: 1, .. } => self.failure_wrong_passphrase_last(),
            FailureCode::WrongPassphrase {
                wait_until_ms: Some(until),
                erased_after,
                ..
            } => {
                return self.failure_wrong_passphrase_wait(u64::from(*erased_after), wait(*until));
            }
            FailureCode::WrongPassphrase {
                tries_left: Some(n), ..
            } => {
                return self.failure_wrong_passphrase_left(u64::from(*n));
            }
            FailureCode::WrongPassphrase { .. } => self.failure_wrong_passphrase(),
            FailureCode::Wait { until_ms } => return self.failure_wait(wait(*until_ms)),
            FailureCode::WeakPassphrase { chars_min } => return self.failure_weak_passphrase(chars_min),
            FailureCode::Erased => self.failure_erased(),
            FailureCode::WeakPin { digits_min: None } => self.failure_weak_pin_no_keystore(),
            FailureCode::WeakPin { digits_min: Some(min) } => return self.failure_weak_pin(min),
            FailureCode::NoPlatformSecret => self.failure_no_platform_secret(),
            FailureCode::Weakened => self.failure_weakened(),
            FailureCode::NotSealed => self.failure_not_sealed(),
            FailureCode::OtherAnswer => self.failure_other_answer(),
            FailureCode::NotAnsweredYet => self.failure_not_answered_yet(),
            FailureCode::HubFirst => self.failure_hub_first(),
            FailureCode::NoSuchUser => self.failure_no_such_user(),
            FailureCode::AlreadyEnrolled => self.failure_already_enrolled(),
            FailureCode::BadAddress => self.failure_bad_address(),
            FailureCode::MistypedCode => self.failure_mistyped_code(),
            FailureCode::WrongCode => self.failure_wrong_code(),
            FailureCode::UsedCode => self.failure_used_code(),
            FailureCode::ExpiredCode => self.failure_expired_code(),
            FailureCode::TooManyTries => self.failure_too_many_tries(),
            FailureCode::Unreachable => self.failure_unreachable(),
            FailureCode::Garbled => self.failure_garbled(),
            FailureCode::NoQrCode => self.failure_no_qr_code(),
            FailureCode::NotAPicture => self.failure_not_a_picture(),
            FailureCode::OtherKind { kind } => return self.other_kind(*kind),
            FailureCode::PictureTooLarge { bytes_max } => {
                return self.failure_picture_too_large(time::bytes(self, *bytes_max as u64));
            }
            FailureCode::NotARecording => self.failure_not_a_recording(),
            FailureCode::RecordingTooLong { minutes_max } => return self.failure_recording_too_long(minutes_max),
            FailureCode::NotAPaper => self.failure_not_a_paper(),
            FailureCode::ActivePaper => self.failure_active_paper(),
            FailureCode::EncryptedPaper => self.failure_encrypted_paper(),
            FailureCode::TooManyPages { pages_max } => return self.failure_too_many_pages(pages_max),
            FailureCode::PageNotShown => self.failure_page_not_shown(),
            FailureCode::NothingInIt => self.failure_nothing_in_it(),
            FailureCode::StrokesTooMany => self.failure_strokes_too_many(),
            FailureCode::FileTooLarge { bytes_max } => {
                return self.failure_file_too_large(time::bytes(self, *bytes_max as u64));
            }
            FailureCode::NotHereYet => self.failure_not_here_yet(),
            FailureCode::NoSuchCase => self.failure_no_such_case(),
            FailureCode::CaseOnItsWay => self.failure_case_on_its_way(),
            FailureCode::NoSuchInstitution => self.failure_no_such_institution(),
            FailureCode::NoSuchReport => self.failure_no_such_report(),
            FailureCode::NoSuchItem => self.failure_no_such_item(),
            FailureCode::NotPermitted => self.failure_not_permitted(),
            FailureCode::InvalidValue { invalid, .. } => return self.invalid(invalid),
            FailureCode::ReasonNeeded { form, .. } => return self.failure_reason_needed(form),
            FailureCode::ReasonTooLong { chars_max } => return self.failure_reason_too_long(chars_max),
            FailureCode::NotFiled => self.failure_not_filed(),
            FailureCode::NoSmaller => self.failure_no_smaller(),
            FailureCode::NotFiledSo => self.failure_not_filed_so(),
            FailureCode::BadCall => self.failure_bad_call(),
            FailureCode::DiskFull => self.failure_disk_full(),
            FailureCode::Storage => self.failure_storage(),
            FailureCode::OpenElsewhere => self.failure_open_elsewhere(),
            FailureCode::DamagedFile => self.failure_damaged_file(),
            FailureCode::BackupPlace => self.failure_backup_place(),
            FailureCode::BackupFile => self.failure_backup_file(),
            FailureCode::NoLetter { script } if script == "Common" => self.failure_no_sign(),
            FailureCode::NoLetter { script } => return self.failure_no_letter(script.replace('_', " ")),
            FailureCode::NoFonts => self.failure_no_fonts(),
            FailureCode::PaperTooLong => self.failure_paper_too_long(),
            FailureCode::PaperPlace => self.failure_paper_place(),
            FailureCode::PaperFile => self.failure_paper_file(),
            FailureCode::NotABackup => self.failure_not_a_backup(),
            FailureCode::BackupDamaged => self.failure_backup_damaged(),
            FailureCode::NewerBackup => self.failure_newer_backup(),
            FailureCode::BackupPassphrase => self.failure_backup_passphrase(),
            FailureCode::BackupOfAnother => self.failure_backup_of_another(),
            FailureCode::NewerVault => self.failure_newer_vault(),
            FailureCode::ReadOnly => self.failure_read_only(),
            FailureCode::DamagedDocument => self.failure_damaged_document(),
            FailureCode::Fault => self.failure_fault(),
        }
        .to_owned()
    }
}

impl Words {
    /// What a file is that is no picture here, and what to do instead.
    fn other_kind(self, kind: OtherKind) -> String {
        let name = match kind {
            OtherKind::Heic => return self.failure_other_kind_camera("HEIC"),
            OtherKind::Avif => return self.failure_other_kind_camera("AVIF"),
            OtherKind::Recording => return self.failure_other_kind_recording().to_owned(),
            OtherKind::Gif => "GIF",
            OtherKind::Bmp => "BMP",
            OtherKind::Tiff => "TIFF",
            OtherKind::JpegXl => "JPEG XL",
            OtherKind::Svg => "SVG",
            OtherKind::Pdf => "PDF",
        };
        self.failure_other_kind(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readers_first_language_that_we_speak_is_chosen() {
        assert_eq!(Lang::best(["ta-IN", "hi-IN", "en"]), Lang::Hi);
        assert_eq!(Lang::best(["fr"]), Lang::En);
        assert_eq!(Lang::best([]), Lang::En);
    }

    #[test]
    fn plurals_follow_each_language() {
        let (en, hi) = (Words(Lang::En), Words(Lang::Hi));
        assert_eq!(en.strip_waiting(1), "1 change waits");
        assert_eq!(en.strip_waiting(0), "0 changes wait");
        assert_ne!(hi.strip_waiting(0), hi.strip_waiting(2));
    }

    #[test]
    fn a_wrong_passphrase_says_how_long_to_wait() {
        let failure = FailureCode::WrongPassphrase {
            tries_left: None,
            wait_until_ms: Some(95_000),
            erased_after: 4,
        }
        .into();
        let said = Words(Lang::En).failure(&failure, 5_000);
        assert!(said.contains("1 min 30 s") && said.contains("4 tries"), "{said}");
        let last = FailureCode::WrongPassphrase {
            tries_left: None,
            wait_until_ms: Some(95_000),
            erased_after: 1,
        };
        let said = Words(Lang::En).failure(&last.into(), 5_000);
        assert!(
            said.contains("One try is left before the key on this tablet is erased"),
            "{said}"
        );
    }

    #[test]
    fn every_refusal_of_the_hub_and_every_trouble_of_the_device_has_a_sentence() {
        const CODES: &str = "malformed too_large not_permitted wrong_author \
            sequence_gap missing_dependencies fork unknown_document revoked destroyed refused_for_good \
            bad_signature clock_wrong replay not_enrolled schema filing derived unsupported_version unavailable \
            wrong_code used_code expired_code too_many_tries already_here \
            garbled hub_error set_aside pack_unusable disk_full storage";
        for words in [Words(Lang::En), Words(Lang::Hi)] {
            for code in CODES.split_whitespace() {
                assert_ne!(words.refusal(code), words.refusal_unknown(), "{code}");
            }
        }
        let words = Words(Lang::En);
        assert_eq!(words.refusal("a_reason_of_a_newer_hub"), words.refusal_unknown());
    }
}
