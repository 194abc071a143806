//! A seed, played.

use std::{
    collections::BTreeSet,
    ops::AddAssign,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use anyhow::{Context as _, bail, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use casework::{CaseId, Compartment};
use device::{Clock, Device, NoFileChooser, NoKeystore, Options, Platform, Stretching, SystemDisk, Transport};
use ipc::{CaseCard, CaseFilter, CaseView, FailureCode, FieldEdit, NetState, PAGE_ROWS_MAX, Reply, Request, SyncView};
use protocol::UserId;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sync_server::clock::Clock as _;

use super::{
    hub::{ADDRESS, Dies, SimHub},
    wire::{Fate, Wire},
};
use crate::{demo::pictures, ground::SeededEntropy, scene::new_case, tablet::PASSPHRASE};

/// When every world begins.
const BEGINS_MS: i64 = 1_795_000_000_000;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 1_440 * MINUTE_MS;
/// A device's clock is set to within so much of the hub's.
const CLOCK_AWRY_MS: i64 = 2 * DAY_MS;
/// Rounds of syncing after which everything must be still.
const ROUNDS: usize = 7;
/// Letters of a long note.
const LONG: usize = 9_000;
const FACT: &str = "child.name";
/// Rules that are published in one world at most.
const PACKS_MAX: usize = 2;

/// A picture that somebody takes, as small as pictures are, and unlike every other.
fn picture(number: u64) -> String {
    STANDARD.encode(pictures::as_jpeg(&pictures::draw(number, 48, 36), 60))
}

/// What can happen in a world. Both are decided by the seed, each in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happens {
    /// Officers write, sync and are given cases; requests and answers are lost, cut, doubled or late; processes die between frames.
    Words,
    /// Pictures are taken, too, tablets shut out, rules published, hubs exchanged for one of the version before; processes die at
    /// any moment.
    Everything,
}

/// What was seen in a world.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Devices.
    pub devices: usize,
    /// Steps of the schedule.
    pub steps: usize,
    /// Notes that were saved.
    pub notes: usize,
    /// Pictures that were taken.
    pub photos: usize,
    /// Officers who were shut out.
    pub dismissals: usize,
    /// Syncs that something happened to.
    pub faults: usize,
}

impl AddAssign for Ended {
    fn add_assign(&mut self, other: Self) {
        self.devices += other.devices;
        self.steps += other.steps;
        self.notes += other.notes;
        self.photos += other.photos;
        self.dismissals += other.dismissals;
        self.faults += other.faults;
    }
}

struct SimClock(AtomicI64);

impl Clock for SimClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub(super) struct Seat {
    pub(super) user: UserId,
    name: String,
    folder: tempfile::TempDir,
    clock: Arc<SimClock>,
    /// How often it was opened: its randomness goes on from another seed each time.
    opened: u64,
    device: Option<Device>,
    /// Its tablet was shut out, and may hand in what it has or not.
    dismissed: Option<HandsIn>,
    /// It has tried to reach the hub since.
    has_tried: bool,
    /// Notes and pictures before these are at the hub, as far as they are this tablet's.
    settled: (usize, usize),
}

/// Whether what a tablet that is shut out brings is judged like anybody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HandsIn {
    Yes,
    /// It is kept for a person to look at: it may be part of a case or not.
    No,
}

/// Something that somebody wrote or took.
pub(super) struct Made {
    pub(super) case: CaseId,
    pub(super) text: String,
    seat: usize,
    /// The tablet was shut out before the hub is known to have had it.
    pub(super) may_lack: bool,
}

pub(super) struct World {
    seed: u64,
    happens: Happens,
    random: StdRng,
    pub(super) wire: Arc<Wire>,
    pub(super) seats: Vec<Seat>,
    /// The cases that each officer is given, by the order of the seats.
    pub(super) given: Vec<BTreeSet<CaseId>>,
    cases: Vec<CaseId>,
    /// Cases that the hub has heard of: only those can be given to somebody.
    known: BTreeSet<CaseId>,
    pub(super) notes: Vec<Made>,
    pub(super) photos: Vec<Made>,
    published: usize,
    ended: Ended,
}

/// Plays a seed to its end and looks whether everything holds that must.
///
/// # Errors
/// What did not hold, in words.
pub fn play(seed: u64, happens: Happens) -> anyhow::Result<Ended> {
    let mut world = World::new(seed, happens)?;
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
    fn new(seed: u64, happens: Happens) -> anyhow::Result<Self> {
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
            happens,
            random,
            wire,
            seats: Vec::new(),
            given: vec![BTreeSet::new(); devices],
            cases: Vec::new(),
            known: BTreeSet::new(),
            notes: Vec::new(),
            photos: Vec::new(),
            published: 0,
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
            dismissed: None,
            has_tried: false,
            settled: (0, 0),
        });
        self.open(n)?;
        self.enrol_with(n, code)
    }

    /// The officer gets another tablet; the old one has handed in everything.
    fn another_tablet(&mut self, n: usize) -> anyhow::Result<()> {
        if self.seats[n].dismissed.is_some() || self.sync(n, Fate::Well)? != NetState::Reached {
            return Ok(());
        }
        let status = self.status(n)?;
        if status.waiting > 0 || status.pictures_waiting > 0 {
            return Ok(());
        }
        self.new_tablet(n)
    }

    fn new_tablet(&mut self, n: usize) -> anyhow::Result<()> {
        let seat = &mut self.seats[n];
        seat.device = None;
        seat.folder = tempfile::tempdir()?;
        (seat.dismissed, seat.has_tried) = (None, false);
        let code = self.wire.hub.code(seat.user)?;
        self.open(n)?;
        self.enrol_with(n, code)
    }

    /// The officer's tablet is shut out, and hears of it at its next contact.
    fn dismiss(&mut self, n: usize) -> anyhow::Result<()> {
        if self.seats[n].dismissed.is_some() {
            return Ok(());
        }
        let hands_in = if self.random.random_bool(0.6) {
            HandsIn::Yes
        } else {
            HandsIn::No
        };
        self.wire.hub.dismiss(self.seats[n].user, hands_in == HandsIn::Yes)?;
        let seat = &mut self.seats[n];
        (seat.dismissed, seat.has_tried) = (Some(hands_in), false);
        self.ended.dismissals += 1;
        if hands_in == HandsIn::No {
            let settled = seat.settled;
            let unsettled_notes = self.notes.iter_mut().skip(settled.0);
            let unsettled = unsettled_notes.chain(self.photos.iter_mut().skip(settled.1));
            for made in unsettled.filter(|made| made.seat == n) {
                made.may_lack = true;
            }
        }
        Ok(())
    }

    /// Something that an officer just made.
    fn made(&self, seat: usize, case: CaseId, text: String) -> Made {
        Made {
            case,
            text,
            seat,
            may_lack: self.seats[seat].dismissed == Some(HandsIn::No),
        }
    }

    /// Whether a tablet that was shut out has destroyed its vault.
    fn has_left(&self, n: usize) -> anyhow::Result<bool> {
        match self.call(n, Request::Start)? {
            Reply::Start(start) => Ok(start.users.is_empty()),
            other => bail!("start is answered by {other:?}"),
        }
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

    pub(super) fn call(&self, n: usize, request: Request) -> anyhow::Result<Reply> {
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

    pub(super) fn cards_of(&self, n: usize) -> anyhow::Result<Vec<CaseCard>> {
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

    pub(super) fn case(&self, n: usize, case: CaseId) -> anyhow::Result<CaseView> {
        match self.call(n, Request::Case { case, reveal: true })? {
            Reply::Case(view) => Ok(*view),
            other => bail!("a case is answered by {other:?}"),
        }
    }

    pub(super) fn status(&self, n: usize) -> anyhow::Result<SyncView> {
        match self.call(n, Request::SyncStatus)? {
            Reply::Sync(view) => Ok(*view),
            other => bail!("the status is answered by {other:?}"),
        }
    }

    fn step(&mut self) -> anyhow::Result<()> {
        let n = self.random.random_range(0..self.seats.len());
        // Somebody who was shut out and has tried to reach the hub since can only try again.
        let can_write = self.seats[n].dismissed.is_none() || !self.seats[n].has_tried;
        let steps = match self.happens {
            Happens::Words => 100,
            Happens::Everything => 108,
        };
        match self.random.random_range(0..steps) {
            0..34 if can_write => self.write(n)?,
            34..42 if can_write => self.open_case(n)?,
            100..104 if can_write => self.photograph(n)?,
            0..42 | 100..104 => {}
            104 => self.dismiss(n)?,
            105 => self.wire.exchange_hub(),
            106 => self.publish()?,
            107 => self.wire.fail_media(0),
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
        let fates = match self.happens {
            Happens::Words => 16,
            Happens::Everything => 18,
        };
        match random.random_range(0..fates) {
            0..6 => Fate::Well,
            6 => Fate::Lost,
            7 | 8 => Fate::RequestCut(random.random_range(0..1000)),
            9..12 => Fate::AnswerCut(random.random_range(0..1000)),
            12 => Fate::Doubled,
            13 => Fate::Late,
            14 => Fate::HubDies(Dies::AfterFrames(random.random_range(0..6))),
            15 if self.happens == Happens::Words => Fate::HubDies(Dies::AfterFrames(random.random_range(0..6))),
            15 => Fate::HubDies(Dies::AtMoment(random.random_range(0..40))),
            _ => Fate::DeviceDies(random.random_range(0..24)),
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
        let request = Request::Edit {
            subject: case.into(),
            edits,
            form: None,
            reason: None,
        };
        if self.leaves(n, case, request)? {
            return Ok(());
        }
        let made = self.made(n, case, text);
        self.notes.push(made);
        self.ended.notes += 1;
        Ok(())
    }

    /// Writes, unless the case is leaving this tablet and only waits to be handed in.
    fn leaves(&self, n: usize, case: CaseId, request: Request) -> anyhow::Result<bool> {
        let device = self.seats[n].device.as_ref().context("the app is open")?;
        match device.call(request) {
            Ok(_) => Ok(false),
            Err(failure) if failure.code == FailureCode::NoSuchCase && !self.given[n].contains(&case) => Ok(true),
            Err(failure) => bail!("seat {n}: {failure:?}"),
        }
    }

    fn photograph(&mut self, n: usize) -> anyhow::Result<()> {
        let cases = self.cases_of(n)?;
        if cases.is_empty() {
            return self.open_case(n);
        }
        let case = cases[self.random.random_range(0..cases.len())];
        let caption = format!("Photo {} of {}", self.photos.len(), self.seats[n].name);
        let picture = picture(self.seed << 8 | self.photos.len() as u64);
        let request = Request::AddPhoto {
            case,
            caption: caption.clone(),
            picture,
        };
        if self.leaves(n, case, request)? {
            return Ok(());
        }
        let made = self.made(n, case, caption);
        self.photos.push(made);
        self.ended.photos += 1;
        Ok(())
    }

    fn publish(&mut self) -> anyhow::Result<()> {
        if self.published < PACKS_MAX {
            self.published += 1;
            self.wire.hub.publish(self.published)?;
        }
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
        if self.happens == Happens::Everything {
            let media_fails = [0, 2, 3, 5][self.random.random_range(0..4)];
            self.wire.fail_media(if fate == Fate::Well { 0 } else { media_fails });
        }
        if let Fate::DeviceDies(moment) = fate {
            self.wire.moments.die_after(moment, self.seats[n].folder.path())?;
        }
        self.wire.decide(fate);
        self.seats[n].has_tried = true;
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
        if self.wire.moments.is_dead() {
            self.seats[n].device = None;
            self.wire.moments.bury()?;
            self.wire.device_died();
            self.open(n)?;
            self.unlock(n)?;
            return Ok(NetState::NotTried);
        }
        self.wire.moments.bury()?;
        if self.seats[n].dismissed.is_some() {
            if self.has_left(n)? {
                self.new_tablet(n)?;
            }
            return Ok(NetState::NotTried);
        }
        if net == NetState::Reached {
            self.known.extend(self.given[n].iter().copied());
            let status = self.status(n)?;
            if status.waiting == 0 && status.pictures_waiting == 0 {
                self.seats[n].settled = (self.notes.len(), self.photos.len());
            }
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
        // It may have been begun on a tablet that was shut out.
        if !self.wire.hub.knows(case)? {
            return Ok(());
        }
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
        self.wire.heal();
        let now_ms = self.wire.hub.clock.now_ms();
        for round in 0..ROUNDS {
            for n in 0..self.seats.len() {
                self.seats[n].clock.0.store(now_ms, Ordering::SeqCst);
                let net = self.sync(n, Fate::Well)?;
                // The first may tell a clock that it is wrong, or a tablet that it is shut out.
                ensure!(round < 2 || net == NetState::Reached, "seat {n} ends in {net:?}");
            }
        }
        self.forget_what_nobody_heard_of()
    }

    /// Cases that were begun on a tablet that was shut out, and of which the hub never had a word that it took.
    fn forget_what_nobody_heard_of(&mut self) -> anyhow::Result<()> {
        for case in self.cases.clone() {
            if self.wire.hub.knows(case)? {
                continue;
            }
            let lacking = |made: &Made| made.case != case || made.may_lack;
            ensure!(
                self.notes.iter().chain(&self.photos).all(lacking),
                "the hub never heard of a case that nobody was shut out with"
            );
            for given in &mut self.given {
                given.remove(&case);
            }
        }
        Ok(())
    }
}
