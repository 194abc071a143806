//! The pairs as CSV. Reasons begin with a letter and numbers are plain, so that no spreadsheet takes a cell for a formula; ids
//! are given back as they came.

use std::io::Write;

use anyhow::Result;
use casework::matching::{Asking, Catalogue, Duplicate, Report, Score, english};

use super::{register::Register, work};

/// Proposals for one missing child.
const BEST: usize = 10;
/// Duplicates of one row that are looked at.
const DUPLICATES_MAX: usize = 50;
/// A pair of a register is written where it is likelier than this. Officers are shown pairs from `SHOWN_MIN` on; whoever
/// cleans a register wants to see the doubtful ones, too, and the row says how likely it is.
const DUPLICATE_MIN: f32 = 0.3;

/// The ten best for each missing child.
pub(super) fn matches(
    catalogue: &Catalogue,
    missing: &Register,
    found: &Register,
    out: &mut dyn Write,
    said: &mut dyn Write,
) -> Result<()> {
    let mut out = csv::Writer::from_writer(out);
    out.write_record(["missing_id", "found_id", "rank", "score", "probability", "reasons"])?;
    let each = |asking: &mut Asking, number: usize| {
        let proposals = catalogue.ask_sought(number, BEST, asking);
        let report = missing.report(number);
        let explained = proposals.into_iter().map(|proposal| {
            let score = catalogue.explain_sought(number, proposal.number, asking);
            (proposal, reasons(&score, &report, &found.report(proposal.number)))
        });
        explained.collect::<Vec<_>>()
    };
    work::on_every_core(missing.len(), said, Asking::default, each, |number, rows| {
        for (rank, (proposal, reasons)) in rows.into_iter().enumerate() {
            out.write_record([
                missing.id(number),
                found.id(proposal.number),
                &(rank + 1).to_string(),
                &format!("{:.3}", proposal.score),
                &format!("{:.6}", proposal.probability),
                &reasons,
            ])?;
        }
        Ok(())
    })?;
    Ok(out.flush()?)
}

/// Every pair that may be one child, the likeliest first.
pub(super) fn duplicates(
    catalogue: &Catalogue,
    register: &Register,
    out: &mut dyn Write,
    said: &mut dyn Write,
) -> Result<()> {
    let mut pairs: Vec<Duplicate> = Vec::new();
    let each = |asking: &mut Asking, number: usize| catalogue.ask_stored(number, DUPLICATES_MAX, asking);
    work::on_every_core(register.len(), said, Asking::default, each, |number, proposals| {
        let likely = proposals
            .iter()
            .filter(|proposal| proposal.probability >= DUPLICATE_MIN);
        pairs.extend(likely.map(|proposal| Duplicate::direct(number, proposal)));
        Ok(())
    })?;
    let mut asking = Asking::default();
    let pairs = catalogue.close(pairs, &mut asking);
    let mut out = csv::Writer::from_writer(out);
    out.write_record(["id_a", "id_b", "score", "probability", "reasons"])?;
    for pair in pairs {
        let score = catalogue.explain_duplicate(&pair, &mut asking);
        let mut reasons = reasons(&score, &register.report(pair.a), &register.report(pair.b));
        if let Some(third) = pair.through {
            reasons = format!("both are one with {}; {reasons}", register.id(third));
        }
        out.write_record([
            register.id(pair.a),
            register.id(pair.b),
            &format!("{:.3}", score.score),
            &format!("{:.6}", score.probability),
            &reasons,
        ])?;
    }
    Ok(out.flush()?)
}

fn reasons(score: &Score, a: &Report, b: &Report) -> String {
    let all: Vec<String> = score.reasons.iter().map(|reason| english(reason, a, b)).collect();
    if all.is_empty() {
        "nothing to compare".to_owned()
    } else {
        all.join("; ")
    }
}
