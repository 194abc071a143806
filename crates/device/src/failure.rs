//! From what went wrong inside to the code the screen has a sentence for.

use ipc::{Failure, FailureCode};

use crate::{documents::DocumentError, session::Ended, store::StoreError, sync::TransportError, vault::VaultError};

/// A failure of the device's own calls, until it leaves as [`ipc::Failure`].
#[derive(Debug)]
pub(crate) struct Failed(pub(crate) FailureCode);

pub(crate) type Answer<T> = Result<T, Failed>;

impl From<FailureCode> for Failed {
    fn from(code: FailureCode) -> Self {
        Self(code)
    }
}

impl From<Failed> for Failure {
    fn from(failed: Failed) -> Self {
        failed.0.into()
    }
}

impl From<Ended> for Failed {
    fn from(_: Ended) -> Self {
        Self(FailureCode::Locked)
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self(match error {
            StoreError::DiskFull => FailureCode::DiskFull,
            StoreError::NewerSchema(_) => FailureCode::ReadOnly,
            StoreError::Closed => FailureCode::Locked,
            // The key of a vault was unwrapped under its own seal: where it does not open the file, that is damaged.
            StoreError::WrongKey | StoreError::Damaged => FailureCode::DamagedFile,
            StoreError::Row(_) | StoreError::Sqlite(_) => FailureCode::Storage,
        })
    }
}

impl From<DocumentError> for Failed {
    fn from(error: DocumentError) -> Self {
        Self(match error {
            DocumentError::Store(error) => return error.into(),
            DocumentError::Damaged => FailureCode::DamagedDocument,
            DocumentError::Leaving => FailureCode::NoSuchCase,
            DocumentError::TooLarge => FailureCode::InvalidValue {
                fact: None,
                invalid: casework::Invalid::TooLong {
                    max: casework::TEXT_CHARS_MAX,
                },
            },
            DocumentError::Edit(casefile::EditError::NoSuchRow) => FailureCode::NoSuchItem,
            DocumentError::Edit(casefile::EditError::SetInCell | casefile::EditError::Document) => FailureCode::Fault,
        })
    }
}

impl From<TransportError> for Failed {
    fn from(error: TransportError) -> Self {
        Self(match error {
            TransportError::Unreachable => FailureCode::Unreachable,
            TransportError::Garbled | TransportError::Status(_) => FailureCode::Garbled,
        })
    }
}

impl Failed {
    /// A failure of the vault, with the moments the screen counts down to.
    pub(crate) fn of_vault(error: &VaultError, now_ms: i64) -> Self {
        Self(match error {
            VaultError::PassphraseLength => FailureCode::WeakPassphrase {
                chars_min: ipc::PASSPHRASE_CHARS_MIN,
            },
            VaultError::WeakPin { keystore } => FailureCode::WeakPin {
                digits_min: keystore.then_some(ipc::PIN_DIGITS_MIN),
            },
            VaultError::Erased => FailureCode::Erased,
            VaultError::NoPlatformSecret => FailureCode::NoPlatformSecret,
            VaultError::Weakened => FailureCode::Weakened,
            VaultError::NotSealed => FailureCode::NotSealed,
            VaultError::OtherAnswer => FailureCode::OtherAnswer,
            VaultError::WrongPassphrase {
                tries_left,
                erased_after,
                wait_ms,
            } => FailureCode::WrongPassphrase {
                erased_after: *erased_after,
                tries_left: (*tries_left > 0).then_some(*tries_left),
                wait_until_ms: (*wait_ms > 0).then_some(now_ms + wait_ms),
            },
            VaultError::MustWait { wait_ms } => FailureCode::Wait {
                until_ms: now_ms + wait_ms,
            },
            VaultError::Newer => FailureCode::NewerVault,
            VaultError::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => FailureCode::DiskFull,
            VaultError::InUse => FailureCode::OpenElsewhere,
            VaultError::KeyFile(_) | VaultError::Recovery(_) | VaultError::Io(_) => FailureCode::Storage,
        })
    }
}
