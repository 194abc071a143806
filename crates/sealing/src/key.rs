//! To a public key: small things, in memory.

use std::{
    fmt,
    io::{self, Read as _},
    iter,
    panic::{AssertUnwindSafe, catch_unwind},
    str::FromStr,
};

use age::{DecryptError, secrecy::ExposeSecret as _, x25519};
use zeroize::Zeroizing;

/// The most that can be sealed to a key.
pub const SEALED_BYTES_MAX: usize = 64 * 1024;
/// A header with a few dozen recipients, the nonce and the seal of the only chunk.
const AROUND_BYTES_MAX: usize = 8 * 1024;

/// Why something is not sealed, or a sealed file not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealingError {
    /// More than [`SEALED_BYTES_MAX`].
    #[error("too much to seal")]
    TooLarge,
    /// No X25519 recipient or identity of age.
    #[error("this is no age key")]
    NotAKey,
    /// No sealed file of this format, or one that was cut off.
    #[error("this is no sealed file")]
    Malformed,
    /// Sealed to somebody else, or changed.
    #[error("this identity does not open it")]
    NotForThis,
}

/// Whom something is sealed to. Text: `age1…`.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient(x25519::Recipient);

/// What opens it. Text: `AGE-SECRET-KEY-1…`. Wiped from memory when dropped.
#[derive(Clone)]
pub struct Identity(x25519::Identity);

impl fmt::Display for Recipient {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Recipient({self})")
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Identity(…)")
    }
}

impl FromStr for Recipient {
    type Err = SealingError;

    fn from_str(text: &str) -> Result<Self, SealingError> {
        text.parse().map(Self).map_err(|_| SealingError::NotAKey)
    }
}

impl FromStr for Identity {
    type Err = SealingError;

    fn from_str(text: &str) -> Result<Self, SealingError> {
        text.parse().map(Self).map_err(|_| SealingError::NotAKey)
    }
}

impl Identity {
    /// A new one.
    pub fn generate() -> Self {
        Self(x25519::Identity::generate())
    }

    /// Whom to seal to.
    pub fn recipient(&self) -> Recipient {
        Recipient(self.0.to_public())
    }

    /// The text of an identity file's last line.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.to_string().expose_secret().to_owned())
    }

    /// What was sealed to this identity.
    pub fn open(&self, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealingError> {
        if file.len() > SEALED_BYTES_MAX + AROUND_BYTES_MAX {
            return Err(SealingError::TooLarge);
        }
        let sealed = age::Decryptor::new_buffered(file).map_err(|error| of(&error))?;
        let opened = sealed.decrypt(iter::once(&self.0 as &dyn age::Identity));
        let mut opened = opened.map_err(|error| of(&error))?;
        // Never grown, so that nothing is left behind in memory where it was before.
        let mut plain = Zeroizing::new(Vec::with_capacity(file.len()));
        match opened.read_to_end(&mut plain) {
            Ok(_) => Ok(plain),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(SealingError::Malformed),
            Err(_) => Err(SealingError::NotForThis),
        }
    }
}

/// Seals to a recipient.
pub fn seal(to: &Recipient, plain: &[u8]) -> Result<Vec<u8>, SealingError> {
    if plain.len() > SEALED_BYTES_MAX {
        return Err(SealingError::TooLarge);
    }
    // For the few points that give the same secret to everybody, `age` panics.
    let sealed = catch_unwind(AssertUnwindSafe(|| age::encrypt(&to.0, plain)));
    sealed.ok().and_then(Result::ok).ok_or(SealingError::NotAKey)
}

fn of(error: &DecryptError) -> SealingError {
    match error {
        DecryptError::NoMatchingKeys
        | DecryptError::DecryptionFailed
        | DecryptError::KeyDecryptionFailed
        | DecryptError::InvalidMac => SealingError::NotForThis,
        _ => SealingError::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_identity_only() {
        let district = Identity::generate();
        let sealed = seal(&district.recipient(), b"a key").unwrap();
        assert_eq!(district.open(&sealed).unwrap().as_slice(), b"a key");
        let other = Identity::generate();
        assert_eq!(other.open(&sealed), Err(SealingError::NotForThis));
        assert!(!sealed.windows(5).any(|bytes| bytes == b"a key"));
    }

    #[test]
    fn too_much_is_neither_sealed_nor_opened() {
        let district = Identity::generate();
        let large = vec![0; SEALED_BYTES_MAX + 1];
        assert_eq!(seal(&district.recipient(), &large), Err(SealingError::TooLarge));
        let most = seal(&district.recipient(), &large[1..]).unwrap();
        assert_eq!(district.open(&most).unwrap().len(), SEALED_BYTES_MAX);
        let long = vec![b'a'; SEALED_BYTES_MAX + AROUND_BYTES_MAX + 1];
        assert_eq!(district.open(&long), Err(SealingError::TooLarge));
    }

    #[test]
    fn a_byte_changed_anywhere_is_found_and_so_is_a_cut() {
        let district = Identity::generate();
        let sealed = seal(&district.recipient(), b"a key").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(district.open(&changed).is_err(), "byte {at}");
            assert!(district.open(&sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn keys_survive_their_text_and_a_slip_of_the_pen_is_found() {
        let identity = Identity::generate();
        let text = identity.to_text();
        assert!(text.starts_with("AGE-SECRET-KEY-1"));
        let again = Identity::from_str(&text).unwrap();
        assert_eq!(again.recipient(), identity.recipient());
        let recipient = identity.recipient().to_string();
        assert_eq!(Recipient::from_str(&recipient), Ok(identity.recipient()));
        for at in 4..recipient.len() {
            let mut slip = recipient.clone().into_bytes();
            slip[at] = if slip[at] == b'q' { b'p' } else { b'q' };
            let slip = String::from_utf8(slip).unwrap();
            assert_eq!(Recipient::from_str(&slip), Err(SealingError::NotAKey), "letter {at}");
        }
        for none in ["", "age1", "age1nonsense", &text] {
            assert_eq!(Recipient::from_str(none), Err(SealingError::NotAKey));
        }
        assert!(Identity::from_str(&recipient).is_err());
        assert!(!format!("{identity:?}").contains("AGE-SECRET"));
    }

    #[test]
    fn a_recipient_whose_secret_everybody_knows_is_none() {
        // Thirty-two zeroes: whatever it is multiplied with, the product is zero.
        let nobody = Recipient::from_str("age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z").unwrap();
        assert_eq!(seal(&nobody, b"a key"), Err(SealingError::NotAKey));
    }
}
