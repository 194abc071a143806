//! The whole thing, running.
use anyhow::Result;

pub(crate) fn run(_tour: bool) -> Result<()> {
    Ok(())
}
pub(crate) fn demo_data(_arguments: &[String]) -> Result<()> {
    Ok(())
}
pub(crate) fn screenshots() -> Result<()> {
    Ok(())
}
