//! A referral finds somebody who goes: whoever is on duty is asked, the next where they do not answer in time, and the district
//! officer in the end or where nobody is on duty.
//!
//! Whom and why, [`casework::duty`] decides; for how long each is waited for, the pack says. To ask is one transaction that
//! succeeds once for each step, whoever of several hubs comes first; a hub that dies leaves behind a time at which another goes on.
//! What follows can be done twice: that it is noted in the case, that devices which wait are told.

mod hook;
mod note;

use std::collections::BTreeMap;
use std::time::Duration;

use casework::duty::{Child, Chosen, DutyRules, OnDuty, Place, Why, answered_ms, choose};
use casework::{Compartment, Pack, Record, Role, Spine, Stage, Urgency, Value};
use protocol::UserId;

use crate::hub::Hub;
use crate::inbound;
use crate::rights::{Given, key_of, readable};
use crate::storage::{Asking, Load, NewAsking, Referral, StorageError, User};
use crate::sync::{self, FoldError};
use crate::wake::Woken;

pub use hook::{Hook, HookConfig};

/// Referrals looked at before devices are told: few, so that the first does not wait for the last.
const REFERRALS_AT_ONCE: u32 = 16;
/// Askings noted at a time.
const NOTES_AT_ONCE: u32 = 64;
/// Where nobody could be found, or the case has not begun, the referral is looked at again so soon.
const AGAIN_MS: i64 = 30_000;

/// Why a referral was not given to anybody yet.
#[derive(Debug, thiserror::Error)]
pub enum DutyError {
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The case cannot be read.
    #[error(transparent)]
    Fold(#[from] FoldError),
    /// What is noted in the case could not be written.
    #[error("the case cannot be written in")]
    Edit(#[from] casefile::EditError),
}

/// Works until the hub stops.
pub fn run(hub: &Hub) {
    let look_every = Duration::from_millis(hub.config.limits.look_every_ms);
    let mut told = Told::default();
    let hook = hub.config.duty.as_ref().and_then(|config| Hook::start(hub, config));
    loop {
        match work(hub, &mut told, hook.as_ref()) {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "referrals are not given out yet; it will be tried again"),
        }
        if hub.to_ask.sleep(look_every) == Woken::Stop {
            return;
        }
    }
}

/// Which asking for each referral the devices here were told of, and what else this hub has seen to.
#[derive(Debug, Default)]
pub struct Told {
    asked: BTreeMap<[u8; 16], u32>,
    /// When it was looked for posts that were left behind.
    looked_ms: Option<i64>,
}

/// Gives out what is due, notes it, and tells whoever waits; says whether there may be more.
pub fn work(hub: &Hub, told: &mut Told, hook: Option<&Hook>) -> Result<bool, DutyError> {
    let now_ms = hub.clock.now_ms();
    if told.looked_ms.is_none_or(|looked_ms| now_ms - looked_ms >= AGAIN_MS) {
        told.looked_ms = Some(now_ms);
        inbound::begin_left_behind(hub)?;
    }
    let due = hub.storage.due_referrals(now_ms, REFERRALS_AT_ONCE)?;
    for referral in &due {
        match give_out(hub, referral, now_ms) {
            Ok(Some(user)) => {
                if let Some(hook) = hook {
                    hook.tell(hub, user);
                }
            }
            Ok(None) => {}
            Err(DutyError::Storage(error)) if !matches!(error, StorageError::Destroyed | StorageError::Damaged) => {
                return Err(error.into());
            }
            // One case that cannot be read must not hold up the others.
            Err(error) => {
                tracing::error!(%error, "a referral cannot be given out; it will be tried again");
                put_off(hub, referral, now_ms)?;
            }
        }
    }
    // Noted first, so that whoever is told reads why it is they; but nobody waits for a note that fails.
    let noted = note::note_waiting(hub, NOTES_AT_ONCE);
    tell(hub, told)?;
    Ok(!due.is_empty() || noted? > 0)
}

/// Rings for everybody who was asked since this was done last.
fn tell(hub: &Hub, told: &mut Told) -> Result<(), StorageError> {
    let waiting = hub.storage.waiting_askings(None)?;
    for asking in &waiting {
        if told.asked.get(&asking.subject) != Some(&asking.step) {
            hub.bells.ring(asking.user);
        }
    }
    told.asked = waiting
        .into_iter()
        .map(|asking| (asking.subject, asking.step))
        .collect();
    Ok(())
}

fn put_off(hub: &Hub, referral: &Referral, now_ms: i64) -> Result<(), StorageError> {
    let steps = u32::try_from(referral.asked.len()).unwrap_or(u32::MAX);
    hub.storage.put_off_referral(referral.subject, steps, now_ms + AGAIN_MS)
}

/// Asks the next for a referral; says who was asked by this hub.
fn give_out(hub: &Hub, referral: &Referral, now_ms: i64) -> Result<Option<UserId>, DutyError> {
    let Some(case) = read(hub, referral)? else {
        // Its post was cut before the case began: it begins out of what was kept, when it is posted again, or never.
        put_off(hub, referral, now_ms)?;
        return Ok(None);
    };
    // Taken up, and about to be known as such.
    if case.is_answered {
        put_off(hub, referral, now_ms)?;
        return Ok(None);
    }
    let pack = hub.pack_of(&referral.district)?;
    let Some(rules) = pack.duty().or_else(|| Pack::national().duty()) else {
        return Err(StorageError::NoSuch("rules of duty").into());
    };
    let district = District::read(hub, &pack, referral, now_ms)?;
    let Some(chosen) = district.choose(rules, referral, &case.child) else {
        tracing::error!("a referral found nobody: its district has no roster and no district officer");
        put_off(hub, referral, now_ms)?;
        return Ok(None);
    };
    let documents = hub.storage.subject_documents(referral.subject)?;
    let may = |user: &User, given| readable(&pack, user, &documents, given);
    let instead_of = match referral.asked.last() {
        Some(before) if !chosen.why.is_escalation() && before.user != chosen.who => {
            let user = hub.storage.user(before.user)?;
            user.map(|user| (user.id, may(&user, Given::No)))
        }
        _ => None,
    };
    let user = hub.storage.user(chosen.who)?.ok_or(StorageError::NoSuch("user"))?;
    let asking = Asking {
        subject: referral.subject,
        step: u32::try_from(referral.asked.len() + 1).unwrap_or(u32::MAX),
        user: user.id,
        why: chosen.why,
        at_ms: now_ms,
        until_ms: (!chosen.why.is_escalation()).then(|| now_ms + rules.wait_ms(&case.urgency)),
        number: 0,
    };
    let asked = hub.storage.ask(&NewAsking {
        asking,
        readable: &may(&user, Given::Yes),
        instead_of: instead_of.as_ref().map(|(user, readable)| (*user, readable.as_slice())),
    })?;
    Ok(asked.then_some(user.id))
}

/// What the case says, as far as it matters here.
struct Case {
    child: Child,
    urgency: Urgency,
    is_answered: bool,
}

fn read(hub: &Hub, referral: &Referral) -> Result<Option<Case>, DutyError> {
    let documents = hub.storage.subject_documents(referral.subject)?;
    if documents.is_empty() {
        return Ok(None);
    }
    let pack = hub.pack_of(&referral.district)?;
    let mut record = Record::default();
    let decides = [Compartment::Core.into(), Compartment::Identity.into()];
    for id in documents {
        let Some(key) = key_of(id).filter(|key| decides.contains(&key.kind)) else {
            continue;
        };
        let state = hub.storage.document(id)?.ok_or(StorageError::NoSuch("document"))?;
        sync::fold(key.kind, &state, &pack)?.add_to(&mut record);
    }
    let spine = Spine::read(|fact| record.facts.get(fact).cloned());
    let degrees = |name: &str| match record.fact(name) {
        Some(Value::Number(degrees)) => Some(*degrees),
        _ => None,
    };
    let place = degrees("found.north").zip(degrees("found.east"));
    Ok(Some(Case {
        child: Child {
            language: record.text("intake.language").map(str::to_owned),
            place: place.and_then(|(north, east)| Place::new(north, east).ok()),
        },
        urgency: spine.urgency,
        is_answered: answered_ms(&record.facts).is_some() || spine.stage == Stage::Closed,
    }))
}

/// Who works in a district, and what they have to do.
struct District {
    users: Vec<User>,
    loads: BTreeMap<UserId, Load>,
    /// Those on duty now who were not asked yet.
    on_duty: Vec<OnDuty<UserId>>,
}

impl District {
    fn read(hub: &Hub, pack: &Pack, referral: &Referral, now_ms: i64) -> Result<Self, StorageError> {
        let users = hub.storage.users(&referral.district)?;
        let loads = hub.storage.loads(&referral.district)?;
        let mut district = Self {
            loads: loads.into_iter().map(|load| (load.user, load)).collect(),
            users,
            on_duty: Vec::new(),
        };
        let mut on_duty: BTreeMap<UserId, OnDuty<UserId>> = BTreeMap::new();
        for row in hub.storage.roster(&referral.district)? {
            let asked = referral.asked.iter().any(|asking| asking.user == row.user);
            let may = district
                .users
                .iter()
                .any(|user| user.id == row.user && goes(pack, user));
            if asked || !may || !row.shift.covers(now_ms) {
                continue;
            }
            let one = on_duty.entry(row.user).or_insert_with(|| district.somebody(row.user));
            one.languages.extend(row.shift.languages);
            one.place = one.place.or(row.shift.place);
        }
        district.on_duty = on_duty.into_values().collect();
        Ok(district)
    }

    fn somebody(&self, who: UserId) -> OnDuty<UserId> {
        let load = self.loads.get(&who);
        OnDuty {
            who,
            languages: std::collections::BTreeSet::new(),
            place: None,
            referrals: load.map_or(0, |load| load.referrals),
            cases: load.map_or(0, |load| load.cases),
            asked_ms: load.and_then(|load| load.asked_ms),
        }
    }

    /// Who is asked next: of those on duty, and in the end a district officer.
    fn choose(&self, rules: &DutyRules, referral: &Referral, child: &Child) -> Option<Chosen<UserId>> {
        if (referral.asked.len() as u64) < u64::from(rules.officers_asked())
            && let Some(chosen) = choose(&self.on_duty, child)
        {
            return Some(chosen);
        }
        let is_officer = |user: &&User| Role::from_code(&user.role) == *rules.district_officer();
        let officers = self.users.iter().filter(is_officer);
        let officers: Vec<_> = officers.map(|user| self.somebody(user.id)).collect();
        let why = if referral.asked.is_empty() {
            Why::NobodyOnDuty
        } else {
            Why::NobodyAcknowledged
        };
        choose(&officers, child).map(|chosen| Chosen { why, ..chosen })
    }
}

/// Whether a role takes a referral up: it writes in the core of a case.
pub(crate) fn goes(pack: &Pack, user: &User) -> bool {
    pack.rights().may_write(&Role::from_code(&user.role), Compartment::Core)
}
