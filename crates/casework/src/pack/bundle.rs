//! A pack as one run of bytes, the same on every machine, so that it can be signed and sent.
//!
//! ```text
//! magic "VFPK1\n"
//! id, version                 each a text
//! number of files             u32
//! path, content of each       two texts, in the order of the paths, no path twice
//! ```
//!
//! A text is its length in bytes as u32 and then UTF-8; numbers are little endian. Nothing follows the last file. There is
//! one encoding of a bundle and no other, so equal packs have equal hashes.

use std::collections::BTreeMap;

use super::pack_limits::{BYTES_MAX, FILE_BYTES_MAX, FILES_MAX, PATH_BYTES_MAX};

const MAGIC: &[u8] = b"VFPK1\n";

/// The files of a pack with its name and version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackBundle {
    /// The pack's name, `national` or `states/br`.
    pub id: String,
    /// The pack's own version.
    pub version: String,
    /// Its files by path within the pack.
    pub files: BTreeMap<String, String>,
}

/// Why bytes are no bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// It begins with something else.
    #[error("these bytes are no pack")]
    Magic,
    /// It ends too early.
    #[error("the pack ends in the middle")]
    Short,
    /// Something follows the last file.
    #[error("something follows the pack")]
    Long,
    /// A text that is not UTF-8.
    #[error("a text of the pack is not UTF-8")]
    Text,
    /// Paths out of order, twice, or not plain (`a-z 0-9 _ - . /`, no `..`).
    #[error("the paths of the pack are not in order or not plain")]
    Paths,
    /// More or longer files than the reader takes.
    #[error("the pack is too big")]
    TooBig,
}

impl PackBundle {
    /// The bytes. Fails for what [`PackBundle::decode`] would refuse.
    pub fn encode(&self) -> Result<Vec<u8>, BundleError> {
        self.check()?;
        let mut bytes = MAGIC.to_vec();
        write(&mut bytes, &self.id)?;
        write(&mut bytes, &self.version)?;
        bytes.extend(number(self.files.len())?);
        for (path, content) in &self.files {
            write(&mut bytes, path)?;
            write(&mut bytes, content)?;
        }
        Ok(bytes)
    }

    /// The bundle in `bytes`. Whether the pack in it can be read, [`Pack::parse`](super::Pack::parse) says.
    pub fn decode(bytes: &[u8]) -> Result<Self, BundleError> {
        let mut rest = Rest(bytes.strip_prefix(MAGIC).ok_or(BundleError::Magic)?);
        let id = rest.text(PATH_BYTES_MAX)?;
        let version = rest.text(PATH_BYTES_MAX)?;
        let count = rest.number()?;
        if count > FILES_MAX {
            return Err(BundleError::TooBig);
        }
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        for _ in 0..count {
            let path = rest.text(PATH_BYTES_MAX)?;
            if files.last_key_value().is_some_and(|(last, _)| *last >= path) {
                return Err(BundleError::Paths);
            }
            files.insert(path, rest.text(FILE_BYTES_MAX)?);
        }
        if !rest.0.is_empty() {
            return Err(BundleError::Long);
        }
        let bundle = Self { id, version, files };
        bundle.check()?;
        Ok(bundle)
    }

    fn check(&self) -> Result<(), BundleError> {
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'_' | b'-' | b'.' | b'/');
        let sound =
            |path: &str| path.bytes().all(plain) && path.split('/').all(|word| !matches!(word, "" | "." | ".."));
        let paths = self.files.keys().chain([&self.id]);
        if !paths.into_iter().all(|path| sound(path)) {
            return Err(BundleError::Paths);
        }
        let long = |text: &String, max: usize| text.len() > max;
        let too_big = self.files.len() > FILES_MAX
            || long(&self.id, PATH_BYTES_MAX)
            || long(&self.version, PATH_BYTES_MAX)
            || self
                .files
                .iter()
                .any(|(path, text)| long(path, PATH_BYTES_MAX) || long(text, FILE_BYTES_MAX))
            || self.files.values().map(String::len).sum::<usize>() > BYTES_MAX;
        if too_big { Err(BundleError::TooBig) } else { Ok(()) }
    }
}

fn number(number: usize) -> Result<[u8; 4], BundleError> {
    u32::try_from(number)
        .map(u32::to_le_bytes)
        .map_err(|_| BundleError::TooBig)
}

fn write(bytes: &mut Vec<u8>, text: &str) -> Result<(), BundleError> {
    bytes.extend(number(text.len())?);
    bytes.extend(text.as_bytes());
    Ok(())
}

struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn number(&mut self) -> Result<usize, BundleError> {
        let (number, rest) = self.0.split_first_chunk::<4>().ok_or(BundleError::Short)?;
        self.0 = rest;
        usize::try_from(u32::from_le_bytes(*number)).map_err(|_| BundleError::TooBig)
    }

    fn text(&mut self, max: usize) -> Result<String, BundleError> {
        let length = self.number()?;
        if length > max {
            return Err(BundleError::TooBig);
        }
        let (text, rest) = self.0.split_at_checked(length).ok_or(BundleError::Short)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).map_err(|_| BundleError::Text)
    }
}
