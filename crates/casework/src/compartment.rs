//! The compartments of a case, and the kinds of document there are.

use serde::{Deserialize, Serialize};

/// The part of a case that is sent, read, refused and destroyed as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compartment {
    /// Kind, stage, district, dates, urgency, custody, tasks, placement.
    Core,
    /// Names, parents, address, marks, photos.
    Identity,
    /// Health, disability, education, counselling, care plan, visits.
    Care,
    /// Statements, police and court matters, orders.
    Legal,
}

impl Compartment {
    /// All four, in the order they are shown.
    pub const ALL: [Self; 4] = [Self::Core, Self::Identity, Self::Care, Self::Legal];

    /// The name used in packs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Identity => "identity",
            Self::Care => "care",
            Self::Legal => "legal",
        }
    }
}

/// What a document is about; the last byte of its id on the wire. In packs a compartment stands for its documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DocumentKind {
    /// One compartment of a case.
    Case(Compartment),
    /// A missing or sighted child.
    Missing,
    /// An institution: capacity, specialisation, residents.
    Institution,
    /// An officer's training record.
    Officer,
}

impl DocumentKind {
    /// The byte that stands for this kind in a document id.
    pub const fn to_byte(self) -> u8 {
        match self {
            Self::Case(Compartment::Core) => 1,
            Self::Case(Compartment::Identity) => 2,
            Self::Case(Compartment::Care) => 3,
            Self::Case(Compartment::Legal) => 4,
            Self::Missing => 16,
            Self::Institution => 17,
            Self::Officer => 18,
        }
    }

    /// The kind that `byte` stands for, or `None` for a kind of a newer app.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::Case(Compartment::Core),
            2 => Self::Case(Compartment::Identity),
            3 => Self::Case(Compartment::Care),
            4 => Self::Case(Compartment::Legal),
            16 => Self::Missing,
            17 => Self::Institution,
            18 => Self::Officer,
            _ => return None,
        })
    }

    /// All kinds this app knows.
    pub const ALL: [Self; 7] = [
        Self::Case(Compartment::Core),
        Self::Case(Compartment::Identity),
        Self::Case(Compartment::Care),
        Self::Case(Compartment::Legal),
        Self::Missing,
        Self::Institution,
        Self::Officer,
    ];

    /// The name used in packs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Case(compartment) => compartment.code(),
            Self::Missing => "missing",
            Self::Institution => "institution",
            Self::Officer => "officer",
        }
    }

    /// The compartment, where the document is part of a case.
    pub const fn compartment(self) -> Option<Compartment> {
        match self {
            Self::Case(compartment) => Some(compartment),
            _ => None,
        }
    }
}

impl From<Compartment> for DocumentKind {
    fn from(compartment: Compartment) -> Self {
        Self::Case(compartment)
    }
}

impl From<DocumentKind> for String {
    fn from(kind: DocumentKind) -> Self {
        kind.code().to_owned()
    }
}

/// A name that is no kind of document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of document")]
pub struct UnknownKind(String);

impl TryFrom<String> for DocumentKind {
    type Error = UnknownKind;
    fn try_from(code: String) -> Result<Self, UnknownKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.code() == code)
            .ok_or(UnknownKind(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_byte_of_its_own() {
        let known: Vec<u8> = (0..=255).filter(|b| DocumentKind::from_byte(*b).is_some()).collect();
        assert_eq!(known, DocumentKind::ALL.map(DocumentKind::to_byte));
        for byte in known {
            assert_eq!(DocumentKind::from_byte(byte).map(DocumentKind::to_byte), Some(byte));
        }
    }
}
