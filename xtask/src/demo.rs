//! The whole thing, running: a hub, a portal receiver and two officers' windows.

mod district;
mod live;

use anyhow::{Result, bail};

use crate::{
    check::tell_paths,
    display::{self, VirtualDisplay},
    install,
    lint::linting,
    paths,
    process::{run as run_to_end, workshop},
    screens::{self, Bundle},
    steps::Steps,
};

/// `cargo xtask run`.
pub(crate) fn run(tour: bool) -> Result<()> {
    install::set_up_to_run()?;
    let mut steps = Steps::new(3);
    build(&mut steps)?;
    if tour || !display::is_there() {
        if !tour {
            eprintln!("\nThere is no display here, so nobody could look at a window. A virtual one is used instead:");
            eprintln!("a script works through the app as two officers would, and keeps pictures of what it sees.");
        }
        let folder = paths::screenshots();
        return steps.run("the tour", || take_tour(&folder));
    }
    steps
        .run("the hub, the portal and the demo district", live::Demo::start)?
        .show()
}

/// The pictures of the tour that stand in the repository.
const SHOWN: [&str; 5] = [
    "05-case",
    "13-two-versions",
    "16-receipts",
    "18-hindi-case",
    "19-dark-case",
];

/// `cargo xtask screenshots`.
pub(crate) fn screenshots() -> Result<()> {
    let mut steps = Steps::new(4);
    build(&mut steps)?;
    steps.run("the tour", || take_tour(&paths::screenshots()))?;
    steps.run("docs/screenshots", || {
        let shown = paths::root().join("docs/screenshots");
        std::fs::create_dir_all(&shown)?;
        for name in SHOWN {
            let picture = format!("{name}.png");
            std::fs::copy(paths::screenshots().join(&picture), shown.join(&picture))?;
        }
        Ok(())
    })
}

/// `cargo xtask gallery`.
pub(crate) fn gallery() -> Result<()> {
    let mut steps = Steps::new(3);
    steps.run("the screens", || screens::build(Bundle::Quick).map(drop))?;
    steps.run("the program that takes the pictures", || build_some(&["workshop"]))?;
    steps.run("docs/gallery", || {
        let mut tour = workshop(&paths::programs(), "tour");
        tell_paths(tour.arg("--gallery").arg(paths::gallery()));
        run_to_end(&mut tour)
    })
}

/// `cargo xtask demo-data`.
pub(crate) fn demo_data(arguments: &[String]) -> Result<()> {
    build_some(&["sync-server", "workshop"])?;
    let mut program = workshop(&paths::programs(), "demo-data");
    tell_paths(&mut program);
    // The config file is named from where the person is.
    program.current_dir(std::env::current_dir()?);
    run_to_end(program.args(arguments))
}

/// Builds these programs of the workspace, out of the same parts as all others: a smaller selection of packages would
/// build every dependency once more.
pub(crate) fn build_some(programs: &[&str]) -> Result<()> {
    let mut build = linting(&["build", "--workspace"]);
    for program in programs {
        build.args(["--bin", program]);
    }
    run_to_end(&mut build)
}

fn build(steps: &mut Steps) -> Result<()> {
    steps.run("the screens", || screens::build(Bundle::Quick).map(drop))?;
    steps.run("the app and the hub", || {
        run_to_end(&mut linting(&["build", "--workspace", "--bins"]))
    })
}

/// Drives the real window through a script and says where the pictures are.
fn take_tour(folder: &std::path::Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let display = VirtualDisplay::start()?;
    let mut tour = workshop(&paths::programs(), "tour");
    tell_paths(tour.arg("--screenshots").arg(folder));
    run_to_end(&mut display.on(&tour))?;
    let mut pictures: Vec<_> = std::fs::read_dir(folder)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    pictures.retain(|path| path.extension().is_some_and(|extension| extension == "png"));
    pictures.sort();
    if pictures.is_empty() {
        bail!("the tour left no picture in {}", paths::shown(folder));
    }
    println!("\nThe pictures:");
    for picture in pictures {
        println!("  {}", paths::shown(&picture));
    }
    Ok(())
}
