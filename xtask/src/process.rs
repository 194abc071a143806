//! Runs other programs, and says plainly which one failed.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

use crate::paths;

/// A command in the repository's root.
pub(crate) fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(paths::root());
    command
}

/// Cargo, the one that runs us.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()), arguments);
    // What `cargo run` told us of ourselves is no business of the next cargo.
    command
        .env_remove("CARGO_MANIFEST_DIR")
        .env_remove("CARGO_PKG_NAME")
        .env_remove("CARGO_PKG_VERSION");
    command
}

/// Runs a command to its end; its output goes to the terminal.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` ended with {status}", shown(command));
    }
    Ok(())
}

/// A part of the workshop: what the tests' package does beside testing. `programs` is the folder it was built into.
pub(crate) fn workshop(programs: &Path, part: &str) -> Command {
    command(&programs.join("workshop").to_string_lossy(), &[part])
}

/// Runs a command to its end and returns what it printed.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` ended with {}: {}", shown(command), output.status, said.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{}` printed no text", shown(command)))
}

/// Whether a program is there and works; rustup leaves a name on the path for parts that are not installed.
pub(crate) fn is_there(program: &str) -> bool {
    let probe = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    probe.is_ok_and(|status| status.success())
}

/// The command line, for messages.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program
        .file_name()
        .unwrap_or(command.get_program())
        .to_string_lossy()
        .into_owned();
    command
        .get_args()
        .fold(name, |line, argument| format!("{line} {}", argument.to_string_lossy()))
}

fn cannot_start(command: &Command) -> String {
    format!(
        "`{}` cannot be started; `cargo xtask doctor` says what is missing",
        shown(command)
    )
}

/// A program that runs beside us and ends with us, however we end.
pub(crate) struct Companion(Child);

impl Companion {
    /// Starts it. `setpriv` makes the kernel end it when we are gone, also when we are killed.
    pub(crate) fn start(command: &Command) -> Result<Self> {
        let mut wrapped = Command::new("setpriv");
        wrapped
            .args(["--pdeathsig", "TERM", "--"])
            .arg(command.get_program())
            .args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => wrapped.env(name, value),
                None => wrapped.env_remove(name),
            };
        }
        wrapped.current_dir(command.get_current_dir().unwrap_or_else(|| paths::root()));
        wrapped.stdin(Stdio::null()).stdout(Stdio::piped());
        Ok(Self(wrapped.spawn().with_context(|| cannot_start(command))?))
    }

    /// What it prints. Can be taken once.
    pub(crate) fn output(&mut self) -> Result<std::process::ChildStdout> {
        self.0.stdout.take().context("the output was taken already")
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
