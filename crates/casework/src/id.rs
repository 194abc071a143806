//! Ids, parsed once at the edge. All but [`FactId`] are 16 bytes and made on a device, so that a record has its final
//! name before any network was seen.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not the 36-character form of a UUID.
    #[error("not a UUID")]
    NotAUuid,
    /// A fact id is dotted lower-case words, 1 to 64 characters.
    #[error("not a fact id")]
    NotAFactId,
}

macro_rules! uuid_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The id with these 16 bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The 16 bytes.
            pub const fn to_bytes(self) -> [u8; 16] {
                self.0.into_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::try_parse(text).map(Self).map_err(|_| IdError::NotAUuid)
            }
        }
    };
}

uuid_id!(
    /// A case of one child. UUIDv7, made by the device that opened the case.
    CaseId
);
uuid_id!(
    /// A child care institution: a home, an agency, a fit facility. Made by the hub when the district enters it.
    InstitutionId
);
uuid_id!(
    /// A report of a missing, sighted or found child. UUIDv7, made by the device that wrote it.
    ReportId
);
uuid_id!(
    /// A person with an account at the hub.
    UserId
);
uuid_id!(
    /// One user on one device: the automerge actor id. Random; a restored or re-enrolled device is a new author.
    AuthorId
);
uuid_id!(
    /// A row of a table in a case (family member, belonging, task, attachment, visit).
    RowId
);
uuid_id!(
    /// A timeline entry. UUIDv7, so that entries sort by the time they were made.
    EntryId
);

impl AuthorId {
    /// What the hub itself writes when the district's administration enters something. No device is this author: a hub
    /// enrols none under it.
    pub const HUB: Self = Self::from_bytes([0xff; 16]);
}

/// The name of a fact in the data dictionary, e.g. `child.name`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FactId(String);

impl FactId {
    /// Longest fact id, in bytes.
    pub const BYTES_MAX: usize = 64;

    /// The dotted name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FactId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let word = |w: &str| {
            !w.is_empty()
                && w.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        if text.len() <= Self::BYTES_MAX && text.split('.').all(word) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError::NotAFactId)
        }
    }
}

impl TryFrom<String> for FactId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<FactId> for String {
    fn from(id: FactId) -> Self {
        id.0
    }
}

impl fmt::Display for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FactId({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_id_is_dotted_lower_case_words() {
        for good in ["child.name", "case.kind", "found.place_1"] {
            assert_eq!(good.parse::<FactId>().map(String::from), Ok(good.to_owned()));
        }
        for bad in [
            "",
            ".",
            "child.",
            "Child.name",
            "child name",
            "child#x",
            &"a".repeat(65),
        ] {
            assert_eq!(bad.parse::<FactId>(), Err(IdError::NotAFactId), "{bad}");
        }
    }

    #[test]
    fn ids_survive_text_and_bytes() {
        let id = CaseId::from_bytes([7; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(CaseId::from_bytes(id.to_bytes()), id);
        assert!("seven".parse::<CaseId>().is_err());
    }
}
