//! Licences, sources and bans: what `deny.toml` says, held by `cargo-deny`.

use anyhow::Result;

use crate::{
    paths,
    process::{command, run},
};

/// Checks the tree of dependencies. Advisories are left out: they need a database that changes by the day.
pub(crate) fn check() -> Result<()> {
    let deny = paths::cargo_deny();
    run(&mut command(
        &deny.to_string_lossy(),
        &["--log-level", "warn", "check", "licenses", "bans", "sources"],
    ))
}
