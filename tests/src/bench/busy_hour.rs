//! A state's busy hour, as far as the store has to do with it: many devices' changes, each acknowledged when it is on the disk.
//!
//! What is measured is [`sync_server::storage`] alone: no sockets, no signatures, no documents. Beside it one row a
//! transaction in a table numbered by a sequence, by PostgreSQL's own `pgbench`: as fast as that database takes rows which
//! nobody orders, and whose readers by number pass rows over.

use std::{
    panic::resume_unwind,
    path::Path,
    process::Command,
    sync::atomic::{AtomicU64, Ordering},
    thread::{self, ScopedJoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use casefile::DocumentKey;
use casework::Compartment;
use protocol::{AuthorId, DocumentId, PublicKey, UserId};
use sync_server::storage::{
    Audit as _, Committed, Enrolment, NewChange, NewSubject, Postgres, PostgresConfig, Readable, Sqlite, Storage, User,
    Writing,
};

use super::machine;
use crate::{
    cluster::{self, Cluster},
    ground,
};

/// Districts of a large state.
const DISTRICTS: u64 = 38;
/// Changes of each device: it begins a case, and goes on in it.
const CHANGES_EACH: u64 = 20;
/// Bytes of a change: about what one field takes.
const CHANGE_BYTES: usize = 120;
/// Requests at a time.
const WRITERS: usize = 64;
/// Connections to PostgreSQL, of which each store has half.
const CONNECTIONS: usize = 64;

/// How the changes of a device come.
#[derive(Clone, Copy)]
enum Way {
    /// The first, which begins a case, by itself, the others in one frame, as from a device that had no network meanwhile.
    InFrames,
    /// Each in a frame of its own.
    OneByOne,
}

impl Way {
    const fn named(self) -> &'static str {
        match self {
            Self::InFrames => "as many as a frame holds",
            Self::OneByOne => "one change a frame",
        }
    }
}

/// Measures both stores and the limit, and prints a table.
pub fn busy_hour(devices: u64) -> Result<()> {
    let changes = devices * CHANGES_EACH;
    println!("{}\n", machine::described());
    println!("{changes} changes of {devices} devices in {DISTRICTS} districts, {WRITERS} at a time\n");
    println!("| where | time | changes a second | entries of the log | commits |\n|---|---:|---:|---:|---:|");
    let row = |name: &str, took: Duration, entries: u64, commits: Option<u64>| {
        let commits = commits.map_or_else(|| "–".to_owned(), |commits| commits.to_string());
        let rate = Duration::from_secs(changes).div_duration_f64(took);
        println!(
            "| {name} | {:.1} s | {rate:.0} | {entries} | {commits} |",
            took.as_secs_f64()
        );
    };

    for way in [Way::InFrames, Way::OneByOne] {
        let folder = tempfile::tempdir()?;
        let sqlite = Sqlite::open(folder.path())?;
        prepare(&sqlite, devices)?;
        let (before, commits) = (entries(&sqlite)?, sqlite.commits());
        let took = write(&[&sqlite], devices, way)?;
        let grown = entries(&sqlite)? - before;
        let commits = sqlite.commits() - commits;
        row(&format!("SQLite, {}", way.named()), took, grown, Some(commits));
    }

    let server = Cluster::start("-c shared_buffers=256MB");
    let mut url = String::new();
    let mut linked = Duration::ZERO;
    for way in [Way::InFrames, Way::OneByOne] {
        url = server.database();
        let open = || Postgres::open(&config(&url)?).context("the database is new");
        let (one, other) = (open()?, open()?);
        prepare(&one, devices)?;
        let before = entries(&one)?;
        let took = write(&[&one, &other], devices, way)?;
        let grown = entries(&one)? - before;
        row(&format!("PostgreSQL, two stores, {}", way.named()), took, grown, None);
        let began = Instant::now();
        ensure!(one.broken_audit_row()?.is_none(), "the chain holds");
        linked = began.elapsed();
    }
    let took = serial(&server, changes)?;
    row("– one row each under `bigserial`", took, changes, None);
    let sizes = "SELECT relname, pg_total_relation_size(oid) FROM pg_class
                 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC LIMIT 8";
    println!(
        "\nBytes of the largest tables with their indexes:\n{}",
        cluster::sql(&url, sizes)
    );
    println!(
        "Linking what was left of the audit, and verifying all of it: {:.1} s",
        linked.as_secs_f64()
    );
    Ok(())
}

fn config(url: &str) -> Result<PostgresConfig> {
    Ok(PostgresConfig {
        url: url.to_owned().try_into()?,
        ca_file: None,
        connections: CONNECTIONS / 2,
        patience_ms: 60_000,
    })
}

/// One of the devices, its user and its case.
#[derive(Clone, Copy)]
struct Device(u64);

impl Device {
    fn id(self) -> [u8; 16] {
        let mut id = [7; 16];
        id[..8].copy_from_slice(&self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        id
    }

    fn district(self) -> String {
        code(self.0 % DISTRICTS)
    }

    fn enrol(self, store: &dyn Storage) -> Result<()> {
        let user = User {
            id: UserId(self.id()),
            district: self.district(),
            name: "X".into(),
            role: "po_nic".into(),
        };
        let mut code_hash = [1; 32];
        code_hash[..16].copy_from_slice(&self.id());
        store.add_user(&user, &[], 0)?;
        store.add_enrol_code(user.id, code_hash, 9, 0)?;
        let enrolment = Enrolment {
            code_hash,
            author: AuthorId(self.id()),
            public_key: PublicKey([3; 32]),
            device: "t".into(),
            persons: Vec::new(),
        };
        let enrolled = store.enrol(&enrolment, 5)?;
        ensure!(enrolled.is_ok(), "a device is refused");
        Ok(())
    }

    fn documents(self) -> Vec<DocumentId> {
        let of = |one: Compartment| {
            let (subject, kind) = (self.id(), one.into());
            DocumentId(DocumentKey { subject, kind }.to_bytes())
        };
        Compartment::ALL.map(of).to_vec()
    }

    /// Everything of its case is read by the officer and by the head of the district.
    fn begins(self) -> Writing {
        let readers = [(UserId(self.id()), true), (head(self.0 % DISTRICTS), false)];
        let readable = self
            .documents()
            .into_iter()
            .flat_map(|document| readers.map(|(user, writable)| (user, Readable { document, writable })));
        Writing::Begins(NewSubject {
            documents: self.documents(),
            assigned: Some(UserId(self.id())),
            readable: readable.collect(),
        })
    }

    /// Writes these changes in one commit.
    fn write(self, store: &dyn Storage, seqs: impl Iterator<Item = u64>) -> Result<()> {
        let district = self.district();
        let changes: Vec<_> = seqs.map(|seq| self.change(&district, seq)).collect();
        for committed in store.commit_changes(&changes)? {
            let new = matches!(committed, Committed::New { late: false, .. });
            ensure!(new, "a change is refused");
        }
        Ok(())
    }

    fn change(self, district: &str, seq: u64) -> NewChange<'_> {
        let mut hash = [0; 32];
        hash[..16].copy_from_slice(&self.id());
        hash[16..24].copy_from_slice(&seq.to_be_bytes());
        NewChange {
            document: self.documents()[0],
            district,
            user: UserId(self.id()),
            author: AuthorId(self.id()),
            seq,
            hash,
            bytes: &[0x5a; CHANGE_BYTES],
            writing: if seq == 1 { self.begins() } else { Writing::Granted },
            media: Vec::new(),
            now_ms: ground::now_ms(),
        }
    }
}

fn code(district: u64) -> String {
    format!("XX-{district:02}")
}

/// Who reads everything of a district.
fn head(district: u64) -> UserId {
    let mut id = [0xf0; 16];
    id[..8].copy_from_slice(&district.to_be_bytes());
    UserId(id)
}

fn prepare(store: &dyn Storage, devices: u64) -> Result<()> {
    for district in 0..DISTRICTS {
        store.add_district(&code(district), "Invented", 0)?;
        let user = User {
            id: head(district),
            district: code(district),
            name: "X".into(),
            role: "dcpo".into(),
        };
        store.add_user(&user, &[], 0)?;
    }
    each(devices, |device, _| device.enrol(store)).map(drop)
}

/// How long it takes until all changes of all devices are acknowledged; requests go to the stores by turns.
fn write(stores: &[&dyn Storage], devices: u64, way: Way) -> Result<Duration> {
    each(devices, |device, writer| {
        let store = stores[writer % stores.len()];
        match way {
            Way::InFrames => {
                device.write(store, 1..=1)?;
                device.write(store, 2..=CHANGES_EACH)
            }
            Way::OneByOne => (1..=CHANGES_EACH).try_for_each(|seq| device.write(store, seq..=seq)),
        }
    })
}

/// Does it for each device, as many at a time as there are writers.
fn each(devices: u64, what: impl Fn(Device, usize) -> Result<()> + Sync) -> Result<Duration> {
    let next = AtomicU64::new(0);
    let began = Instant::now();
    let work = |writer| -> Result<()> {
        loop {
            let device = next.fetch_add(1, Ordering::Relaxed);
            if device >= devices {
                return Ok(());
            }
            what(Device(device), writer)?;
        }
    };
    thread::scope(|scope| {
        let work = &work;
        let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || work(writer))).collect();
        let mut ends = writers.into_iter().map(ScopedJoinHandle::join);
        ends.try_for_each(|end| end.unwrap_or_else(|panic| resume_unwind(panic)))
    })?;
    Ok(began.elapsed())
}

fn entries(store: &dyn Storage) -> Result<u64> {
    Ok(store.districts()?.iter().map(|district| district.last_number).sum())
}

/// The same number of rows of the same size, each in a transaction of its own, numbered by a sequence.
fn serial(server: &Cluster, rows: u64) -> Result<Duration> {
    let url = server.database();
    cluster::sql(
        &url,
        "CREATE TABLE serial_log (number BIGSERIAL PRIMARY KEY, bytes BYTEA NOT NULL)",
    );
    let script = tempfile::NamedTempFile::new()?;
    std::fs::write(
        script.path(),
        format!("INSERT INTO serial_log (bytes) VALUES (decode(repeat('5a', {CHANGE_BYTES}), 'hex'));\n"),
    )?;
    let each = rows / WRITERS as u64;
    let began = Instant::now();
    pgbench(script.path(), each, &url)?;
    let took = began.elapsed();
    let kept = cluster::sql(&url, "SELECT count(*) FROM serial_log");
    ensure!(
        kept.trim() == (each * WRITERS as u64).to_string(),
        "pgbench wrote {kept}"
    );
    Ok(took)
}

/// Runs the statement of a file in so many transactions of each connection.
fn pgbench(script: &Path, each: u64, url: &str) -> Result<()> {
    let (clients, each) = (WRITERS.to_string(), each.to_string());
    let done = Command::new(cluster::programs().join("pgbench"))
        .args([
            "--no-vacuum",
            "--protocol=prepared",
            "--jobs=2",
            "--client",
            &clients,
            "--transactions",
            &each,
        ])
        .arg("--file")
        .arg(script)
        .arg(url)
        .output()
        .context("`pgbench`, which PostgreSQL's packages bring with them")?;
    ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Ok(())
}
