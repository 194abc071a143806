//! Closed lists that rules depend on. Each is stored as its code; a code this app does not know is kept as it is.

use serde::{Deserialize, Serialize};

macro_rules! coded {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $($(#[$vmeta])* $variant,)+
            /// A code of a newer app or pack; it survives a round trip.
            Unknown(String),
        }

        impl $name {
            /// All the values this app knows, in the order they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code that is stored and sent.
            pub fn code(&self) -> &str {
                match self {
                    $(Self::$variant => $code,)+
                    Self::Unknown(code) => code,
                }
            }

            /// The value with this code.
            pub fn from_code(code: &str) -> Self {
                match code {
                    $($code => Self::$variant,)+
                    other => Self::Unknown(other.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(code: String) -> Self {
                Self::from_code(&code)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.code().to_owned()
            }
        }
    };
}

pub(crate) use coded;

coded!(
    /// Under which part of the Act the child comes (JJ s.2(13), s.2(14)); a child may be both (s.8(3)(g)).
    CaseKind {
        /// Child in need of care and protection.
        Cncp = "cncp",
        /// Child in conflict with law.
        Cicl = "cicl",
        /// Both at once.
        Both = "both",
    }
);

coded!(
    /// Where the case stands, from intake to closure. It warns, it never locks.
    Stage {
        /// First contact; the child is being taken in charge.
        Intake = "intake",
        /// Before the Committee or the Board.
        Production = "production",
        /// Inquiry is under way.
        Inquiry = "inquiry",
        /// In a home, a fit facility or with a fit person.
        InCare = "in_care",
        /// On the way to a family by adoption.
        Adoption = "adoption",
        /// Going home.
        Restoration = "restoration",
        /// Visits after restoration or release, for two years.
        FollowUp = "follow_up",
        /// Eighteen, left care, and still supported (JJ s.46).
        Aftercare = "aftercare",
        /// Closed.
        Closed = "closed",
    }
);

coded!(
    /// How soon somebody must act.
    Urgency {
        /// A child in danger now.
        Emergency = "emergency",
        /// Within the day.
        Urgent = "urgent",
        /// In its turn.
        Routine = "routine",
    }
);

coded!(
    /// What a person does in the district. What a role reads and writes is in the pack.
    Role {
        /// District child protection officer, head of the unit.
        Dcpo = "dcpo",
        /// Protection officer, non-institutional care.
        PoNic = "po_nic",
        /// Protection officer, institutional care.
        PoIc = "po_ic",
        /// Legal-cum-probation officer.
        Lpo = "lpo",
        /// Counsellor.
        Counsellor = "counsellor",
        /// Social worker.
        SocialWorker = "social_worker",
        /// Member of the Child Welfare Committee.
        Cwc = "cwc",
        /// Superintendent of a child care institution.
        Superintendent = "superintendent",
        /// Member of the Juvenile Justice Board.
        Jjb = "jjb",
        /// Case worker or child welfare officer of a child care institution.
        CaseWorker = "case_worker",
        /// Outreach worker.
        OutreachWorker = "outreach_worker",
        /// Child welfare police officer.
        Cwpo = "cwpo",
        /// Data analyst of the district unit: counts, never names.
        DataAnalyst = "data_analyst",
        /// Specialised adoption agency.
        Saa = "saa",
    }
);

coded!(
    /// How well a statement of law is established.
    Checked {
        /// Read in a published text of the section or rule.
        A = "A",
        /// Read in a state's own software; to be verified against the gazette.
        B = "B",
        /// From general knowledge; to be verified against the gazette.
        C = "C",
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_from_a_newer_app_survives() {
        let stage = Stage::from_code("tribunal");
        assert_eq!(stage, Stage::Unknown("tribunal".into()));
        assert_eq!(String::from(stage), "tribunal");
        for known in Stage::ALL {
            assert_eq!(&Stage::from_code(known.code()), known);
        }
    }
}
