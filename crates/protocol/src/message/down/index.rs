use minicbor::{Decode, Encode};

use super::many::{Bounds, pack_many, unpack_many};
use crate::index::IndexCursor;
use crate::limits::{INDEX_ENTRIES_MAX, INDEX_ENTRY_BYTES_MAX, INDEX_UNPACKED_BYTES_MAX};

const BOUNDS: Bounds = Bounds {
    entry_bytes: INDEX_ENTRY_BYTES_MAX,
    entries: INDEX_ENTRIES_MAX,
    unpacked_bytes: INDEX_UNPACKED_BYTES_MAX,
};

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
        pack_many(entries, &BOUNDS)
    }

    /// The entries; `None` where they are not what a hub sends.
    pub fn entries(&self) -> Option<Vec<Vec<u8>>> {
        match &self.entries {
            Some(packed) => unpack_many(packed, &BOUNDS),
            None => Some(Vec::new()),
        }
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
    use crate::parcel::pack_small;

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
