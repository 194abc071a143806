//! Documents that a device may read from now on, in pieces that each stand alone: a large one by itself, small ones together.

use protocol::DocumentId;
use protocol::limits::{SHARED_BYTES_MAX, SHARED_PART_BYTES_MAX, SHARES_MAX};
use protocol::message::down::{Piece, Share};
use protocol::parcel::{Part, pack_small, parts, parts_within};

use super::cursor::{PieceAt, Place};
use super::fold::{snapshot, unpacked};
use super::serve::{ServeError, Serving, grants};
use crate::rights::key_of;

/// Small documents that are told one behind another, until they are packed together.
#[derive(Debug, Default)]
pub(super) struct Together {
    shares: Vec<Share>,
    plain: Vec<u8>,
    /// The place before the first.
    before: Option<Place>,
    /// Where an answer was cut within them.
    resumed: Option<PieceAt>,
}

impl Together {
    /// Whether a document of so many bytes goes with them.
    fn has_room_for(&self, bytes: usize) -> bool {
        self.shares.len() < SHARES_MAX && self.plain.len() + bytes <= SHARED_BYTES_MAX
    }
}

/// A parcel, cut.
struct Cut<'a> {
    document: DocumentId,
    upto: u64,
    writable: bool,
    whole: &'a [u8],
    parts: Vec<Part<'a>>,
    shares: Option<Vec<Share>>,
}

impl Serving<'_> {
    /// Tells a document, and what belongs behind it. Where it has several parts, each goes as a piece with a mark behind it,
    /// from where an answer was cut that told the very same bytes. `before` and `after` are the places on both sides of it.
    pub(super) fn grant_in_pieces(
        &mut self,
        document: DocumentId,
        writable: bool,
        (before, after): (Place, Place),
        resumed: Option<PieceAt>,
    ) -> Result<(), ServeError> {
        let Some((packed, upto)) = self.packed(document)? else {
            return Ok(());
        };
        let parts: Vec<_> = parts(&packed).collect();
        if parts.len() == 1 {
            let mut messages = grants(document, writable, upto, &packed);
            messages.extend(self.behind_grant(document, upto)?);
            return self.gather_messages(Some(document), messages);
        }
        let cut = Cut {
            document,
            upto,
            writable,
            whole: &packed,
            parts,
            shares: None,
        };
        self.pieces(&cut, before, resumed)?;
        let behind = self.behind_grant(document, upto)?;
        self.gather_messages(Some(document), behind)?;
        self.flush()?;
        self.mark(after)
    }

    /// Puts a document to those that go together, and tells those before it where it does not go with them. One that is too large
    /// goes alone. Which go together follows from the first of them alone, so that an answer that was cut goes on within.
    pub(super) fn grant_together(
        &mut self,
        together: &mut Together,
        document: DocumentId,
        writable: bool,
        (before, after): (Place, Place),
    ) -> Result<(), ServeError> {
        let Some(key) = key_of(document) else { return Ok(()) };
        let (kept, upto) = snapshot(&*self.hub.storage, &self.session.pack, document, key.kind)?;
        let plain = unpacked(&kept).map_err(super::FoldError::from)?;
        if !together.has_room_for(plain.len()) {
            self.tell_together(together, before)?;
        }
        if !together.has_room_for(plain.len()) {
            let resumed = self.resumed.take();
            return self.grant_in_pieces(document, writable, (before, after), resumed);
        }
        if together.shares.is_empty() {
            together.before = Some(before);
            together.resumed = self.resumed.take();
        }
        together.plain.extend_from_slice(&plain);
        together.shares.push(Share {
            document,
            upto,
            writable,
            bytes: u32::try_from(plain.len()).expect("what is shared is small"),
        });
        Ok(())
    }

    /// Tells those that go together, and what belongs behind each of them. `after` is the place behind the last.
    pub(super) fn tell_together(&mut self, together: &mut Together, after: Place) -> Result<(), ServeError> {
        let Together {
            shares,
            plain,
            before,
            resumed,
        } = std::mem::take(together);
        let (Some(first), Some(before)) = (shares.first().copied(), before) else {
            return Ok(());
        };
        let packed = pack_small(&plain);
        let cut = Cut {
            document: first.document,
            upto: first.upto,
            writable: first.writable,
            whole: &packed,
            parts: parts_within(&packed, SHARED_PART_BYTES_MAX).collect(),
            shares: Some(shares.clone()),
        };
        self.pieces(&cut, before, resumed)?;
        for share in shares {
            let behind = self.behind_grant(share.document, share.upto)?;
            self.gather_messages(Some(share.document), behind)?;
        }
        self.flush()?;
        self.mark(after)
    }

    /// Sends the pieces from where an answer was cut that told the very same bytes, with a mark between any two.
    fn pieces(&mut self, cut: &Cut<'_>, before: Place, resumed: Option<PieceAt>) -> Result<(), ServeError> {
        let whole = Piece::digest(cut.whole);
        let digest = u32::from_be_bytes(*whole.first_chunk().expect("a digest is longer"));
        let is_same = |at: &PieceAt| (at.upto, at.digest) == (cut.upto, digest);
        let from = resumed.filter(is_same).map_or(0, |at| at.part);
        // What was gathered is the device's before the first piece is.
        self.flush()?;
        if from == 0 {
            self.mark(before)?;
        }
        for part in cut.parts.iter().skip(from as usize) {
            let is_last = part.part + 1 == part.parts;
            self.send(Piece {
                document: cut.document,
                upto: cut.upto,
                part: part.part,
                parts: part.parts,
                bytes: part.bytes.to_vec(),
                writable: cut.writable,
                digest: whole,
                shares: cut.shares.clone().filter(|_| is_last),
            })?;
            if !is_last {
                let piece = Some(PieceAt {
                    upto: cut.upto,
                    part: part.part + 1,
                    digest,
                });
                self.mark(Place { at: before.at, piece })?;
            }
        }
        Ok(())
    }
}
