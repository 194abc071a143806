//! Trains a dictionary for the protocol, or says how good the shipped one is.

use std::path::PathBuf;

use clap::Parser;
use tests::dictionary;

/// Trains a dictionary for the protocol, or says how good the shipped one is.
#[derive(Parser)]
struct Arguments {
    /// Trains a new one into this file; a dictionary that has shipped is never trained again.
    #[arg(long)]
    train: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    if let Some(file) = Arguments::parse().train {
        std::fs::write(file, dictionary::train()?)?;
    } else {
        print!("{}", dictionary::measured()?);
    }
    Ok(())
}
