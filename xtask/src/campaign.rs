//! Long campaigns, which CI has no time for. Each prints its counts and fails where one of them is not zero.

use anyhow::Result;

use crate::{
    check,
    process::{cargo, run},
};

/// How long each decoder is given where nothing is said, in seconds.
const FUZZ_SECONDS: &str = "3600";

/// Builds what the campaigns drive and starts one.
pub(crate) fn campaign(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["fuzz"] => return fuzz(FUZZ_SECONDS),
        ["fuzz", "--seconds", seconds] => return fuzz(seconds),
        _ => {}
    }
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

/// Every decoder that a device has, with what chance makes of the corpus below `fuzz/`. Decoding is compiled with
/// optimisation in tests, too; `cargo fuzz` goes further, where there is a nightly compiler.
fn fuzz(seconds: &str) -> Result<()> {
    let mut test = cargo(&["test", "--package", "device", "--test", "fuzz", "--", "--nocapture"]);
    run(test.env("VATSALYA_FUZZ_SECONDS", seconds))
}
