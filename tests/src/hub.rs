//! The real hub: the `sync-server` process with a folder of its own.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader},
    net::{IpAddr, SocketAddr},
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
    under_tls: bool,
    /// The folder of the page that it serves to district officers.
    console: Option<PathBuf>,
    /// More lines of its configuration.
    more: String,
}

impl Hub {
    /// Starts a hub that delivers to the portal at this webhook address, or to nobody.
    pub fn start(portal: Option<&str>) -> anyhow::Result<Self> {
        Self::start_at(portal, None)
    }

    /// The same at a PostgreSQL database, where there is an address of one.
    pub fn start_at(portal: Option<&str>, database: Option<&str>) -> anyhow::Result<Self> {
        let mut hub = Self::not_started(portal, database)?;
        hub.start_again()?;
        Ok(hub)
    }

    /// The same with these lines in its table of limits.
    pub fn start_with_limits(portal: Option<&str>, limits: &str) -> anyhow::Result<Self> {
        Self::start_with(portal, &format!("[limits]\n{limits}"))
    }

    /// The same with these lines at the end of its configuration.
    pub fn start_with(portal: Option<&str>, more: &str) -> anyhow::Result<Self> {
        let mut hub = Self::not_started(portal, None)?;
        hub.more = format!("\n{more}\n");
        hub.start_again()?;
        Ok(hub)
    }

    /// One at a PostgreSQL database, where there is an address of one, with these lines at the end of its configuration.
    pub fn start_telling(database: Option<&str>, more: &str) -> anyhow::Result<Self> {
        let mut hub = Self::not_started(None, database)?;
        hub.more = format!("\n{more}\n");
        hub.start_again()?;
        Ok(hub)
    }

    /// The same, and it serves district officers their page.
    pub fn start_with_console(portal: Option<&str>, more: &str) -> anyhow::Result<Self> {
        let mut hub = Self::not_started(portal, None)?;
        hub.console = Some(places::console());
        hub.more = format!("\n{more}\n");
        hub.start_again()?;
        Ok(hub)
    }

    /// A hub that speaks TLS, with a certificate that nobody else vouches for.
    pub fn start_under_tls(portal: Option<&str>) -> anyhow::Result<Self> {
        let mut hub = Self::not_started(portal, None)?;
        hub.under_tls = true;
        hub.make_certificate()?;
        hub.start_again()?;
        Ok(hub)
    }

    /// A hub that listens at this address of the machine, and delivers to nobody.
    pub fn start_listening(at: IpAddr) -> anyhow::Result<Self> {
        let mut hub = Self::not_started(None, None)?;
        hub.address.set_ip(at);
        hub.start_again()?;
        Ok(hub)
    }

    /// Ends it and starts it once more, at the same address and under TLS from now on.
    pub fn go_under_tls(&mut self) -> anyhow::Result<()> {
        self.stop()?;
        self.under_tls = true;
        self.make_certificate()?;
        self.start_again()
    }

    fn not_started(portal: Option<&str>, database: Option<&str>) -> anyhow::Result<Self> {
        Ok(Self {
            folder: tempfile::tempdir()?,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            process: None,
            portal: portal.map(str::to_owned),
            database: database.map(str::to_owned),
            under_tls: false,
            console: None,
            more: String::new(),
        })
    }

    /// Makes the certificate, and the key where there is none.
    pub fn make_certificate(&self) -> anyhow::Result<()> {
        let made = Command::new(places::program("sync-server"))
            .args(["admin", "make-certificate"])
            .arg(self.address.ip().to_string())
            .arg("--certificate")
            .arg(self.certificate())
            .arg("--key")
            .arg(self.key())
            .output()?;
        if !made.status.success() {
            bail!("no certificate: {}", String::from_utf8_lossy(&made.stderr).trim());
        }
        Ok(())
    }

    /// The file with its certificate.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// The file with its private key.
    pub fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    fn scheme(&self) -> &'static str {
        if self.under_tls { "https" } else { "http" }
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
            .strip_prefix("listening on ")
            .and_then(|url| url.strip_prefix(self.scheme())?.strip_prefix("://"))
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
        let tls = if self.under_tls {
            "\n[tls]\ncertificate = \"cert.pem\"\nkey = \"key.pem\"\n"
        } else {
            ""
        };
        let console = self
            .console
            .as_ref()
            .map_or_else(String::new, |folder| format!("console = \"{}\"\n", folder.display()));
        format!(
            "listen = \"{}\"\ndata_dir = \"{}\"\n{console}{channel}{database}{tls}{}",
            self.address,
            data.display(),
            self.more
        )
    }

    /// Its config file.
    pub fn config(&self) -> PathBuf {
        self.folder.path().join("hub.toml")
    }

    /// Its database.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("data/hub.db")
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

    /// Where it listens, as a device is told; what it is known by stands in an enrolment link only.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme(), self.address)
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
