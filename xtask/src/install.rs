//! Makes a bare Debian 12 ready.

use std::{path::Path, process::Command, thread};

use anyhow::{Context as _, Result, anyhow, bail};

use crate::{
    npm, paths,
    process::{self, cargo, command, run},
    requirements::{self, CARGO_DENY, MOTO, PACKAGES, PYXFORM, SCHEMATHESIS, TAURI_DRIVER, WASM},
    steps::Steps,
};

/// Installs everything that building, running and testing need.
pub(crate) fn set_up() -> Result<()> {
    let mut steps = Steps::new(4);
    for_running(&mut steps)?;
    steps.run("what the tests ask, and what checks licences and bans", || {
        // The one waits for the network and the other for the processor.
        thread::scope(|scope| {
            let fetched = scope.spawn(fetched);
            let built = tool("cargo-deny", CARGO_DENY);
            fetched.join().map_err(|_| anyhow!("a thread that fetches died"))??;
            built
        })
    })?;
    eprintln!("\nThis machine is ready.");
    Ok(())
}

/// What comes built.
fn fetched() -> Result<()> {
    s3_server().context("the S3 server of the tests")?;
    schemathesis().context("the program that asks the hub whatever it says it answers")?;
    pyxform().context("the reader of workbooks that ours is compared with")?;
    npm::TUS_CLIENT.fetch().context("the uploading client of the tests")?;
    npm::WEBHOOKS
        .fetch()
        .context("the signatures that the hub's are held against")?;
    npm::OIDC_PROVIDER
        .fetch()
        .context("the sign-in provider of the tests")?;
    npm::AXE.fetch().context("what finds the hindrances in a page")
}

/// Installs what building and running need: the checker takes minutes to build and shows nobody anything.
pub(crate) fn set_up_to_run() -> Result<()> {
    for_running(&mut Steps::new(3))
}

fn for_running(steps: &mut Steps) -> Result<()> {
    steps.run("system packages", || packages(PACKAGES))?;
    steps.run("Rust's target for the screens", rust_parts)?;
    steps.run("the window driver", || tool("tauri-driver", TAURI_DRIVER))
}

/// Installs Debian packages that are not there.
pub(crate) fn packages(wanted: &[(&'static str, &str)]) -> Result<()> {
    let missing = requirements::missing_packages(wanted);
    if missing.is_empty() {
        eprintln!("all there");
        return Ok(());
    }
    let names: Vec<&str> = missing.into_iter().collect();
    let names = names.join(" ");
    if !process::is_there("apt-get") {
        bail!("this is no Debian; install what these are called here, then run again: {names}");
    }
    eprintln!("installing {names}");
    run(&mut as_root("apt-get", &["update", "--quiet"])?).context("is there a network?")?;
    let mut install = vec!["install", "--quiet", "--yes", "--no-install-recommends"];
    install.extend(names.split(' '));
    run(&mut as_root("apt-get", &install)?)
}

/// The command with the rights to install; says how to go on where they cannot be had.
fn as_root(program: &str, arguments: &[&str]) -> Result<Command> {
    let uid = process::read(&mut command("id", &["-u"]))?;
    let mut line = vec!["DEBIAN_FRONTEND=noninteractive", program];
    line.extend(arguments);
    if uid.trim() == "0" {
        return Ok(command("env", &line));
    }
    if process::is_there("sudo") {
        line.insert(0, "env");
        return Ok(command("sudo", &line));
    }
    bail!(
        "you are not root and there is no sudo; as root, run: {program} {}",
        arguments.join(" ")
    )
}

fn rust_parts() -> Result<()> {
    if !requirements::has_wasm_target() {
        rustup(&["target", "add", WASM])?;
    }
    for (program, component) in [("cargo-clippy", "clippy"), ("rustfmt", "rustfmt")] {
        if !process::is_there(program) {
            rustup(&["component", "add", component])?;
        }
    }
    Ok(())
}

fn rustup(arguments: &[&str]) -> Result<()> {
    run(&mut command("rustup", arguments)).with_context(|| {
        format!(
            "this Rust lacks a part; with its own tool, do what `rustup {}` does",
            arguments.join(" ")
        )
    })
}

/// Of moto's many services the one, and what its server is served by.
fn s3_server() -> Result<()> {
    let moto = format!("moto[s3]=={MOTO}");
    python("moto", &paths::s3_server(), &[&moto, "flask", "flask-cors"])
}

fn schemathesis() -> Result<()> {
    let package = format!("schemathesis=={SCHEMATHESIS}");
    python("schemathesis", &paths::schemathesis(), &[&package])
}

fn pyxform() -> Result<()> {
    let package = format!("pyxform=={PYXFORM}");
    python("pyxform", &paths::pyxform(), &[&package])
}

/// Into a Python of its own, so that nothing outside this repository changes.
fn python(name: &str, program: &Path, packages: &[&str]) -> Result<()> {
    if program.exists() {
        eprintln!("all there");
        return Ok(());
    }
    let folder = paths::tools().join(name);
    run(command("python3", &["-m", "venv"]).arg(&folder))?;
    let mut install = Command::new(folder.join("bin/pip"));
    install.args(["install", "--quiet", "--disable-pip-version-check"]);
    run(install.args(packages))
}

/// Builds a tool into `target/tools`, so that nothing outside this repository changes.
fn tool(name: &str, version: &str) -> Result<()> {
    let root = paths::tools();
    if root.join("bin").join(name).exists() {
        eprintln!("all there");
        return Ok(());
    }
    // Not optimized: that takes longer than all its runs would gain.
    let how = ["--locked", "--quiet", "--debug", "--root"];
    let mut install = cargo(&["install", name, "--version", version]);
    install.args(how);
    run(install.arg(root).env_remove("CARGO_TARGET_DIR"))
}
