//! The names of the facts of an institution that code needs: for the list, and for what the hub writes when a district
//! enters one.

/// What it is called.
pub const NAME: &str = "institution.name";
/// What kind of place it is.
pub const KIND: &str = "institution.kind";
/// How many children it is registered for.
pub const CAPACITY: &str = "institution.capacity";
/// How many were there when somebody last counted.
pub const PRESENT: &str = "institution.present";
/// The district it lies in.
pub const DISTRICT: &str = "institution.district";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DocumentKind, Pack};

    #[test]
    fn the_pack_knows_them_and_keeps_them_in_the_document_of_the_institution() {
        for name in [NAME, KIND, CAPACITY, PRESENT, DISTRICT] {
            let fact = Pack::national().fact(&name.parse().unwrap()).unwrap();
            assert_eq!(fact.document, DocumentKind::Institution, "{name}");
        }
    }
}
