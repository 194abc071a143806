//! Plays a story: every author at a tablet, every step at its moment.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context as _, bail, ensure};
use casework::{CaseId, InstitutionId, Subject};
use ipc::{Failure, FilingKind, Reply, Request};

use super::{
    check,
    desk::{Desk, HubTime, StoryClock},
    read::{Author, Child, House, Step, Story},
    values::Shift,
    writing::{Reading, Rows},
};

/// The district's office: who is known at the hub and who is given which case.
pub trait Office {
    /// Where the hub is.
    fn hub(&self) -> String;
    /// The id of the user of that name, who is added where there is none.
    fn user(&mut self, name: &str, role: &str) -> anyhow::Result<String>;
    /// A one-time code.
    fn code(&self, user: &str) -> anyhow::Result<String>;
    /// Enters an institution, where there is none of that name.
    fn institution(&mut self, house: &House) -> anyhow::Result<InstitutionId>;
    /// Gives a case or an institution.
    fn assign(&self, subject: Subject, user: &str) -> anyhow::Result<()>;
    /// Takes a case or an institution.
    fn unassign(&self, subject: Subject, user: &str) -> anyhow::Result<()>;
}

/// Where and when a story is played.
pub struct Setting {
    /// The clock of all its tablets.
    pub clock: Arc<StoryClock>,
    /// Whose time the hub has.
    pub hub_time: HubTime,
    /// From what the tablets' randomness grows.
    pub seed: u64,
    /// So many days later than it is written.
    pub shift_days: i64,
    /// After which step to stop, counted from 1.
    pub upto: usize,
    /// Whether what the story expects is asked.
    pub expecting: bool,
    /// Tablets that are there already, by the names of their people.
    pub desks: BTreeMap<String, Arc<Desk>>,
}

/// What came of it.
#[derive(Debug, Default, Clone, Copy)]
pub struct Played {
    /// Steps taken.
    pub steps: usize,
    /// Expectations that were asked.
    pub expectations: usize,
    /// Cases opened.
    pub cases: usize,
}

/// Somebody at a tablet.
pub(super) struct Seat {
    pub(super) user: String,
    pub(super) role: String,
    pub(super) desk: Arc<Desk>,
}

/// A story being played.
pub struct Player<'a> {
    pub(super) story: &'a Story,
    pub(super) setting: Setting,
    pub(super) seats: BTreeMap<String, Seat>,
    pub(super) cases: BTreeMap<String, CaseId>,
    houses: BTreeMap<String, InstitutionId>,
    pub(super) rows: Rows,
    played: Played,
}

impl<'a> Player<'a> {
    /// Everybody sits down at a tablet.
    pub fn new(story: &'a Story, mut setting: Setting, office: &mut dyn Office) -> anyhow::Result<Self> {
        let first = story.steps.first().context("a story has steps")?;
        let shift = Shift {
            days: setting.shift_days,
        };
        setting.clock.set(shift.moment(&first.at)? - 3_600_000);
        let mut houses = BTreeMap::new();
        for house in &story.institutions {
            houses.insert(house.id.clone(), office.institution(house)?);
        }
        let mut seats = BTreeMap::new();
        for (number, author) in (1..).zip(&story.authors) {
            let seat = sit_down(author, &mut setting, number, office)?;
            seats.insert(author.id.clone(), seat);
        }
        for house in &story.institutions {
            for author in &house.staff {
                let seat: &Seat = seats
                    .get(author)
                    .with_context(|| format!("there is no author `{author}`"))?;
                office.assign(houses[&house.id].into(), &seat.user)?;
            }
        }
        Ok(Self {
            story,
            setting,
            seats,
            cases: BTreeMap::new(),
            houses,
            rows: Rows::new(),
            played: Played::default(),
        })
    }

    /// Plays the steps; at the end everybody meets the hub, and everybody has the same. The setting is given back, with
    /// the tablets in it.
    pub fn play(mut self, office: &mut dyn Office) -> anyhow::Result<(Played, Setting)> {
        let story = self.story;
        for (number, step) in (1..).zip(&story.steps).take(self.setting.upto) {
            let place = || format!("story {}, step {number} ({}: {})", story.id, step.at, step.says);
            self.step(step, office).with_context(place)?;
            self.played.steps += 1;
            if self.setting.expecting {
                for expect in &step.expect {
                    self.played.expectations += self.meets(step, expect).with_context(place)?;
                }
            }
        }
        self.converge(office)
            .with_context(|| format!("story {}, at its end", story.id))?;
        self.played.cases = self.cases.len();
        Ok((self.played, self.setting))
    }

    pub(super) fn shift(&self) -> Shift {
        Shift {
            days: self.setting.shift_days,
        }
    }

    pub(super) fn seat(&self, author: &str) -> anyhow::Result<&Seat> {
        self.seats
            .get(author)
            .with_context(|| format!("there is no author `{author}`"))
    }

    pub(super) fn reading<'b>(&'b self, child: &'b Child) -> Reading<'b> {
        Reading {
            child,
            shift: self.shift(),
            rows: &self.rows,
            cases: &self.cases,
        }
    }

    /// The case that was opened for a child, or the institution that is written in like one.
    pub(super) fn subject(&self, child: &Child) -> anyhow::Result<Subject> {
        let case = self.cases.get(&child.id).copied().map(Subject::Case);
        let house = || self.houses.get(&child.id).copied().map(Subject::Institution);
        case.or_else(house)
            .with_context(|| format!("`{}` is not opened yet", child.id))
    }

    fn step(&mut self, step: &Step, office: &mut dyn Office) -> anyhow::Result<()> {
        self.setting.clock.set(self.shift().moment(&step.at)?);
        let story = self.story;
        let children = story.about(step.case.as_deref(), step.institution.as_deref());
        if let Some(by) = &step.by {
            let mut failed = None;
            for child in children.as_ref().map_err(|error| anyhow::anyhow!("{error:#}"))? {
                if let Err(failure) = self.write(step, by, child)? {
                    failed = Some(failure);
                }
            }
            match (&step.refused, failed) {
                (None, None) => {}
                (Some(expected), Some(failure)) => {
                    // A code alone, or a code with its details.
                    let code = &serde_json::to_value(&failure)?["code"];
                    let is_it = code == expected.as_str() || code.get(expected).is_some();
                    ensure!(is_it, "refused with {code}, not with {expected}");
                }
                (Some(expected), None) => bail!("was not refused with {expected}"),
                (None, Some(failure)) => bail!("{by} was refused: {failure:?}"),
            }
        }
        for author in &step.sync {
            self.seat(author)?.desk.sync().with_context(|| author.clone())?;
        }
        for (authors, gives) in [(&step.assign, true), (&step.unassign, false)] {
            for author in authors {
                let seat = self.seat(author)?;
                for child in children.as_ref().map_err(|error| anyhow::anyhow!("{error:#}"))? {
                    let subject = self.subject(child)?;
                    if gives {
                        office.assign(subject, &seat.user)?;
                    } else {
                        office.unassign(subject, &seat.user)?;
                    }
                }
                seat.desk.sync().with_context(|| author.clone())?;
            }
        }
        Ok(())
    }

    /// Writes what a step writes, in one case.
    fn write(&mut self, step: &Step, by: &str, child: &Child) -> anyhow::Result<Result<(), Failure>> {
        if let Some(note) = &step.opens {
            let new = self.reading(child).opening(note);
            match self.seat(by)?.desk.call(Request::OpenCase(new)) {
                Ok(Reply::CaseOpened { case }) => drop(self.cases.insert(child.id.clone(), case)),
                Ok(other) => bail!("opening a case was answered by {other:?}"),
                Err(failure) => return Ok(Err(failure)),
            }
        }
        let subject = self.subject(child)?;
        let (edits, names) = self.reading(child).edits(step)?;
        if !edits.is_empty() {
            let request = Request::Edit {
                subject,
                edits: edits.clone(),
                form: step.form.clone(),
                reason: step.reason.clone(),
            };
            let saved = match self.seat(by)?.desk.call(request) {
                Ok(Reply::Saved(saved)) => saved,
                Ok(other) => bail!("an edit was answered by {other:?}"),
                Err(failure) => return Ok(Err(failure)),
            };
            let tables = edits.into_iter().filter_map(|edit| match edit {
                ipc::FieldEdit::AddRow { table, .. } => Some(table),
                _ => None,
            });
            for ((name, row), table) in names.into_iter().zip(saved.rows).zip(tables) {
                if let Some(name) = name {
                    self.rows.insert((child.id.clone(), name), (table, row));
                }
            }
        }
        for settle in &step.choose {
            let (register, value) = self.reading(child).settled(settle)?;
            let value = Some(value);
            if let Err(failure) = self.seat(by)?.desk.call(Request::Resolve {
                subject,
                register,
                value,
            }) {
                return Ok(Err(failure));
            }
        }
        if let Some(filing) = &step.file {
            let how: FilingKind = filing
                .how
                .parse()
                .map_err(|_| anyhow::anyhow!("no way of filing: {}", filing.how))?;
            let form = filing.form.clone();
            if let Err(failure) = self.seat(by)?.desk.call(Request::File { subject, form, how }) {
                return Ok(Err(failure));
            }
        }
        Ok(Ok(()))
    }

    /// Everybody meets the hub; then everybody has the same, and the hub has it too.
    fn converge(&mut self, office: &mut dyn Office) -> anyhow::Result<()> {
        for _ in 0..2 {
            for (author, seat) in &self.seats {
                let status = seat.desk.sync().with_context(|| author.clone())?;
                ensure!(
                    status.waiting == 0 && status.refused.is_empty(),
                    "{author}'s tablet keeps {} changes back, and the hub refused {:?}",
                    status.waiting,
                    status.refused
                );
            }
        }
        if !self.setting.expecting {
            return Ok(());
        }
        // The head of the district sees every case; a new tablet of theirs gets it all from the hub.
        let witness = Author {
            id: String::new(),
            name: "The witness".into(),
            role: "dcpo".into(),
        };
        let witness = sit_down(&witness, &mut self.setting, 99, office)?;
        witness.desk.sync()?;
        for (name, case) in &self.cases {
            let at_the_hub = witness
                .desk
                .case(*case)?
                .with_context(|| format!("the hub does not have {name}"))?;
            for (author, seat) in &self.seats {
                if let Some(here) = seat.desk.case(*case)? {
                    check::same(&here, &at_the_hub, &seat.role).with_context(|| format!("{name} at {author}'s"))?;
                }
            }
        }
        Ok(())
    }
}

fn sit_down(author: &Author, setting: &mut Setting, number: u64, office: &mut dyn Office) -> anyhow::Result<Seat> {
    let user = office.user(&author.name, &author.role)?;
    let desk = if let Some(desk) = setting.desks.get(&author.name) {
        Arc::clone(desk)
    } else {
        let (code, seed) = (office.code(&user)?, setting.seed * 100 + number);
        let desk = Desk::enrolled(&setting.clock, seed, &office.hub(), &code, setting.hub_time)?;
        let desk = Arc::new(desk);
        setting.desks.insert(author.name.clone(), Arc::clone(&desk));
        desk
    };
    Ok(Seat {
        user,
        role: author.role.clone(),
        desk,
    })
}
