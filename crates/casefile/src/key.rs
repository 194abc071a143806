//! The name of a document.

use casework::{CaseId, Compartment, DocumentKind, Subject};

/// A document's name: what it is about and which kind it is. On the wire 17 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentKey {
    /// The case, missing child, institution or officer: 16 bytes of a UUID.
    pub subject: [u8; 16],
    /// Which document of it.
    pub kind: DocumentKind,
}

impl DocumentKey {
    /// One compartment of a case.
    pub const fn case(case: CaseId, compartment: Compartment) -> Self {
        Self {
            subject: case.to_bytes(),
            kind: DocumentKind::Case(compartment),
        }
    }

    /// One document of a subject.
    pub const fn of(subject: Subject, kind: DocumentKind) -> Self {
        Self {
            subject: subject.to_bytes(),
            kind,
        }
    }

    /// What this document tells of, where it is a case or an institution.
    pub const fn about(self) -> Option<Subject> {
        Subject::of(self.subject, self.kind)
    }

    /// The case this document is part of, where it is part of one.
    pub const fn case_id(self) -> Option<CaseId> {
        match self.kind {
            DocumentKind::Case(_) => Some(CaseId::from_bytes(self.subject)),
            _ => None,
        }
    }

    /// The 17 bytes.
    pub fn to_bytes(self) -> [u8; 17] {
        let mut bytes = [0; 17];
        bytes[..16].copy_from_slice(&self.subject);
        bytes[16] = self.kind.to_byte();
        bytes
    }

    /// The document with these bytes; `None` for a kind this app does not know.
    pub fn from_bytes(bytes: [u8; 17]) -> Option<Self> {
        let (subject, kind) = bytes.split_at(16);
        Some(Self {
            subject: subject.try_into().ok()?,
            kind: DocumentKind::from_byte(kind[0])?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_survives_its_bytes_and_a_strange_kind_is_none() {
        let key = DocumentKey::case(CaseId::from_bytes([9; 16]), Compartment::Care);
        assert_eq!(DocumentKey::from_bytes(key.to_bytes()), Some(key));
        let mut strange = key.to_bytes();
        strange[16] = 200;
        assert_eq!(DocumentKey::from_bytes(strange), None);
    }
}
