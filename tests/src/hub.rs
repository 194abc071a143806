//! The real hub: the `sync-server` process with a folder of its own.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

use crate::{admin::Admin, places};

/// What the tests' hub and portal share.
pub const PORTAL_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// A hub. It is killed when this is dropped.
pub struct Hub {
    folder: TempDir,
    address: SocketAddr,
    process: Option<Child>,
    portal: Option<String>,
    database: Option<String>,
}

impl Hub {
    /// Starts a hub that delivers to the portal at this webhook address, or to nobody.
    pub fn start(portal: Option<&str>) -> anyhow::Result<Self> {
        Self::start_at(portal, None)
    }

    /// The same at a PostgreSQL database, where there is an address of one.
    pub fn start_at(portal: Option<&str>, database: Option<&str>) -> anyhow::Result<Self> {
        let mut hub = Self {
            folder: tempfile::tempdir()?,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            process: None,
            portal: portal.map(str::to_owned),
            database: database.map(str::to_owned),
        };
        hub.start_again()?;
        Ok(hub)
    }

    /// Starts it once more, at the same address, with what it had on disk.
    pub fn start_again(&mut self) -> anyhow::Result<()> {
        if self.process.is_some() {
            bail!("the hub is running");
        }
        fs::write(self.config(), self.settings())?;
        let log = File::options().create(true).append(true).open(self.log())?;
        let mut process = Command::new(places::program("sync-server"))
            .args(["serve", "--config"])
            .arg(self.config())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let mut line = String::new();
        let stdout = process.stdout.take().context("its output is piped")?;
        self.process = Some(process);
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line
            .trim()
            .strip_prefix("listening on http://")
            .and_then(|address| address.parse().ok());
        self.address = address.with_context(|| format!("the hub said {line:?}; its log: {}", self.last_words()))?;
        // The port is known now, and enrolment links must name it.
        Ok(fs::write(self.config(), self.settings())?)
    }

    fn last_words(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    fn settings(&self) -> String {
        let data = self.folder.path().join("data");
        let channel = self.portal.as_ref().map_or_else(String::new, |portal| {
            format!("\n[channels.vatsalya]\nurl = \"{portal}\"\nsecret = \"{PORTAL_SECRET}\"\n")
        });
        let database = self
            .database
            .as_ref()
            .map_or_else(String::new, |url| format!("\n[database]\nurl = \"{url}\"\n"));
        format!(
            "listen = \"{}\"\ndata_dir = \"{}\"\n{channel}{database}",
            self.address,
            data.display()
        )
    }

    /// Its config file.
    pub fn config(&self) -> PathBuf {
        self.folder.path().join("hub.toml")
    }

    /// What it wrote about itself.
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("hub.log")
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, as a device is told.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its administration.
    pub fn admin(&self) -> Admin {
        Admin::of(&self.config())
    }

    /// Its process id, while it runs.
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }

    /// Ends it without a warning, as a power cut would.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut process) = self.process.take() {
            process.kill()?;
            process.wait()?;
        }
        Ok(())
    }

    /// Asks it to end, and waits until it has; fails when it ends badly.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        let Some(mut process) = self.process.take() else {
            return Ok(());
        };
        let asked = Command::new("kill")
            .args(["-TERM", &process.id().to_string()])
            .status()?;
        let ended = process.wait()?;
        if !asked.success() || !ended.success() {
            bail!("the hub ended with {ended}; its log: {}", self.last_words());
        }
        Ok(())
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        // A test that fails says so by itself; a process that is already gone is what is wanted.
        let _ = self.kill();
    }
}
