//! Custody as a chain.

use std::collections::BTreeMap;

use casework::{FactId, Pack, Record, RecordRow, RowId, Value, custody};
use proptest::prelude::*;
use serde::Deserialize;

use crate::fixture::{self, Written};

#[derive(Deserialize)]
struct Chains {
    chain: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    says: String,
    now: String,
    #[serde(flatten)]
    case: Written,
    /// Kinds of place in order.
    places: Vec<String>,
    /// Who has the child now; empty for nobody.
    now_at: String,
    /// `number authority` of each order, where the case is about them.
    #[serde(default)]
    orders: Option<Vec<String>>,
    /// `code@link` of each finding.
    findings: Vec<String>,
}

#[test]
fn every_chain_is_as_the_table_of_cases_has_it() {
    let file: Chains = fixture::read(include_str!("../data/custody.toml"));
    for expected in file.chain {
        let record = expected.case.record();
        let now_ms = fixture::moment(&expected.now);
        let chain = custody::chain(&Pack::national().stages().custody, &record, now_ms);
        let places: Vec<&str> = chain
            .links
            .iter()
            .map(|link| link.place.as_deref().unwrap_or(""))
            .collect();
        assert_eq!(places, expected.places, "{}", expected.says);
        if let Some(orders) = expected.orders {
            let words = |link: &custody::Link| {
                let part = |text: &Option<String>| text.clone().unwrap_or_default();
                format!("{} {}", part(&link.order), part(&link.ordered_by))
                    .trim()
                    .to_owned()
            };
            assert_eq!(
                chain.links.iter().map(words).collect::<Vec<_>>(),
                orders,
                "{}",
                expected.says
            );
        }
        let now_at = chain.current(now_ms).and_then(|link| link.place.as_deref());
        assert_eq!(now_at.unwrap_or(""), expected.now_at, "{}", expected.says);
        let findings: Vec<String> = chain
            .findings
            .iter()
            .map(|finding| format!("{}@{}", finding.code, finding.link))
            .collect();
        assert_eq!(findings, expected.findings, "{}", expected.says);
        for finding in &chain.findings {
            assert!(finding.says.has("en") && finding.says.has("hi"), "{}", finding.code);
        }
    }
}

#[test]
fn a_lock_up_is_said_with_the_section_that_forbids_it() {
    let file: Chains = fixture::read(include_str!("../data/custody.toml"));
    let case = file.chain.iter().find(|case| case.says.contains("lock-up")).unwrap();
    let chain = custody::chain(
        &Pack::national().stages().custody,
        &case.case.record(),
        fixture::moment(&case.now),
    );
    let finding = chain.findings.iter().find(|finding| finding.code == "lock_up").unwrap();
    assert_eq!(finding.source.as_deref(), Some("JJ s.10(1)"));
}

fn any_cell() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::Instant),
        (0_i64..2_000_000_000_000).prop_map(Value::Instant),
        any::<i64>().prop_map(Value::Integer),
        ".{0,6}".prop_map(Value::Text),
        prop_oneof![Just("childrens_home"), Just("observation_home"), Just("lock_up")]
            .prop_map(|code| Value::Text(code.to_owned())),
    ]
}

/// Any custody rows at all, well or badly written.
pub(crate) fn any_rows() -> impl Strategy<Value = Vec<RecordRow>> {
    let column = prop_oneof![
        Just("since"),
        Just("until"),
        Just("place_kind"),
        Just("place_name"),
        Just("order_number")
    ];
    let cells = proptest::collection::btree_map(column.prop_map(str::to_owned), any_cell(), 0..5);
    proptest::collection::vec((any::<[u8; 16]>(), cells), 0..8).prop_map(|rows| {
        let rows: BTreeMap<_, _> = rows.into_iter().collect();
        rows.into_iter()
            .map(|(id, cells)| RecordRow {
                id: RowId::from_bytes(id),
                table: "custody".to_owned(),
                cells,
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn a_chain_is_sorted_and_keeps_every_row(
        rows in any_rows(), from_facts in any::<bool>(), admitted in any::<Option<i64>>(), now_ms in any::<i64>(),
    ) {
        let mut record = Record { rows: rows.clone(), ..Record::default() };
        let mut set = |fact: &str, value: Value| { record.facts.insert(fact.parse::<FactId>().unwrap(), value) };
        if from_facts {
            set("custody.place_kind", Value::Text("saa".to_owned()));
        }
        if let Some(admitted) = admitted {
            set("custody.admitted_at", Value::Instant(admitted));
        }
        let chain = custody::chain(&Pack::national().stages().custody, &record, now_ms);
        let mut kept: Vec<RowId> = chain.links.iter().filter_map(|link| link.row).collect();
        kept.sort_unstable();
        prop_assert_eq!(kept, rows.iter().map(|row| row.id).collect::<Vec<_>>());
        prop_assert_eq!(chain.links.iter().filter(|link| link.row.is_none()).count(), usize::from(from_facts));
        for pair in chain.links.windows(2) {
            let key = |link: &custody::Link| (link.since_ms.is_none(), link.since_ms);
            prop_assert!(key(&pair[0]) <= key(&pair[1]));
            // Where nobody wrote an end, the next begins where this one ends.
            prop_assert!(pair[0].until_ms.is_some() || pair[1].since_ms.is_none());
        }
        prop_assert!(chain.findings.iter().all(|finding| finding.link < chain.links.len()));
        prop_assert!(chain.gaps.iter().chain(&chain.overlaps).all(|stretch| stretch.from_ms < stretch.to_ms));
    }

    #[test]
    fn the_order_of_writing_changes_nothing(rows in any_rows(), now_ms in 0_i64..2_000_000_000_000) {
        let chain = |rows: Vec<RecordRow>| {
            let record = Record { rows, ..Record::default() };
            custody::chain(&Pack::national().stages().custody, &record, now_ms)
        };
        let backwards = rows.iter().rev().cloned().collect();
        prop_assert_eq!(chain(rows), chain(backwards));
    }
}
