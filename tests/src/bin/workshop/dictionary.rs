//! Trains a dictionary for the protocol, or says how good the shipped one is.

use std::path::PathBuf;

use clap::Args;
use tests::dictionary;

/// Trains a dictionary for the protocol, or says how good the shipped one is.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Trains a new one into this file; a dictionary that has shipped is never trained again.
    #[arg(long)]
    train: Option<PathBuf>,
}

/// Trains or measures.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    if let Some(file) = arguments.train {
        std::fs::write(file, dictionary::train()?)?;
    } else {
        print!("{}", dictionary::measured()?);
    }
    Ok(())
}
