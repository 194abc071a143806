//! The measurements, one after the other, on hubs of their own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context as _, ensure};
use casework::Role;
use serde::de::DeserializeOwned;

use super::{
    Samples, machine,
    parts::{FirstSync, Opened},
    pictures,
    report::{self, Figures, Full, Wire},
    window,
};
use crate::{
    demo::{District, settle},
    ground,
    hub::Hub,
    network::{Network, Traffic},
    places,
    tablet::Tablet,
};

/// What to measure.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Cases of the full tablets, one after the other; the last is worked with.
    pub cases: Vec<usize>,
    /// Cases of a first sync.
    pub first_cases: usize,
    /// Where the page goes.
    pub out: PathBuf,
}

/// How often the exchanges are made.
const EXCHANGES: usize = 30;
/// How often a first sync is made.
const FIRST_SYNCS: usize = 3;

/// Measures and writes the page.
pub fn run(plan: &Plan) -> anyhow::Result<()> {
    let began = Instant::now();
    let tell = |what: &str| eprintln!("{:>6.1} s  {what}", began.elapsed().as_secs_f32());
    let folder = tempfile::tempdir()?;
    let durable = machine::durable_4_kb(folder.path())?;

    tell(&format!("a district of {} cases", plan.first_cases));
    let (hub, settled) = district(plan.first_cases, &tell)?;
    let network = Network::to(hub.address())?;
    let mut first = Vec::new();
    for round in 0..FIRST_SYNCS {
        let code = hub.admin().enrolment_link(&settled)?.code.to_string();
        network.take_traffic();
        let measured = first_sync(&folder.path().join(format!("first-{round}")), &network.url(), &code)?;
        first.push((measured, network.take_traffic()));
        tell(&format!("first sync {} of {FIRST_SYNCS}", round + 1));
    }
    let (nothing, one_edit) = exchanges(&hub, &network)?;
    tell("exchanges");
    let hub_first_kb = hub.process_id().and_then(|id| machine::peak_kb(&id.to_string()));
    drop(hub);

    let mut full = Vec::new();
    for cases in &plan.cases {
        full.push(full_tablet(
            *cases,
            &folder.path().join(format!("full-{cases}")),
            &tell,
        )?);
    }
    ensure!(!full.is_empty(), "name at least one number of cases");
    let clocks = super::all_clocks();
    tell("the clocks of many cases");

    let pictures = pictures::measure()?;
    tell("pictures, side by side with libvips");

    let bundle = fs::metadata(places::ui_dist().join("ui_bg.wasm"))
        .context("the built screens")?
        .len();
    let figures = Figures {
        machine: machine::described(),
        at: jiff::Timestamp::from_millisecond(ground::now_ms())?,
        durable,
        first,
        full,
        long: super::long_case(),
        clocks,
        nothing,
        one_edit,
        hub_first_kb,
        pictures,
        bundle,
        release: !cfg!(debug_assertions),
    };
    fs::write(&plan.out, report::page(&figures))?;
    tell(&format!("written to {}", plan.out.display()));
    Ok(())
}

/// A tablet with every case of a district: how it comes to them, and what working with them costs.
fn full_tablet(cases: usize, tablet: &Path, tell: &impl Fn(&str)) -> anyhow::Result<Full> {
    tell(&format!("a district of {cases} cases"));
    let (hub, settled) = district(cases, tell)?;
    let network = Network::to(hub.address())?;
    let code = hub.admin().enrolment_link(&settled)?.code.to_string();
    let first = first_sync(tablet, &network.url(), &code)?;
    let traffic = network.take_traffic();
    tell("its first sync");
    let hub_kb = hub.process_id().and_then(|id| machine::peak_kb(&id.to_string()));
    drop(hub);
    let opened: Opened = part(&["open"], tablet)?;
    tell("opening and working");
    let in_the_window = window::open_the_app(tablet)?;
    tell("opening the app");
    Ok(Full {
        first,
        traffic,
        hub_kb,
        opened,
        in_the_window,
    })
}

/// A hub with a district in it, each case in one hand, without pictures; and the id of its head, who sees all of it.
pub(super) fn district(cases: usize, tell: &impl Fn(&str)) -> anyhow::Result<(Hub, String)> {
    let hub = Hub::start(None)?;
    let mut district = District::invent(7, cases, ground::now_ms());
    district
        .cases
        .iter_mut()
        .for_each(crate::demo::Record::leave_to_one_hand);
    let settled = settle(&district, &hub.admin(), &hub.url(), 7, tell)?;
    let head = settled.user(0)?.to_owned();
    Ok((hub, head))
}

pub(super) fn first_sync(folder: &Path, hub: &str, code: &str) -> anyhow::Result<FirstSync> {
    fs::create_dir_all(folder)?;
    part(&["first-sync", "--hub", hub, "--code", code], folder)
}

/// Runs a part of this program in a process of its own.
pub(super) fn part<T: DeserializeOwned>(arguments: &[&str], folder: &Path) -> anyhow::Result<T> {
    let output = Command::new(std::env::current_exe()?)
        .arg("bench")
        .args(arguments)
        .arg("--data-dir")
        .arg(folder)
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "bench {arguments:?}: {}", output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// What an exchange costs with nothing to say, and with one edit.
fn exchanges(hub: &Hub, network: &Network) -> anyhow::Result<(Wire, Wire)> {
    let admin = hub.admin();
    let user = admin.add_user("SNB", "Lata Soren", &Role::PoNic)?;
    let tablet = Tablet::by_hand(77);
    let code = admin.enrolment_link(&user)?.code.to_string();
    tablet
        .enrol(&network.url(), &code)
        .map_err(|failure| anyhow::anyhow!("{failure:?}"))?;
    let case = tablet.open_case(crate::scene::new_case("Somra Oraon"));
    tablet.sync_well();
    let measure = |edit: bool| {
        let (mut samples, mut traffic) = (Samples::default(), Vec::new());
        for round in 0..EXCHANGES {
            if edit {
                tablet.write(case, "found.place", format!("platform {round}").as_str());
            }
            network.take_traffic();
            samples.time(|| tablet.sync_well());
            traffic.push(network.take_traffic());
        }
        traffic.sort_by_key(|passed: &Traffic| passed.up + passed.down);
        Wire {
            samples,
            traffic: traffic[traffic.len() / 2],
        }
    };
    Ok((measure(false), measure(true)))
}
