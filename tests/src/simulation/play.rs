//! A seed, played: what happens when, and that all is still in the end.

mod seats;

use std::{
    collections::BTreeSet,
    ops::AddAssign,
    sync::{Arc, atomic::Ordering},
};

use anyhow::{Context as _, bail, ensure};
use casework::CaseId;
use device::Clock as _;
use ipc::NetState;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde::{Deserialize, Serialize};
use sync_server::clock::Clock as _;

use super::{
    hub::{Dies, SimHub},
    wire::{Fate, Wire},
};
pub(super) use seats::Seat;

/// When every world begins.
const BEGINS_MS: i64 = 1_795_000_000_000;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 1_440 * MINUTE_MS;
/// A device's clock is set to within so much of the hub's.
const CLOCK_AWRY_MS: i64 = 2 * DAY_MS;
/// Rounds of syncing after which everything must be still.
const ROUNDS: usize = 7;
/// Rules that are published in one world at most.
const PACKS_MAX: usize = 2;

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
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

    fn step(&mut self) -> anyhow::Result<()> {
        let n = self.random.random_range(0..self.seats.len());
        let can_write = self.seats[n].may_write();
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

    fn publish(&mut self) -> anyhow::Result<()> {
        if self.published < PACKS_MAX {
            self.published += 1;
            self.wire.hub.publish(self.published)?;
        }
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
