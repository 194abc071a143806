//! Measures a release build.

use anyhow::Result;

use crate::{
    check::tell_paths,
    paths,
    process::{cargo, command, run},
    screens::{self, Bundle},
    steps::Steps,
};

/// `cargo xtask bench`.
pub(crate) fn bench(arguments: &[String]) -> Result<()> {
    let mut steps = Steps::new(3);
    steps.run("the screens, small", || screens::build(Bundle::Small))?;
    steps.run("a release build", || {
        run(&mut cargo(&["build", "--release", "--workspace", "--bins"]))
    })?;
    let programs = paths::target().join("release");
    steps.run("the measurements", || {
        let mut bench = command(&programs.join("bench").to_string_lossy(), &[]);
        tell_paths(&mut bench);
        run(bench.env("VATSALYA_BIN_DIR", &programs).args(arguments))
    })
}
