//! What is doubtful about a chain, in the words of the pack.

use super::chain::SAME_DAY_MS;
use super::{Chain, CustodyRule, Finding, Link, Stretch};
use crate::{CaseKind, Labels, Record, Stage, facts};

/// Codes of the findings that are computed; every other rule of the pack is about a kind of place.
const COMPUTED: [&str; 5] = ["gap", "overlap", "no_order", "no_date", "nobody_now"];

/// Fills in gaps, overlaps and findings. `written_ends` are the ends that somebody wrote, by link.
pub(super) fn find(
    rules: &[CustodyRule],
    record: &Record,
    now_ms: i64,
    written_ends: &[Option<i64>],
    chain: &mut Chain,
) {
    let kind = record.text(facts::KIND).map_or(CaseKind::Cncp, CaseKind::from_code);
    let mut findings = Vec::new();
    let mut say = |code: &str, link: usize, stretch: Option<Stretch>| {
        findings.push(finding(rules, code, link, stretch));
    };
    for at in 1..chain.links.len() {
        let (Some(end), Some(next)) = (written_ends[at - 1], chain.links[at].since_ms) else {
            continue;
        };
        if next.saturating_sub(end) > SAME_DAY_MS {
            let gap = Stretch {
                from_ms: end,
                to_ms: next,
            };
            chain.gaps.push(gap);
            say("gap", at - 1, Some(gap));
        } else if end.saturating_sub(next) > SAME_DAY_MS {
            let overlap = Stretch {
                from_ms: next,
                to_ms: end,
            };
            chain.overlaps.push(overlap);
            say("overlap", at - 1, Some(overlap));
        }
    }
    for (at, link) in chain.links.iter().enumerate() {
        if link.since_ms.is_none() {
            say("no_date", at, None);
        }
        if needs_order(rules, &kind, link) {
            say("no_order", at, None);
        }
        for rule in rules.iter().filter(|rule| !COMPUTED.contains(&rule.code.as_str())) {
            if is_doubtful(rule, record, &kind, link) {
                say(&rule.code, at, None);
            }
        }
    }
    let stage = record.text(facts::STAGE).map(Stage::from_code);
    if !chain.links.is_empty() && chain.current(now_ms).is_none() && stage != Some(Stage::Closed) {
        say("nobody_now", chain.links.len() - 1, None);
    }
    findings.sort_by_key(|finding| finding.link);
    chain.findings = findings;
}

/// A case under both parts of the Act is never told that a place is for the other part (JJ s.8(3)(g)).
fn is_for(rule: &CustodyRule, kind: &CaseKind) -> bool {
    rule.kinds.is_empty() || rule.kinds.contains(kind)
}

fn is_doubtful(rule: &CustodyRule, record: &Record, kind: &CaseKind, link: &Link) -> bool {
    let excused = |ground: &String| record.codes(facts::GROUNDS).contains(ground.as_str());
    is_for(rule, kind)
        && link.place.as_ref().is_some_and(|place| rule.places.contains(place))
        && !rule.unless_ground.as_ref().is_some_and(excused)
}

fn needs_order(rules: &[CustodyRule], kind: &CaseKind, link: &Link) -> bool {
    let rule = rules.iter().find(|rule| rule.code == "no_order" && is_for(rule, kind));
    let listed = |rule: &CustodyRule| link.place.as_ref().is_some_and(|place| rule.places.contains(place));
    // The report at production has no place for an order, and the order is made there.
    link.row.is_some() && link.order.is_none() && rule.is_some_and(listed)
}

fn finding(rules: &[CustodyRule], code: &str, link: usize, stretch: Option<Stretch>) -> Finding {
    let rule = rules.iter().find(|rule| rule.code == code);
    Finding {
        code: code.to_owned(),
        link,
        stretch,
        says: rule.map_or_else(Labels::default, |rule| rule.says.clone()),
        source: rule.and_then(|rule| rule.source.clone()),
        checked: rule.and_then(|rule| rule.checked.clone()),
    }
}
