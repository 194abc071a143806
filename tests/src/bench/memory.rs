//! What a hub takes of memory with a district in it: while it is filled, while a device comes into step, and at rest.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use super::{
    machine,
    parts::Talked,
    run::{district, first_sync, part},
};
use crate::hub::Hub;

/// Exchanges of a device in step before the hub is looked at.
const EXCHANGES: usize = 5;

/// Measures, and prints a table.
pub fn hub_memory(cases: usize) -> Result<()> {
    let tell = |what: &str| eprintln!("{what}");
    let folder = tempfile::tempdir()?;
    println!("{}\n", machine::described());
    println!("{cases} cases\n");
    println!(
        "| the hub | resident | of it no file's | at most | helpers | theirs, no file's |\n|---|---:|---:|---:|---:|---:|"
    );
    let (mut hub, head) = district(cases, &tell)?;
    row("filled by its devices", &hub)?;
    let tablet = folder.path().join("tablet");
    let code = hub.admin().enrolment_link(&head)?.code.to_string();
    let first = first_sync(&tablet, &hub.url(), &code)?;
    ensure!(
        usize::try_from(first.cases)? == cases,
        "the device has {} of {cases} cases",
        first.cases
    );
    row("after a first sync besides", &hub)?;
    in_step(&tablet)?;
    row("in step", &hub)?;

    hub.stop()?;
    hub.start_again()?;
    row("started anew", &hub)?;
    in_step(&tablet)?;
    row("in step", &hub)?;
    let tablet = folder.path().join("another");
    let code = hub.admin().enrolment_link(&head)?.code.to_string();
    first_sync(&tablet, &hub.url(), &code)?;
    row("after a first sync", &hub)?;
    in_step(&tablet)?;
    row("in step", &hub)
}

fn in_step(tablet: &Path) -> Result<()> {
    for _ in 0..EXCHANGES {
        let _: Talked = part(&["talk", "--edits", "0"], tablet)?;
    }
    Ok(())
}

fn row(when: &str, hub: &Hub) -> Result<()> {
    let process = hub.process_id().context("the hub runs")?.to_string();
    let helpers = machine::children(&process)?;
    let sum: u64 = helpers
        .iter()
        .filter_map(|helper| machine::kb(helper, "RssAnon:"))
        .sum();
    let mb = |kb: u64| format!("{}.{} MB", kb / 1_000, kb % 1_000 / 100);
    let of = |field: &str| machine::kb(&process, field).map_or_else(|| "–".to_owned(), mb);
    println!(
        "| {when} | {} | {} | {} | {} | {} |",
        of("VmRSS:"),
        of("RssAnon:"),
        of("VmHWM:"),
        helpers.len(),
        mb(sum),
    );
    Ok(())
}
