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
    match Arguments::parse().train {
        Some(file) => Ok(std::fs::write(file, dictionary::train()?)?),
        None => {
            print!("{}", dictionary::measured()?);
            Ok(())
        }
    }
}
