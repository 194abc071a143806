//! The copy of the master key that only the district can open, and asking the district to open it.
//!
//! | file | what it holds |
//! |---|---|
//! | `sealed.json` | the master key, sealed to the district's age recipient, with the hub's address and whose it is |
//! | `asked.json` | a request on its way: the age identity made for its answer, and the request |
//!
//! Both are plain: neither opens anything without the officer who has the district's identity. What the pages of
//! request and answer say is told in [`protocol::recovery`].

use std::{fs, path::Path, str::FromStr as _};

use protocol::{
    AuthorId, UserId,
    recovery::{KeyBytes, RecoveryAnswer, RecoveryRequest, SealedKey},
};
use sealing::{Identity, Recipient, seal};
use serde::{Deserialize, Serialize};

use super::{MasterKey, VaultError, VaultFolder, write_whole};
use crate::Platform;

const SEALED_FILE: &str = "sealed.json";
const ASKED_FILE: &str = "asked.json";
/// Either file has about a kilobyte.
const FILE_BYTES_MAX: u64 = 16 * 1024;

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holder {
    pub(crate) author: [u8; 16],
    pub(crate) user: [u8; 16],
    pub(crate) name: String,
    /// Where the hub is: while the vault is shut, nobody else knows.
    pub(crate) hub: String,
}

#[derive(Serialize, Deserialize)]
struct SealedFile {
    holder: Holder,
    recipient: String,
    sealed: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct AskedFile {
    identity: String,
    request: Vec<u8>,
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Option<T>, VaultError> {
    match fs::metadata(path) {
        Ok(about) if about.len() > FILE_BYTES_MAX => return Err(VaultError::Recovery("a file is too long")),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let bytes = zeroize::Zeroizing::new(fs::read(path)?);
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|_| VaultError::Recovery("a file cannot be read"))
}

fn write(path: &Path, file: &impl Serialize) -> Result<(), VaultError> {
    let bytes = zeroize::Zeroizing::new(serde_json::to_vec(file).expect("the file is plain data"));
    Ok(write_whole(path, &bytes)?)
}

impl VaultFolder {
    /// Seals the keys (while one is being changed, both) to the district's recipient.
    pub(crate) fn seal(&self, keys: &[&MasterKey], holder: &Holder, recipient: &str) -> Result<(), VaultError> {
        let to = Recipient::from_str(recipient).map_err(|_| VaultError::Recovery("the recipient is none"))?;
        let key = SealedKey {
            author: AuthorId(holder.author),
            user: UserId(holder.user),
            name: holder.name.clone(),
            keys: keys.iter().map(|key| KeyBytes(key.to_bytes().to_vec())).collect(),
        };
        let plain = zeroize::Zeroizing::new(key.to_cbor());
        let sealed = seal(&to, &plain).map_err(|_| VaultError::Recovery("the key cannot be sealed"))?;
        let file = SealedFile {
            holder: holder.clone(),
            recipient: recipient.to_owned(),
            sealed,
        };
        write(&self.path.join(SEALED_FILE), &file)
    }

    /// The recipient that the key is sealed to.
    pub(crate) fn sealed_to(&self) -> Option<String> {
        let file: SealedFile = read(&self.path.join(SEALED_FILE)).ok()??;
        Some(file.recipient)
    }

    /// Whose key is sealed.
    pub(crate) fn sealed_holder(&self) -> Option<Holder> {
        let file: SealedFile = read(&self.path.join(SEALED_FILE)).ok()??;
        Some(file.holder)
    }

    /// The request that is on its way.
    pub(crate) fn asked(&self) -> Result<Option<RecoveryRequest>, VaultError> {
        let asked: Option<AskedFile> = read(&self.path.join(ASKED_FILE))?;
        let request = asked.map(|file| RecoveryRequest::from_cbor(&file.request));
        request
            .transpose()
            .map_err(|_| VaultError::Recovery("a file cannot be read"))
    }

    /// Begins to ask the district: the request that is on its way, or a new one.
    pub(crate) fn ask(&self, platform: &Platform) -> Result<RecoveryRequest, VaultError> {
        let file: SealedFile = read(&self.path.join(SEALED_FILE))?.ok_or(VaultError::NotSealed)?;
        if let Ok(Some(asked)) = self.asked()
            && asked.sealed == file.sealed
        {
            return Ok(asked);
        }
        let identity = Identity::generate();
        let request = RecoveryRequest {
            author: AuthorId(file.holder.author),
            name: file.holder.name,
            made_ms: platform.clock.now_ms(),
            recipient: identity.recipient().to_string(),
            sealed: file.sealed,
        };
        let asked = AskedFile {
            identity: identity.to_text().to_string(),
            request: request.to_cbor(),
        };
        write(&self.path.join(ASKED_FILE), &asked)?;
        Ok(request)
    }

    /// The keys in the district's answer.
    pub(crate) fn open_answer(&self, answer: &RecoveryAnswer) -> Result<Vec<MasterKey>, VaultError> {
        let asked: AskedFile = read(&self.path.join(ASKED_FILE))?.ok_or(VaultError::OtherAnswer)?;
        let request = RecoveryRequest::from_cbor(&asked.request).map_err(|_| VaultError::OtherAnswer)?;
        if request.id() != answer.request {
            return Err(VaultError::OtherAnswer);
        }
        let identity =
            Identity::from_str(&asked.identity).map_err(|_| VaultError::Recovery("a file cannot be read"))?;
        let plain = identity.open(&answer.sealed).map_err(|_| VaultError::OtherAnswer)?;
        let key = SealedKey::from_cbor(&plain).map_err(|_| VaultError::OtherAnswer)?;
        Ok(key
            .keys
            .iter()
            .filter_map(|key| MasterKey::from_bytes(&key.0))
            .collect())
    }

    /// The request has done its work, or is not wanted any more.
    pub(crate) fn forget_asked(&self) -> Result<(), VaultError> {
        match fs::remove_file(self.path.join(ASKED_FILE)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bench;

    #[test]
    fn the_district_opens_what_was_sealed_to_it_for_the_device_that_asked_and_for_no_other() {
        let bench = Bench::new();
        let (vault, key) = VaultFolder::create(bench.dir(), "right enough", "Asha", &bench.platform).unwrap();
        assert!(matches!(vault.ask(&bench.platform), Err(VaultError::NotSealed)));
        let district = Identity::generate();
        let holder = Holder {
            author: [1; 16],
            user: [2; 16],
            name: "Asha".into(),
            hub: "https://hub.example".into(),
        };
        let recipient = district.recipient().to_string();
        vault.seal(&[&key], &holder, &recipient).unwrap();
        assert!(vault.seal(&[&key], &holder, "age1nonsense").is_err());
        let request = vault.ask(&bench.platform).unwrap();
        assert_eq!(
            vault.ask(&bench.platform).unwrap(),
            request,
            "asking twice is one request"
        );

        let plain = district.open(&request.sealed).unwrap();
        let to = Recipient::from_str(&request.recipient).unwrap();
        let answer = RecoveryAnswer {
            request: request.id(),
            sealed: seal(&to, &plain).unwrap(),
        };
        let opened = vault.open_answer(&answer).unwrap();
        assert!(opened.len() == 1 && opened[0] == key);

        let other = RecoveryAnswer {
            request: protocol::ids::Sha256([0; 32]),
            ..answer.clone()
        };
        assert!(matches!(vault.open_answer(&other), Err(VaultError::OtherAnswer)));
        let garbage = RecoveryAnswer {
            sealed: vec![7; 200],
            ..answer.clone()
        };
        assert!(matches!(vault.open_answer(&garbage), Err(VaultError::OtherAnswer)));
        vault.forget_asked().unwrap();
        assert!(matches!(vault.open_answer(&answer), Err(VaultError::OtherAnswer)));
    }
}
