//! Fills a running hub with an invented district, through the hub's own interfaces. For each officer of the tour a line
//! `officer`, name and enrolment link, with tabs between, is printed.

use std::{path::PathBuf, time::Instant};

use anyhow::Context as _;
use clap::Args;
use tests::{
    admin::Admin,
    demo::{District, TOUR_OFFICERS, settle},
    ground,
};

/// Fills a running hub with an invented district: officers, cases, missing reports, institutions.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The hub's config file, for its administration.
    #[arg(long)]
    config: PathBuf,
    /// The address of the running hub, where it is another than its config file says.
    #[arg(long)]
    hub: Option<String>,
    /// How many cases.
    #[arg(long, default_value_t = 300)]
    cases: usize,
    /// From what it is invented; the same seed invents the same district.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Fills the hub and prints the officers.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let began = Instant::now();
    let hub = match arguments.hub {
        Some(hub) => hub,
        None => sync_server::Config::read(&arguments.config)?.hub_url()?.to_string(),
    };
    let admin = Admin::of(&arguments.config);
    let district = District::invent(arguments.seed, arguments.cases, ground::now_ms()).with_lives()?;
    let tell = |done: &str| eprintln!("{:>6.1} s  {done}", began.elapsed().as_secs_f32());
    let settled = settle(&district, &admin, &hub, arguments.seed, tell)
        .with_context(|| format!("the hub at {hub} was not filled to the end; does it run, and is it empty?"))?;
    println!(
        "{}: {} officers, {} cases, {} missing reports, {} institutions, {} changes, {} pictures",
        district.name,
        district.officers.len(),
        settled.cases,
        district.missing.len(),
        district.institutions.len(),
        settled.changes,
        settled.pictures
    );
    for officer in TOUR_OFFICERS {
        let link = admin.enrolment_link(settled.user(officer)?)?;
        println!("officer\t{}\t{link}", district.officers[officer].name);
    }
    Ok(())
}
