//! Campaigns over the hour: at every call, or at a seeded sample of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use anyhow::{Context as _, ensure};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde::{Deserialize, Serialize};

use super::{
    calls::{Marks, Watched, marks_left},
    disk::{Cut, Disk},
    hour::{Beginning, Mark, Script},
    record::{self, Deed},
    verify::verify,
};

/// Which calls of the hour are tried.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    /// The first of them, and every n-th from there on.
    Every {
        /// The first.
        from: usize,
        /// How far apart.
        step: usize,
    },
    /// So many, by chance.
    Sample {
        /// How many.
        count: usize,
        /// What decides.
        seed: u64,
    },
}

impl Which {
    /// The calls, of so many.
    pub fn of(self, calls: usize) -> Vec<usize> {
        match self {
            Self::Every { from, step } => (from.max(1)..=calls).step_by(step.max(1)).collect(),
            Self::Sample { count, seed } => {
                let mut random = StdRng::seed_from_u64(seed);
                let chosen: BTreeSet<usize> = (0..count).map(|_| random.random_range(1..=calls)).collect();
                chosen.into_iter().collect()
            }
        }
    }
}

/// After how many states it is told that it goes on.
const TOLD_EVERY: usize = 200;
/// What this process has looked at.
static LOOKED_AT: AtomicUsize = AtomicUsize::new(0);

/// What a campaign found.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// States that were looked at.
    pub looked_at: usize,
    /// What was wrong, with the call at which it was cut off.
    pub wrong: Vec<String>,
    /// How calls were answered that could not be done, with how often.
    pub answers: BTreeMap<String, usize>,
}

impl Tally {
    /// What all of them found, in the order of the calls.
    fn all(tallies: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::default();
        for one in tallies {
            all.looked_at += one.looked_at;
            all.wrong.extend(one.wrong);
            for (answer, times) in one.answers {
                *all.answers.entry(answer).or_default() += times;
            }
        }
        all
    }

    fn note(&mut self, at: impl fmt::Display, found: anyhow::Result<()>) {
        self.looked_at += 1;
        let all = LOOKED_AT.fetch_add(1, Ordering::Relaxed) + 1;
        if all.is_multiple_of(TOLD_EVERY) {
            eprintln!("{all} states looked at");
        }
        if let Err(error) = found {
            eprintln!("{at}: {error:#}");
            self.wrong.push(format!("{at}: {error:#}"));
        }
    }
}

/// The hour, recorded once.
pub struct Recorded {
    /// What everything begins with.
    pub begun: Beginning,
    /// What was done, with the marks between.
    pub deeds: Vec<Deed>,
    root: PathBuf,
    /// The hub's paper at the end.
    paper: Vec<u8>,
    /// How many states are looked at side by side.
    workers: usize,
}

impl Recorded {
    /// Goes through the script once, unharmed. So many states are looked at side by side afterwards.
    pub fn make(script: Script, workers: usize) -> anyhow::Result<Self> {
        let begun = Beginning::make(script)?;
        let place = tempfile::tempdir()?;
        begun.copy(place.path())?;
        let watched = watched(place.path(), true);
        let status = session(&watched, &begun, place.path(), None)?.status()?;
        ensure!(status.success(), "the hour ends with {status}");
        let marks: Vec<Mark> = marks_left(&watched.orders)?;
        ensure!(marks.last() == Some(&Mark::Over), "the hour does not come to its end");
        let failed: Vec<_> = marks
            .iter()
            .filter(|mark| matches!(mark, Mark::Failed { .. }))
            .collect();
        ensure!(failed.is_empty(), "an undisturbed hour fails: {failed:?}");
        let deeds = record::read(&fs::read(place.path().join("record"))?)?;
        let paper = fs::read(place.path().join("paper"))?;
        verify(place.path(), &begun, &marks)?;
        let root = fs::canonicalize(&watched.folder)?;
        Ok(Self {
            begun,
            deeds,
            root,
            paper,
            workers: workers.max(1),
        })
    }

    /// Calls that change the folder.
    pub fn calls(&self) -> usize {
        self.deeds.iter().filter(|deed| !matches!(deed, Deed::Mark(_))).count()
    }

    /// How many of them lie before each mark.
    pub fn calls_before_marks(&self) -> anyhow::Result<Vec<(Mark, usize)>> {
        let (mut before, mut calls) = (Vec::new(), 0);
        for deed in &self.deeds {
            match deed {
                Deed::Mark(line) => before.push((serde_json::from_slice(line)?, std::mem::take(&mut calls))),
                _ => calls += 1,
            }
        }
        Ok(before)
    }

    /// Shares the calls among the workers, each of which looks at its own.
    fn share(&self, calls: &[usize], work: impl Fn(&[usize]) -> anyhow::Result<Tally> + Sync) -> anyhow::Result<Tally> {
        let each = calls.len().div_ceil(self.workers).max(1);
        let work = &work;
        let tallies: anyhow::Result<Vec<Tally>> = thread::scope(|scope| {
            let begun: Vec<_> = calls
                .chunks(each)
                .map(|share| scope.spawn(move || work(share)))
                .collect();
            let ended = begun.into_iter().map(|worker| {
                let ended = worker.join();
                ended.unwrap_or_else(|_| Err(anyhow::anyhow!("a worker panicked")))
            });
            ended.collect()
        });
        Ok(Tally::all(tallies?))
    }

    /// What the record says is left after each of these calls, and half of it: killed, and after a power cut that took
    /// everything, nothing and (`chances` times) some of what was not synced.
    pub fn cut(&self, which: Which, chances: u64) -> anyhow::Result<Tally> {
        self.share(&which.of(self.calls()), |calls| self.cut_at(calls, chances))
    }

    fn cut_at(&self, calls: &[usize], chances: u64) -> anyhow::Result<Tally> {
        let wanted: BTreeSet<usize> = calls.iter().copied().collect();
        let mut disk = Disk::of(&self.begun.tablet_folder(), &self.root)?;
        let (mut marks, mut call) = (Vec::new(), 0);
        let (mut seen, mut tally) = (BTreeSet::new(), Tally::default());
        for deed in &self.deeds {
            if let Deed::Mark(line) = deed {
                marks.push(serde_json::from_slice(line)?);
                continue;
            }
            call += 1;
            if wanted.contains(&call) {
                if matches!(deed, Deed::Write { .. }) {
                    let mut torn = disk.clone();
                    torn.apply_half(deed);
                    self.look(&mut tally, &mut seen, &marks, format!("killed in {call}"), |to| {
                        torn.write_as_seen(to)
                    })?;
                }
                disk.apply(deed);
                self.look(&mut tally, &mut seen, &marks, format!("killed after {call}"), |to| {
                    disk.write_as_seen(to)
                })?;
                self.look(&mut tally, &mut seen, &marks, format!("power cut after {call}"), |to| {
                    disk.write_after_cut(to, Cut::Nothing)
                })?;
                for chance in 0..chances {
                    let mut random = StdRng::seed_from_u64((chance << 32) | call as u64);
                    let named = format!("power cut after {call}, chance {chance}");
                    self.look(&mut tally, &mut seen, &marks, named, |to| {
                        disk.write_after_cut(to, Cut::Some(&mut random))
                    })?;
                }
            } else {
                disk.apply(deed);
            }
        }
        Ok(tally)
    }

    /// Looks at a state, unless the same was looked at before.
    fn look(
        &self,
        tally: &mut Tally,
        seen: &mut BTreeSet<u64>,
        marks: &[Mark],
        at: String,
        write: impl FnOnce(&Path) -> std::io::Result<()>,
    ) -> anyhow::Result<()> {
        let place = tempfile::tempdir()?;
        let tablet = place.path().join("tablet");
        write(&tablet)?;
        if seen.insert(digest(&tablet, marks)?) {
            let has_paper = marks.iter().any(|mark| matches!(mark, Mark::Paper { .. }));
            let paper = place.path().join("paper");
            if has_paper {
                fs::write(paper, &self.paper)?;
            } else {
                fs::copy(self.begun.paper(), paper)?;
            }
            tally.note(at, verify(place.path(), &self.begun, marks));
        }
        Ok(())
    }

    /// A process is killed before each of these calls, or in the middle of it where it writes.
    pub fn kill(&self, which: Which) -> anyhow::Result<Tally> {
        self.share(&which.of(self.calls()), |calls| self.kill_at(calls))
    }

    fn kill_at(&self, calls: &[usize]) -> anyhow::Result<Tally> {
        let mut tally = Tally::default();
        for call in calls {
            for how in ["kill", "tear"] {
                let place = tempfile::tempdir()?;
                self.begun.copy(place.path())?;
                let watched = watched(place.path(), false);
                let order = format!("{how} {call}");
                session(&watched, &self.begun, place.path(), Some(&order))?.status()?;
                let marks: Vec<Mark> = marks_left(&watched.orders)?;
                tally.note(&order, verify(place.path(), &self.begun, &marks));
            }
        }
        Ok(tally)
    }

    /// From each of these calls on the disk is full, but for what is given back. Once the vault was open, every edit must
    /// be saved all the same: room was kept for it.
    pub fn full(&self, which: Which) -> anyhow::Result<Tally> {
        self.go_wrong(which, &["--full"])
    }

    /// Each of these calls fails, and where `lasting` every later one that such a disk refuses, too. A process of its own
    /// goes through all of them.
    pub fn fail(&self, which: Which, errno: i32, lasting: bool) -> anyhow::Result<Tally> {
        let errno = errno.to_string();
        let mut how = vec!["--errno", errno.as_str()];
        how.extend(lasting.then_some("--lasting"));
        self.go_wrong(which, &how)
    }

    fn go_wrong(&self, which: Which, how: &[&str]) -> anyhow::Result<Tally> {
        self.share(&which.of(self.calls()), |calls| self.go_wrong_at(calls, how))
    }

    fn go_wrong_at(&self, calls: &[usize], how: &[&str]) -> anyhow::Result<Tally> {
        let place = tempfile::tempdir()?;
        self.begun.copy(place.path())?;
        let watched = watched(place.path(), false);
        let calls: Vec<String> = calls.iter().map(ToString::to_string).collect();
        let mut command = session(&watched, &self.begun, place.path(), None)?;
        command.arg("--beginning").arg(self.begun.place());
        command.args(["--fail", &calls.join(",")]).args(how);
        let output = command.stderr(Stdio::inherit()).output()?;
        ensure!(output.status.success(), "the session ends with {}", output.status);
        serde_json::from_slice(&output.stdout).context("the session says what it found")
    }
}

/// What the session of [`Recorded::fail`] does: the hour again and again, with another call failing each time.
pub fn fail_in_this_process(place: &Path, begun: &Beginning, calls: &[usize], fault: Fault) -> anyhow::Result<Tally> {
    let marks = Marks::of_this_process()?;
    let mut tally = Tally::default();
    for call in calls {
        marks.order("off")?;
        fs::remove_dir_all(place.join("tablet"))?;
        begun.copy(place)?;
        marks.take::<Mark>()?;
        let order = match fault {
            Fault::Full => format!("full {call}"),
            Fault::Once(errno) => format!("fail {call} {errno} once"),
            Fault::FromThereOn(errno) => format!("fail {call} {errno} on"),
        };
        marks.order(&order)?;
        let went = begun.hour(place, &marks).run();
        marks.order("off")?;
        let marks: Vec<Mark> = marks.take()?;
        for mark in &marks {
            if let Mark::Failed { step, failure } = mark {
                *tally.answers.entry(format!("{step}: {failure}")).or_default() += 1;
            }
        }
        // What is kept is less than mending needs, and a damaged file takes no edit.
        let went = went.and_then(|()| match begun.script {
            Script::Hour => kept_room(fault, &marks),
            Script::Mending { .. } => Ok(()),
        });
        tally.note(order, went.and_then(|()| verify(place, begun, &marks)));
    }
    Ok(tally)
}

/// On a full disk, once the vault was open, every edit is saved.
fn kept_room(fault: Fault, marks: &[Mark]) -> anyhow::Result<()> {
    let was_open = marks.iter().position(|mark| *mark == Mark::Opened);
    let after = was_open.map_or(&[][..], |at| &marks[at..]);
    for mark in after {
        if let Mark::Failed { step, failure } = mark {
            ensure!(
                fault != Fault::Full || step != "edit",
                "room was kept, and an edit was not saved: {failure}"
            );
        }
    }
    Ok(())
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The disk is full from there on, but for what is given back.
    Full,
    /// This call fails with this error.
    Once(i32),
    /// This call and every later one that such a disk refuses.
    FromThereOn(i32),
}

fn digest(folder: &Path, marks: &[Mark]) -> anyhow::Result<u64> {
    fn add(folder: &Path, hasher: &mut DefaultHasher) -> anyhow::Result<()> {
        let mut paths: Vec<PathBuf> = fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        paths.sort();
        for path in paths {
            path.file_name().hash(hasher);
            if path.is_dir() {
                add(&path, hasher)?;
            } else {
                fs::read(path)?.hash(hasher);
            }
        }
        Ok(())
    }
    let mut hasher = DefaultHasher::new();
    add(folder, &mut hasher)?;
    serde_json::to_string(marks)?.hash(&mut hasher);
    Ok(hasher.finish())
}

/// A process that goes through the hour.
fn session(watched: &Watched, begun: &Beginning, place: &Path, order: Option<&str>) -> anyhow::Result<Command> {
    let mut command = watched.workshop("crash-session")?;
    command.arg("--place").arg(place);
    command.args(["--cases", &begun.named(), "--other", &begun.other.to_string()]);
    command.args(["--last", &begun.last.to_string()]);
    if let Script::Mending { page } = begun.script {
        command.args(["--damaged-page", &page.to_string()]);
    }
    if let Some(order) = order {
        command.args(["--order", order]);
    }
    Ok(command)
}

fn watched(place: &Path, record: bool) -> Watched {
    Watched {
        folder: place.join("tablet"),
        orders: place.join("orders"),
        record: record.then(|| place.join("record")),
    }
}
