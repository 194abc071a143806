//! A document that a device may read from now on, in pieces that each stand alone.

use protocol::DocumentId;
use protocol::message::down::Piece;
use protocol::parcel::parts;

use super::cursor::{PieceAt, Place};
use super::serve::{ServeError, Serving, grants};

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
        let cut: Vec<_> = parts(&packed).collect();
        if cut.len() == 1 {
            let mut messages = grants(document, writable, upto, &packed);
            messages.extend(self.behind_grant(document, upto)?);
            return self.gather_messages(Some(document), messages);
        }
        let whole = Piece::digest(&packed);
        let digest = u32::from_be_bytes(*whole.first_chunk().expect("a digest is longer"));
        let is_same = |at: &PieceAt| (at.upto, at.digest) == (upto, digest);
        let from = resumed.filter(is_same).map_or(0, |at| at.part);
        // What was gathered is the device's before the first piece is.
        self.flush()?;
        if from == 0 {
            self.mark(before)?;
        }
        for part in cut.into_iter().skip(from as usize) {
            self.send(Piece {
                document,
                upto,
                part: part.part,
                parts: part.parts,
                bytes: part.bytes.to_vec(),
                writable,
                digest: whole,
            })?;
            if part.part + 1 < part.parts {
                let piece = Some(PieceAt {
                    upto,
                    part: part.part + 1,
                    digest,
                });
                self.mark(Place { at: before.at, piece })?;
            }
        }
        let behind = self.behind_grant(document, upto)?;
        self.gather_messages(Some(document), behind)?;
        self.flush()?;
        self.mark(after)
    }
}
