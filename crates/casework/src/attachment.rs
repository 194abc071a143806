//! Photos, papers, recordings and signatures: in which table of which compartment their rows stand, and what a row says.
//! Their bytes are not in a document; a row has their hashes.

use crate::{Compartment, DocumentKind};

/// The tables, each in a compartment of its own, so that a paper of a court is read by nobody who may not read what
/// else belongs to the court. `identity` is where photos go.
pub const TABLES: [(&str, Compartment); 3] = [
    ("attachments", Compartment::Identity),
    ("attachments_care", Compartment::Care),
    ("attachments_legal", Compartment::Legal),
];

/// The table of a compartment; `core` has none, because everybody on the case reads it.
pub fn table_of(compartment: Compartment) -> Option<&'static str> {
    let found = TABLES.iter().find(|(_, of)| *of == compartment);
    found.map(|(table, _)| *table)
}

/// Whether a table is one of attachments.
pub fn is_table(table: &str) -> bool {
    TABLES.iter().any(|(known, _)| *known == table)
}

/// Whether a document holds attachments.
pub fn is_in(kind: DocumentKind) -> bool {
    kind.compartment()
        .is_some_and(|compartment| table_of(compartment).is_some())
}

/// Whether a column says something of the bytes, which tells a person nothing.
pub fn is_of_bytes(column: &str) -> bool {
    column == "kind" || column.starts_with("sha_") || column.starts_with("bytes_")
}

/// The vocabulary of those who sign.
pub const SIGNERS: &str = "signer";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pack;

    #[test]
    fn the_pack_has_every_table_in_its_compartment_with_the_same_columns() {
        let of = |table: &str| Pack::national().table(table).unwrap();
        let columns = |table: &str| {
            of(table)
                .columns
                .iter()
                .map(|column| column.id.clone())
                .collect::<Vec<_>>()
        };
        for (table, compartment) in TABLES {
            assert_eq!(of(table).document, compartment.into(), "{table}");
            assert_eq!(columns(table), columns("attachments"), "{table}");
        }
        assert!(Pack::national().vocabulary(SIGNERS).is_some());
        assert!(!is_in(Compartment::Core.into()));
    }
}
