//! Several hub processes at one database: what is written at one is known at the other, and each piece of work is done once.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use casefile::{Action, ChangeHead, Document, Register};
use casework::{Compartment, Value};
use protocol::{DocumentId, UserId};
use sync_server::storage::{Committed, NewChange, NewSubject, Readable, User, Writing};
use sync_server::{Config, Hub, admin};

use crate::cluster;
use crate::feed::{Portal, SECRET};
use crate::support::{DISTRICT, TestDevice, document, eventually, new_case, set};

/// Longer than any test: whoever works has been told to.
const NEVER_MS: u64 = 3_600_000;

/// A hub of its own process.
pub(crate) struct Process {
    child: Child,
    pub(crate) url: String,
}

impl Process {
    fn start(config: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sync-server"))
            .args(["serve", "--config"])
            .arg(config)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let said = child.stdout.take().unwrap();
        BufReader::new(said).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Self { child, url }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A database, and a hub without workers or sockets beside the processes at it.
pub(crate) struct Beside {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) hub: Arc<Hub>,
}

impl Beside {
    /// Over PostgreSQL where there is an address, over a file else.
    pub(crate) fn new(database: Option<&str>, more: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let database = database.map_or_else(String::new, |url| format!("[database]\nurl = '{url}'\n"));
        let text = format!("listen = '127.0.0.1:0'\ndata_dir = 'data'\n{database}{more}");
        std::fs::write(dir.path().join("hub.toml"), text).unwrap();
        let hub = Hub::open(Config::read(&dir.path().join("hub.toml")).unwrap()).unwrap();
        hub.storage.add_district(DISTRICT, "Bengaluru Urban", 0).unwrap();
        Self { dir, hub }
    }

    pub(crate) fn process(&self) -> Process {
        Process::start(&self.dir.path().join("hub.toml"))
    }

    fn user(&self, role: &str) -> UserId {
        let id = UserId(crate::support::random());
        let user = User {
            id,
            district: DISTRICT.into(),
            name: "An officer".into(),
            role: role.into(),
        };
        admin::add_user(&self.hub, &user).unwrap();
        id
    }

    pub(crate) fn device(&self, process: &Process, role: &str) -> TestDevice {
        let device = TestDevice::unenrolled(&process.url);
        let link = admin::enrol_link(&self.hub, self.user(role), Some(process.url.parse().unwrap())).unwrap();
        device.enrol(&link);
        device
    }

    /// Writes a case as if it had come by a hub, and says its number.
    fn write_case(&self, user: UserId) -> (DocumentId, u64) {
        let id = document(new_case(), Compartment::Core);
        let mut begun = Document::new(Compartment::Core.into());
        let author = casework::AuthorId::from_bytes(crate::support::random());
        let edits = [set("case.kind", "cncp"), set("case.stage", "intake")];
        let change = begun.edit(author, 5, &Action::EDIT, &edits).unwrap().unwrap();
        let head = ChangeHead::parse(&change.bytes).unwrap();
        let readable = Readable {
            document: id,
            writable: true,
        };
        let committed = self.hub.storage.commit_change(&NewChange {
            document: id,
            district: DISTRICT,
            user,
            author: protocol::AuthorId(author.to_bytes()),
            seq: head.seq,
            hash: head.hash,
            bytes: &change.bytes,
            writing: Writing::Begins(NewSubject {
                documents: vec![id],
                assigned: Some(user),
                readable: vec![(user, readable)],
            }),
            media: Vec::new(),
            now_ms: 5,
        });
        let Ok(Committed::New { number, .. }) = committed else {
            panic!("{committed:?}")
        };
        (id, number)
    }
}

fn telling(portal: &Portal, look_every_ms: u64) -> String {
    format!(
        "[channels.vatsalya]\nurl = 'http://{}/in'\nsecret = '{SECRET}'\n[limits]\nlook_every_ms = {look_every_ms}\n",
        portal.address
    )
}

#[test]
fn a_hub_is_woken_by_what_another_process_wrote() {
    let portal = Portal::start(TcpListener::bind("127.0.0.1:0").unwrap(), &[]);
    let url = cluster::shared().database();
    let beside = Beside::new(Some(&url), &telling(&portal, NEVER_MS));
    let _hub = beside.process();
    let user = beside.user("po_nic");
    // The first may be found when the hub starts; from then on it sleeps until it is told.
    for _ in 0..3 {
        let (document, _) = beside.write_case(user);
        eventually(|| beside.hub.storage.latest_receipts(document).unwrap().pop());
    }
}

#[test]
fn however_much_is_written_others_are_told_once_in_a_while() {
    let url = cluster::shared().database();
    let beside = Beside::new(Some(&url), "");
    let user = beside.user("po_nic");
    let heard = Arc::new(AtomicUsize::new(0));
    let other = sync_server::storage::Postgres::open(&super::storage::reached(url)).unwrap();
    let counting = heard.clone();
    sync_server::storage::Notices::on_growth(
        &other,
        Arc::new(move |district| {
            // A word about no district in particular is what the ear tells itself when it begins to hear.
            if district == Some(DISTRICT) {
                counting.fetch_add(1, Ordering::SeqCst);
            }
        }),
    );
    let started = Instant::now();
    for _ in 0..150 {
        beside.write_case(user);
    }
    eventually(|| (heard.load(Ordering::SeqCst) > 0).then_some(()));
    let heard = heard.load(Ordering::SeqCst);
    let most = usize::try_from(started.elapsed().as_millis()).unwrap() / 100 + 1;
    assert!(heard <= most, "{heard} in a time for {most}");
    assert!(heard < 150, "one for each piece of writing");
}

/// Every case that the portal has been told of, and how often.
fn told(portal: &Portal) -> BTreeMap<String, usize> {
    let mut told = BTreeMap::new();
    for message in portal.received() {
        *told.entry(message["data"]["case"].to_string()).or_default() += 1;
    }
    told
}

fn two_hubs_tell_the_portal_once(database: Option<&str>) {
    const CASES: usize = 60;
    let portal = Portal::start(TcpListener::bind("127.0.0.1:0").unwrap(), &[]);
    let beside = Beside::new(database, &telling(&portal, 1));
    let _hubs = [beside.process(), beside.process()];
    let user = beside.user("po_nic");
    let cases: Vec<_> = (0..CASES).map(|_| beside.write_case(user).0).collect();
    for document in cases {
        eventually(|| beside.hub.storage.latest_receipts(document).unwrap().pop());
    }
    let told = told(&portal);
    assert_eq!((told.len(), told.values().max()), (CASES, Some(&1)), "{told:?}");
    assert_eq!(beside.hub.storage.waiting_deliveries("vatsalya").unwrap(), 0);
    assert!(beside.hub.storage.unfolded(9).unwrap().is_empty());
    let receipts = beside.hub.storage.audit_rows(u32::MAX).unwrap();
    assert_eq!(receipts.iter().filter(|row| row.deed == "receipt").count(), CASES);
    assert_eq!(beside.hub.storage.broken_audit_row().unwrap(), None);
}

#[test]
fn two_hubs_at_a_postgres_fold_and_deliver_each_case_once() {
    two_hubs_tell_the_portal_once(Some(&cluster::shared().database()));
}

#[test]
fn two_hubs_at_a_file_fold_and_deliver_each_case_once() {
    two_hubs_tell_the_portal_once(None);
}

/// Devices write at two hub processes, a device reads at each meanwhile; in the end the readers have everything.
fn devices_at_two_hubs_miss_nothing(database: Option<&str>) {
    const WRITERS: usize = 12;
    const ROUNDS: usize = 5;
    let beside = Beside::new(database, "");
    let hubs = [beside.process(), beside.process()];
    let mut writers: Vec<_> = (0..WRITERS).map(|n| beside.device(&hubs[n % 2], "po_nic")).collect();
    let readers: Vec<_> = hubs.iter().map(|hub| beside.device(hub, "dcpo")).collect();
    let written = AtomicBool::new(false);
    let read: Vec<TestDevice> = std::thread::scope(|scope| {
        let reading: Vec<_> = readers
            .into_iter()
            .map(|mut reader| {
                let written = &written;
                scope.spawn(move || {
                    loop {
                        let ends = written.load(Ordering::SeqCst);
                        // A row passed over shows here: the changes that rest on it do not apply.
                        while reader.sync().close.unwrap().more {}
                        if ends {
                            return reader;
                        }
                    }
                })
            })
            .collect();
        std::thread::scope(|scope| {
            for (n, writer) in writers.iter_mut().enumerate() {
                let hubs = &hubs;
                scope.spawn(move || {
                    let core = document(writer.open_case(), Compartment::Core);
                    for round in 0..ROUNDS {
                        writer.edit(core, &[set("case.stage", format!("x{round}").as_str())]);
                        // Now at this hub, now at the other.
                        writer.url.clone_from(&hubs[(n + round) % 2].url);
                        writer.sync();
                        assert!(writer.outbox.is_empty());
                    }
                });
            }
        });
        written.store(true, Ordering::SeqCst);
        reading.into_iter().map(|reader| reader.join().unwrap()).collect()
    });
    let stage: Register = Register::Fact("case.stage".parse().unwrap());
    for writer in &writers {
        for (id, own) in &writer.documents {
            for reader in &read {
                let theirs = &reader.documents[id];
                assert_eq!(theirs.heads(), own.heads());
                assert_eq!(theirs.value(&stage), own.value(&stage));
            }
        }
        let core = writer.documents.keys().find(|id| document_is_core(**id)).unwrap();
        assert_eq!(
            writer.fact(*core, "case.stage"),
            Some(Value::from(format!("x{}", ROUNDS - 1).as_str()))
        );
    }
    assert_eq!(beside.hub.storage.broken_audit_row().unwrap(), None);
}

fn document_is_core(id: DocumentId) -> bool {
    id.0[16] == document([0; 16], Compartment::Core).0[16]
}

#[test]
fn devices_at_two_hubs_at_a_postgres_miss_nothing() {
    devices_at_two_hubs_miss_nothing(Some(&cluster::shared().database()));
}

#[test]
fn devices_at_two_hubs_at_a_file_miss_nothing() {
    devices_at_two_hubs_miss_nothing(None);
}

/// A hub that dies with work in its hands: another takes it once the hold has ended.
#[test]
fn what_a_dead_hub_held_is_done_by_another() {
    use sync_server::storage::{Claim, WorkerId};
    let portal = Portal::start(TcpListener::bind("127.0.0.1:0").unwrap(), &[]);
    let url = cluster::shared().database();
    let beside = Beside::new(Some(&url), &telling(&portal, 1));
    let (document, _) = beside.write_case(beside.user("po_nic"));
    let now_ms = beside.hub.clock.now_ms();
    let dead = Claim {
        worker: WorkerId([0xdd; 16]),
        now_ms,
        until_ms: now_ms + i64::try_from(Duration::from_secs(1).as_millis()).unwrap(),
    };
    assert_eq!(beside.hub.storage.claim_unfolded(dead, 9).unwrap().len(), 1);
    let _hub = beside.process();
    eventually(|| beside.hub.storage.latest_receipts(document).unwrap().pop());
    assert!(beside.hub.clock.now_ms() > dead.until_ms, "not before its time was up");
}
