//! Who wrote what: the history of a register, and the versions that stand side by side after a merge.

use automerge::{ObjId, ReadDoc, legacy};
use casework::{AuthorId, RowId, Value};

use crate::{
    ChangeHash, Document, Register,
    change::author_of,
    genesis::{FACTS_OP, ROWS_OP, object},
    guard::guarded,
    read::{TABLE, member_key, value_of},
};

/// What one change wrote in a register.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The value; `None` where the register was emptied.
    pub value: Option<Value>,
    /// Who wrote it.
    pub author: AuthorId,
    /// The change's number among those of its author in this document, from one.
    pub seq: u64,
    /// When, by the writer's clock, milliseconds since 1970-01-01 UTC (whole seconds).
    pub at_ms: i64,
    /// What was being done: the code of an [`crate::Action`].
    pub action: String,
    /// The change.
    pub change: ChangeHash,
}

/// A register in which several people wrote apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Clash {
    /// The register.
    pub register: Register,
    /// The table, where the register is a cell.
    pub table: Option<String>,
    /// The live versions with different values; the displayed one first.
    pub versions: Vec<Version>,
}

impl Document {
    /// Every register with more than one live value, in the order of their names; the same list on every device that
    /// has the same changes. Two people who wrote the same value do not clash.
    pub fn clashes(&self) -> Vec<Clash> {
        let mut clashes = Vec::new();
        for item in self.doc.map_range(object(FACTS_OP), ..) {
            if item.conflict
                && let Ok(fact) = item.key.parse()
            {
                clashes.extend(self.clash(Register::Fact(fact), None));
            }
        }
        for row in self.doc.map_range(object(ROWS_OP), ..) {
            let Ok(id) = row.key.parse::<RowId>() else { continue };
            let table = self.row(id).map(|row| row.table);
            for cell in self
                .doc
                .map_range(row.id(), ..)
                .filter(|cell| cell.conflict && cell.key != TABLE)
            {
                let register = Register::Cell {
                    row: id,
                    column: cell.key.to_string(),
                };
                clashes.extend(self.clash(register, table.clone()));
            }
        }
        clashes
    }

    /// The live versions of a register, displayed one first; one version where nobody wrote apart, none where the
    /// register is empty. A set has the version of whoever wrote one of its members last.
    pub fn live(&self, register: &Register) -> Vec<Version> {
        if let Register::Fact(fact) = register
            && let Some(Value::Set(codes)) = self.value(register)
        {
            let facts = object(FACTS_OP);
            let members = codes
                .iter()
                .flat_map(|code| self.live_at(&facts, &member_key(fact, code)));
            let last = members.max_by_key(|version| (version.at_ms, version.change));
            return last
                .into_iter()
                .map(|version| Version {
                    value: Some(Value::Set(codes.clone())),
                    ..version
                })
                .collect();
        }
        self.place(register)
            .map(|(map, key)| self.live_at(&map, &key))
            .unwrap_or_default()
    }

    /// Everything that was ever written in a register, newest last by the order of merging. A set lists the members
    /// one by one, each as a set of one.
    pub fn history(&self, register: &Register) -> Vec<Version> {
        let Some((map, key)) = self.place(register) else {
            return Vec::new();
        };
        let ObjId::Id(counter, actor, _) = map else {
            return Vec::new();
        };
        let wanted = legacy::ObjectId::Id(legacy::OpId(counter, actor));
        let mut versions: Vec<Version> = Vec::new();
        for change in self.doc.get_changes(&[]) {
            let Some(author) = author_of(change.actor_id()) else {
                continue;
            };
            let Some(decoded) = guarded(|| change.decode()) else {
                continue;
            };
            for op in decoded.operations.iter().filter(|op| op.obj == wanted) {
                let Some(value) = written(op, &key) else { continue };
                // To settle a clash empties the register and writes it anew: one version, what was written last.
                let again = |last: &mut Version| last.change == change.hash().0 && last.value.is_none();
                if !matches!(value, Some(Value::Set(_))) {
                    versions.pop_if(again);
                }
                versions.push(Version {
                    value,
                    author,
                    seq: change.seq(),
                    at_ms: change.timestamp().saturating_mul(1_000),
                    action: change.message().unwrap_or_default().to_owned(),
                    change: change.hash().0,
                });
            }
        }
        versions
    }

    fn clash(&self, register: Register, table: Option<String>) -> Option<Clash> {
        let mut versions: Vec<Version> = Vec::new();
        for version in self.live(&register) {
            if versions.iter().all(|seen| seen.value != version.value) {
                versions.push(version);
            }
        }
        (versions.len() > 1).then_some(Clash {
            register,
            table,
            versions,
        })
    }

    fn place(&self, register: &Register) -> Option<(ObjId, String)> {
        Some(match register {
            Register::Fact(fact) => (object(FACTS_OP), fact.as_str().to_owned()),
            Register::Cell { row, column } => (self.row_object(*row)?, column.clone()),
        })
    }

    fn live_at(&self, map: &ObjId, key: &str) -> Vec<Version> {
        let mut versions: Vec<Version> = self
            .doc
            .get_all(map, key)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(value, id)| {
                let hash = self.doc.hash_for_opid(&id)?;
                let meta = self.doc.get_change_meta_by_hash(&hash)?;
                Some(Version {
                    value: value_of(&value),
                    author: author_of(&meta.actor)?,
                    seq: meta.seq,
                    at_ms: meta.timestamp.saturating_mul(1_000),
                    action: meta.message.as_deref().unwrap_or_default().to_owned(),
                    change: hash.0,
                })
            })
            .collect();
        // Automerge lists the displayed value last.
        versions.reverse();
        versions
    }
}

/// What `op` wrote under `key`, or under a member of the set `key`; `None` where it wrote something else.
#[expect(
    clippy::option_option,
    reason = "the outer says whether it wrote here, the inner what"
)]
fn written(op: &legacy::Op, key: &str) -> Option<Option<Value>> {
    let legacy::Key::Map(name) = &op.key else { return None };
    let member = name.strip_prefix(key)?;
    match (&op.action, member.strip_prefix('#')) {
        (legacy::OpType::Put(scalar), None) if member.is_empty() => Some(value_of(&scalar.clone().into())),
        (legacy::OpType::Delete, None) if member.is_empty() => Some(None),
        (legacy::OpType::Put(_), Some(code)) => Some(Some(Value::Set([code.to_owned()].into()))),
        (legacy::OpType::Delete, Some(_)) => Some(None),
        _ => None,
    }
}
