//! Long campaigns, which CI has no time for. Each prints its counts and fails where one of them is not zero.

use anyhow::Result;

use crate::{
    check::tell_paths,
    paths,
    process::{cargo, run, workshop},
};

/// How long each decoder is given where nothing is said, in seconds.
const FUZZ_SECONDS: &str = "3600";

/// Builds what the campaigns drive and starts one.
pub(crate) fn campaign(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["fuzz"] => return fuzz(FUZZ_SECONDS, None),
        ["fuzz", "--seconds", seconds] => return fuzz(seconds, None),
        ["fuzz", "--target", target] => return fuzz(FUZZ_SECONDS, Some(target)),
        ["fuzz", "--target", target, "--seconds", seconds] => return fuzz(seconds, Some(target)),
        _ => {}
    }
    // Every call of an hour is many hours. Optimised, and with passphrases that cost nothing to stretch, which was most of the
    // time, it is one.
    let how = ["build", "--release", "--package", "tests", "--features", "quick-vaults"];
    run(cargo(&how).args(["--bin", "workshop"]))?;
    let programs = paths::target().join("release");
    let mut campaign = workshop(&programs, "campaign");
    tell_paths(&mut campaign);
    run(campaign.env("VATSALYA_BIN_DIR", &programs).args(arguments))
}

/// Every decoder that a device has, or one, with what chance makes of the corpus below `fuzz/`. Decoding is compiled with
/// optimisation in tests, too; `cargo fuzz` goes further, where there is a nightly compiler.
fn fuzz(seconds: &str, target: Option<&str>) -> Result<()> {
    let mut test = cargo(&["test", "--package", "device", "--test", "fuzz", "--", "--nocapture"]);
    if let Some(target) = target {
        test.env("VATSALYA_FUZZ_TARGET", target);
    }
    run(test.env("VATSALYA_FUZZ_SECONDS", seconds))
}
