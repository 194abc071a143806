//! Whether somebody has taken a referral up.

use std::collections::BTreeMap;

use crate::{FactId, Value};

/// The table of a case's core that says who was asked, when and why.
pub const CALLS: &str = "duty_calls";
/// When somebody was asked first.
const ASSIGNED: &str = "intake.assigned_at";
/// What an officer writes who has taken the referral up, or done more than that.
const ANSWERS: [&str; 4] = [
    "intake.acknowledged_at",
    "intake.reached_at",
    "intake.handed_over_at",
    "intake.closed_at",
];

/// When a referral was taken up, by what stands in its case: whoever has reached the child has taken it up, too.
pub fn answered_ms(facts: &BTreeMap<FactId, Value>) -> Option<i64> {
    ANSWERS.into_iter().filter_map(|name| moment(facts, name)).min()
}

/// Whether somebody was asked to take it up and nobody has.
pub fn waits_for_answer(facts: &BTreeMap<FactId, Value>) -> bool {
    moment(facts, ASSIGNED).is_some() && answered_ms(facts).is_none()
}

fn moment(facts: &BTreeMap<FactId, Value>, name: &str) -> Option<i64> {
    facts.get(&name.parse::<FactId>().ok()?)?.as_instant_ms()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_reached_the_child_has_taken_the_referral_up() {
        let mut facts = BTreeMap::new();
        let write = |facts: &mut BTreeMap<FactId, Value>, name: &str, at| {
            facts.insert(name.parse().unwrap(), Value::Instant(at));
        };
        assert!(!waits_for_answer(&facts), "no referral");
        write(&mut facts, "intake.assigned_at", 5);
        assert!(waits_for_answer(&facts) && answered_ms(&facts).is_none());
        write(&mut facts, "intake.reached_at", 9);
        assert!(!waits_for_answer(&facts));
        write(&mut facts, "intake.acknowledged_at", 7);
        assert_eq!(answered_ms(&facts), Some(7));
    }
}
