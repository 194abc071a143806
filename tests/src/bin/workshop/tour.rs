//! Drives two real windows through a day of two officers, with a hub, a portal and a demo district of its own, and
//! leaves pictures of what they see.

use std::{path::PathBuf, time::Instant};

use clap::Args;
use tests::{
    demo::{District, TOUR_OFFICERS, settle},
    ground,
    hub::Hub,
    journey::{self, Day},
    places, scene,
};

/// Shows the whole thing by itself, and leaves pictures.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Takes the pictures of every screen instead, in Chromium, and writes them into this folder with a page beside it.
    #[arg(long)]
    gallery: Option<PathBuf>,
    /// Where the pictures go.
    #[arg(long)]
    screenshots: Option<PathBuf>,
    /// How many cases the district has.
    #[arg(long, default_value_t = 300)]
    cases: usize,
    /// From what it is invented.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Takes the tour, or the pictures of every screen.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let began = Instant::now();
    if let Some(folder) = &arguments.gallery {
        return tests::gallery::write(folder);
    }
    let pictures = arguments.screenshots.unwrap_or_else(places::screenshots);
    let portal = scene::portal();
    let mut hub = Hub::start(Some(&portal.webhook_url()))?;
    let admin = hub.admin();
    let district = District::invent(arguments.seed, arguments.cases, ground::now_ms()).with_lives()?;
    let tell = |done: &str| eprintln!("{:>6.1} s  {done}", began.elapsed().as_secs_f32());
    let settled = settle(&district, &admin, &hub.url(), arguments.seed, tell)?;
    let folders = tempfile::tempdir()?;
    let window = |name| journey::window(name, folders.path(), &pictures);
    let link = |officer: usize| anyhow::Ok(admin.enrolment_link(settled.user(officer)?)?.to_string());
    let mut day = Day {
        windows: [window("first-officer")?, window("second-officer")?],
        links: [link(TOUR_OFFICERS[0])?, link(TOUR_OFFICERS[1])?],
        hub: &mut hub,
        gallery: true,
    };
    journey::live(&mut day)?;
    eprintln!(
        "{:>6.1} s  the tour is over; its pictures are in {}",
        began.elapsed().as_secs_f32(),
        pictures.display()
    );
    Ok(())
}
