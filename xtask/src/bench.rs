//! Measures a release build.

mod matching;
mod page;
mod sync;

use anyhow::Result;

use crate::{
    check::tell_paths,
    display::VirtualDisplay,
    paths,
    process::{cargo, run, workshop},
    screens::{self, Bundle},
    steps::Steps,
};

/// `cargo xtask bench`, and what is measured by itself: `alike`, `fold`, `matching`, `memory`, `paper`, `store`, `sync`.
pub(crate) fn bench(arguments: &[String]) -> Result<()> {
    if arguments == ["matching"] {
        return matching::bench();
    }
    if arguments.first().is_some_and(|part| part == "store") {
        return store(arguments);
    }
    if arguments
        .first()
        .is_some_and(|part| ["alike", "fold", "memory", "paper"].contains(&part.as_str()))
    {
        return at_a_hub(arguments);
    }
    if let Some((first, rest)) = arguments.split_first()
        && first == "sync"
    {
        return sync::bench(rest);
    }
    // The page is written anew by the measuring program, which knows nothing of these.
    let kept = page::Kept::read();
    let mut steps = Steps::new(4);
    steps.run("the screens, small", || screens::build(Bundle::Small).map(drop))?;
    // The app by itself, as it is packaged: together with others it would be built with what they want of its parts.
    steps.run("the app, as it ships", || {
        run(&mut cargo(&["build", "--release", "--package", "vatsalya-field"]))
    })?;
    steps.run("the hub and the measuring, likewise", build_hub)?;
    let programs = paths::target().join("release");
    steps.run("the measurements", || {
        let display = VirtualDisplay::start()?;
        let mut bench = workshop(&programs, "bench");
        tell_paths(&mut bench);
        bench.env("VATSALYA_BIN_DIR", &programs).args(arguments);
        run(&mut display.on(&bench))
    })?;
    kept.put_back()
}

/// A state's busy hour at the store alone: prints a table, and leaves the page as it is.
fn store(arguments: &[String]) -> Result<()> {
    run(&mut cargo(&[
        "build",
        "--release",
        "--package",
        "tests",
        "--bin",
        "workshop",
    ]))?;
    run(workshop(&paths::target().join("release"), "bench").args(arguments))
}

/// What a hub takes of memory, how long its answers take, how fast it folds, how long a paper takes: prints a table, and leaves the page as it is.
fn at_a_hub(arguments: &[String]) -> Result<()> {
    build_hub()?;
    let programs = paths::target().join("release");
    let mut bench = workshop(&programs, "bench");
    tell_paths(&mut bench);
    run(bench.env("VATSALYA_BIN_DIR", &programs).args(arguments))
}

fn build_hub() -> Result<()> {
    let packages = ["--package", "sync-server", "--package", "tests"];
    let programs = ["--bin", "sync-server", "--bin", "workshop"];
    run(cargo(&["build", "--release"]).args(packages).args(programs))
}
