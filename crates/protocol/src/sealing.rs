//! Sealing to a public key in the age format (`age-encryption.org/v1`), as far as it is needed here: one X25519
//! recipient, and at most [`CHUNK_BYTES`] of plain text, which is one chunk.
//!
//! The identity is what the tools `age` and `rage` make and read, and what is sealed here they open; the files in
//! `golden/age` were written by one of them. The format is theirs (`age-encryption.org/v1`); in short:
//!
//! ```text
//! age-encryption.org/v1
//! -> X25519 base64(share)          share  = X25519(ephemeral, base point)
//! base64(ChaCha20-Poly1305(HKDF-SHA256(X25519(ephemeral, recipient), share | recipient, "…/v1/X25519"), file key))
//! --- base64(HMAC-SHA256(HKDF(file key, "", "header"), everything up to and with "---"))
//! nonce, 16 bytes | ChaCha20-Poly1305(HKDF(file key, nonce, "payload"), 0^11 | 1, plain text)
//! ```
//!
//! This crate makes no randomness: whoever seals hands in 64 bytes that nobody can guess.

use std::fmt;
use std::str::FromStr;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use curve25519_dalek::MontgomeryPoint;
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The most that can be sealed.
pub const CHUNK_BYTES: usize = 64 * 1024;
/// A file with more stanzas, or longer ones, is not one that this page describes.
const HEADER_BYTES_MAX: usize = 8 * 1024;

const VERSION: &str = "age-encryption.org/v1\n";
const STANZA: &[u8] = b"age-encryption.org/v1/X25519";
const RECIPIENT_PREFIX: &str = "age";
const IDENTITY_PREFIX: &str = "age-secret-key-";

/// Why something is not sealed, or a sealed file not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealingError {
    /// More than [`CHUNK_BYTES`].
    #[error("too much to seal")]
    TooLarge,
    /// No X25519 recipient or identity of age.
    #[error("this is no age key")]
    NotAKey,
    /// No sealed file of this format.
    #[error("this is no sealed file")]
    Malformed,
    /// Sealed to somebody else, or changed.
    #[error("this identity does not open it")]
    NotForThis,
}

/// Whom something is sealed to. Text: `age1…`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Recipient([u8; 32]);

/// What opens it. Text: `AGE-SECRET-KEY-1…`. Wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, zeroize::ZeroizeOnDrop)]
pub struct Identity([u8; 32]);

impl fmt::Display for Recipient {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&bech32::encode(RECIPIENT_PREFIX, &self.0))
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
        bech32::decode(RECIPIENT_PREFIX, text)
            .map(|key| Self(*key))
            .ok_or(SealingError::NotAKey)
    }
}

impl FromStr for Identity {
    type Err = SealingError;

    fn from_str(text: &str) -> Result<Self, SealingError> {
        if text.chars().any(|c| c.is_ascii_lowercase()) {
            return Err(SealingError::NotAKey);
        }
        let lower = Zeroizing::new(text.to_ascii_lowercase());
        bech32::decode(IDENTITY_PREFIX, &lower)
            .map(|key| Self(*key))
            .ok_or(SealingError::NotAKey)
    }
}

impl Identity {
    /// The identity that grows from 32 bytes nobody can guess.
    pub const fn from_random(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Whom to seal to.
    pub fn recipient(&self) -> Recipient {
        Recipient(MontgomeryPoint::mul_base_clamped(self.0).to_bytes())
    }

    /// The text of an identity file's last line.
    pub fn to_text(&self) -> Zeroizing<String> {
        let lower = Zeroizing::new(bech32::encode(IDENTITY_PREFIX, &self.0));
        Zeroizing::new(lower.to_ascii_uppercase())
    }

    /// What was sealed to this identity.
    pub fn open(&self, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealingError> {
        let header = Header::parse(file)?;
        let recipient = self.recipient();
        // Others may be sealed to as well, and tools put in stanzas that mean nothing.
        let opened = header.stanzas.iter().find_map(|stanza| stanza.open(self, &recipient));
        let file_key = opened.ok_or(SealingError::NotForThis)?;
        // Compared in a time that does not tell how much of it was right.
        keyed(&file_key, header.signed)
            .verify_slice(&header.mac)
            .map_err(|_| SealingError::NotForThis)?;
        let (nonce, chunk) = header.payload.split_at_checked(16).ok_or(SealingError::Malformed)?;
        if chunk.len() > CHUNK_BYTES + 16 {
            return Err(SealingError::TooLarge);
        }
        let key = derive(&file_key, nonce, b"payload");
        decrypt(&key, &LAST_CHUNK, chunk).ok_or(SealingError::NotForThis)
    }
}

/// The nonce of the first chunk that is also the last.
const LAST_CHUNK: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

/// Seals to a recipient. `random`: 64 bytes that nobody can guess, and that are never handed in twice.
pub fn seal(to: &Recipient, plain: &[u8], random: &[u8; 64]) -> Result<Vec<u8>, SealingError> {
    if plain.len() > CHUNK_BYTES {
        return Err(SealingError::TooLarge);
    }
    let mut ephemeral = Zeroizing::new([0; 32]);
    ephemeral.copy_from_slice(&random[..32]);
    let (file_key, nonce) = random[32..].split_at(16);
    let share = MontgomeryPoint::mul_base_clamped(*ephemeral).to_bytes();
    let wrapping = wrapping_key(&ephemeral, &to.0, &share, &to.0).ok_or(SealingError::NotAKey)?;
    let body = encrypt(&wrapping, &[0; 12], file_key);
    let header = format!(
        "{VERSION}-> X25519 {}\n{}\n---",
        STANDARD_NO_PAD.encode(share),
        STANDARD_NO_PAD.encode(body)
    );
    let mut file = header.into_bytes();
    let mac = mac(file_key, &file);
    file.extend_from_slice(format!(" {}\n", STANDARD_NO_PAD.encode(*mac)).as_bytes());
    file.extend_from_slice(nonce);
    file.extend(encrypt(&derive(file_key, nonce, b"payload"), &LAST_CHUNK, plain));
    Ok(file)
}

/// A parsed header, and the payload behind it.
struct Header<'f> {
    stanzas: Vec<Stanza>,
    /// From the first byte to the three dashes.
    signed: &'f [u8],
    mac: [u8; 32],
    payload: &'f [u8],
}

struct Stanza {
    share: [u8; 32],
    body: Vec<u8>,
}

impl<'f> Header<'f> {
    fn parse(file: &'f [u8]) -> Result<Self, SealingError> {
        Self::try_parse(file).ok_or(SealingError::Malformed)
    }

    fn try_parse(file: &'f [u8]) -> Option<Self> {
        let mut at = file.strip_prefix(VERSION.as_bytes()).map(|_| VERSION.len())?;
        let mut stanzas = Vec::new();
        loop {
            let (line, next) = line(file, at)?;
            if let Some(coded) = line.strip_prefix("--- ") {
                let mac = STANDARD_NO_PAD.decode(coded).ok()?.try_into().ok()?;
                return Some(Self {
                    stanzas,
                    signed: &file[..at + 3],
                    mac,
                    payload: &file[next..],
                });
            }
            let arguments = line.strip_prefix("-> ")?.to_owned();
            at = next;
            let mut coded = String::new();
            loop {
                let (line, next) = self::line(file, at)?;
                at = next;
                coded.push_str(line);
                // A body ends with its first line that is not full.
                if line.len() != 64 {
                    break;
                }
            }
            if let Some(share) = arguments.strip_prefix("X25519 ") {
                stanzas.push(Stanza {
                    share: STANDARD_NO_PAD.decode(share).ok()?.try_into().ok()?,
                    body: STANDARD_NO_PAD.decode(&coded).ok()?,
                });
            }
        }
    }
}

/// The line that begins at a place, and where the next one begins.
fn line(file: &[u8], at: usize) -> Option<(&str, usize)> {
    let rest = file.get(at..file.len().min(HEADER_BYTES_MAX))?;
    let length = rest.iter().position(|byte| *byte == b'\n')?;
    Some((std::str::from_utf8(&rest[..length]).ok()?, at + length + 1))
}

impl Stanza {
    fn open(&self, identity: &Identity, recipient: &Recipient) -> Option<Zeroizing<Vec<u8>>> {
        let key = wrapping_key(&identity.0, &self.share, &self.share, &recipient.0)?;
        decrypt(&key, &[0; 12], &self.body).filter(|file_key| file_key.len() == 16)
    }
}

/// The key that wraps the file key; `None` where the point is one of the few that give the same to everybody.
fn wrapping_key(
    secret: &[u8; 32],
    point: &[u8; 32],
    share: &[u8; 32],
    recipient: &[u8; 32],
) -> Option<Zeroizing<[u8; 32]>> {
    let shared = Zeroizing::new(MontgomeryPoint(*point).mul_clamped(*secret).to_bytes());
    if *shared == [0; 32] {
        return None;
    }
    let salt = [share.as_slice(), recipient.as_slice()].concat();
    Some(derive(shared.as_slice(), &salt, STANZA))
}

fn derive(key: &[u8], salt: &[u8], info: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut derived = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(salt), key)
        .expand(info, derived.as_mut())
        .expect("32 bytes are fewer than HKDF gives");
    derived
}

fn mac(file_key: &[u8], signed: &[u8]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(keyed(file_key, signed).finalize().into_bytes().into())
}

fn keyed(file_key: &[u8], signed: &[u8]) -> Hmac<Sha256> {
    let key = derive(file_key, &[], b"header");
    let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(key.as_slice()).expect("HMAC takes every key");
    mac.update(signed);
    mac
}

fn encrypt(key: &[u8; 32], nonce: &[u8; 12], plain: &[u8]) -> Vec<u8> {
    ChaCha20Poly1305::new(key.into())
        .encrypt(Nonce::from_slice(nonce), plain)
        .expect("memory takes every byte")
}

fn decrypt(key: &[u8; 32], nonce: &[u8; 12], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let opened = ChaCha20Poly1305::new(key.into()).decrypt(Nonce::from_slice(nonce), sealed);
    opened.ok().map(Zeroizing::new)
}

/// Bech32 (BIP 173) of 32 bytes: the text form of age's keys.
mod bech32 {
    use zeroize::Zeroizing;

    const DIGITS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const CHECKSUM: usize = 6;
    /// 32 bytes in digits of five bits.
    const LENGTH: usize = 52;

    /// The lowest eight bits.
    const fn low(number: u32) -> u8 {
        number.to_le_bytes()[0]
    }

    fn step(sum: u32, digit: u8) -> u32 {
        const GENERATORS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
        let carried = sum >> 25;
        let next = ((sum & 0x1ff_ffff) << 5) ^ u32::from(digit);
        let generators = GENERATORS.iter().enumerate();
        generators.fold(next, |next, (bit, generator)| {
            if (carried >> bit) & 1 == 1 {
                next ^ generator
            } else {
                next
            }
        })
    }

    fn sum(prefix: &str, digits: &[u8]) -> u32 {
        let high = prefix.bytes().map(|byte| byte >> 5);
        let low = prefix.bytes().map(|byte| byte & 31);
        let all = high.chain([0]).chain(low).chain(digits.iter().copied());
        all.fold(1, step)
    }

    pub(super) fn encode(prefix: &str, bytes: &[u8; 32]) -> String {
        let mut digits = Zeroizing::new(Vec::with_capacity(LENGTH + CHECKSUM));
        let (mut held, mut bits) = (0_u32, 0);
        for byte in bytes {
            held = (held << 8) | u32::from(*byte);
            bits += 8;
            while bits >= 5 {
                bits -= 5;
                digits.push(low(held >> bits) & 31);
            }
            held &= (1 << bits) - 1;
        }
        digits.push(low(held << (5 - bits)) & 31);
        let check = sum(prefix, &[digits.as_slice(), &[0; CHECKSUM]].concat()) ^ 1;
        digits.extend((0..CHECKSUM).map(|at| low(check >> (5 * (CHECKSUM - 1 - at))) & 31));
        let text = digits.iter().map(|digit| char::from(DIGITS[usize::from(*digit)]));
        format!("{prefix}1{}", text.collect::<String>())
    }

    pub(super) fn decode(prefix: &str, text: &str) -> Option<Zeroizing<[u8; 32]>> {
        let coded = text.strip_prefix(prefix)?.strip_prefix('1')?;
        let digits = coded.bytes().map(|byte| {
            let at = DIGITS.iter().position(|digit| *digit == byte)?;
            u8::try_from(at).ok()
        });
        let digits: Zeroizing<Vec<u8>> = Zeroizing::new(digits.collect::<Option<_>>()?);
        if digits.len() != LENGTH + CHECKSUM || sum(prefix, &digits) != 1 {
            return None;
        }
        let mut bytes = Zeroizing::new([0; 32]);
        let (mut held, mut bits, mut at) = (0_u32, 0, 0);
        for digit in &digits[..LENGTH] {
            held = (held << 5) | u32::from(*digit);
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes[at] = low(held >> bits);
                at += 1;
                held &= (1 << bits) - 1;
            }
        }
        // The bits that fill up the last digit are zero.
        (held == 0).then_some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn district() -> Identity {
        Identity::from_random([5; 32])
    }

    #[test]
    fn what_is_sealed_opens_for_its_identity_only() {
        let sealed = seal(&district().recipient(), b"a key", &[9; 64]).unwrap();
        assert_eq!(district().open(&sealed).unwrap().as_slice(), b"a key");
        let other = Identity::from_random([6; 32]);
        assert_eq!(other.open(&sealed), Err(SealingError::NotForThis));
        assert!(!sealed.windows(5).any(|bytes| bytes == b"a key"));
        let large = vec![0; CHUNK_BYTES + 1];
        assert_eq!(
            seal(&district().recipient(), &large, &[9; 64]),
            Err(SealingError::TooLarge)
        );
    }

    #[test]
    fn a_byte_changed_anywhere_is_found() {
        let sealed = seal(&district().recipient(), b"a key", &[9; 64]).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(district().open(&changed).is_err(), "byte {at}");
            assert!(district().open(&sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn keys_survive_their_text_and_a_slip_of_the_pen_is_found() {
        let identity = district();
        let text = identity.to_text();
        assert!(text.starts_with("AGE-SECRET-KEY-1"));
        assert!(Identity::from_str(&text).unwrap() == identity);
        let recipient = identity.recipient();
        assert_eq!(Recipient::from_str(&recipient.to_string()), Ok(recipient));
        for at in 4..62 {
            let mut slip = recipient.to_string().into_bytes();
            slip[at] = if slip[at] == b'q' { b'p' } else { b'q' };
            assert!(Recipient::from_str(std::str::from_utf8(&slip).unwrap()).is_err());
        }
        for none in ["", "age", "age1", "age1é", "AGE-SECRET-KEY-1"] {
            assert!(Recipient::from_str(none).is_err() && Identity::from_str(none).is_err());
        }
    }

    #[test]
    fn a_point_that_gives_the_same_to_everybody_is_refused() {
        assert_eq!(
            seal(&Recipient([0; 32]), b"a key", &[9; 64]),
            Err(SealingError::NotAKey)
        );
    }
}
