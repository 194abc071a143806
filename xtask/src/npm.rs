//! The two tools that come from npm, fetched only when something is shipped.

use std::path::PathBuf;

use anyhow::Result;

use crate::{
    install, paths,
    process::{self, command, run},
};

/// Tauri's bundler.
pub(crate) const BUNDLER: Tool = Tool {
    package: "@tauri-apps/cli",
    version: "2.12.5",
    program: "tauri",
};
/// Binaryen, for the small bundle.
pub(crate) const BINARYEN: Tool = Tool {
    package: "binaryen",
    version: "132.0.0",
    program: "wasm-opt",
};

/// Debian packages, for machines without npm.
const NODE_PACKAGES: &[(&str, &str)] = &[("nodejs", "runs the tools"), ("npm", "fetches the tools")];

/// A tool and the version this repository is built with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tool {
    package: &'static str,
    version: &'static str,
    program: &'static str,
}

impl Tool {
    fn folder(self) -> PathBuf {
        paths::tools().join("npm").join(self.program)
    }

    /// Its program, where it is fetched already.
    pub(crate) fn program(self) -> Option<PathBuf> {
        let program = self.folder().join("node_modules/.bin").join(self.program);
        program.exists().then_some(program)
    }

    /// Its program, fetched first where it is not there.
    pub(crate) fn fetch(self) -> Result<PathBuf> {
        if let Some(program) = self.program() {
            return Ok(program);
        }
        if !is_there() {
            install::packages(NODE_PACKAGES)?;
        }
        let folder = self.folder();
        std::fs::create_dir_all(&folder)?;
        let package = format!("{}@{}", self.package, self.version);
        let mut install = command(
            "npm",
            &[
                "install",
                "--no-save",
                "--no-audit",
                "--no-fund",
                "--silent",
                "--prefix",
            ],
        );
        run(install.arg(&folder).arg(package))?;
        self.program()
            .ok_or_else(|| anyhow::anyhow!("{} came without {}", self.package, self.program))
    }
}

/// Whether this machine can fetch and run them.
pub(crate) fn is_there() -> bool {
    process::is_there("node") && process::is_there("npm")
}
