//! Who reads and writes which kind of document, and what else a role may do.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{DocumentKind, Labels, Role};

/// What a role may do, as the pack says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleRights {
    /// The role.
    pub role: Role,
    /// What it is called.
    pub label: Labels,
    /// Documents that reach its devices: those of a case once it is assigned, the others throughout the district.
    pub reads: BTreeSet<DocumentKind>,
    /// Documents it may change; always among those it reads.
    pub writes: BTreeSet<DocumentKind>,
    /// Whether it may open a case.
    pub opens_cases: bool,
    /// Whether every case of the district is its own without an assignment.
    pub sees_district: bool,
    /// Whether it gives a case to a person or takes it away.
    #[serde(default)]
    pub assigns: bool,
    /// Whether it makes orders of a Committee or Board.
    #[serde(default)]
    pub orders: bool,
    /// Whether it puts the second signature under what another wrote.
    #[serde(default)]
    pub approves: bool,
}

/// The rights of every role of a pack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights(Vec<RoleRights>);

impl Rights {
    pub(crate) fn new(rights: Vec<RoleRights>) -> Self {
        Self(rights)
    }

    /// The rights of `role`; a role this pack does not know has none.
    pub fn of(&self, role: &Role) -> Option<&RoleRights> {
        self.0.iter().find(|rights| rights.role == *role)
    }

    /// Whether `role` may read documents of this kind; of a case only where it is assigned.
    pub fn may_read(&self, role: &Role, kind: impl Into<DocumentKind>) -> bool {
        let kind = kind.into();
        self.of(role).is_some_and(|rights| rights.reads.contains(&kind))
    }

    /// Whether `role` may change documents of this kind; of a case only where it is assigned.
    pub fn may_write(&self, role: &Role, kind: impl Into<DocumentKind>) -> bool {
        let kind = kind.into();
        self.of(role).is_some_and(|rights| rights.writes.contains(&kind))
    }

    /// All roles of the pack.
    pub fn iter(&self) -> impl Iterator<Item = &RoleRights> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Compartment, Pack, Role};

    #[test]
    fn a_role_writes_only_what_it_reads_and_every_role_is_described() {
        let rights = Pack::national().rights();
        for role in Role::ALL {
            let of = rights.of(role).unwrap();
            assert!(of.writes.is_subset(&of.reads), "{role:?}");
            assert!(of.reads.contains(&Compartment::Core.into()), "{role:?}");
        }
        assert!(!rights.may_read(&Role::Counsellor, Compartment::Legal));
        assert!(!rights.may_read(&Role::Unknown("tailor".into()), Compartment::Core));
    }
}
