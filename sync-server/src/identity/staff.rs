//! Staff who administer over HTTP: a passphrase, a one-time code (RFC 6238), and a session of limited life.
//!
//! A wrong name, a wrong passphrase, a wrong code and a code that was used before are answered alike, after the same work.
//! The passphrase costs a guess as much as a tablet's does: Argon2id over 64 MiB, three passes.

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use super::certificate::hex;
use super::{random, sha256};
use crate::hub::Hub;
use crate::storage::{SignedIn, StaffKeys, StaffMember, StaffSession, StorageError, Try};

/// Shortest passphrase that somebody may choose, in characters.
pub const PASSPHRASE_CHARS_MIN: usize = 12;
/// Longest one, in bytes.
pub const PASSPHRASE_BYTES_MAX: usize = 256;
/// How long a session lives at most: a day in an office.
pub const SESSION_MS: i64 = 8 * 3_600_000;
/// How long it lives without being used.
pub const SESSION_IDLE_MS: i64 = 15 * 60_000;
/// Its use is written down no more often than this.
const TOUCH_EVERY_MS: i64 = 60_000;

/// What stretching costs: never less than a tablet's vault.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;

/// As many bytes as RFC 4226 recommends.
const CODE_SECRET_BYTES: usize = 20;
const CODE_DIGITS: u8 = 6;
const CODE_STEP_S: u64 = 30;
/// A telephone's clock may be so many steps off, either way.
const CODE_SKEW_STEPS: u16 = 1;

/// What a made passphrase is spelt with: nothing that is taken for something else. 32 letters, five bits each.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const MADE_GROUPS: usize = 4;
const MADE_GROUP_LETTERS: usize = 5;

/// What somebody is given who is to administer. It is shown once.
pub struct StaffAccess {
    /// A passphrase of a hundred bits.
    pub passphrase: Zeroizing<String>,
    /// The `otpauth` address of the secret, for an app that makes codes.
    pub code_url: Zeroizing<String>,
    /// What the hub keeps of both.
    pub keys: StaffKeys,
}

impl std::fmt::Debug for StaffAccess {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("StaffAccess(…)")
    }
}

/// What came of signing in.
#[derive(Debug)]
pub enum SignIn {
    /// A session, by the token that the browser shows from now on.
    Yes(Zeroizing<String>),
    /// Name, passphrase or code is wrong, or the code was used before.
    No,
    /// There were too many wrong tries: not for so many milliseconds.
    Wait(i64),
}

/// What came of choosing another passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassphraseChange {
    /// It holds from now on, and other sessions have ended.
    Done,
    /// It is too short or too long.
    Weak,
    /// The old one or the code is wrong, or the code was used before.
    No,
    /// There were too many wrong tries: not for so many milliseconds.
    Wait(i64),
}

/// Makes a passphrase and a secret for somebody.
pub fn new_staff_keys(issuer: &str, name: &str) -> StaffAccess {
    let drawn: [u8; MADE_GROUPS * MADE_GROUP_LETTERS] = random();
    let groups: Vec<String> = drawn
        .chunks(MADE_GROUP_LETTERS)
        .map(|group| {
            group
                .iter()
                .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
                .collect()
        })
        .collect();
    let passphrase = Zeroizing::new(groups.join("-"));
    let code_secret = random::<CODE_SECRET_BYTES>().to_vec();
    let keys = StaffKeys {
        passphrase: stretched(&passphrase),
        code_secret,
    };
    // A colon would end the issuer's name in the address.
    let url = codes(&keys.code_secret, &issuer.replace(':', " "), &name.replace(':', " ")).to_url();
    StaffAccess {
        passphrase,
        code_url: Zeroizing::new(url.expect("an account with a name and no colon in it has an address")),
        keys,
    }
}

/// Signs somebody in.
pub fn sign_in(hub: &Hub, name: &str, passphrase: &str, code: &str) -> Result<SignIn, StorageError> {
    let now_ms = hub.clock.now_ms();
    let Some((member, keys)) = hub.storage.staff_named(name)? else {
        // The same work, so that how long it takes says nothing.
        let _ = stretched(passphrase);
        return Ok(SignIn::No);
    };
    let step = match prove(hub, &member, &keys, passphrase, code, now_ms)? {
        Proof::Step(step) => step,
        Proof::No => return Ok(SignIn::No),
        Proof::Wait(ms) => return Ok(SignIn::Wait(ms)),
    };
    let token = new_token();
    let forget_before_ms = now_ms - SESSION_MS;
    match hub
        .storage
        .sign_in(member.id, step, session_hash(&token), now_ms, forget_before_ms)?
    {
        SignedIn::Yes => Ok(SignIn::Yes(token)),
        SignedIn::Replay => {
            hub.storage.note_wrong_try(member.id, now_ms)?;
            Ok(SignIn::No)
        }
    }
}

/// Gives somebody who is signed in the passphrase that they chose. They show the old one and a code once more.
pub fn change_passphrase(
    hub: &Hub,
    member: &StaffMember,
    token: &str,
    (old, code): (&str, &str),
    new: &str,
) -> Result<PassphraseChange, StorageError> {
    if new.chars().count() < PASSPHRASE_CHARS_MIN || new.len() > PASSPHRASE_BYTES_MAX {
        return Ok(PassphraseChange::Weak);
    }
    let now_ms = hub.clock.now_ms();
    let Some((member, keys)) = hub.storage.staff_named(&member.name)? else {
        return Ok(PassphraseChange::No);
    };
    let step = match prove(hub, &member, &keys, old, code, now_ms)? {
        Proof::Step(step) => step,
        Proof::No => return Ok(PassphraseChange::No),
        Proof::Wait(ms) => return Ok(PassphraseChange::Wait(ms)),
    };
    if hub.storage.use_code(member.id, step)? == SignedIn::Replay {
        hub.storage.note_wrong_try(member.id, now_ms)?;
        return Ok(PassphraseChange::No);
    }
    let passphrase = stretched(new);
    hub.storage
        .set_passphrase(member.id, &passphrase, session_hash(token), now_ms)?;
    Ok(PassphraseChange::Done)
}

/// The session of a token, while it lives.
pub fn open_session(hub: &Hub, token: &str) -> Result<Option<StaffSession>, StorageError> {
    let now_ms = hub.clock.now_ms();
    let hash = session_hash(token);
    let Some(session) = hub.storage.staff_session(hash)? else {
        return Ok(None);
    };
    if now_ms - session.began_ms >= SESSION_MS || now_ms - session.seen_ms >= SESSION_IDLE_MS {
        return Ok(None);
    }
    if now_ms - session.seen_ms >= TOUCH_EVERY_MS {
        hub.storage.touch_staff_session(hash, now_ms)?;
    }
    Ok(Some(session))
}

/// Ends the session of a token.
pub fn sign_out(hub: &Hub, token: &str) -> Result<(), StorageError> {
    hub.storage.sign_out(session_hash(token), hub.clock.now_ms())
}

enum Proof {
    /// Right, with a code of this step.
    Step(u64),
    No,
    Wait(i64),
}

/// Whether passphrase and code are this person's. The try is counted before, and the passphrase stretched whatever the code is.
fn prove(
    hub: &Hub,
    member: &StaffMember,
    keys: &StaffKeys,
    passphrase: &str,
    code: &str,
    now_ms: i64,
) -> Result<Proof, StorageError> {
    if let Try::Wait(ms) = hub.storage.begin_try(member.id, now_ms)? {
        return Ok(Proof::Wait(ms));
    }
    let is_right = is_passphrase(&keys.passphrase, passphrase);
    let step = codes(&keys.code_secret, "", "").check(code, seconds(now_ms));
    if let Some(step) = step.filter(|_| is_right) {
        return Ok(Proof::Step(step));
    }
    hub.storage.note_wrong_try(member.id, now_ms)?;
    Ok(Proof::No)
}

fn codes(secret: &[u8], issuer: &str, account: &str) -> Totp {
    let issuer = Some(issuer).filter(|issuer| !issuer.is_empty());
    Builder::new()
        .with_secret(secret)
        .with_digits(CODE_DIGITS)
        .with_step_duration(CODE_STEP_S)
        .with_skew(CODE_SKEW_STEPS)
        .with_issuer(issuer)
        .with_account_name(account)
        .build_noncompliant()
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("these are parameters of Argon2");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// What is kept of a passphrase.
fn stretched(passphrase: &str) -> String {
    let salt = SaltString::encode_b64(&random::<SALT_BYTES>()).expect("16 bytes are a salt");
    let hash = argon2().hash_password(passphrase.as_bytes(), &salt);
    hash.expect("a passphrase of bounded length is stretched").to_string()
}

fn is_passphrase(kept: &str, passphrase: &str) -> bool {
    let kept = PasswordHash::new(kept);
    kept.is_ok_and(|kept| argon2().verify_password(passphrase.as_bytes(), &kept).is_ok())
}

pub(super) fn session_hash(token: &str) -> [u8; 32] {
    sha256(b"vatsalya-staff-session-v1", token.as_bytes())
}

/// What a browser shows from now on.
pub(super) fn new_token() -> Zeroizing<String> {
    Zeroizing::new(hex(&random::<32>()))
}

fn seconds(now_ms: i64) -> u64 {
    u64::try_from(now_ms / 1_000).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B, SHA-1: the last six of its eight digits.
        let codes = codes(b"12345678901234567890", "", "");
        for (time, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(codes.generate(time).to_string(), code);
            assert_eq!(codes.check(code, time), Some(time / CODE_STEP_S));
            assert_eq!(codes.check(code, time + CODE_STEP_S), Some(time / CODE_STEP_S));
            assert_eq!(codes.check(code, time + 2 * CODE_STEP_S), None);
        }
    }

    #[test]
    fn only_the_passphrase_itself_passes_and_it_costs_what_a_vault_does() {
        let kept = stretched("correct horse battery");
        assert!(kept.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"), "{kept}");
        assert!(is_passphrase(&kept, "correct horse battery"));
        assert!(!is_passphrase(&kept, "correct horse batter"));
        assert!(!is_passphrase("", ""));
    }

    #[test]
    fn what_somebody_is_given_is_theirs_and_is_not_printed() {
        let access = new_staff_keys("Vatsalya: Field", "asha");
        let groups: Vec<usize> = access.passphrase.split('-').map(str::len).collect();
        assert_eq!(groups, [MADE_GROUP_LETTERS; MADE_GROUPS]);
        assert!(is_passphrase(&access.keys.passphrase, &access.passphrase));
        assert!(
            access
                .code_url
                .starts_with("otpauth://totp/Vatsalya%20%20Field:asha?secret=")
        );
        let code = Totp::from_url(&*access.code_url).unwrap().generate(59).to_string();
        let codes = codes(&access.keys.code_secret, "", "");
        assert_eq!(codes.check(&code, 59), Some(1));
        let printed = format!("{access:?} {:?}", access.keys);
        assert!(!printed.contains(&*access.passphrase) && !printed.contains("argon2"));
    }
}
