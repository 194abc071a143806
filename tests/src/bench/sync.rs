//! `cargo xtask bench sync`: what it costs to stay in step over a 2G link, here and with three peers, side by side: the same
//! documents, the same emulated link, every byte of IP counted.
//!
//! The parts are measured one after the other, each leaves its figures in a file, and the section of the page is written out
//! of all files: a part can be measured anew by itself.

mod cuts;
pub(super) mod documents;
mod figures;
mod frames;
mod ours;
mod page;
mod peers;
mod sampling;
mod window;

pub use window::{Listed, first_list};

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use figures::{At, Figures};

/// How many cases everybody has.
const CASES: usize = 1_000;
/// One-field edits that are pushed, each in another case.
const EDITS: usize = 20;
/// What the documents grow from.
const SEED: u64 = 11;

/// What to measure.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Samples of each figure.
    pub runs: usize,
    /// Where the time for them runs out first, at least one.
    pub patience: Duration,
    /// Cuts.
    pub trials: usize,
    /// The parts; all where none is named.
    pub only: Vec<Part>,
    /// The folder with the peers' programs.
    pub peers: PathBuf,
    /// The folder that keeps the figures.
    pub figures: PathBuf,
    /// Where the section goes.
    pub out: PathBuf,
}

/// What is measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Bytes of an edit and of a note in a frame.
    Frames,
    /// A tablet that is cut again and again.
    Cuts,
    /// Our device and hub, without TLS.
    Ours,
    /// The same with TLS.
    OursTls,
    /// A whole new device over the bad link, once: more than ten minutes.
    OursWhole,
    /// Anki and its sync server.
    Anki,
    /// PouchDB with express-pouchdb.
    Pouchdb,
    /// automerge-repo, asked for a sign of life once a minute.
    Automerge,
    /// automerge-repo as it comes.
    AutomergeDefault,
}

/// Measures and writes the section.
pub fn run(plan: &Plan) -> Result<()> {
    fs::create_dir_all(&plan.figures).with_context(|| format!("cannot make {}", plan.figures.display()))?;
    let began = Instant::now();
    let tell = |what: &str| eprintln!("{:>7.1} s  {what}", began.elapsed().as_secs_f32());
    for part in Part::value_variants() {
        if plan.only.is_empty() || plan.only.contains(part) {
            tell(part.name());
            part.measure(plan, &tell)
                .with_context(|| format!("the part `{}`", part.name()))?;
        }
    }
    let figures = Figures::read(&plan.figures)?;
    fs::write(&plan.out, page::section(&figures)).with_context(|| format!("cannot write {}", plan.out.display()))
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Frames => "frames",
            Self::Cuts => "cuts",
            Self::Ours => "ours",
            Self::OursTls => "ours-tls",
            Self::OursWhole => "ours-whole",
            Self::Anki => "anki",
            Self::Pouchdb => "pouchdb",
            Self::Automerge => "automerge",
            Self::AutomergeDefault => "automerge-default",
        }
    }

    fn measure(self, plan: &Plan, tell: &dyn Fn(&str)) -> Result<()> {
        let sampling = sampling::Sampling::of(plan);
        match self {
            Self::Frames => self.keep(plan, &frames::measure()?),
            Self::Cuts => self.keep(plan, &cuts::measure(plan.trials, tell)?),
            Self::Ours => self.keep(plan, &ours::measure(sampling, ours::Tls::Without, tell)?),
            Self::OursTls => self.keep(plan, &ours::measure(sampling, ours::Tls::With, tell)?),
            Self::OursWhole => self.keep(plan, &ours::whole(tell)?),
            Self::Anki => self.keep(plan, &peers::measure(peers::Peer::Anki, plan, sampling, tell)?),
            Self::Pouchdb => self.keep(plan, &peers::measure(peers::Peer::PouchDb, plan, sampling, tell)?),
            Self::Automerge => self.keep(plan, &peers::measure(peers::Peer::Automerge, plan, sampling, tell)?),
            Self::AutomergeDefault => self.keep(
                plan,
                &peers::measure(peers::Peer::AutomergeDefault, plan, sampling, tell)?,
            ),
        }
    }

    fn keep<T: serde::Serialize>(self, plan: &Plan, measured: &T) -> Result<()> {
        let at = At::now(measured)?;
        let file = plan.figures.join(format!("{}.json", self.name()));
        fs::write(&file, serde_json::to_vec_pretty(&at)?).with_context(|| format!("cannot write {}", file.display()))
    }
}
