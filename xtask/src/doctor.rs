//! Says what is missing on this machine and how to get it.

use anyhow::{Result, bail};

use crate::{npm, requirements};

/// Prints a line for each requirement. Fails when one is not met, so that a script can ask.
pub(crate) fn doctor() -> Result<()> {
    let requirements = requirements::all();
    for requirement in &requirements {
        let mark = if requirement.met { "there  " } else { "MISSING" };
        println!("{mark}  {:<32} {}", requirement.name, requirement.purpose);
        if !requirement.met {
            println!("         get it: {}", requirement.remedy);
        }
    }
    if !npm::is_there() {
        println!(
            "later    {:<32} only `cargo xtask package` needs it, and installs it",
            "Node.js with npm"
        );
    }
    let missing = requirements.iter().filter(|requirement| !requirement.met).count();
    if missing > 0 {
        bail!("{missing} missing; `cargo xtask setup` gets them all");
    }
    println!("\nNothing is missing.");
    Ok(())
}
