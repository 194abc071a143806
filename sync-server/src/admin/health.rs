//! `admin health`.

use std::io::Write;

use anyhow::{Result, bail};

use crate::health::Health;
use crate::hub::Hub;

const DAY_MS: i64 = 86_400_000;

pub(super) fn run(hub: &Hub, out: &mut dyn Write) -> Result<()> {
    let health = Health::of(hub);
    let yes = if health.database { "answers" } else { "does not answer" };
    writeln!(out, "database     {yes}")?;
    if let Some(free) = health.disk_free_bytes {
        writeln!(out, "disk         {} MB free", free / 1_000_000)?;
    }
    let waited = health
        .unfolded_since_ms
        .map_or_else(String::new, |ms| format!(", the first for {} s", ms / 1_000));
    writeln!(out, "to fold      {}{waited}", health.unfolded)?;
    writeln!(out, "to deliver   {}", health.deliveries)?;
    let left = health.referrals_at_their_end;
    writeln!(
        out,
        "referrals    {} not taken up, {left} of them with nobody left to be asked",
        health.referrals
    )?;
    match health.certificate_left_ms {
        Some(left) => writeln!(out, "certificate  good for {} days", left / DAY_MS)?,
        None => writeln!(out, "certificate  none: what stands in front of the hub speaks TLS")?,
    }
    let troubles = health.troubles();
    if troubles.is_empty() {
        return Ok(());
    }
    bail!("{}", troubles.join("\n"))
}
