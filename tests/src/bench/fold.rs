//! How many changed documents a second a hub folds: the tables, the card, the snapshot, and what every channel is to be told.
//!
//! What is measured is what the hub's worker does, in this process and on one thread, at a store that real requests have
//! filled. What is folded is committed with its messages, as always.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use casefile::ChangeHead;
use casework::AuthorId;
use protocol::DocumentId;
use sync_server::{
    Config, Hub as Worker, project,
    storage::{Committed, NewChange, Writing},
};

use super::{
    machine,
    sync::documents::{self, CHANGES},
};
use crate::{author::Author, cluster::Cluster, demo, ground, hub::Hub};

const DISTRICT: &str = "SNB";
const SEED: u64 = 11;
/// Every channel there is. Their portals fetch, so that nothing is delivered meanwhile.
const CHANNELS: [&str; 5] = ["vatsalya", "trackchild", "khoya-paya", "carings", "helpline"];
const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
/// As many a second are to be kept up with.
const TARGET: f64 = 200.0;

/// A store with a district's cases in it, each one change short.
struct Filled {
    hub: Hub,
    author: Author,
    /// The last change of each case.
    last: Vec<(DocumentId, Vec<u8>)>,
}

/// Measures at both stores, and prints a table.
pub fn fold(cases: usize) -> Result<()> {
    println!("{}\n", machine::described());
    println!(
        "{cases} cases of {CHANGES} changes, {} channels, one thread; target: {TARGET:.0} documents a second\n",
        CHANNELS.len()
    );
    println!("| where | what | time | documents a second |\n|---|---|---:|---:|");
    at("SQLite", None, cases)?;
    let server = Cluster::start("-c shared_buffers=256MB");
    at("PostgreSQL", Some(&server.database()), cases)
}

fn at(store: &str, database: Option<&str>, cases: usize) -> Result<()> {
    let filled = Filled::with(database, cases)?;
    let worker = Worker::open(Config::read(&filled.hub.config())?)?;
    let row = |what: &str, took: Duration| {
        let rate = Duration::from_secs(cases as u64).div_duration_f64(took);
        println!("| {store} | {what} | {:.2} s | {rate:.0} |", took.as_secs_f64());
    };
    worker.storage.unfold_everything()?;
    row("all of it anew", folded(&worker, cases)?);
    filled.commit_the_last(&worker)?;
    row("one change in each", folded(&worker, cases)?);
    Ok(())
}

/// Folds what waits, and says how long that took.
fn folded(worker: &Worker, cases: usize) -> Result<Duration> {
    let began = Instant::now();
    let mut done = 0;
    loop {
        match project::fold_waiting(worker)? {
            0 => break,
            more => done += more,
        }
    }
    ensure!(done == cases, "{done} of {cases} cases were folded");
    Ok(began.elapsed())
}

impl Filled {
    fn with(database: Option<&str>, cases: usize) -> Result<Self> {
        let mut hub = Hub::start_telling(database, &channels())?;
        let admin = hub.admin();
        admin.add_district(DISTRICT, "Sonbari")?;
        let user = admin.add_user(DISTRICT, "Lata Soren", &casework::Role::PoNic)?;
        let code = admin.enrolment_link(&user)?.code.to_string();
        let mut author = Author::enrol(&hub.url(), &code, SEED)?;
        let invented = documents::invent(cases, AuthorId::from_bytes(author.id.0), SEED, ground::now_ms())?;
        let (mut before, mut last) = (Vec::new(), Vec::new());
        for mut case in invented {
            let change = case.changes.pop().context("a case has changes")?;
            before.extend(case.changes.into_iter().map(|change| (case.document, change)));
            last.push((case.document, change));
        }
        demo::send(&mut author, &before)?;
        hub.stop()?;
        Ok(Self { hub, author, last })
    }

    /// Puts the change into the log that each case lacks.
    fn commit_the_last(&self, worker: &Worker) -> Result<()> {
        for (document, bytes) in &self.last {
            let head = ChangeHead::parse(bytes)?;
            let committed = worker.storage.commit_change(&NewChange {
                document: *document,
                district: DISTRICT,
                user: self.author.enrolled.user,
                author: self.author.id,
                seq: head.seq,
                hash: head.hash,
                bytes,
                writing: Writing::Granted,
                media: Vec::new(),
                now_ms: ground::now_ms(),
            })?;
            ensure!(matches!(committed, Committed::New { .. }), "a change was there already");
        }
        Ok(())
    }
}

fn channels() -> String {
    let of = |name: &&str| format!("[channels.{name}]\nsecret = \"{SECRET}\"\npull_token = \"{SECRET}\"\n");
    CHANNELS.iter().map(of).collect()
}
