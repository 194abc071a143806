//! What the rules of the pack read out of a case: its stage, the custody chain, the plan, growth, links, adoption. It
//! advises and never locks.

use std::collections::BTreeMap;

use casework::{
    CaseId, Labels, RowId, Term, adoption::Readiness, custody::Chain, disability::Summary, growth::Measured,
    plan::Plan, stage::Advice,
};
use serde::{Deserialize, Serialize};

/// What the rules read out of a case, as far as this officer may read it: a reader of fewer compartments sees what
/// follows from those.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Life {
    /// What is missing for the stage the case is in, and where it may go on. Every stage may be chosen.
    pub stage: Advice,
    /// Who has had the child, since when, on whose order; gaps, overlaps and doubts.
    pub custody: Chain,
    /// The individual care plan; `None` where this officer may not read it.
    pub plan: Option<Plan>,
    /// Each measuring of the child with what the WHO standards say of it.
    pub growth: Vec<Measured>,
    /// What is known of a disability; `None` where nothing is, or where this officer may not read it.
    pub disability: Option<Summary>,
    /// How far the child is on the way to adoption; `None` where nobody has named a ground.
    pub adoption: Option<Readiness>,
    /// Siblings, twins, earlier episodes, others of the same incident.
    pub links: Vec<LinkView>,
    /// The terms of the vocabularies whose codes stand in these views, by vocabulary: `place_kind`, `plan_head`,
    /// `disability`, `stage`, … A code that is not here is shown as it is.
    pub words: BTreeMap<String, Vec<Term>>,
}

/// A case that belongs with this one, as either of the two says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkView {
    /// The rows of this case's table `links` that say so; none where only the other case, which is on this tablet, does.
    pub rows: Vec<RowId>,
    /// The other case; `None` where what was written is no case's id.
    pub case: Option<CaseId>,
    /// The code of the relation.
    pub relation: String,
    /// The same in words.
    pub label: Labels,
    /// What people wrote about it.
    pub notes: Vec<String>,
    /// Whether the other case is on this tablet: then its initials and number stand here.
    pub here: bool,
    /// First letters of the other child's name.
    pub initials: String,
    /// The other case's number.
    pub number: String,
}
