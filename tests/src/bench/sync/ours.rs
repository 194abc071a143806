//! Our own device and hub.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use casework::{AuthorId, Role};
use tempfile::TempDir;

use super::{
    CASES, EDITS, SEED, documents,
    figures::{Cell, Costs, Memory, Sample, Windows},
    sampling::{Sampling, Took, Trip, over, over_settled},
    window::Listed,
};
use crate::{
    author::Author,
    bench::{FirstSync, Talked, machine},
    demo, ground,
    hub::Hub,
    link::{FAR, Link, Side},
};

/// What a window of signal is.
const WINDOW_S: u64 = 30;
const DISTRICT: &str = "SNB";

/// Whether device and hub speak TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tls {
    /// They do.
    With,
    /// They speak plain HTTP, as behind a proxy.
    Without,
}

/// A hub with the cases at one end of a link.
struct Scene {
    link: Link,
    hub: Hub,
    folder: TempDir,
    user: String,
    saved_bytes: u64,
    tablets: usize,
}

/// Measures everything but the whole new device over the bad link.
pub(super) fn measure(sampling: Sampling, tls: Tls, tell: &dyn Fn(&str)) -> Result<Costs> {
    let mut scene = Scene::set(tls)?;
    let filled_kb = scene.resident_kb()?;
    tell("the hub has the cases");
    let tablet = scene.tablet();
    scene.first_sync(&tablet, Trip::CLEAR)?;
    scene.start_hub_again()?;
    scene.talk_unlocked(&tablet, Trip::CLEAR)?;
    let in_step_kb = scene.resident_kb()?;
    tell("a tablet is in step");
    let unlocked = sampling.cell(|round| scene.talk_unlocked(&tablet, Trip::two_g(round)))?;
    tell("just unlocked, again and again");
    let in_step = sampling.cell(|round| scene.talk(&tablet, 0, Trip::two_g(round)))?;
    tell("in step, again and again");
    let push = sampling.cell(|round| scene.talk(&tablet, EDITS, Trip::two_g(round)))?;
    tell("edits pushed");
    let new_device = sampling.cell(|_| {
        let tablet = scene.tablet();
        scene.first_sync(&tablet, Trip::CLEAR)
    })?;
    tell("new devices on a clear link");
    let windows = scene.windows(sampling)?;
    tell("the list of a new device in a window");
    Ok(Costs {
        in_step: Some(in_step),
        unlocked: Some(unlocked),
        push: Some(push),
        new_device: Some(new_device),
        windows: Some(windows),
        memory: Some(Memory {
            in_step_kb,
            filled_kb: Some(filled_kb),
        }),
        saved_bytes: Some(scene.saved_bytes),
    })
}

/// A whole new device over the bad link, once and without TLS.
pub(super) fn whole(tell: &dyn Fn(&str)) -> Result<Cell> {
    let mut scene = Scene::set(Tls::Without)?;
    tell("the hub has the cases");
    let tablet = scene.tablet();
    let took = scene.first_sync(&tablet, Trip::long())?;
    let ms = took.said.context("it was given up")?;
    Ok(Cell {
        samples: vec![Sample { ms, ..took.sample }],
        given_up: None,
    })
}

impl Scene {
    /// Starts the hub, and brings the cases in as one officer's tablet would.
    fn set(tls: Tls) -> Result<Self> {
        let link = Link::lay()?;
        let mut hub = link.at(Side::Far, || Hub::start_listening(FAR.into()))??;
        let admin = hub.admin();
        admin.add_district(DISTRICT, "Sonbari")?;
        let user = admin.add_user(DISTRICT, "Lata Soren", &Role::PoNic)?;
        let code = admin.enrolment_link(&user)?.code.to_string();
        let cases = link.at(Side::Near, || -> Result<_> {
            let mut author = Author::enrol(&hub.url(), &code, SEED)?;
            let cases = documents::invent(CASES, AuthorId::from_bytes(author.id.0), SEED, ground::now_ms())?;
            let changes: Vec<_> = cases
                .iter()
                .flat_map(|case| case.changes.iter().map(|change| (case.document, change.clone())))
                .collect();
            demo::send(&mut author, &changes)?;
            Ok(cases)
        })??;
        if tls == Tls::With {
            link.at(Side::Far, || hub.go_under_tls())??;
        }
        let saved: usize = cases.iter().map(|case| case.saved.len()).sum();
        Ok(Self {
            link,
            hub,
            folder: tempfile::tempdir()?,
            user,
            saved_bytes: (saved / CASES) as u64,
            tablets: 0,
        })
    }

    fn resident_kb(&self) -> Result<u64> {
        let process = self.hub.process_id().context("the hub runs")?;
        machine::resident_kb(process).context("the hub runs")
    }

    fn start_hub_again(&mut self) -> Result<()> {
        self.hub.stop()?;
        let Self { link, hub, .. } = self;
        link.at(Side::Far, || hub.start_again())?
    }

    /// A folder for the next tablet.
    fn tablet(&mut self) -> PathBuf {
        self.tablets += 1;
        self.folder.path().join(format!("tablet-{}", self.tablets))
    }

    /// The arguments with which a tablet enrols.
    fn enrolment(&self) -> Result<[String; 4]> {
        let link = self.hub.admin().enrolment_link(&self.user)?;
        let hub = link.hub.as_str().to_owned();
        Ok(["--hub".into(), hub, "--code".into(), link.code.to_string()])
    }

    fn first_sync(&self, tablet: &Path, trip: Trip) -> Result<Took<u64>> {
        std::fs::create_dir_all(tablet)?;
        let mut command = part("first-sync", tablet)?;
        let took: Took<FirstSync> = over(&self.link, trip, command.args(self.enrolment()?))?;
        if let Some(said) = &took.said {
            ensure!(said.cases as usize == CASES, "{} cases came", said.cases);
        }
        Ok(took.told(|said| said.sync_us / 1_000))
    }

    /// A tablet that was unlocked a moment ago, which the hub is told of by the way.
    fn talk_unlocked(&self, tablet: &Path, trip: Trip) -> Result<Took<u64>> {
        told(over(&self.link, trip, &mut talk_of(tablet, 0)?)?)
    }

    /// A tablet that has been open for a while, over a new connection.
    fn talk(&mut self, tablet: &Path, edits: usize, trip: Trip) -> Result<Took<u64>> {
        let mut command = talk_of(tablet, edits)?;
        let Self { link, hub, .. } = self;
        let end_connections = || {
            hub.stop()?;
            link.at(Side::Far, || hub.start_again())?
        };
        told(over_settled(link, trip, command.arg("--settle"), end_connections)?)
    }

    fn windows(&mut self, sampling: Sampling) -> Result<Windows> {
        let mut windows = Windows {
            seconds: WINDOW_S,
            listed: Vec::new(),
            all_ms: Vec::new(),
        };
        sampling.cell(|round| {
            let tablet = self.tablet();
            std::fs::create_dir_all(&tablet)?;
            let mut command = part("first-list", &tablet)?;
            command.args(self.enrolment()?);
            command.args(["--cases", &CASES.to_string(), "--seconds", &WINDOW_S.to_string()]);
            let took: Took<Listed> = over(&self.link, Trip::two_g(round), &mut command)?;
            let said = took.said.as_ref().context("a window closes")?;
            windows.listed.push(said.cases);
            windows.all_ms.extend(said.all_ms);
            Ok(took.told(|_| 0))
        })?;
        Ok(windows)
    }
}

fn talk_of(tablet: &Path, edits: usize) -> Result<Command> {
    let mut command = part("talk", tablet)?;
    command.args(["--fact", documents::EDITED, "--edits", &edits.to_string()]);
    Ok(command)
}

fn told(took: Took<Talked>) -> Result<Took<u64>> {
    if let Some(said) = &took.said {
        ensure!(said.waiting == 0, "{} changes still wait", said.waiting);
    }
    Ok(took.told(|said| said.sync_us / 1_000))
}

/// A part of this very program, in a process of its own.
fn part(name: &str, tablet: &Path) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bench", name]).arg("--data-dir").arg(tablet);
    Ok(command)
}
