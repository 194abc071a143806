//! The real binary in a folder of its own, and a running one.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

pub(crate) struct Installed {
    pub(crate) dir: tempfile::TempDir,
}

impl Installed {
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    /// With more lines in its configuration.
    pub(crate) fn with(more: &str) -> Self {
        Self::listening("127.0.0.1:0", more)
    }

    /// At an address that stays when the hub begins anew.
    pub(crate) fn at_one_address(more: &str) -> Self {
        Self::listening(&format!("127.0.0.1:{}", lasting_port()), more)
    }

    fn listening(address: &str, more: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let text = format!("listen = '{address}'\ndata_dir = 'data'\n{more}");
        std::fs::write(dir.path().join("hub.toml"), text).unwrap();
        Self { dir }
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.dir.path().join("hub.toml")
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
        command.arg("--config").arg(self.config());
        command
    }

    pub(crate) fn admin(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self.command().arg("admin").args(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap().trim().to_owned();
        if output.status.success() {
            Ok(text(output.stdout))
        } else {
            Err(text(output.stderr))
        }
    }
}

/// A port that nobody is given who asks for any: between two lives of a hub it stays free.
fn lasting_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Another run beside this one begins elsewhere.
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap();
    let mut ports = std::iter::repeat_with(|| first + NEXT.fetch_add(1, Ordering::SeqCst) % 1_000);
    ports
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .unwrap()
}

pub(crate) struct Serving {
    pub(crate) child: Child,
    pub(crate) url: String,
}

impl Serving {
    pub(crate) fn start(installed: &Installed) -> Self {
        Self::start_logging_to(installed, Stdio::null())
    }

    pub(crate) fn start_logging_to(installed: &Installed, log: Stdio) -> Self {
        let mut child = installed
            .command()
            .arg("serve")
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Self { child, url }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }
}
