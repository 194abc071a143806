//! Entries one behind another, each behind its length as LEB128 of at most two bytes, packed together.

use crate::parcel::{pack_small, unpack};

/// The most that may be.
pub(super) struct Bounds {
    pub(super) entry_bytes: usize,
    pub(super) entries: usize,
    pub(super) unpacked_bytes: usize,
}

/// Puts entries together. `None`: there is more than may be.
pub(super) fn pack_many<Entry: AsRef<[u8]>>(entries: &[Entry], bounds: &Bounds) -> Option<Vec<u8>> {
    let mut many = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).ok().filter(|length| *length < 1 << 14)?;
        if entry.len() > bounds.entry_bytes {
            return None;
        }
        if length >= 0x80 {
            many.push(length.to_le_bytes()[0] | 0x80);
            many.push((length >> 7).to_le_bytes()[0]);
        } else {
            many.push(length.to_le_bytes()[0]);
        }
        many.extend_from_slice(entry);
    }
    let fits = entries.len() <= bounds.entries && many.len() <= bounds.unpacked_bytes;
    fits.then(|| pack_small(&many))
}

/// The entries; `None` where they are not what a hub sends.
pub(super) fn unpack_many(packed: &[u8], bounds: &Bounds) -> Option<Vec<Vec<u8>>> {
    let many = unpack(packed, bounds.unpacked_bytes).ok()?;
    let mut rest = many.as_slice();
    let mut entries = Vec::new();
    while let Some((low, behind)) = rest.split_first() {
        let (mut length, mut behind) = (usize::from(low & 0x7f), behind);
        if low & 0x80 != 0 {
            let (high, further) = behind.split_first()?;
            length |= usize::from(*high) << 7;
            behind = further;
        }
        let (entry, further) = behind.split_at_checked(length)?;
        if length > bounds.entry_bytes || entries.len() >= bounds.entries {
            return None;
        }
        entries.push(entry.to_vec());
        rest = further;
    }
    Some(entries)
}
