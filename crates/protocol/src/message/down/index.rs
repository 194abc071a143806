use minicbor::{Decode, Encode};

use crate::index::IndexCursor;
use crate::limits::{INDEX_ENTRIES_MAX, INDEX_ENTRY_BYTES_MAX, INDEX_UNPACKED_BYTES_MAX};
use crate::parcel::{pack_small, unpack};

/// Open reports of missing and sighted children of the state, see [`crate::index`]. Each message is whole in itself: the
/// device keeps what it says together with its cursor, and a cut costs no more than one.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Index {
    /// Where to go on, once this is kept.
    #[n(0)]
    pub cursor: IndexCursor,
    /// The device forgets every report it has, before it keeps these.
    #[n(1)]
    pub anew: Option<bool>,
    /// Packed as a parcel is: the entries, each behind its length as LEB128. Absent where there are none.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub entries: Option<Vec<u8>>,
    /// Reports that are closed: nobody looks for the child any more, and the device forgets them. Their ids one behind the
    /// other, 16 bytes each.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub gone: Option<Vec<u8>>,
}

/// The bytes of a report's id.
pub const REPORT_ID_BYTES: usize = 16;

impl Index {
    /// Puts entries together. `None`: there are more of them than one message takes.
    pub fn pack(entries: &[Vec<u8>]) -> Option<Vec<u8>> {
        let mut many = Vec::new();
        for entry in entries {
            let length = u16::try_from(entry.len()).ok()?;
            if entry.len() > INDEX_ENTRY_BYTES_MAX {
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
        let fits = entries.len() <= INDEX_ENTRIES_MAX && many.len() <= INDEX_UNPACKED_BYTES_MAX;
        fits.then(|| pack_small(&many))
    }

    /// The entries; `None` where they are not what a hub sends.
    pub fn entries(&self) -> Option<Vec<Vec<u8>>> {
        let Some(packed) = &self.entries else {
            return Some(Vec::new());
        };
        let many = unpack(packed, INDEX_UNPACKED_BYTES_MAX).ok()?;
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
            if length > INDEX_ENTRY_BYTES_MAX || entries.len() >= INDEX_ENTRIES_MAX {
                return None;
            }
            entries.push(entry.to_vec());
            rest = further;
        }
        Some(entries)
    }

    /// The reports that are closed; `None` where that is not a row of ids.
    pub fn gone(&self) -> Option<Vec<[u8; REPORT_ID_BYTES]>> {
        let bytes = self.gone.as_deref().unwrap_or_default();
        let (ids, rest) = bytes.as_chunks::<REPORT_ID_BYTES>();
        rest.is_empty().then(|| ids.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(entries: Option<Vec<u8>>) -> Index {
        Index {
            cursor: IndexCursor::default(),
            anew: None,
            entries,
            gone: None,
        }
    }

    #[test]
    fn entries_come_back_as_they_went() {
        let entries: Vec<Vec<u8>> = [0, 1, 127, 128, 299, 300].map(|length| vec![7; length]).to_vec();
        let packed = Index::pack(&entries).unwrap();
        assert_eq!(index(Some(packed)).entries(), Some(entries));
        assert_eq!(index(None).entries(), Some(Vec::new()));
    }

    #[test]
    fn more_than_may_be_is_neither_sent_nor_read() {
        assert_eq!(Index::pack(&[vec![0; INDEX_ENTRY_BYTES_MAX + 1]]), None);
        assert_eq!(Index::pack(&vec![vec![0; 1]; INDEX_ENTRIES_MAX + 1]), None);
        for bytes in [
            vec![5, 1, 2],
            vec![0x80],
            vec![0xad, 0x02, 1],
            vec![0; INDEX_ENTRIES_MAX + 1],
        ] {
            assert_eq!(index(Some(pack_small(&bytes))).entries(), None, "{} bytes", bytes.len());
        }
        assert_eq!(index(Some(vec![9, 9])).entries(), None);
        let broken = Index {
            gone: Some(vec![0; 17]),
            ..index(None)
        };
        assert_eq!(broken.gone(), None);
    }
}
