//! A virtual display, for tests and for machines without a screen.

use std::{
    io::{BufRead as _, BufReader},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use crate::process::{Companion, command};

/// Wide enough for the app's window beside nothing else.
const SCREEN: &str = "1440x960x24";

/// A running `Xvfb`; gone when dropped.
pub(crate) struct VirtualDisplay {
    name: String,
    _server: Companion,
}

impl VirtualDisplay {
    /// Starts one on the first free number.
    pub(crate) fn start() -> Result<Self> {
        let arguments = ["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"];
        let mut server = Companion::start(&command("Xvfb", &arguments))?;
        let mut number = String::new();
        BufReader::new(server.output()?)
            .read_line(&mut number)
            .context("Xvfb did not say its number")?;
        let number = number.trim();
        ensure!(!number.is_empty(), "Xvfb ended at once; is /tmp/.X11-unix writable?");
        Ok(Self {
            name: format!(":{number}"),
            _server: server,
        })
    }

    /// The same command on this display, with a D-Bus session of its own.
    pub(crate) fn on(&self, inner: &Command) -> Command {
        let mut outer = Command::new("dbus-run-session");
        outer.arg("--").arg(inner.get_program()).args(inner.get_args());
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => outer.env(name, value),
                None => outer.env_remove(name),
            };
        }
        if let Some(folder) = inner.get_current_dir() {
            outer.current_dir(folder);
        }
        outer
            .env("DISPLAY", &self.name)
            .env_remove("WAYLAND_DISPLAY")
            .env("GDK_BACKEND", "x11");
        // Nothing here reads the screen aloud, and the accessibility bus takes a second to start.
        outer.env("NO_AT_BRIDGE", "1");
        outer
    }
}

/// Whether a person could see a window.
pub(crate) fn is_there() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
