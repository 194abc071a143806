//! The lives of the stories in the demo district: played on tablets at its hub, so long ago that each child is where the
//! story says it stands today.

use std::{collections::BTreeMap, sync::Arc};

use casework::{InstitutionId, Subject};

use super::plan::District;
use crate::{
    admin::Admin,
    ground,
    story::{House, HubTime, Office, Player, Setting, Story, StoryClock, moment},
};

const WEEK_MS: i64 = 7 * 86_400_000;

/// Far from the seeds of the authors of the other cases.
const SEED: u64 = 7_000;

/// The district's administration, with those who are known already.
struct DemoOffice<'a> {
    admin: &'a Admin,
    hub: &'a str,
    district: &'static str,
    users: BTreeMap<String, String>,
    houses: BTreeMap<String, InstitutionId>,
}

impl Office for DemoOffice<'_> {
    fn hub(&self) -> String {
        self.hub.to_owned()
    }

    fn user(&mut self, name: &str, role: &str) -> anyhow::Result<String> {
        if let Some(user) = self.users.get(name) {
            return Ok(user.clone());
        }
        let user = self
            .admin
            .add_user(self.district, name, &casework::Role::from_code(role))?;
        self.users.insert(name.to_owned(), user.clone());
        Ok(user)
    }

    fn code(&self, user: &str) -> anyhow::Result<String> {
        Ok(self.admin.enrolment_link(user)?.code.to_string())
    }

    fn institution(&mut self, house: &House) -> anyhow::Result<InstitutionId> {
        if let Some(id) = self.houses.get(&house.name) {
            return Ok(*id);
        }
        let id = self
            .admin
            .add_institution(self.district, &house.name, &house.kind, house.capacity)?;
        self.houses.insert(house.name.clone(), id);
        Ok(id)
    }

    fn assign(&self, subject: Subject, user: &str) -> anyhow::Result<()> {
        self.admin.assign(subject, user)
    }

    fn unassign(&self, subject: Subject, user: &str) -> anyhow::Result<()> {
        self.admin.unassign(subject, user)
    }
}

/// Plays the lives of a district; gives how many cases were opened. `users` are the ids of its officers,
/// `houses` those of its institutions by name.
pub(super) fn play(
    district: &District,
    users: &[String],
    houses: BTreeMap<String, InstitutionId>,
    (admin, hub): (&Admin, &str),
    mut tell: impl FnMut(&str),
) -> anyhow::Result<usize> {
    let names = district.officers.iter().map(|officer| officer.name.to_owned());
    let mut office = DemoOffice {
        admin,
        hub,
        district: district.code,
        users: names.zip(users.iter().cloned()).collect(),
        houses,
    };
    let clock = Arc::new(StoryClock::default());
    let (mut desks, mut cases) = (BTreeMap::new(), 0);
    for (story, number) in district.lives.iter().zip(0..) {
        let setting = Setting {
            clock: Arc::clone(&clock),
            hub_time: HubTime::OfTheMachine,
            seed: SEED + number,
            shift_days: shift_days(story)?,
            upto: story.demo.stands_after,
            expecting: false,
            desks,
        };
        let (played, setting) = Player::new(story, setting, &mut office)?.play(&mut office)?;
        desks = setting.desks;
        cases += played.cases;
        tell(&format!("{}: {} steps", story.title, played.steps));
    }
    Ok(cases)
}

/// Whole weeks, so that the step at which the story stands was within the last seven days.
fn shift_days(story: &Story) -> anyhow::Result<i64> {
    let at_ms = moment(&story.steps[story.demo.stands_after - 1].at)?;
    Ok((ground::now_ms() - at_ms).div_euclid(WEEK_MS) * 7)
}
