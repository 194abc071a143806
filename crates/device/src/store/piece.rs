//! Pieces of the one large document that is on its way.

use super::{StoreError, Write};

/// A piece, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PieceRow {
    pub(crate) document: [u8; 17],
    pub(crate) upto: i64,
    pub(crate) part: u32,
    pub(crate) parts: u32,
    /// The beginning of the hash of all of them together.
    pub(crate) digest: [u8; 8],
    pub(crate) bytes: Vec<u8>,
}

/// What there is after a piece was put to the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pieced {
    /// More are to come.
    More,
    /// All of them, in their order.
    Whole(Vec<u8>),
    /// The last has come, and one before it is not here.
    Broken,
}

impl Write<'_> {
    /// Puts a piece to those that are here. A piece of something else takes the place of all of them: the hub sends one
    /// document after another, and one that has grown meanwhile from its beginning.
    pub(crate) fn put_piece(&self, piece: &PieceRow) -> Result<Pieced, StoreError> {
        let connection = self.0.0;
        connection
            .prepare_cached("DELETE FROM piece WHERE (document, upto, digest, parts) IS NOT (?1, ?2, ?3, ?4)")?
            .execute((&piece.document, piece.upto, &piece.digest, piece.parts))?;
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO piece (part, parts, document, upto, digest, bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((
                piece.part,
                piece.parts,
                &piece.document,
                piece.upto,
                &piece.digest,
                &piece.bytes,
            ))?;
        if piece.part + 1 < piece.parts {
            return Ok(Pieced::More);
        }
        let mut statement = connection.prepare_cached("SELECT bytes FROM piece ORDER BY part")?;
        let mut rows = statement.query([])?;
        let (mut whole, mut count) = (Vec::new(), 0_u32);
        while let Some(row) = rows.next()? {
            whole.extend_from_slice(row.get_ref(0)?.as_blob().map_err(|_| StoreError::Row("piece"))?);
            count += 1;
        }
        connection.prepare_cached("DELETE FROM piece")?.execute([])?;
        Ok(if count == piece.parts {
            Pieced::Whole(whole)
        } else {
            Pieced::Broken
        })
    }

    /// Forgets what has come of a document.
    pub(crate) fn forget_pieces(&self, document: &[u8; 17]) -> Result<(), StoreError> {
        self.0
            .0
            .prepare_cached("DELETE FROM piece WHERE document = ?1")?
            .execute([document])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{store::tests::open, testing::Bench};

    fn piece(document: u8, part: u32, parts: u32) -> PieceRow {
        PieceRow {
            document: [document; 17],
            upto: 7,
            part,
            parts,
            digest: [document; 8],
            bytes: vec![document, u8::try_from(part).unwrap()],
        }
    }

    fn put(store: &crate::store::Store, piece: &PieceRow) -> Pieced {
        store.write(|write| write.put_piece(piece)).unwrap()
    }

    #[test]
    fn pieces_are_put_together_whatever_came_twice() {
        let bench = Bench::new();
        let store = open(&bench);
        assert_eq!(put(&store, &piece(1, 0, 3)), Pieced::More);
        assert_eq!(put(&store, &piece(1, 1, 3)), Pieced::More);
        assert_eq!(put(&store, &piece(1, 1, 3)), Pieced::More);
        assert_eq!(put(&store, &piece(1, 2, 3)), Pieced::Whole(vec![1, 0, 1, 1, 1, 2]));
        assert_eq!(put(&store, &piece(1, 2, 3)), Pieced::Broken, "nothing is left of them");
    }

    #[test]
    fn another_document_or_a_newer_state_begins_anew() {
        let bench = Bench::new();
        let store = open(&bench);
        assert_eq!(put(&store, &piece(1, 0, 2)), Pieced::More);
        assert_eq!(put(&store, &piece(2, 0, 2)), Pieced::More);
        assert_eq!(put(&store, &piece(1, 1, 2)), Pieced::Broken);
        assert_eq!(put(&store, &piece(1, 0, 2)), Pieced::More);
        let grown = PieceRow {
            upto: 8,
            ..piece(1, 1, 2)
        };
        assert_eq!(put(&store, &grown), Pieced::Broken);
    }
}
