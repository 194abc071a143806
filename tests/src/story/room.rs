//! A district's office in this process: a real hub whose clock is moved by hand.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::Context as _;
use casework::{InstitutionId, Subject};
use protocol::UserId;
use sync_server::{
    Config, Hub, Server, admin, institutions, rights,
    storage::{Institution, User},
};
use uuid::Uuid;

use super::{
    desk::{HubClock, StoryClock},
    play::Office,
    read::House,
};

const DISTRICT: &str = "SNB";

/// A hub in this process, and who is known there.
pub struct Room {
    hub: Arc<Hub>,
    url: String,
    /// Ids count up, so that what is played twice is listed alike.
    made: u128,
    users: BTreeMap<String, String>,
    houses: BTreeMap<String, InstitutionId>,
    _runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

impl Room {
    /// A hub with an empty district, at the time of this clock.
    pub fn open(clock: &Arc<StoryClock>) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let settings = format!("listen = \"127.0.0.1:0\"\ndata_dir = \"{}\"\n", folder.path().display());
        let path = folder.path().join("hub.toml");
        std::fs::write(&path, settings)?;
        let hub = Hub::open_with(Config::read(&path)?, Box::new(HubClock(Arc::clone(clock))))?;
        hub.storage.add_district(DISTRICT, "Sonbari", 0)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let server = runtime.block_on(Server::bind(Arc::clone(&hub)))?;
        let url = format!("http://{}", server.address()?);
        runtime.spawn(server.run(std::future::pending()));
        Ok(Self {
            hub,
            url,
            made: 0,
            users: BTreeMap::new(),
            houses: BTreeMap::new(),
            _runtime: runtime,
            _folder: folder,
        })
    }

    fn new_id(&mut self) -> Uuid {
        self.made += 1;
        uuid::Builder::from_random_bytes(self.made.to_be_bytes()).into_uuid()
    }
}

fn id(user: &str) -> anyhow::Result<UserId> {
    Ok(UserId(user.parse::<Uuid>().context("a user's id")?.into_bytes()))
}

impl Office for Room {
    fn hub(&self) -> String {
        self.url.clone()
    }

    fn user(&mut self, name: &str, role: &str) -> anyhow::Result<String> {
        if let Some(user) = self.users.get(name) {
            return Ok(user.clone());
        }
        let user = User {
            id: UserId(self.new_id().into_bytes()),
            district: DISTRICT.into(),
            name: name.into(),
            role: role.into(),
        };
        admin::add_user(&self.hub, &user)?;
        let id = Uuid::from_bytes(user.id.0).to_string();
        self.users.insert(name.to_owned(), id.clone());
        Ok(id)
    }

    fn code(&self, user: &str) -> anyhow::Result<String> {
        let url = self.url.parse()?;
        Ok(admin::enrol_link(&self.hub, id(user)?, Some(url))?.code.to_string())
    }

    fn institution(&mut self, house: &House) -> anyhow::Result<InstitutionId> {
        if let Some(id) = self.houses.get(&house.name) {
            return Ok(*id);
        }
        let institution = Institution {
            id: self.new_id().into_bytes(),
            district: DISTRICT.into(),
            name: house.name.clone(),
            kind: house.kind.clone(),
            capacity: house.capacity,
        };
        institutions::add(&self.hub, &institution, self.hub.clock.now_ms())?;
        let id = InstitutionId::from_bytes(institution.id);
        self.houses.insert(house.name.clone(), id);
        Ok(id)
    }

    fn assign(&self, subject: Subject, user: &str) -> anyhow::Result<()> {
        Ok(rights::assign(
            &self.hub,
            subject.to_bytes(),
            id(user)?,
            self.hub.clock.now_ms(),
        )?)
    }

    fn unassign(&self, subject: Subject, user: &str) -> anyhow::Result<()> {
        Ok(rights::unassign(
            &self.hub,
            subject.to_bytes(),
            id(user)?,
            self.hub.clock.now_ms(),
        )?)
    }
}
