//! Whether the disk has room for what is about to be built: a full one fails tests one by one, each for another reason.

use anyhow::{Context as _, Result, bail};

use crate::{
    paths,
    process::{command, read},
};

/// What a check builds and its tests write, from nothing. A build without leftovers of earlier ones was seen to take 15 GB.
const FROM_NOTHING_GB: u64 = 20;
/// The same where it was built before.
const ONCE_MORE_GB: u64 = 6;

/// Fails where there is too little.
pub(crate) fn check() -> Result<()> {
    let needed = if paths::programs().join("deps").exists() {
        ONCE_MORE_GB
    } else {
        FROM_NOTHING_GB
    };
    let said = read(&mut command("df", &["--output=avail", "--block-size=1", "."]))?;
    let free = free_gb(&said).with_context(|| format!("`df` says nothing of free room: {said}"))?;
    if free < needed {
        bail!("{free} GB are free and {needed} are needed: make room, or `cargo clean` what was built long ago");
    }
    Ok(())
}

/// The number below the heading, in whole gigabytes.
fn free_gb(said: &str) -> Option<u64> {
    let bytes: u64 = said.lines().nth(1)?.trim().parse().ok()?;
    Some(bytes / 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::free_gb;

    #[test]
    fn free_room_is_read_below_its_heading_and_rounded_down() {
        assert_eq!(free_gb("     Avail\n46999999999\n"), Some(46));
        assert_eq!(free_gb("df: no such file\n"), None);
    }
}
