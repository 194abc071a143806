//! Libraries that are loaded before the C library (`LD_PRELOAD`) of programs under test. No part of what ships.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use anyhow::{Context as _, ensure};

use crate::places;

/// Counts, records and disturbs what a process does to a folder.
pub static CALLS: Library = Library::new("calls");
/// Keeps no memory from the swap.
pub static NO_LOCKS: Library = Library::new("no_locks");

/// One of them: a file below `tests/preload`, built once for a process by the C compiler that also builds the database.
pub struct Library {
    name: &'static str,
    built: OnceLock<Result<(tempfile::TempDir, PathBuf), String>>,
}

impl Library {
    const fn new(name: &'static str) -> Self {
        Self {
            name,
            built: OnceLock::new(),
        }
    }

    /// Where it is.
    ///
    /// # Errors
    /// It does not build.
    pub fn path(&self) -> anyhow::Result<&Path> {
        let built = self
            .built
            .get_or_init(|| self.build().map_err(|error| format!("{error:#}")));
        built
            .as_ref()
            .map(|(_, path)| path.as_path())
            .map_err(|error| anyhow::anyhow!("{error}"))
    }

    fn build(&self) -> anyhow::Result<(tempfile::TempDir, PathBuf)> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join(self.name).with_extension("so");
        let source = places::root().join("tests/preload").join(self.name).with_extension("c");
        let mut compiler = Command::new("cc");
        compiler.args(["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"]);
        compiler.arg(&path).arg(source);
        let status = compiler.arg("-lpthread").status().context("the C compiler starts")?;
        ensure!(status.success(), "{} does not build", self.name);
        Ok((folder, path))
    }
}
