//! The peers: each its own server and its own client, driven by a short program of ours in its own language, over the same
//! link and with the same documents. The programs stand in `xtask/sync/`, `cargo xtask bench sync` installs what they need.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, bail, ensure};
use casework::AuthorId;
use serde::Deserialize;
use tempfile::TempDir;

use super::{
    CASES, EDITS, Plan, SEED, documents,
    figures::{Costs, Memory},
    sampling::{Sampling, Took, Trip, over},
};
use crate::{
    bench::machine,
    ground,
    link::{FAR, Link, Side},
};

/// Where their servers listen: each has a namespace to itself.
const PORT: u16 = 4100;

/// A peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Peer {
    /// Anki.
    Anki,
    /// PouchDB.
    PouchDb,
    /// automerge-repo that asks for a sign of life once a minute.
    Automerge,
    /// automerge-repo as it comes.
    AutomergeDefault,
}

/// What a client prints.
#[derive(Debug, Deserialize)]
struct Said {
    /// From its first packet until it knew that it was in step.
    ms: u64,
    /// Documents or notes that it has then.
    documents: usize,
}

/// A peer's server, ended when this is dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A peer at its link.
struct Scene<'p> {
    peer: Peer,
    programs: &'p Path,
    link: Link,
    folder: TempDir,
    server: Option<Server>,
    round: usize,
}

/// Measures one of them.
pub(super) fn measure(peer: Peer, plan: &Plan, sampling: Sampling, tell: &dyn Fn(&str)) -> Result<Costs> {
    let mut scene = Scene::set(peer, &plan.peers)?;
    scene.start_server()?;
    scene.fill()?;
    tell("its server has the cases, and a client is in step");
    scene.start_server()?;
    scene.talk(0, Trip::CLEAR)?;
    let memory = Memory {
        in_step_kb: scene.resident_kb()?,
        filled_kb: None,
    };
    let in_step = sampling.cell(|round| scene.talk_anew(0, round))?;
    tell("in step, again and again");
    let push = if peer == Peer::AutomergeDefault {
        None
    } else {
        Some(sampling.cell(|round| scene.talk_anew(EDITS, round))?)
    };
    tell("edits pushed");
    let new_device = match peer {
        Peer::Automerge | Peer::PouchDb => Some(sampling.cell(|_| scene.new_device())?),
        Peer::Anki | Peer::AutomergeDefault => None,
    };
    Ok(Costs {
        in_step: Some(in_step),
        unlocked: None,
        push,
        new_device,
        windows: None,
        memory: Some(memory),
        saved_bytes: None,
    })
}

impl<'p> Scene<'p> {
    fn set(peer: Peer, programs: &'p Path) -> Result<Self> {
        ensure!(
            programs.join("automerge-repo.mjs").exists(),
            "{} has no peers in it: `cargo xtask bench sync` installs them",
            programs.display()
        );
        let folder = tempfile::tempdir()?;
        let author = AuthorId::from_bytes([7; 16]);
        let cases = documents::invent(CASES, author, SEED, ground::now_ms())?;
        fs::write(folder.path().join("documents.json"), documents::for_peers(&cases))?;
        Ok(Self {
            peer,
            programs,
            link: Link::lay()?,
            folder,
            server: None,
            round: 0,
        })
    }

    /// The program with what to do.
    fn program(&self, what: &str) -> Command {
        let (runs, script): (PathBuf, &str) = match self.peer {
            Peer::Anki => (self.programs.join("python/bin/python"), "anki_sync.py"),
            Peer::PouchDb => ("node".into(), "pouchdb.mjs"),
            Peer::Automerge | Peer::AutomergeDefault => ("node".into(), "automerge-repo.mjs"),
        };
        let mut command = Command::new(runs);
        command
            .arg(self.programs.join(script))
            .arg(what)
            .arg(self.folder.path());
        command.current_dir(self.folder.path());
        command.arg(format!("{FAR}:{PORT}"));
        command
    }

    /// Starts the server, or starts it again on what it has.
    fn start_server(&mut self) -> Result<()> {
        self.server = None;
        let mut command = self.program("serve");
        if self.peer == Peer::Automerge {
            command.arg("60000");
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        let mut child = self.link.at(Side::Far, || command.spawn())??;
        let out = child.stdout.take().context("its output is piped")?;
        self.server = Some(Server(child));
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        ensure!(line.trim() == "ready", "the server said {line:?}");
        Ok(())
    }

    fn resident_kb(&self) -> Result<u64> {
        let server = self.server.as_ref().context("the server runs")?;
        machine::resident_kb(server.0.id()).context("the server runs")
    }

    /// Brings the documents in, and leaves a client in step.
    fn fill(&self) -> Result<()> {
        let took: Took<Said> = over(&self.link, Trip::CLEAR, &mut self.program("fill"))?;
        complete(&took)
    }

    fn talk(&mut self, edits: usize, trip: Trip) -> Result<Took<u64>> {
        self.round += 1;
        let mut command = self.program("talk");
        command.args([edits.to_string(), self.round.to_string()]);
        let took: Took<Said> = over(&self.link, trip, &mut command)?;
        if took.said.is_some() {
            complete(&took)?;
        }
        Ok(took.told(|said| said.ms))
    }

    /// The same with a server that was just started: what it is in the middle of with a client that was given up is over.
    fn talk_anew(&mut self, edits: usize, round: usize) -> Result<Took<u64>> {
        self.start_server()?;
        self.talk(edits, Trip::two_g(round))
    }

    fn new_device(&mut self) -> Result<Took<u64>> {
        self.round += 1;
        let mut command = self.program("new");
        command.arg(self.round.to_string());
        let took: Took<Said> = over(&self.link, Trip::CLEAR, &mut command)?;
        complete(&took)?;
        Ok(took.told(|said| said.ms))
    }
}

fn complete(took: &Took<Said>) -> Result<()> {
    match &took.said {
        Some(said) if said.documents == CASES => Ok(()),
        Some(said) => bail!("{} documents are there", said.documents),
        None => bail!("it was given up"),
    }
}
