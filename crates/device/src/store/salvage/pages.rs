//! The pages of a damaged file, as far as their seals hold.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
};

use super::{super::StoreError, log, log::Log};
use crate::vault::{DatabaseKey, PAGE_BYTES, PageKey, SALT_BYTES};

/// Pages that are tried to see whether a key and a salt belong to the file. A bad run of a disk is shorter.
const TRIED_MAX: u32 = 512;
/// Where the header says how many pages there are, and which schema.
const PAGES_AT: usize = 28;
const SCHEMA_AT: usize = 60;

/// A damaged file and its log.
pub(super) struct Pages {
    file: File,
    log: Option<(File, Log)>,
    key: PageKey,
    count: u32,
    lost: BTreeSet<u32>,
}

impl Pages {
    /// Opens the file. `salt` is what it is known to begin with, where the beginning itself is lost.
    pub(super) fn open(path: &Path, key: &DatabaseKey, salt: Option<[u8; SALT_BYTES]>) -> Result<Self, StoreError> {
        let failed = |_| StoreError::Row("file");
        let mut file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let beside = super::super::rotate::beside_of(path, "-wal");
        let read = log::read(&beside);
        let log = File::open(beside).ok().map(|file| (file, read));
        let mut begins = [0; SALT_BYTES];
        let begins = file.read_exact(&mut begins).ok().map(|()| begins);
        let in_file = u32::try_from(length / PAGE_BYTES as u64).unwrap_or(u32::MAX);
        let mut pages = Self {
            file,
            count: log.as_ref().and_then(|(_, log)| log.pages).unwrap_or(in_file),
            log,
            key: key.of_pages(begins.unwrap_or_default()),
            lost: BTreeSet::new(),
        };
        if !pages.fits() {
            pages.key = salt.map(|salt| key.of_pages(salt)).ok_or(StoreError::WrongKey)?;
            if !pages.fits() {
                return Err(StoreError::WrongKey);
            }
        }
        if pages.log.as_ref().is_none_or(|(_, log)| log.pages.is_none())
            && let Some(first) = pages.page(1)
        {
            pages.count = big_endian(&first, PAGES_AT).min(in_file);
        }
        pages.lost.clear();
        Ok(pages)
    }

    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Pages that were asked for and cannot be read.
    pub(super) fn lost(&self) -> &BTreeSet<u32> {
        &self.lost
    }

    /// The number of the schema; `None` where the first page is lost.
    pub(super) fn schema(&mut self) -> Option<i64> {
        self.page(1).map(|first| i64::from(big_endian(&first, SCHEMA_AT)))
    }

    /// A page in the clear; `None` where it is lost.
    pub(super) fn page(&mut self, number: u32) -> Option<Vec<u8>> {
        if number == 0 || number > self.count {
            return None;
        }
        let found = self.read(number).and_then(|page| self.key.open(number, &page));
        if found.is_none() {
            self.lost.insert(number);
        }
        found
    }

    fn read(&mut self, number: u32) -> Option<[u8; PAGE_BYTES]> {
        let logged = self
            .log
            .as_mut()
            .and_then(|(file, log)| Some((file, *log.places.get(&number)?)));
        let (file, at) = logged.unwrap_or((&mut self.file, u64::from(number - 1) * PAGE_BYTES as u64));
        let mut page = [0; PAGE_BYTES];
        file.seek(SeekFrom::Start(at)).ok()?;
        // A sector that the disk cannot read is a page that is lost.
        file.read_exact(&mut page).ok()?;
        Some(page)
    }

    /// Whether the key opens any page, of the first ones and of some all over the file.
    fn fits(&mut self) -> bool {
        let step = usize::try_from(self.count / TRIED_MAX).unwrap_or(0).max(1);
        let few = 1..=self.count.min(TRIED_MAX);
        few.chain((1..=self.count).step_by(step))
            .any(|number| self.page(number).is_some())
    }
}

fn big_endian(page: &[u8], at: usize) -> u32 {
    let four = page.get(at..at + 4).and_then(|four| four.try_into().ok());
    four.map_or(0, u32::from_be_bytes)
}
