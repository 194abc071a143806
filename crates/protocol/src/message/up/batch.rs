use minicbor::{Decode, Encode};

use crate::ids::DocumentId;
use crate::limits::PART_BYTES_MAX;
use crate::message::{Named, Naming};
use crate::parcel::pack_small;

/// Changes that fit one frame, in the order of the device's outbox (version 2). A change that fills a frame by itself goes
/// in [`Upload`](super::Upload)s.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Batch {
    /// The changes of one document after another.
    #[n(0)]
    pub groups: Vec<Group>,
}

/// Changes of one document that stand one behind the other.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Group {
    /// The document, by its number where an earlier group of this body was of it.
    #[n(0)]
    pub document: Named<DocumentId>,
    /// The device's own number of each change, as the step from the one before it in this body; the first from zero.
    #[n(1)]
    pub steps: Vec<u64>,
    /// The changes in their short form, each behind its length as LEB128, packed together.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Group {
    /// The bytes are what an officer wrote about a child: they are not shown.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Group({:?}, {} changes)", self.document, self.steps.len())
    }
}

/// What a group has beside its packed changes: array, document, and a step's head.
const GROUP_BYTES: usize = 28;
/// A step: nearly always one byte.
const STEP_BYTES: usize = 9;

/// Gathers changes into batches. Every batch fits a frame.
#[derive(Debug, Default)]
pub struct BatchWriter {
    naming: Naming<DocumentId>,
    last_n: u64,
    /// The group that is gathered: its document, its numbers and the short forms behind one another.
    open: Option<(DocumentId, Vec<u64>, Vec<u8>)>,
    groups: Vec<Group>,
    bytes: usize,
}

impl BatchWriter {
    /// Whether short forms of so many bytes find room in a batch at all.
    pub const fn takes(bytes: usize) -> bool {
        bytes + GROUP_BYTES + STEP_BYTES <= PART_BYTES_MAX
    }

    /// Whether the group that is gathered is of this document and has room for so many bytes more.
    fn continues(&self, document: DocumentId, bytes: usize) -> bool {
        self.open.as_ref().is_some_and(|(open, steps, many)| {
            *open == document && Self::takes(many.len() + bytes + steps.len() * STEP_BYTES)
        })
    }

    /// Adds a change's short form, behind its length, as the next of the outbox. Gives a batch when one is full. `n` is
    /// greater than every one before.
    pub fn add(&mut self, n: u64, document: DocumentId, short: &[u8]) -> Option<Batch> {
        let full = if self.continues(document, short.len()) {
            None
        } else {
            self.close_group()
        };
        let (_, steps, many) = self.open.get_or_insert_with(|| (document, Vec::new(), Vec::new()));
        steps.push(n - self.last_n);
        self.last_n = n;
        many.extend_from_slice(short);
        full
    }

    /// Packs the group that is gathered. Gives the batch before it where both do not fit one frame.
    fn close_group(&mut self) -> Option<Batch> {
        let (document, steps, many) = self.open.take()?;
        let bytes = pack_small(&many);
        let size = bytes.len() + GROUP_BYTES + steps.len() * STEP_BYTES;
        let full = if self.bytes + size > PART_BYTES_MAX {
            self.take_groups()
        } else {
            None
        };
        let document = self.naming.name(document);
        self.groups.push(Group { document, steps, bytes });
        self.bytes += size;
        full
    }

    fn take_groups(&mut self) -> Option<Batch> {
        self.bytes = 0;
        let groups = std::mem::take(&mut self.groups);
        (!groups.is_empty()).then_some(Batch { groups })
    }

    /// What is left: at most two batches.
    pub fn finish(&mut self) -> Vec<Batch> {
        let full = self.close_group();
        full.into_iter().chain(self.take_groups()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Names;
    use crate::parcel::unpack;
    use crate::{AuthorKey, SigningChain};

    /// What a hub makes of batches: number, document and bytes of each change.
    fn read(batches: &[Batch]) -> Vec<(u64, DocumentId, u8)> {
        let (mut names, mut n, mut read) = (Names::default(), 0, Vec::new());
        for group in batches.iter().flat_map(|batch| &batch.groups) {
            let document = names.meant(group.document).unwrap();
            let many = unpack(&group.bytes, 96 * 1024).unwrap();
            let each = many.len() / group.steps.len();
            for (step, short) in group.steps.iter().zip(many.chunks(each)) {
                n += step;
                read.push((n, document, short[0]));
            }
        }
        read
    }

    #[test]
    fn what_goes_in_comes_out_in_order_and_every_batch_fits_a_frame() {
        let key = AuthorKey::from_seed(&[7; 32]);
        let mut writer = BatchWriter::default();
        let (mut said, mut batches) = (Vec::new(), Vec::new());
        for n in 1..400_u64 {
            let document = DocumentId([(n / 7 % 5) as u8; 17]);
            // Bytes that do not pack.
            let short: Vec<u8> = (0..90_u64)
                .map(|at| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (at % 56)).to_le_bytes()[0])
                .collect();
            said.push((3 * n, document, short[0]));
            batches.extend(writer.add(3 * n, document, &short));
        }
        batches.extend(writer.finish());
        assert_eq!(read(&batches), said);
        let mut chain = SigningChain::new(&key);
        for batch in batches {
            chain.sign(&batch.into()).unwrap();
        }
        assert!(writer.finish().is_empty());
    }
}
