//! Photos, papers, recordings and signatures: in which table of which compartment their rows stand, and what a row says.
//! Their bytes are not in a document; a row has their hashes.

use crate::{
    Compartment, DocumentKind, Record,
    matching::{LOOK, Look},
};

/// The tables, each in a compartment of its own, so that a paper of a court is read by nobody who may not read what
/// else belongs to the court. `identity` is where photos go.
pub const TABLES: [(&str, Compartment); 3] = [
    ("attachments", Compartment::Identity),
    ("attachments_care", Compartment::Care),
    ("attachments_legal", Compartment::Legal),
];

/// The table of a report of a missing child: photos only.
pub const OF_REPORTS: &str = "attachments_missing";

/// The table of a compartment; `core` has none, because everybody on the case reads it.
pub fn table_of(compartment: Compartment) -> Option<&'static str> {
    let found = TABLES.iter().find(|(_, of)| *of == compartment);
    found.map(|(table, _)| *table)
}

/// The table of a document.
pub fn table_in(kind: DocumentKind) -> Option<&'static str> {
    match kind {
        DocumentKind::Missing => Some(OF_REPORTS),
        _ => kind.compartment().and_then(table_of),
    }
}

/// Whether a table is one of attachments.
pub fn is_table(table: &str) -> bool {
    table == OF_REPORTS || TABLES.iter().any(|(known, _)| *known == table)
}

/// Whether a document holds attachments.
pub fn is_in(kind: DocumentKind) -> bool {
    table_in(kind).is_some()
}

/// Whether a column says something of the bytes, which tells a person nothing.
pub fn is_of_bytes(column: &str) -> bool {
    column == "kind" || column == LOOK || column.starts_with("sha_") || column.starts_with("bytes_")
}

/// What the photos of a record look like, as far as a row says it, the newest last.
pub fn looks(record: &Record) -> Vec<Look> {
    let mut looks = Vec::new();
    for row in record.rows.iter().filter(|row| is_table(&row.table)) {
        let look = row.text(LOOK).and_then(|text| text.parse().ok());
        looks.extend(look.filter(|look| !looks.contains(look)));
    }
    looks
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
        let tables = TABLES.map(|(table, compartment)| (table, compartment.into()));
        for (table, document) in tables.into_iter().chain([(OF_REPORTS, DocumentKind::Missing)]) {
            assert_eq!(of(table).document, document, "{table}");
            assert!(is_table(table) && is_in(document));
            assert_eq!(columns(table), columns("attachments"), "{table}");
        }
        assert!(Pack::national().vocabulary(SIGNERS).is_some());
        assert!(!is_in(Compartment::Core.into()));
    }
}
