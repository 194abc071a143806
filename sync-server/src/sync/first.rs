//! A first reading: who has nothing yet is told what matters first, not what happened first.
//!
//! The order is made once, when the reading begins, and kept with its author: a cursor that says how far down it a device is
//! stays true, whatever becomes urgent or closed meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use casework::{Compartment, card::pressing};
use protocol::DocumentId;

use crate::rights::key_of;
use crate::storage::Listed;

/// Emergencies whose documents come before the list: a few kilobytes each, and the list is to be whole within one window of
/// signal.
const EMERGENCIES_FIRST: usize = 4;

/// What is told at one place of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// The entry of the log with this number.
    Entry(u64),
    /// What the list shows of a case, to whoever still has what grants its `core` and `identity`.
    Card { core: u64, identity: Option<u64> },
}

impl Item {
    /// The entries that must still be told for this to be.
    pub(super) fn numbers(self) -> impl Iterator<Item = u64> {
        let (first, second) = match self {
            Self::Entry(number) => (number, None),
            Self::Card { core, identity } => (core, identity),
        };
        std::iter::once(first).chain(second)
    }
}

/// How a subject's documents press: lists sort so, too.
type Rank = (u8, i64, [u8; 16]);

/// The order in which the entries are told.
pub(super) fn order(listed: &[Listed]) -> Vec<Item> {
    let mut subjects: BTreeMap<Rank, Vec<&Listed>> = BTreeMap::new();
    let mut others = Vec::new();
    for entry in listed {
        let Some(document) = entry.document else {
            others.push(Item::Entry(entry.number));
            continue;
        };
        let [subject @ .., _kind] = document.0;
        let (pressing, due_ms) = entry.card.unwrap_or((pressing::OPEN, None));
        let rank = (pressing, due_ms.unwrap_or(i64::MAX), subject);
        subjects.entry(rank).or_default().push(entry);
    }
    // Within a case by kind: `core`, then who the child is.
    for documents in subjects.values_mut() {
        documents.sort_by_key(|entry| entry.document.map(|document| document.0[16]));
    }
    let pressing_most = subjects.keys().take_while(|rank| rank.0 == pressing::EMERGENCY);
    let first: BTreeSet<Rank> = pressing_most.take(EMERGENCIES_FIRST).copied().collect();
    let documents = |is_first: bool| {
        let chosen = subjects
            .iter()
            .filter(move |(rank, _)| first.contains(rank) == is_first);
        chosen.flat_map(|(_, entries)| entries.iter().map(|entry| Item::Entry(entry.number)))
    };
    let cards = subjects.values().filter_map(|entries| card(entries));
    let before: Vec<Item> = documents.clone()(true).collect();
    // Who an emergency is about is here with its documents; its card would say nothing new and costs little.
    before
        .into_iter()
        .chain(cards)
        .chain(others)
        .chain(documents(false))
        .collect()
}

/// What the list is to show of a case with these documents.
fn card(entries: &[&Listed]) -> Option<Item> {
    entries.first()?.card?;
    let number_of = |compartment: Compartment| {
        let is_it = |document: DocumentId| key_of(document).is_some_and(|key| key.kind == compartment.into());
        let granted = entries.iter().find(|entry| entry.document.is_some_and(is_it));
        granted.map(|entry| entry.number)
    };
    Some(Item::Card {
        core: number_of(Compartment::Core)?,
        identity: number_of(Compartment::Identity),
    })
}

const ENTRY: u8 = 0;
const CARD: u8 = 1;
const CARD_OF_BOTH: u8 = 2;

/// The order as it is kept: for each item its sort, then its numbers as LEB128.
pub(super) fn to_bytes(items: &[Item]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(items.len() * 4);
    for item in items {
        bytes.push(match item {
            Item::Entry(_) => ENTRY,
            Item::Card { identity: None, .. } => CARD,
            Item::Card { .. } => CARD_OF_BOTH,
        });
        for number in item.numbers() {
            super::cursor::put_number(&mut bytes, number);
        }
    }
    bytes
}

/// The order that was kept; `None` where that is none.
pub(super) fn from_bytes(mut bytes: &[u8]) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    while let Some((sort, rest)) = bytes.split_first() {
        bytes = rest;
        let first = super::cursor::next_number(&mut bytes)?;
        items.push(match *sort {
            ENTRY => Item::Entry(first),
            CARD => Item::Card {
                core: first,
                identity: None,
            },
            CARD_OF_BOTH => Item::Card {
                core: first,
                identity: Some(super::cursor::next_number(&mut bytes)?),
            },
            _ => return None,
        });
    }
    Some(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(number: u64, case: u8, kind: u8, card: Option<(u8, Option<i64>)>) -> Listed {
        let mut document = [case; 17];
        document[16] = kind;
        Listed {
            number,
            document: Some(DocumentId(document)),
            card,
        }
    }

    const AUTHOR: Listed = Listed {
        number: 1,
        document: None,
        card: None,
    };

    fn entries(items: &[Item]) -> Vec<u64> {
        let entry = |item: &Item| match item {
            Item::Entry(number) => Some(*number),
            Item::Card { .. } => None,
        };
        items.iter().filter_map(entry).collect()
    }

    #[test]
    fn emergencies_come_first_then_the_list_then_the_cases_as_they_press() {
        let listed = [
            AUTHOR,
            grant(2, 0xc1, 1, Some((pressing::CLOSED, None))),
            grant(3, 0xc2, 2, Some((pressing::OPEN, Some(90)))),
            grant(4, 0xc2, 1, Some((pressing::OPEN, Some(90)))),
            grant(5, 0xc3, 1, Some((pressing::EMERGENCY, None))),
            grant(6, 0xc4, 1, Some((pressing::OPEN, Some(20)))),
            grant(7, 0xc5, 1, None),
        ];
        let order = order(&listed);
        let card = |core, identity| Item::Card { core, identity };
        assert_eq!(order[0], Item::Entry(5));
        assert_eq!(
            order[1..5],
            [card(5, None), card(6, None), card(4, Some(3)), card(2, None)]
        );
        assert_eq!(entries(&order), [5, 1, 6, 4, 3, 7, 2]);
    }

    #[test]
    fn many_emergencies_do_not_keep_the_list_waiting() {
        let listed: Vec<Listed> = (0..20)
            .map(|case| grant(u64::from(case) + 1, case, 1, Some((pressing::EMERGENCY, None))))
            .collect();
        let order = order(&listed);
        let cards = order.iter().position(|item| matches!(item, Item::Card { .. }));
        assert_eq!(cards, Some(EMERGENCIES_FIRST));
        assert_eq!(entries(&order).len(), 20, "and none is left out or told twice");
    }

    #[test]
    fn an_order_is_kept_as_it_was_made() {
        let items = [
            Item::Entry(u64::MAX >> 2),
            Item::Card {
                core: 300,
                identity: Some(1),
            },
            Item::Card {
                core: 5,
                identity: None,
            },
        ];
        let bytes = to_bytes(&items);
        assert_eq!(from_bytes(&bytes).as_deref(), Some(items.as_slice()));
        assert_eq!(from_bytes(&bytes[..bytes.len() - 1]), None);
        assert_eq!(from_bytes(&[7, 1]), None);
    }
}
