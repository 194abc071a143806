//! The care plan as it lives.

use casework::plan::{self, ItemStatus};
use serde::Deserialize;

use crate::fixture::{self, Written, row_id};

#[derive(Deserialize)]
struct Plans {
    plan: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    says: String,
    now: String,
    #[serde(flatten)]
    case: Written,
    /// `row: status`, in the order they are shown.
    items: Vec<String>,
    /// The last day for the next review.
    review: Option<String>,
    #[serde(default)]
    loose: usize,
}

#[test]
fn every_plan_is_as_the_table_of_cases_has_it() {
    let file: Plans = fixture::read(include_str!("../data/plan.toml"));
    for expected in file.plan {
        let plan = plan::of(&expected.case.record(), fixture::moment(&expected.now));
        let items: Vec<String> = plan
            .items
            .iter()
            .map(|item| format!("{}: {}", item.row.to_bytes()[0], status(item.status)))
            .collect();
        assert_eq!(items, expected.items, "{}", expected.says);
        let review = expected
            .review
            .map(|day| fixture::moment(&format!("{day}T00:00")) + 86_400_000);
        assert_eq!(plan.next_review_ms, review, "{}", expected.says);
        assert_eq!(plan.loose_progress.len(), expected.loose, "{}", expected.says);
    }
}

fn status(status: ItemStatus) -> &'static str {
    match status {
        ItemStatus::Overdue => "overdue",
        ItemStatus::Due => "due",
        ItemStatus::NoProgress => "no progress",
        ItemStatus::Open => "open",
        ItemStatus::Done => "done",
    }
}

#[test]
fn progress_stands_under_its_item_oldest_first_and_none_is_lost() {
    let file: Plans = fixture::read(include_str!("../data/plan.toml"));
    let case = file
        .plan
        .iter()
        .find(|case| case.says.contains("its own quarter"))
        .unwrap();
    let plan = plan::of(&case.case.record(), fixture::moment(&case.now));
    let item = plan.items.iter().find(|item| item.row == row_id(1)).unwrap();
    let words: Vec<&str> = item.progress.iter().map(|entry| entry.progress.as_str()).collect();
    assert_eq!(words, ["reads letters", "reads words"]);
    assert!(item.progress_this_quarter);
    assert_eq!(plan.under("education").count(), 1);
}
