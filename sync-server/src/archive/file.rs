//! The file of an archive.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use minicbor::{Decode, Encode};
use protocol::limits::CHANGE_BYTES_MAX;
use protocol::{AuthorId, DocumentId};
use sha2::{Digest as _, Sha256};

use super::ArchiveError;
use crate::identity::SEALED_MORE_BYTES;
use crate::storage::ArchivedChange;

/// How a file begins.
const MAGIC: [u8; 8] = *b"VFARCHV1";
const DIGEST_BYTES: usize = 32;
/// The longest record: a sealed change and what is said of it.
const RECORD_BYTES_MAX: usize = CHANGE_BYTES_MAX + SEALED_MORE_BYTES + 1024;

/// What an archive is of.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Head {
    /// The district whose log it is of.
    #[n(0)]
    pub district: String,
    /// Up to which number everybody had read.
    #[n(1)]
    pub upto: u64,
    /// When it was made, by the hub's clock.
    #[n(2)]
    pub made_ms: i64,
}

/// A change as it is written.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Record {
    #[n(0)]
    number: u64,
    #[cbor(n(1), with = "minicbor::bytes")]
    document: [u8; 17],
    #[cbor(n(2), with = "minicbor::bytes")]
    author: [u8; 16],
    #[n(3)]
    seq: u64,
    #[cbor(n(4), with = "minicbor::bytes")]
    hash: [u8; 32],
    #[cbor(n(5), with = "minicbor::bytes")]
    bytes: Vec<u8>,
}

/// Writes a file beside its name, and gives it the name when it is whole.
pub(super) struct Writer {
    path: PathBuf,
    part: PathBuf,
    file: BufWriter<File>,
    digest: Sha256,
    is_whole: bool,
}

impl Writer {
    pub(super) fn create(path: &Path, district: &str, upto: u64, made_ms: i64) -> Result<Self, ArchiveError> {
        if path.try_exists().map_err(ArchiveError::file(path))? {
            return Err(ArchiveError::file(path)(ErrorKind::AlreadyExists.into()));
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&part).map_err(ArchiveError::file(&part))?;
        let mut writer = Self {
            path: path.to_owned(),
            part,
            file: BufWriter::new(file),
            digest: Sha256::new(),
            is_whole: false,
        };
        writer.put(&MAGIC)?;
        let head = Head {
            district: district.to_owned(),
            upto,
            made_ms,
        };
        writer.record(&minicbor::to_vec(head).map_err(|_| ArchiveError::Damaged(path.to_owned()))?)?;
        Ok(writer)
    }

    pub(super) fn add(&mut self, change: &ArchivedChange) -> Result<(), ArchiveError> {
        let record = Record {
            number: change.number,
            document: change.document.0,
            author: change.author.0,
            seq: change.seq,
            hash: change.hash,
            bytes: change.bytes.clone(),
        };
        let bytes = minicbor::to_vec(record).map_err(|_| ArchiveError::Damaged(self.path.clone()))?;
        self.record(&bytes)
    }

    fn record(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        let length = u32::try_from(bytes.len())
            .ok()
            .filter(|_| bytes.len() <= RECORD_BYTES_MAX)
            .ok_or_else(|| ArchiveError::Damaged(self.path.clone()))?;
        self.put(&length.to_be_bytes())?;
        self.put(bytes)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.digest.update(bytes);
        self.file.write_all(bytes).map_err(ArchiveError::file(&self.part))
    }

    /// The file is on the disk under its name when this comes back.
    pub(super) fn finish(mut self) -> Result<(), ArchiveError> {
        self.put(&0_u32.to_be_bytes())?;
        let digest = self.digest.clone().finalize();
        let mut kept = || -> io::Result<()> {
            self.file.write_all(&digest)?;
            self.file.flush()?;
            self.file.get_ref().sync_all()?;
            fs::rename(&self.part, &self.path)?;
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        };
        kept().map_err(ArchiveError::file(&self.path))?;
        self.is_whole = true;
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.is_whole {
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// Reads a file from its beginning to its end, which says whether it was whole.
pub struct Reader {
    path: PathBuf,
    file: BufReader<File>,
    digest: Sha256,
    head: Head,
    has_ended: bool,
}

impl Reader {
    /// Opens an archive.
    ///
    /// # Errors
    /// There is none, or it begins otherwise.
    pub fn open(path: &Path) -> Result<Self, ArchiveError> {
        let file = File::open(path).map_err(ArchiveError::file(path))?;
        let mut reader = Self {
            path: path.to_owned(),
            file: BufReader::new(file),
            digest: Sha256::new(),
            head: Head {
                district: String::new(),
                upto: 0,
                made_ms: 0,
            },
            has_ended: false,
        };
        if reader.take(MAGIC.len())? != MAGIC {
            return Err(reader.damaged());
        }
        let head = reader.record()?.ok_or_else(|| reader.damaged())?;
        reader.head = minicbor::decode(&head).map_err(|_| reader.damaged())?;
        Ok(reader)
    }

    /// What it is of.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// The next changes, at most so many; none at the end, where everything read is what was written.
    ///
    /// # Errors
    /// It is damaged.
    pub fn some(&mut self, limit: u32) -> Result<Option<Vec<ArchivedChange>>, ArchiveError> {
        let mut changes = Vec::new();
        while changes.len() < limit as usize && !self.has_ended {
            let Some(bytes) = self.record()? else {
                self.end()?;
                break;
            };
            let record: Record = minicbor::decode(&bytes).map_err(|_| self.damaged())?;
            changes.push(ArchivedChange {
                number: record.number,
                document: DocumentId(record.document),
                author: AuthorId(record.author),
                seq: record.seq,
                hash: record.hash,
                bytes: record.bytes,
            });
        }
        Ok((!changes.is_empty()).then_some(changes))
    }

    /// The next record; none where the last has been.
    fn record(&mut self) -> Result<Option<Vec<u8>>, ArchiveError> {
        let length = self.take(4)?;
        let length = length.try_into().map_or(u32::MAX, u32::from_be_bytes) as usize;
        match length {
            0 => Ok(None),
            1..=RECORD_BYTES_MAX => self.take(length).map(Some),
            _ => Err(self.damaged()),
        }
    }

    fn end(&mut self) -> Result<(), ArchiveError> {
        self.has_ended = true;
        let digest = self.digest.clone().finalize();
        let mut rest = Vec::new();
        let limit = DIGEST_BYTES as u64 + 1;
        let read = (&mut self.file).take(limit).read_to_end(&mut rest);
        read.map_err(ArchiveError::file(&self.path))?;
        if rest == digest.as_slice() {
            Ok(())
        } else {
            Err(self.damaged())
        }
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>, ArchiveError> {
        let mut bytes = vec![0; length];
        match self.file.read_exact(&mut bytes) {
            Ok(()) => {
                self.digest.update(&bytes);
                Ok(bytes)
            }
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(self.damaged()),
            Err(error) => Err(ArchiveError::file(&self.path)(error)),
        }
    }

    fn damaged(&self) -> ArchiveError {
        ArchiveError::Damaged(self.path.clone())
    }
}
