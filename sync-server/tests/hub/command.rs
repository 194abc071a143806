//! `sync-server admin …` within the test's own process, beside the hub that it runs.

use clap::Parser;
use sync_server::Hub;
use sync_server::admin::{self, AdminCommand};

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    command: AdminCommand,
}

/// What a command prints, or why it fails.
pub(crate) fn administer(hub: &Hub, arguments: &[&str]) -> Result<String, String> {
    let line = Line::try_parse_from([&["admin"], arguments].concat()).map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    match admin::run(hub, line.command, &mut out) {
        Ok(()) => Ok(String::from_utf8(out).unwrap()),
        Err(error) => Err(format!("{error:#}")),
    }
}
