//! The hub's signature under a certificate of destruction, and its check by whoever has the hub's public key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use super::random;
use crate::storage::{Storage, StorageError};

/// What the signature is over begins so: a signature of another use passes for none.
const CONTEXT: &[u8] = b"vatsalya-destruction-certificate-v1\0";
/// Between what is certified and the signature.
const SIGNATURE: &str = "\nsignature: ";

/// Why a certificate is not believed.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// Not the 64 hexadecimal digits of a key.
    #[error("this is no public key of a hub: 64 hexadecimal digits, as `admin public-key` prints them")]
    NotAKey,
    /// There is no signature under it.
    #[error("there is no signature under it")]
    NotSigned,
    /// The signature is not by this key over these words.
    #[error("the signature does not hold: it was changed, or another hub signed it")]
    BadSignature,
}

/// The hub's public key, as text.
pub fn public_key(storage: &dyn Storage) -> Result<String, StorageError> {
    Ok(hex(signing_key(storage)?.verifying_key().as_bytes()))
}

/// The words with the hub's signature under them.
pub fn sign_certificate(storage: &dyn Storage, words: &str) -> Result<String, StorageError> {
    let signature = signing_key(storage)?.sign(&said(words));
    Ok(format!("{words}{SIGNATURE}{}\n", STANDARD.encode(signature.to_bytes())))
}

/// The words of a certificate, if the hub with this public key signed them.
pub fn verify_certificate<'a>(text: &'a str, public_key: &str) -> Result<&'a str, CertificateError> {
    let key = of_hex(public_key.trim()).ok_or(CertificateError::NotAKey)?;
    let key = VerifyingKey::from_bytes(&key).map_err(|_| CertificateError::NotAKey)?;
    let (words, signature) = text.rsplit_once(SIGNATURE).ok_or(CertificateError::NotSigned)?;
    let signature = STANDARD
        .decode(signature.trim_end())
        .ok()
        .and_then(|bytes| Signature::from_slice(&bytes).ok())
        .ok_or(CertificateError::NotSigned)?;
    key.verify_strict(&said(words), &signature)
        .map_err(|_| CertificateError::BadSignature)?;
    Ok(words)
}

/// What a certificate calls a record: whoever knows its id finds it, and nobody finds the id in it.
pub fn record_hash(subject: [u8; 16]) -> String {
    hex(&super::sha256(b"vatsalya-destroyed-record-v1", &subject))
}

fn signing_key(storage: &dyn Storage) -> Result<SigningKey, StorageError> {
    Ok(SigningKey::from_bytes(&storage.pack_seed(random())?))
}

fn said(words: &str) -> Vec<u8> {
    [CONTEXT, words.as_bytes()].concat()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn of_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Sqlite;

    #[test]
    fn every_changed_byte_and_every_other_key_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let (ours, theirs) = (dir.path().join("ours"), dir.path().join("theirs"));
        let (ours, theirs) = (Sqlite::open(&ours).unwrap(), Sqlite::open(&theirs).unwrap());
        let key = public_key(&ours).unwrap();
        let signed = sign_certificate(&ours, "{\n  \"number\": 1\n}").unwrap();
        assert_eq!(verify_certificate(&signed, &key).unwrap(), "{\n  \"number\": 1\n}");
        let other = public_key(&theirs).unwrap();
        assert!(matches!(
            verify_certificate(&signed, &other),
            Err(CertificateError::BadSignature)
        ));
        for at in 0..signed.trim_end().len() {
            let mut changed = signed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            // The last digits of base64 have bits that say nothing; a decoder that is strict refuses them.
            assert!(verify_certificate(&changed, &key).is_err(), "byte {at}");
        }
        assert!(matches!(
            verify_certificate(&signed, "zz"),
            Err(CertificateError::NotAKey)
        ));
        assert!(matches!(
            verify_certificate("{}", &key),
            Err(CertificateError::NotSigned)
        ));
    }
}
