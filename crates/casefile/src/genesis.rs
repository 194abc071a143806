//! The first change of every document, the same wherever it is made.

use automerge::{ActorId, Automerge, ObjId, ObjType, ROOT, transaction::CommitOptions, transaction::Transactable};
use casework::DocumentKind;

/// Operations of the genesis change, in order: the three maps, then the kind.
pub(crate) const FACTS_OP: u64 = 1;
pub(crate) const ROWS_OP: u64 = 2;
pub(crate) const TIMELINE_OP: u64 = 3;

/// The actor of the genesis change; no author has this id, since authors are random.
pub(crate) fn actor() -> ActorId {
    ActorId::from([0_u8; 16])
}

/// A document with nothing but its genesis change. The kind is part of the change, so changes of one kind of document
/// do not apply to another.
pub(crate) fn document(kind: DocumentKind) -> Automerge {
    let mut doc = Automerge::new().with_actor(actor());
    let made = doc.transact_with::<_, _, automerge::AutomergeError, _>(
        |()| CommitOptions::default().with_time(0),
        |tx| {
            tx.put_object(ROOT, "facts", ObjType::Map)?;
            tx.put_object(ROOT, "rows", ObjType::Map)?;
            tx.put_object(ROOT, "timeline", ObjType::Map)?;
            tx.put(ROOT, "kind", i64::from(kind.to_byte()))
        },
    );
    made.map_err(|failure| failure.error)
        .expect("writing four keys into an empty map cannot fail");
    doc
}

/// The object of the map made by operation `op` of the genesis change.
pub(crate) fn object(op: u64) -> ObjId {
    ObjId::Id(op, actor(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use automerge::ReadDoc;
    use casework::Compartment;

    #[test]
    fn genesis_is_the_same_wherever_it_is_made_and_differs_by_kind() {
        let core = DocumentKind::Case(Compartment::Core);
        assert_eq!(document(core).get_heads(), document(core).get_heads());
        assert_ne!(document(core).get_heads(), document(DocumentKind::Missing).get_heads());
        let doc = document(core);
        for (op, name) in [(FACTS_OP, "facts"), (ROWS_OP, "rows"), (TIMELINE_OP, "timeline")] {
            assert_eq!(doc.get(ROOT, name).unwrap().unwrap().1, object(op));
        }
    }

    #[test]
    fn the_genesis_of_a_core_document_never_changes() {
        let heads = document(DocumentKind::Case(Compartment::Core)).get_heads();
        assert_eq!(heads[0].to_string(), include_str!("../golden/genesis-core.hash").trim());
    }
}
