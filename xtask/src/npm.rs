//! What comes from npm: two tools, fetched only when something is shipped, what the tests are held against, and peers to be measured
//! beside.

use std::path::{Path, PathBuf};

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

/// A client of tus that others wrote, for the tests of media.
pub(crate) const TUS_CLIENT: Library = Library {
    package: "tus-js-client",
    version: "4.3.1",
};

/// The signatures of webhooks as their specification's own library makes and verifies them, for the tests of channels.
pub(crate) const WEBHOOKS: Library = Library {
    package: "standardwebhooks",
    version: "1.1.1",
};

/// A provider of sign-in that others wrote, for the tests of staff who sign in elsewhere. Of its versions the last that runs on
/// Debian's Node.
pub(crate) const OIDC_PROVIDER: Library = Library {
    package: "oidc-provider",
    version: "8.8.1",
};

/// What finds the hindrances in a page for those who do not see it, or do not use a mouse.
pub(crate) const AXE: Library = Library {
    package: "axe-core",
    version: "4.14.1",
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
        fetch(&[(self.package, self.version)], &self.folder())?;
        self.program()
            .ok_or_else(|| anyhow::anyhow!("{} came without {}", self.package, self.program))
    }
}

/// A package that is used by a script, and the version that the tests are written against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Library {
    package: &'static str,
    version: &'static str,
}

impl Library {
    /// Where it is fetched to.
    pub(crate) fn folder(self) -> PathBuf {
        paths::tools().join("npm").join(self.package)
    }

    /// Fetches it where it is not there in this version.
    pub(crate) fn fetch(self) -> Result<()> {
        Libraries(&[(self.package, self.version)]).fetch(&self.folder())
    }
}

/// Packages that are used together, each with its version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Libraries<'a>(pub(crate) &'a [(&'static str, &'static str)]);

impl Libraries<'_> {
    /// Fetches them into a folder where one is not there in its version.
    pub(crate) fn fetch(self, folder: &Path) -> Result<()> {
        let there = |(package, version): &(&str, &str)| {
            let about = folder.join("node_modules").join(package).join("package.json");
            let wanted = format!("\"version\": \"{version}\"");
            std::fs::read_to_string(about).is_ok_and(|about| about.contains(&wanted))
        };
        if self.0.iter().all(there) {
            return Ok(());
        }
        fetch(self.0, folder)
    }
}

fn fetch(packages: &[(&str, &str)], folder: &Path) -> Result<()> {
    if !is_there() {
        install::packages(NODE_PACKAGES)?;
    }
    std::fs::create_dir_all(folder)?;
    let options = [
        "install",
        "--no-save",
        "--no-audit",
        "--no-fund",
        "--silent",
        "--prefix",
    ];
    let mut npm = command("npm", &options);
    npm.arg(folder);
    run(npm.args(packages.iter().map(|(package, version)| format!("{package}@{version}"))))
}

/// Whether this machine can fetch and run them.
pub(crate) fn is_there() -> bool {
    process::is_there("node") && process::is_there("npm")
}
