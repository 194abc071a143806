//! Long campaigns, which CI has no time for. Each prints its counts and fails where one of them is not zero.

use anyhow::Result;

use crate::{
    check,
    process::{cargo, run},
};

/// Builds what the campaigns drive and starts one.
pub(crate) fn campaign(arguments: &[String]) -> Result<()> {
    run(&mut cargo(&[
        "build",
        "--package",
        "sync-server",
        "--package",
        "tests",
        "--bins",
    ]))?;
    let mut command = cargo(&["run", "--quiet", "--package", "tests", "--bin", "campaign", "--"]);
    check::tell_paths(&mut command);
    run(command.args(arguments))
}
