//! A seed, played.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::AddAssign,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use anyhow::{Context as _, bail, ensure};
use casework::{CaseId, Compartment};
use device::{Clock, Device, NoFileChooser, NoKeystore, Options, Platform, Stretching, SystemDisk, Transport};
use ipc::{CaseCard, CaseFilter, CaseView, FieldEdit, NetState, PAGE_ROWS_MAX, Reply, Request, SyncView};
use protocol::UserId;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sync_server::clock::Clock as _;

use super::{
    hub::{ADDRESS, SimHub},
    wire::{Fate, Wire},
};
use crate::{ground::SeededEntropy, scene::new_case, tablet::PASSPHRASE};

/// When every world begins.
const BEGINS_MS: i64 = 1_795_000_000_000;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 1_440 * MINUTE_MS;
/// A device's clock is set to within so much of the hub's.
const CLOCK_AWRY_MS: i64 = 2 * DAY_MS;
/// Rounds of syncing after which everything must be still.
const ROUNDS: usize = 6;
/// Letters of a long note.
const LONG: usize = 9_000;
const FACT: &str = "child.name";

/// What was seen in a world.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Devices.
    pub devices: usize,
    /// Steps of the schedule.
    pub steps: usize,
    /// Notes that were saved.
    pub notes: usize,
    /// Syncs that something happened to.
    pub faults: usize,
}

impl AddAssign for Ended {
    fn add_assign(&mut self, other: Self) {
        self.devices += other.devices;
        self.steps += other.steps;
        self.notes += other.notes;
        self.faults += other.faults;
    }
}

struct SimClock(AtomicI64);

impl Clock for SimClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

struct Seat {
    user: UserId,
    name: String,
    folder: tempfile::TempDir,
    clock: Arc<SimClock>,
    /// How often it was opened: its randomness goes on from another seed each time.
    opened: u64,
    device: Option<Device>,
}

struct World {
    seed: u64,
    random: StdRng,
    wire: Arc<Wire>,
    seats: Vec<Seat>,
    /// The cases that each officer is given, by the order of the seats.
    given: Vec<BTreeSet<CaseId>>,
    cases: Vec<CaseId>,
    /// Cases that the hub has heard of: only those can be given to somebody.
    known: BTreeSet<CaseId>,
    notes: Vec<(CaseId, String)>,
    ended: Ended,
}

/// Plays a seed to its end and looks whether everything holds that must.
///
/// # Errors
/// What did not hold, in words.
pub fn play(seed: u64) -> anyhow::Result<Ended> {
    let mut world = World::new(seed)?;
    let steps = world.random.random_range(20..60);
    for step in 0..steps {
        world.step().with_context(|| format!("step {step} of {steps}"))?;
        world.ended.steps += 1;
    }
    world.heal()?;
    world.look()?;
    Ok(world.ended)
}

impl World {
    fn new(seed: u64) -> anyhow::Result<Self> {
        let mut random = StdRng::seed_from_u64(seed);
        // Most worlds are small: what goes wrong goes wrong between a few.
        let devices = match random.random_range(0..100) {
            0 => random.random_range(7..=20),
            1..=9 => random.random_range(4..=6),
            10..=29 => 3,
            _ => 2,
        };
        let hub = Arc::new(SimHub::new(BEGINS_MS)?);
        let wire = Arc::new(Wire::to(hub));
        let mut world = Self {
            seed,
            random,
            wire,
            seats: Vec::new(),
            given: vec![BTreeSet::new(); devices],
            cases: Vec::new(),
            known: BTreeSet::new(),
            notes: Vec::new(),
            ended: Ended {
                devices,
                ..Ended::default()
            },
        };
        for n in 0..devices {
            world.enrol(n)?;
        }
        Ok(world)
    }

    fn enrol(&mut self, n: usize) -> anyhow::Result<()> {
        let name = format!("Officer {n}");
        let (user, code) = self.wire.hub.user(&name, "po_nic")?;
        self.seats.push(Seat {
            user,
            name,
            folder: tempfile::tempdir()?,
            clock: Arc::new(SimClock(AtomicI64::new(BEGINS_MS))),
            opened: 0,
            device: None,
        });
        self.open(n)?;
        self.enrol_with(n, code)
    }

    /// The officer gets another tablet; the old one has handed in everything.
    fn another_tablet(&mut self, n: usize) -> anyhow::Result<()> {
        if self.sync(n, Fate::Well)? != NetState::Reached || self.status(n)?.waiting > 0 {
            return Ok(());
        }
        let seat = &mut self.seats[n];
        seat.device = None;
        seat.folder = tempfile::tempdir()?;
        let code = self.wire.hub.code(seat.user)?;
        self.open(n)?;
        self.enrol_with(n, code)
    }

    fn enrol_with(&self, n: usize, code: String) -> anyhow::Result<()> {
        self.call(
            n,
            Request::Enrol {
                hub: ADDRESS.into(),
                code,
                passphrase: PASSPHRASE.into(),
            },
        )?;
        Ok(())
    }

    /// Opens the app of a seat, after which somebody has to unlock it.
    fn open(&mut self, n: usize) -> anyhow::Result<()> {
        let seat = &mut self.seats[n];
        seat.opened += 1;
        let entropy = self.seed ^ (n as u64) << 40 ^ seat.opened << 50;
        let platform = Platform {
            clock: Arc::clone(&seat.clock) as Arc<dyn Clock>,
            entropy: Arc::new(SeededEntropy::new(entropy)),
            disk: Arc::new(SystemDisk),
            keystore: Arc::new(NoKeystore),
            files: Arc::new(NoFileChooser),
            stretching: Stretching::Least,
            app_version: "0.1.0".into(),
            device_name: format!("tablet {n}"),
        };
        let options = Options {
            background: false,
            transport: Arc::clone(&self.wire) as Arc<dyn Transport>,
        };
        seat.device = Some(Device::open_with(seat.folder.path(), platform, options)?);
        Ok(())
    }

    fn call(&self, n: usize, request: Request) -> anyhow::Result<Reply> {
        let device = self.seats[n].device.as_ref().context("the app is open")?;
        device
            .call(request)
            .map_err(|failure| anyhow::anyhow!("seat {n}: {failure:?}"))
    }

    /// Cases that can be opened.
    fn cases_of(&self, n: usize) -> anyhow::Result<Vec<CaseId>> {
        let cards = self.cards_of(n)?;
        let here = cards.iter().filter(|card| !card.on_its_way);
        Ok(here.map(|card| card.case).collect())
    }

    fn cards_of(&self, n: usize) -> anyhow::Result<Vec<CaseCard>> {
        let request = Request::Cases {
            filter: CaseFilter::default(),
            offset: 0,
            limit: PAGE_ROWS_MAX,
        };
        match self.call(n, request)? {
            Reply::Cases(page) => Ok(page.rows),
            other => bail!("cases are answered by {other:?}"),
        }
    }

    fn case(&self, n: usize, case: CaseId) -> anyhow::Result<CaseView> {
        match self.call(n, Request::Case { case, reveal: true })? {
            Reply::Case(view) => Ok(*view),
            other => bail!("a case is answered by {other:?}"),
        }
    }

    fn status(&self, n: usize) -> anyhow::Result<SyncView> {
        match self.call(n, Request::SyncStatus)? {
            Reply::Sync(view) => Ok(*view),
            other => bail!("the status is answered by {other:?}"),
        }
    }

    fn step(&mut self) -> anyhow::Result<()> {
        let n = self.random.random_range(0..self.seats.len());
        match self.random.random_range(0..100) {
            0..34 => self.write(n)?,
            34..42 => self.open_case(n)?,
            42..80 => {
                let fate = self.fate();
                self.sync(n, fate)?;
            }
            80..84 => {
                let which = self.random.random_range(0..100);
                self.wire.deliver_late(which);
            }
            84..86 => self.crash(n)?,
            86..88 => self.wire.hub.restart()?,
            88..90 => self.turn_clocks(n),
            90 => self.another_tablet(n)?,
            91 | 92 => self.wire.hub.fold()?,
            _ => self.reassign(n)?,
        }
        if let Some(fault) = self.wire.take_fault() {
            bail!("the hub fails: {fault}");
        }
        Ok(())
    }

    fn fate(&mut self) -> Fate {
        let random = &mut self.random;
        match random.random_range(0..16) {
            0..6 => Fate::Well,
            6 => Fate::Lost,
            7 | 8 => Fate::RequestCut(random.random_range(0..1000)),
            9..12 => Fate::AnswerCut(random.random_range(0..1000)),
            12 => Fate::Doubled,
            13 => Fate::Late,
            _ => Fate::HubDies(random.random_range(0..6)),
        }
    }

    fn write(&mut self, n: usize) -> anyhow::Result<()> {
        let cases = self.cases_of(n)?;
        if cases.is_empty() {
            return self.open_case(n);
        }
        let case = cases[self.random.random_range(0..cases.len())];
        let mut text = format!("Note {} of {}", self.notes.len(), self.seats[n].name);
        if self.random.random_bool(0.05) {
            // So long that the document goes in pieces.
            let letter = || char::from(self.random.random_range(b'a'..=b'z'));
            text.extend(std::iter::repeat_with(letter).take(LONG));
        }
        let mut edits = vec![FieldEdit::AddNote {
            compartment: Compartment::Core,
            text: text.clone(),
        }];
        if self.random.random_bool(0.3) {
            edits.push(FieldEdit::SetFact {
                fact: FACT.parse().context("the fact is one")?,
                value: format!("Name {}", self.notes.len()).as_str().into(),
            });
        }
        self.call(
            n,
            Request::Edit {
                subject: case.into(),
                edits,
                form: None,
                reason: None,
            },
        )?;
        self.notes.push((case, text));
        self.ended.notes += 1;
        Ok(())
    }

    fn open_case(&mut self, n: usize) -> anyhow::Result<()> {
        let name = format!("Child {}", self.cases.len());
        match self.call(n, Request::OpenCase(new_case(&name)))? {
            Reply::CaseOpened { case } => {
                self.cases.push(case);
                self.given[n].insert(case);
                Ok(())
            }
            other => bail!("a new case is answered by {other:?}"),
        }
    }

    /// One sync. Whatever an answer tells of is given to that officer at that time.
    fn sync(&mut self, n: usize, fate: Fate) -> anyhow::Result<NetState> {
        self.wire.decide(fate);
        let device = self.seats[n].device.as_ref().context("the app is open")?;
        let net = device.sync().context("somebody is signed in")?;
        self.wire.decide(Fate::Well);
        self.ended.faults += usize::from(fate != Fate::Well);
        for document in self.wire.take_told() {
            let case = CaseId::from_bytes(document.0[..16].try_into().context("a document has a subject")?);
            ensure!(
                !self.cases.contains(&case) || self.given[n].contains(&case),
                "seat {n} is told of a case that is not given to them"
            );
        }
        if net == NetState::Reached {
            self.known.extend(self.given[n].iter().copied());
        }
        Ok(net)
    }

    /// The app dies: nothing of it is written any more, and it is opened again.
    fn crash(&mut self, n: usize) -> anyhow::Result<()> {
        self.seats[n].device = None;
        self.open(n)?;
        self.unlock(n)
    }

    fn unlock(&self, n: usize) -> anyhow::Result<()> {
        let user = match self.call(n, Request::Start)? {
            Reply::Start(start) => start.users.first().context("a user is there")?.id.clone(),
            other => bail!("start is answered by {other:?}"),
        };
        self.call(
            n,
            Request::Unlock {
                user,
                passphrase: PASSPHRASE.into(),
            },
        )?;
        Ok(())
    }

    fn turn_clocks(&mut self, n: usize) {
        let by_ms = self.random.random_range(0..120) * MINUTE_MS;
        self.wire.hub.clock.advance_ms(by_ms);
        let awry = self.random.random_range(-CLOCK_AWRY_MS..CLOCK_AWRY_MS);
        let now_ms = self.wire.hub.clock.now_ms();
        for (seat, other) in self.seats.iter().enumerate() {
            // Time passes for all; one clock is set to something.
            let shown = if seat == n {
                now_ms + awry
            } else {
                other.clock.now_ms() + by_ms
            };
            other.clock.0.store(shown, Ordering::SeqCst);
        }
    }

    fn reassign(&mut self, n: usize) -> anyhow::Result<()> {
        let known: Vec<CaseId> = self.known.iter().copied().collect();
        if known.is_empty() {
            return Ok(());
        }
        let case = known[self.random.random_range(0..known.len())];
        let given = !self.given[n].contains(&case);
        self.wire.hub.assign(case, self.seats[n].user, given)?;
        if given {
            self.given[n].insert(case);
        } else {
            self.given[n].remove(&case);
        }
        Ok(())
    }

    /// Nothing goes wrong any more, until everybody has heard everything.
    fn heal(&mut self) -> anyhow::Result<()> {
        let now_ms = self.wire.hub.clock.now_ms();
        for round in 0..ROUNDS {
            for n in 0..self.seats.len() {
                self.seats[n].clock.0.store(now_ms, Ordering::SeqCst);
                let net = self.sync(n, Fate::Well)?;
                // The first may tell a clock that it is wrong.
                ensure!(round == 0 || net == NetState::Reached, "seat {n} ends in {net:?}");
            }
        }
        Ok(())
    }

    /// What must hold.
    fn look(&self) -> anyhow::Result<()> {
        let mut seen: BTreeMap<CaseId, (usize, Vec<String>, Option<String>)> = BTreeMap::new();
        for n in 0..self.seats.len() {
            let status = self.status(n)?;
            ensure!(status.waiting == 0, "seat {n}: {} changes still wait", status.waiting);
            ensure!(status.refused.is_empty(), "seat {n}: refused {:?}", status.refused);
            let cards = self.cards_of(n)?;
            ensure!(
                cards.iter().all(|card| !card.on_its_way),
                "seat {n}: a case is still on its way"
            );
            let here: BTreeSet<CaseId> = cards.iter().map(|card| card.case).collect();
            ensure!(
                here == self.given[n],
                "seat {n} has {} cases, {} are given",
                here.len(),
                self.given[n].len()
            );
            for case in here {
                let view = self.case(n, case)?;
                let mut notes: Vec<String> = view
                    .timeline
                    .iter()
                    .filter(|entry| entry.text.starts_with("Note "))
                    .map(|entry| entry.text.clone())
                    .collect();
                notes.sort();
                let expected = self.notes.iter().filter(|(of, _)| *of == case);
                let mut expected: Vec<String> = expected.map(|(_, text)| text.clone()).collect();
                expected.sort();
                ensure!(
                    notes == expected,
                    "seat {n}: there should be {expected:?}, there is {notes:?}"
                );
                let (other, theirs, name) = seen
                    .entry(case)
                    .or_insert_with(|| (n, notes.clone(), view.name.clone()));
                ensure!(
                    (&notes, &view.name) == (&*theirs, &*name),
                    "seats {n} and {other} read a case differently"
                );
            }
        }
        Ok(())
    }
}
