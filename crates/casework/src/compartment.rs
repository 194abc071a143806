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

/// What a document is about; the last byte of its id on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

    /// The compartment, where the document is part of a case.
    pub const fn compartment(self) -> Option<Compartment> {
        match self {
            Self::Case(compartment) => Some(compartment),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_byte_of_its_own() {
        let known: Vec<u8> = (0..=255).filter(|b| DocumentKind::from_byte(*b).is_some()).collect();
        assert_eq!(known, [1, 2, 3, 4, 16, 17, 18]);
        for byte in known {
            assert_eq!(DocumentKind::from_byte(byte).map(DocumentKind::to_byte), Some(byte));
        }
    }
}
