//! Cases that belong together: siblings and twins, families, and the episodes of one child.
//!
//! A link is written in one case and holds for both. Two people may write the same one; it is shown once.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{CaseId, Record, RowId, vocabulary::coded};

coded!(
    /// What the other case is to this one.
    Relation {
        /// The case of a brother or sister.
        Sibling = "sibling",
        /// The case of a twin.
        Twin = "twin",
        /// An earlier episode of the same child.
        EarlierEpisode = "earlier_episode",
        /// A later episode of the same child.
        LaterEpisode = "later_episode",
        /// A child of the same family.
        SameFamily = "same_family",
        /// A child of the same rescue or incident.
        SameIncident = "same_incident",
        /// The same child, whom two people entered: both records stay.
        SameChild = "same_child",
    }
);

impl Relation {
    /// What this case is to the other one.
    #[must_use]
    pub fn inverse(&self) -> Self {
        match self {
            Self::EarlierEpisode => Self::LaterEpisode,
            Self::LaterEpisode => Self::EarlierEpisode,
            other => other.clone(),
        }
    }
}

/// A case that this one is linked with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseLink {
    /// The other case.
    pub case: CaseId,
    /// What it is to this one.
    pub relation: Relation,
    /// What people wrote about it, without repetition.
    pub notes: Vec<String>,
    /// The rows of this case that say so; none where only the other case does.
    pub rows: Vec<RowId>,
}

/// The table that holds them.
pub const TABLE: &str = "links";

/// The links that a case itself holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    /// Each case and relation once; by relation, then by case.
    pub links: Vec<CaseLink>,
    /// Rows that name no case: a number written by hand, or nothing yet.
    pub unreadable: Vec<RowId>,
}

/// What a case says about others. Duplicates are one link; a twin is a sibling, so `sibling` beside `twin` is not
/// shown a second time.
pub fn of(record: &Record) -> Links {
    let mut merged: BTreeMap<(Relation, CaseId), CaseLink> = BTreeMap::new();
    let mut unreadable = Vec::new();
    for row in record.rows_of(TABLE) {
        let case = row.text("case").and_then(|text| text.trim().parse::<CaseId>().ok());
        let (Some(case), Some(relation)) = (case, row.text("relation").map(Relation::from_code)) else {
            unreadable.push(row.id);
            continue;
        };
        add(&mut merged, case, relation, row.text("note"), Some(row.id));
    }
    Links {
        links: without_repeated_siblings(merged),
        unreadable,
    }
}

/// The links of several cases as seen from each: what a case says, and what the others say about it.
pub fn symmetric(cases: &BTreeMap<CaseId, &Record>) -> BTreeMap<CaseId, Vec<CaseLink>> {
    let mut seen: BTreeMap<CaseId, BTreeMap<(Relation, CaseId), CaseLink>> = BTreeMap::new();
    for (&case, record) in cases {
        for link in of(record).links.into_iter().filter(|link| link.case != case) {
            let of_other = seen.entry(link.case).or_default();
            add_all(of_other, case, &link.relation.inverse(), &link.notes, &[]);
            let of_this = seen.entry(case).or_default();
            add_all(of_this, link.case, &link.relation, &link.notes, &link.rows);
        }
    }
    seen.into_iter()
        .map(|(case, merged)| (case, without_repeated_siblings(merged)))
        .collect()
}

/// The episodes of one child, earliest first, as the links of `cases` order them. Where they do not say, or contradict
/// one another, the case that was opened first comes first.
pub fn episodes(of_case: CaseId, cases: &BTreeMap<CaseId, &Record>) -> Vec<CaseId> {
    let links = symmetric(cases);
    let earlier_than = |case: CaseId| {
        let linked = links.get(&case).into_iter().flatten();
        linked
            .filter(|link| link.relation == Relation::EarlierEpisode)
            .map(|link| link.case)
    };
    let mut left = reachable(of_case, &links);
    let opened = |case: &CaseId| {
        cases
            .get(case)
            .and_then(|record| record.moment(crate::facts::OPENED_AT))
    };
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let first = left
            .iter()
            .filter(|case| earlier_than(**case).all(|earlier| !left.contains(&earlier)));
        let next = first.min_by_key(|case| (opened(case), **case)).copied();
        let next = next.or_else(|| left.iter().min_by_key(|case| (opened(case), **case)).copied());
        let Some(next) = next else { break };
        left.remove(&next);
        ordered.push(next);
    }
    ordered
}

/// Every case that is an episode of the same child.
fn reachable(start: CaseId, links: &BTreeMap<CaseId, Vec<CaseLink>>) -> BTreeSet<CaseId> {
    let mut found = BTreeSet::from([start]);
    let mut ahead = vec![start];
    while let Some(case) = ahead.pop() {
        for link in links.get(&case).into_iter().flatten() {
            let is_episode = matches!(link.relation, Relation::EarlierEpisode | Relation::LaterEpisode);
            if is_episode && found.insert(link.case) {
                ahead.push(link.case);
            }
        }
    }
    found
}

fn add(
    merged: &mut BTreeMap<(Relation, CaseId), CaseLink>,
    case: CaseId,
    relation: Relation,
    note: Option<&str>,
    row: Option<RowId>,
) {
    let link = merged.entry((relation.clone(), case)).or_insert_with(|| CaseLink {
        case,
        relation,
        notes: Vec::new(),
        rows: Vec::new(),
    });
    if let Some(note) = note.map(str::trim).filter(|note| !note.is_empty())
        && !link.notes.iter().any(|known| known == note)
    {
        link.notes.push(note.to_owned());
    }
    link.rows.extend(row);
}

fn add_all(
    merged: &mut BTreeMap<(Relation, CaseId), CaseLink>,
    case: CaseId,
    relation: &Relation,
    notes: &[String],
    rows: &[RowId],
) {
    add(merged, case, relation.clone(), None, None);
    for note in notes {
        add(merged, case, relation.clone(), Some(note), None);
    }
    for row in rows {
        add(merged, case, relation.clone(), None, Some(*row));
    }
}

/// A twin's link takes up what was written of the same case as a sibling.
fn without_repeated_siblings(mut merged: BTreeMap<(Relation, CaseId), CaseLink>) -> Vec<CaseLink> {
    let twins: Vec<CaseId> = merged
        .keys()
        .filter(|(relation, _)| *relation == Relation::Twin)
        .map(|(_, case)| *case)
        .collect();
    for case in twins {
        if let Some(sibling) = merged.remove(&(Relation::Sibling, case)) {
            add_all(&mut merged, case, &Relation::Twin, &sibling.notes, &sibling.rows);
        }
    }
    merged.into_values().collect()
}
