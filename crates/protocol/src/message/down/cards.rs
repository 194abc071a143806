use minicbor::{Decode, Encode};

use super::many::{Bounds, pack_many, unpack_many};
use crate::limits::{CARD_BYTES_MAX, CARDS_MAX, CARDS_UNPACKED_BYTES_MAX};

/// The bytes of a case's id.
const SUBJECT_BYTES: usize = 16;

const BOUNDS: Bounds = Bounds {
    entry_bytes: SUBJECT_BYTES + CARD_BYTES_MAX,
    entries: CARDS_MAX,
    unpacked_bytes: CARDS_UNPACKED_BYTES_MAX,
};

/// What a list shows of cases whose documents are still to come: on a first sync a device has its whole list before it has
/// the cases. Sent to devices that say in `Open` that they read [`pieces`](crate::message::up::Open::pieces). It promises
/// nothing: a case that was named and does not come before the hub has told everything is taken off the list.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Cards {
    /// Packed as a parcel is: cards, each behind its length as LEB128, and each the 16 bytes of its case's id and JSON
    /// (UTF-8, at most [`CARD_BYTES_MAX`](crate::limits::CARD_BYTES_MAX)) that this page does not describe: what device and
    /// hub make of a case for a list is `casework`'s.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub cards: Vec<u8>,
}

impl Cards {
    /// Puts cards together. `None`: there is more than one message takes.
    pub fn pack(cards: &[([u8; SUBJECT_BYTES], Vec<u8>)]) -> Option<Self> {
        let entries: Vec<Vec<u8>> = cards.iter().map(|(id, json)| [id, json.as_slice()].concat()).collect();
        Some(Self {
            cards: pack_many(&entries, &BOUNDS)?,
        })
    }

    /// The cards; `None` where they are not what a hub sends.
    pub fn cards(&self) -> Option<Vec<([u8; SUBJECT_BYTES], Vec<u8>)>> {
        let entries = unpack_many(&self.cards, &BOUNDS)?;
        entries
            .into_iter()
            .map(|entry| {
                let (id, json) = entry.split_first_chunk()?;
                Some((*id, json.to_vec()))
            })
            .collect()
    }
}

impl std::fmt::Debug for Cards {
    /// What a list says of children is not shown.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Cards({} bytes)", self.cards.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parcel::pack_small;

    #[test]
    fn cards_come_back_as_they_went() {
        let cards = [
            ([1; 16], b"{}".to_vec()),
            ([2; 16], vec![b'x'; CARD_BYTES_MAX]),
            ([3; 16], Vec::new()),
        ];
        assert_eq!(Cards::pack(&cards).unwrap().cards(), Some(cards.to_vec()));
    }

    #[test]
    fn more_than_may_be_is_neither_sent_nor_read() {
        assert_eq!(Cards::pack(&[([1; 16], vec![0; CARD_BYTES_MAX + 1])]), None);
        assert_eq!(Cards::pack(&vec![([1; 16], Vec::new()); CARDS_MAX + 1]), None);
        for bytes in [vec![15; 16], [vec![16], vec![0; 15]].concat(), vec![0x80]] {
            let cards = Cards {
                cards: pack_small(&bytes),
            };
            assert_eq!(cards.cards(), None, "{bytes:?}");
        }
    }
}
