//! Twelve lives of children, from the first call to the last visit: each story of `tests/stories` is played on real
//! devices that talk to a real hub in this process, with a clock that is moved by hand.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use casework::{InstitutionId, Subject};
use protocol::UserId;
use sync_server::{
    Config, Hub, Server, admin, institutions, rights,
    storage::{Institution, User},
};
use tests::story::{self, House, HubClock, Office, Played, Player, Setting, Story, StoryClock};
use uuid::Uuid;

const DISTRICT: &str = "SNB";

/// A hub in this process, whose clock is that of the story.
struct Room {
    hub: Arc<Hub>,
    url: String,
    _runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

impl Room {
    fn open(clock: &Arc<StoryClock>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = format!("listen = \"127.0.0.1:0\"\ndata_dir = \"{}\"\n", folder.path().display());
        let path = folder.path().join("hub.toml");
        std::fs::write(&path, settings).unwrap();
        let hub = Hub::open_with(Config::read(&path).unwrap(), Box::new(HubClock(Arc::clone(clock)))).unwrap();
        hub.storage.add_district(DISTRICT, "Sonbari", 0).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let server = runtime.block_on(Server::bind(Arc::clone(&hub))).unwrap();
        let url = format!("http://{}", server.address().unwrap());
        runtime.spawn(server.run(std::future::pending()));
        Self {
            hub,
            url,
            _runtime: runtime,
            _folder: folder,
        }
    }
}

fn id(user: &str) -> UserId {
    UserId(user.parse::<Uuid>().unwrap().into_bytes())
}

impl Office for Room {
    fn hub(&self) -> String {
        self.url.clone()
    }

    fn user(&mut self, name: &str, role: &str) -> anyhow::Result<String> {
        let user = User {
            id: UserId(Uuid::new_v4().into_bytes()),
            district: DISTRICT.into(),
            name: name.into(),
            role: role.into(),
        };
        admin::add_user(&self.hub, &user)?;
        Ok(Uuid::from_bytes(user.id.0).to_string())
    }

    fn code(&self, user: &str) -> anyhow::Result<String> {
        let url = self.url.parse()?;
        Ok(admin::enrol_link(&self.hub, id(user), Some(url))?.code.to_string())
    }

    fn institution(&mut self, house: &House) -> anyhow::Result<InstitutionId> {
        let institution = Institution {
            id: Uuid::new_v4().into_bytes(),
            district: DISTRICT.into(),
            name: house.name.clone(),
            kind: house.kind.clone(),
            capacity: house.capacity,
        };
        institutions::add(&self.hub, &institution, self.hub.clock.now_ms())?;
        Ok(InstitutionId::from_bytes(institution.id))
    }

    fn assign(&self, subject: Subject, user: &str) -> anyhow::Result<()> {
        Ok(rights::assign(
            &self.hub,
            subject.to_bytes(),
            id(user),
            self.hub.clock.now_ms(),
        )?)
    }

    fn unassign(&self, subject: Subject, user: &str) -> anyhow::Result<()> {
        Ok(rights::unassign(
            &self.hub,
            subject.to_bytes(),
            id(user),
            self.hub.clock.now_ms(),
        )?)
    }
}

fn play(story: &Story, seed: u64) -> anyhow::Result<Played> {
    let clock = Arc::new(StoryClock::default());
    clock.set(story::moment(&story.steps[0].at)? - 86_400_000);
    let mut room = Room::open(&clock);
    let setting = Setting {
        clock,
        hub_is_now: false,
        seed,
        shift_days: 0,
        upto: usize::MAX,
        expecting: true,
        desks: BTreeMap::new(),
    };
    let (played, _) = Player::new(story, setting, &mut room)?.play(&mut room)?;
    Ok(played)
}

/// All stories, or those whose names hold what the variable `STORY` says.
#[test]
fn twelve_children_are_accompanied_from_the_first_call_to_closure() {
    let all = story::all().unwrap();
    let wanted = std::env::var("STORY").unwrap_or_default();
    let stories = all.iter().filter(|story| story.id.contains(&wanted));
    let waiting = Mutex::new(stories.zip(1..).collect::<Vec<_>>());
    let told = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap().pop();
                    let Some((story, seed)) = next else { break };
                    match play(story, seed) {
                        Ok(played) => println!("{}: {played:?}", story.id),
                        Err(error) => told.lock().unwrap().push(format!("{error:#}")),
                    }
                }
            });
        }
    });
    let told = told.into_inner().unwrap();
    assert!(told.is_empty(), "{}", told.join("\n\n"));
}

#[test]
fn there_are_twelve_stories_and_some_change_what_was_signed() {
    let all = story::all().unwrap();
    assert_eq!(all.len(), 12);
    let amends = |story: &&Story| {
        let mut expected = story.steps.iter().flat_map(|step| &step.expect);
        expected.any(|expect| expect.amendments.values().any(|changed| !changed.is_empty()))
    };
    assert!(all.iter().filter(amends).count() >= 3);
}

#[test]
fn a_story_with_a_slip_of_the_pen_is_not_played() {
    let slip = "title = \"x\"\nprose = \"y\"\n[demo]\nstands_after = 1\nexpects = 2\n";
    let error = Story::parse("slip", slip).unwrap_err();
    assert!(format!("{error:#}").contains("expects"), "{error:#}");
}
