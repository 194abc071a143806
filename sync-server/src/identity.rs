//! Who somebody is: codes, keys, openings, tokens. The only place beside the protocol's frame signing where the hub
//! does cryptography.

mod certificate;
mod elsewhere;
mod enrol;
mod opening;
mod packs;
mod record_key;
mod record_keys;
mod recovery;
mod staff;
mod terms;
mod tries;

pub use certificate::{CertificateError, public_key, record_hash, sign_certificate, verify_certificate};
pub use elsewhere::{Arrival, Back, Departure, Elsewhere, ElsewhereError, FLOW_MS, VALUE_BYTES_MAX, arrive, depart};
pub use enrol::{enrol, make_enrol_code};
pub use opening::{Session, TOKEN_S, accept_opening, token_hash};
pub use packs::pack_key;
pub use record_key::{NotSealedSo, RecordKey, SEALED_MORE_BYTES, Sealed, is_sealed};
pub use record_keys::{RecordKeys, RecordKeysError};
pub use recovery::{Answered, RecoveryError, answer_recovery, check_recipient, make_recovery_identity};
pub use staff::{
    PASSPHRASE_BYTES_MAX, PASSPHRASE_CHARS_MIN, PassphraseChange, SESSION_IDLE_MS, SESSION_MS, SignIn, StaffAccess,
    change_passphrase, new_staff_keys, open_session, sign_in, sign_out,
};
pub use terms::{dismissal, terms};
pub use tries::Tries;

use sha2::{Digest, Sha256};

fn sha256(context: &[u8], bytes: &[u8]) -> [u8; 32] {
    Sha256::new_with_prefix(context).chain_update(bytes).finalize().into()
}

/// Bytes that nobody can guess.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}
