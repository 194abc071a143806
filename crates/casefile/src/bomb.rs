//! Looks at the outline of a change chunk before automerge reads it: a few bytes of run-length code can stand for
//! thousands of millions of operations.
//!
//! The layout is that of automerge's storage format: a change chunk is magic (4), checksum (4), type (1), length, then
//! dependencies, actor, sequence, start, time, message, other actors, columns. Column data are run-length coded.

use crate::change::{CHANGE_ROWS_MAX, ChangeError};

pub(crate) const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
pub(crate) const PLAIN_CHANGE: u8 = 1;
const HASH_BYTES: u64 = 32;
/// The longest actor id that is read over; ours have 16 bytes.
const ACTOR_BYTES_MAX: u64 = 64;

/// Refuses what is no plain change chunk, and any column that stands for more than [`CHANGE_ROWS_MAX`] rows.
pub(crate) fn check(bytes: &[u8]) -> Result<(), ChangeError> {
    let mut all = Bytes(bytes);
    if all.take(4)? != MAGIC {
        return Err(ChangeError::Malformed);
    }
    all.take(4)?;
    if all.take(1)? != [PLAIN_CHANGE] {
        return Err(ChangeError::NotAPlainChange);
    }
    let length = all.unsigned()?;
    if length != all.0.len() as u64 {
        return Err(ChangeError::Malformed);
    }
    let dependencies = all.unsigned()?;
    all.take(dependencies.checked_mul(HASH_BYTES).ok_or(ChangeError::Malformed)?)?;
    all.actor()?;
    all.unsigned()?;
    all.unsigned()?;
    all.signed()?;
    let message = all.unsigned()?;
    all.take(message)?;
    for _ in 0..all.unsigned()? {
        all.actor()?;
    }
    columns(&mut all)
}

fn columns(all: &mut Bytes<'_>) -> Result<(), ChangeError> {
    let count = all.unsigned()?;
    let mut outline = Vec::new();
    for _ in 0..count {
        outline.push((all.unsigned()?, all.unsigned()?));
    }
    for (specification, length) in outline {
        let mut data = Bytes(all.take(length)?);
        match specification & 0b111 {
            // Group, actor, integer and value metadata: runs of unsigned numbers.
            0 | 1 | 2 | 6 => runs(&mut data, |data| data.unsigned().map(drop))?,
            3 => runs(&mut data, |data| data.signed().map(drop))?,
            5 => runs(&mut data, |data| {
                let length = data.unsigned()?;
                data.take(length).map(drop)
            })?,
            4 => flags(&mut data)?,
            // Raw values; their lengths stand in the metadata.
            _ => {}
        }
    }
    Ok(())
}

fn runs(data: &mut Bytes<'_>, value: impl Fn(&mut Bytes<'_>) -> Result<(), ChangeError>) -> Result<(), ChangeError> {
    let mut rows = 0_u64;
    while !data.0.is_empty() {
        let count = data.signed()?;
        let (more, values) = match count {
            0 => (data.unsigned()?, 0),
            1.. => (count.unsigned_abs(), 1),
            _ => (count.unsigned_abs(), count.unsigned_abs()),
        };
        rows = bounded(rows, more)?;
        for _ in 0..values {
            value(data)?;
        }
    }
    Ok(())
}

fn flags(data: &mut Bytes<'_>) -> Result<(), ChangeError> {
    let mut rows = 0;
    while !data.0.is_empty() {
        rows = bounded(rows, data.unsigned()?)?;
    }
    Ok(())
}

fn bounded(rows: u64, more: u64) -> Result<u64, ChangeError> {
    rows.checked_add(more)
        .filter(|sum| *sum <= CHANGE_ROWS_MAX)
        .ok_or(ChangeError::TooManyRows)
}

/// Bytes that are read from the front.
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(crate) fn take(&mut self, length: u64) -> Result<&'a [u8], ChangeError> {
        let length = usize::try_from(length).map_err(|_| ChangeError::Malformed)?;
        let (head, tail) = self.0.split_at_checked(length).ok_or(ChangeError::Malformed)?;
        self.0 = tail;
        Ok(head)
    }

    fn actor(&mut self) -> Result<(), ChangeError> {
        let length = self.unsigned()?;
        if length > ACTOR_BYTES_MAX {
            return Err(ChangeError::Malformed);
        }
        self.take(length).map(drop)
    }

    /// LEB128, unsigned.
    pub(crate) fn unsigned(&mut self) -> Result<u64, ChangeError> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(ChangeError::Malformed)
    }

    /// LEB128, signed.
    pub(crate) fn signed(&mut self) -> Result<i64, ChangeError> {
        let mut number = 0_i64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            number |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let negative = byte & 0x40 != 0 && shift + 7 < 64;
                return Ok(if negative {
                    number | (-1_i64 << (shift + 7))
                } else {
                    number
                });
            }
        }
        Err(ChangeError::Malformed)
    }
}
