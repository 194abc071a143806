//! Who reads and writes which kind of document, and what else a role may do.

use std::collections::BTreeSet;

use jiff::civil;
use serde::{Deserialize, Serialize};

use crate::{DocumentKind, Labels, Role, period};

/// What a role may do, as the pack says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "as a pack writes them")]
pub struct RoleRights {
    /// The role.
    pub role: Role,
    /// What it is called.
    pub label: Labels,
    /// Documents that reach its devices: those of a case once it is assigned, the others throughout the
    /// district (but see [`Self::own_institution`]).
    pub reads: BTreeSet<DocumentKind>,
    /// Documents it may change; always among those it reads.
    pub writes: BTreeSet<DocumentKind>,
    /// Whether it may open a case.
    pub opens_cases: bool,
    /// Whether every case of the district is its own without an assignment.
    pub sees_district: bool,
    /// Whether it works in an institution: of institutions it has only those that are given to it, and not the others of
    /// the district.
    #[serde(default)]
    pub own_institution: bool,
    /// Whether it gives a case to a person or takes it away.
    #[serde(default)]
    pub assigns: bool,
    /// Whether it makes orders of a Committee or Board.
    #[serde(default)]
    pub orders: bool,
    /// Whether it puts the second signature under what another wrote.
    #[serde(default)]
    pub approves: bool,
    /// First day on which this is in force.
    pub in_force_from: Option<civil::Date>,
    /// Last day on which it was in force, where it no longer is.
    pub in_force_until: Option<civil::Date>,
}

/// The rights of every role of a pack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights(Vec<RoleRights>);

impl Rights {
    /// The latest text of a role stands last.
    #[cfg(feature = "packs")]
    pub(crate) fn new(mut rights: Vec<RoleRights>) -> Self {
        rights.sort_by_key(|rights| rights.in_force_from);
        Self(rights)
    }

    /// The rights of `role`, as they read last; a role this pack does not know has none.
    pub fn of(&self, role: &Role) -> Option<&RoleRights> {
        self.0.iter().rfind(|rights| rights.role == *role)
    }

    /// The rights that are in force on `day`.
    #[must_use]
    pub fn on(&self, day: civil::Date) -> Self {
        let in_force = |rights: &&RoleRights| period::holds(rights.in_force_from, rights.in_force_until, day);
        Self(self.0.iter().filter(in_force).cloned().collect())
    }

    /// Whether `role` gives a case to a person or takes it away.
    pub fn may_assign(&self, role: &Role) -> bool {
        self.of(role).is_some_and(|rights| rights.assigns)
    }

    /// Whether `role` makes orders of a Committee or Board.
    pub fn may_order(&self, role: &Role) -> bool {
        self.of(role).is_some_and(|rights| rights.orders)
    }

    /// Whether `role` gives the second signature.
    pub fn may_approve(&self, role: &Role) -> bool {
        self.of(role).is_some_and(|rights| rights.approves)
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

    #[cfg(feature = "packs")]
    pub(crate) fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut RoleRights> {
        self.0.iter_mut()
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
