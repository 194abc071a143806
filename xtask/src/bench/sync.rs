//! `cargo xtask bench sync`: devices and hub over an emulated 2G link, beside three peers with the same documents.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use super::page;
use crate::{
    npm::Libraries,
    paths,
    process::{cargo, command, is_there, read, run, workshop},
    steps::Steps,
};

/// The peers that run in node, by name and version, with what their programs of ours need beside them.
const IN_NODE: Libraries<'static> = Libraries(&[
    ("@automerge/automerge", "3.5.0"),
    ("@automerge/automerge-repo", "2.5.6"),
    ("@automerge/automerge-repo-network-websocket", "2.5.6"),
    ("ws", "8.23.0"),
    ("pouchdb", "9.0.0"),
    ("express-pouchdb", "4.2.0"),
    ("express", "4.22.3"),
]);
/// The peer that runs in Python.
const ANKI: &str = "26.9.3";

/// Installs the peers, measures, and writes the section of `docs/benchmarks.md`. `arguments` go to the measuring program.
pub(super) fn bench(arguments: &[String]) -> Result<()> {
    let peers = paths::target().join("sync-peers");
    if !arguments
        .iter()
        .any(|argument| argument == "--help" || argument == "-h")
    {
        can_it_run()?;
    }
    let mut steps = Steps::new(3);
    steps.run("the peers", || install(&peers))?;
    steps.run("the hub and the measuring, as they ship", || {
        let packages = ["--package", "sync-server", "--package", "tests"];
        let programs = ["--bin", "sync-server", "--bin", "workshop"];
        run(cargo(&["build", "--release"]).args(packages).args(programs))
    })?;
    let section = steps.run("the measurements", || measure(&peers, arguments))?;
    page::put(&section)
}

/// What takes minutes is not begun where it cannot be ended.
fn can_it_run() -> Result<()> {
    if read(&mut command("id", &["-u"]))?.trim() != "0" {
        bail!("the emulated link needs root (two network namespaces, two TUN devices): run this as root");
    }
    if !Path::new("/dev/net/tun").exists() {
        bail!("the emulated link needs /dev/net/tun (`modprobe tun`; a container needs the device and NET_ADMIN)");
    }
    if read(&mut command("ip", &["-Version"])).is_err() {
        bail!("the emulated link needs the program `ip`: apt-get install iproute2");
    }
    Ok(())
}

/// The peers and our programs that drive them, in one folder: node looks for packages beside the program.
fn install(folder: &Path) -> Result<()> {
    IN_NODE.fetch(folder)?;
    let python = folder.join("python");
    if !python.exists() {
        run(command("python3", &["-m", "venv"]).arg(&python))?;
    }
    let mut pip = Command::new(python.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check"]);
    run(pip.arg(format!("anki=={ANKI}")))?;
    if !is_there("node") {
        bail!("node is not there, though its packages are");
    }
    for program in fs::read_dir(paths::root().join("xtask/sync"))? {
        let program = program?.path();
        let name = program.file_name().context("a file has a name")?;
        fs::copy(&program, folder.join(name)).with_context(|| format!("cannot copy {}", program.display()))?;
    }
    Ok(())
}

fn measure(peers: &Path, arguments: &[String]) -> Result<String> {
    let programs = paths::target().join("release");
    let section: PathBuf = peers.join("section.md");
    let mut bench = workshop(&programs, "bench");
    bench.arg("sync");
    bench.env("VATSALYA_BIN_DIR", &programs);
    bench.arg("--peers").arg(peers);
    bench.arg("--figures").arg(paths::target().join("sync-figures"));
    bench.arg("--section").arg(&section);
    run(bench.args(arguments))?;
    fs::read_to_string(&section).with_context(|| format!("cannot read {}", section.display()))
}
