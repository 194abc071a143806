//! Goes through the scripted hour until it is killed, or again and again with another call failing each time. Made to be
//! run under the library of the campaigns.

use std::path::PathBuf;

use casework::CaseId;
use clap::Args;
use tests::crash::{
    calls::Marks,
    campaign::{Fault, fail_in_this_process},
    hour::{Beginning, Script},
};

/// Goes through the scripted hour.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The folder with the tablet and the hub's paper.
    #[arg(long)]
    place: PathBuf,
    /// The cases to write in, in order.
    #[arg(long, value_delimiter = ',')]
    cases: Vec<String>,
    /// The colleague's case.
    #[arg(long)]
    other: String,
    /// The last edit that is in the vault.
    #[arg(long)]
    last: u64,
    /// The page of the vault that is damaged, where that is what is gone through.
    #[arg(long)]
    damaged_page: Option<usize>,
    /// What the library is told first.
    #[arg(long)]
    order: Option<String>,
    /// What the folder is copied from, before each call that fails.
    #[arg(long)]
    beginning: Option<PathBuf>,
    /// The calls that fail, one in each hour.
    #[arg(long, value_delimiter = ',')]
    fail: Vec<usize>,
    /// With what error.
    #[arg(long, default_value_t = 28)]
    errno: i32,
    /// Whether later calls fail, too.
    #[arg(long)]
    lasting: bool,
    /// Whether the disk is full from there on, but for what is given back.
    #[arg(long)]
    full: bool,
}

/// Goes through the hour.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let cases: Vec<CaseId> = arguments
        .cases
        .iter()
        .map(|case| case.parse())
        .collect::<Result<_, _>>()?;
    let beginning = arguments.beginning.as_deref().unwrap_or(&arguments.place);
    let script = arguments
        .damaged_page
        .map_or(Script::Hour, |page| Script::Mending { page });
    let begun = Beginning::made(script, beginning, cases, arguments.other.parse()?, arguments.last);
    if arguments.fail.is_empty() {
        let marks = Marks::of_this_process()?;
        if let Some(order) = &arguments.order {
            marks.order(order)?;
        }
        return begun.hour(&arguments.place, &marks).run();
    }
    let fault = match (arguments.full, arguments.lasting) {
        (true, _) => Fault::Full,
        (false, true) => Fault::FromThereOn(arguments.errno),
        (false, false) => Fault::Once(arguments.errno),
    };
    let tally = fail_in_this_process(&arguments.place, &begun, &arguments.fail, fault)?;
    println!("{}", serde_json::to_string(&tally)?);
    Ok(())
}
