//! Puts the links in order.

use super::{Chain, CustodyRule, Link, finding};
use crate::{Record, RecordRow, facts};

/// Where only a day is known, noon is stored: so a hand-over within this time is no gap and no overlap.
pub(super) const SAME_DAY_MS: i64 = 24 * 3_600_000;

/// Who had the child, since when, on whose order. The rows of table `custody`, and before them what the report at
/// production (Form 17) says, unless a row says the same.
pub fn chain(rules: &[CustodyRule], record: &Record, now_ms: i64) -> Chain {
    let mut links: Vec<Link> = record.rows_of("custody").map(link_of_row).collect();
    if let Some(first) = link_of_facts(record) {
        match links.iter_mut().find(|link| says_the_same(link, &first)) {
            Some(link) => fill(link, first),
            None => links.push(first),
        }
    }
    for link in &mut links {
        link.order = link.order.take().or_else(|| order_in_facts(record, link));
        link.ordered_by = link.order.as_ref().and_then(|number| ordered_by(record, number));
    }
    links.sort_by_key(order);
    let written_ends: Vec<Option<i64>> = links.iter().map(|link| link.until_ms).collect();
    for at in 1..links.len() {
        if let (None, Some(next)) = (links[at - 1].until_ms, links[at].since_ms) {
            links[at - 1].until_ms = Some(next);
        }
    }
    let mut chain = Chain {
        links,
        ..Chain::default()
    };
    finding::find(rules, record, now_ms, &written_ends, &mut chain);
    chain
}

/// Links of no known day last; of one moment, the one from the facts first, then by the row's id.
fn order(link: &Link) -> (bool, Option<i64>, Option<crate::RowId>) {
    (link.since_ms.is_none(), link.since_ms, link.row)
}

fn link_of_row(row: &RecordRow) -> Link {
    let text = |column: &str| {
        row.text(column)
            .filter(|text| !text.trim().is_empty())
            .map(str::to_owned)
    };
    Link {
        row: Some(row.id),
        since_ms: row.moment("since"),
        until_ms: row.moment("until"),
        place: text("place_kind"),
        name: text("place_name"),
        order: text("order_number"),
        ordered_by: None,
        handed_over_by: text("handed_over_by"),
        note: text("note"),
    }
}

/// What Form 17 says, where it names a kind or a name of a place.
fn link_of_facts(record: &Record) -> Option<Link> {
    let text = |fact: &str| {
        record
            .text(fact)
            .filter(|text| !text.trim().is_empty())
            .map(str::to_owned)
    };
    let (place, name) = (text(facts::PLACEMENT), text("custody.place_name"));
    if place.is_none() && name.is_none() {
        return None;
    }
    Some(Link {
        row: None,
        since_ms: record.moment("custody.admitted_at"),
        until_ms: None,
        place,
        name,
        order: None,
        ordered_by: None,
        handed_over_by: None,
        note: None,
    })
}

/// Whether a row repeats what the facts say: the same kind of place, or else the same name, at about the same time; or,
/// where one of them has no time, at any.
fn says_the_same(row: &Link, facts: &Link) -> bool {
    let same_place = match (&row.place, &facts.place) {
        (Some(a), Some(b)) => a == b,
        _ => row.name.is_some() && row.name == facts.name,
    };
    let same_time = match (row.since_ms, facts.since_ms) {
        (Some(a), Some(b)) => a.saturating_sub(b).saturating_abs() <= SAME_DAY_MS,
        _ => true,
    };
    same_place && same_time
}

/// What the row leaves open is taken from the facts.
fn fill(row: &mut Link, facts: Link) {
    row.since_ms = row.since_ms.or(facts.since_ms);
    row.place = row.place.take().or(facts.place);
    row.name = row.name.take().or(facts.name);
}

/// The number of the order that the facts name for such a place.
fn order_in_facts(record: &Record, link: &Link) -> Option<String> {
    let place = link.place.as_deref()?;
    let text = |fact: &str| record.text(fact).map(str::trim).filter(|text| !text.is_empty());
    let named = text("order.placement_place_name");
    let same_name = named.is_none() || link.name.is_none() || named == link.name.as_deref().map(str::trim);
    let number = match place {
        "fit_person" if text("order.family_number").is_some() => text("order.family_number"),
        "foster_family" => text("foster.order_number"),
        "family" => text("restoration.order_number").or_else(|| text("order.family_number")),
        place if text("order.placement_place_kind") == Some(place) && same_name => text("order.placement_number"),
        _ => None,
    };
    number.map(str::to_owned)
}

/// The authority that made the order of that number.
fn ordered_by(record: &Record, number: &str) -> Option<String> {
    let made = record
        .rows_of("orders")
        .filter(|row| row.text("number").map(str::trim) == Some(number.trim()));
    let latest = made.max_by_key(|row| (row.moment("made_at"), row.id))?;
    latest.text("authority").map(str::to_owned)
}
