//! Whether two tablets have the same case.

use std::collections::BTreeSet;

use anyhow::ensure;
use casework::{Compartment, Pack, Role};
use ipc::{CaseView, RegisterRef};

/// Everything in the compartments a role reads that can be written down: facts, cells, entries, clashes, filings.
fn told(view: &CaseView, reads: &dyn Fn(Compartment) -> bool) -> BTreeSet<String> {
    let mut told = BTreeSet::new();
    for fact in view.facts.iter().filter(|fact| reads(fact.compartment)) {
        told.insert(format!("{} = {:?}", fact.fact, fact.value));
    }
    for table in view
        .tables
        .iter()
        .filter(|table| table.compartment.compartment().is_some_and(reads))
    {
        for row in &table.rows {
            let cells: Vec<_> = row.cells.iter().map(|cell| &cell.value).collect();
            told.insert(format!("{} {}: {cells:?}", table.table, row.row));
        }
    }
    for entry in view.timeline.iter().filter(|entry| reads(entry.compartment)) {
        told.insert(format!("{} {}", entry.id, entry.text));
    }
    for clash in &view.clashes {
        let compartment = match &clash.register {
            RegisterRef::Fact { fact } => Pack::national().fact(fact).and_then(|fact| fact.document.compartment()),
            RegisterRef::Cell { table, .. } => Pack::national().table(table).and_then(casework::Table::compartment),
        };
        if compartment.is_none_or(reads) {
            let mut versions: Vec<_> = clash
                .versions
                .iter()
                .map(|version| format!("{:?}", version.value))
                .collect();
            versions.sort();
            told.insert(format!("clash {:?}: {versions:?}", clash.register));
        }
    }
    for filing in &view.filings {
        told.insert(format!("filed {} {:?} {}", filing.form, filing.how, filing.at_ms));
    }
    told
}

/// Fails where a tablet of somebody with this role has another case than one who reads everything.
pub(super) fn same(here: &CaseView, everything: &CaseView, role: &str) -> anyhow::Result<()> {
    let role = Role::from_code(role);
    let reads = |compartment| Pack::national().rights().may_read(&role, compartment);
    let (here, there) = (told(here, &|_| true), told(everything, &reads));
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
    let (more, less) = (only(&here, &there), only(&there, &here));
    ensure!(
        more.is_empty() && less.is_empty(),
        "only on the tablet: {more:#?}\nonly at the hub: {less:#?}"
    );
    Ok(())
}
