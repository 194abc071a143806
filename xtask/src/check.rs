//! Every check and test; what CI runs.

use std::{path::PathBuf, process::Command};

use anyhow::{Result, bail};

use crate::{
    display::VirtualDisplay,
    install,
    lint::{self, Built, linting},
    npm, paths, policy,
    process::{cargo, run},
    room,
    screens::{self, Bundle},
    steps::Steps,
    tally::{self, Tally},
};

/// `cargo xtask test`.
pub(crate) fn test() -> Result<()> {
    install::set_up()?;
    check()
}

/// Runs all of them, also after one has failed, so that one run says everything. The last line counts the tests.
pub(crate) fn check() -> Result<()> {
    room::check()?;
    let mut steps = Steps::new(5);
    let mut failed: Vec<String> = Vec::new();
    let mut note = |outcome: Result<()>| {
        if let Err(error) = outcome {
            eprintln!("{error:#}");
            failed.push(format!("{error:#}"));
        }
    };
    note(steps.run("format", || run(&mut cargo(&["fmt", "--all", "--check"]))));
    note(steps.run("licences, sources and bans", policy::check));
    note(steps.run("the screens, with lint", || {
        screens::build(Bundle::Quick)?.without_warnings()
    }));
    // The same selection as the tests below: another would build every dependency once more.
    let built = steps.run("everything else, with lint", || {
        lint::run(&mut linting(&["build", "--workspace", "--all-targets"]))
    });
    let can_test = built.is_ok();
    note(built.and_then(Built::without_warnings));
    let mut tally = Tally::default();
    if can_test {
        note(steps.run("tests", || tests(&mut tally)));
    }

    eprintln!("\n{} in all", steps.elapsed());
    for failure in &failed {
        println!("FAILED: {failure}");
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if failed.is_empty() {
        Ok(())
    } else {
        std::process::exit(1)
    }
}

/// `cargo xtask packs`. The hub's own command does it: this program knows no pack.
pub(crate) fn packs(folder: Option<PathBuf>) -> Result<()> {
    let folder = match folder {
        Some(folder) => std::path::absolute(folder)?,
        None => PathBuf::from("crates/casework/packs"),
    };
    let mut check = cargo(&["run", "--quiet", "--package", "sync-server", "--"]);
    run(check.args(["admin", "packs", "check"]).arg(folder))
}

/// On a virtual display even where there is a real one: a person's mouse must not take part.
fn tests(tally: &mut Tally) -> Result<()> {
    let display = VirtualDisplay::start()?;
    let mut command = linting(&["test", "--workspace", "--no-fail-fast"]);
    tell_paths(&mut command);
    let (counted, ended_well) = tally::run(&mut display.on(&command))?;
    *tally = counted;
    if !ended_well {
        bail!("a test failed, or a runner died; look for `FAILED` and `error:` above");
    }
    Ok(())
}

/// Tells whole-system programs where the built parts are.
pub(crate) fn tell_paths(command: &mut Command) {
    command
        .env("VATSALYA_BIN_DIR", paths::programs())
        .env("VATSALYA_TAURI_DRIVER", paths::tauri_driver())
        .env("VATSALYA_WEBKIT_DRIVER", "/usr/bin/WebKitWebDriver")
        .env("VATSALYA_CHROMEDRIVER", "/usr/bin/chromedriver")
        .env("VATSALYA_S3_SERVER", paths::s3_server())
        .env("VATSALYA_TUS_CLIENT", npm::TUS_CLIENT.folder())
        .env("VATSALYA_WEBHOOKS", npm::WEBHOOKS.folder())
        .env("VATSALYA_OIDC_PROVIDER", npm::OIDC_PROVIDER.folder())
        .env("VATSALYA_PYXFORM", paths::pyxform())
        .env("VATSALYA_UI_DIST", paths::dist())
        .env("VATSALYA_CONSOLE", paths::console())
        .env("VATSALYA_COMPONENTS", paths::components())
        .env("VATSALYA_AXE", npm::AXE.folder())
        .env("VATSALYA_SCREENSHOTS", paths::screenshots());
}
