//! A hub with a district, a portal that it delivers to, and officers with tablets.

use std::fs;

use casework::{CaseId, CaseKind, Role, Urgency};
use ipc::NewCase;

use crate::{
    admin::Admin,
    author::Author,
    hub::{Hub, PORTAL_SECRET},
    places,
    portal::{PortalReceiver, PortalSettings},
    tablet::Tablet,
};

/// The district of the tests.
pub const DISTRICT: &str = "GAR";

/// A running hub and portal.
pub struct Scene {
    /// The hub.
    pub hub: Hub,
    /// The portal it delivers to.
    pub portal: PortalReceiver,
    /// The hub's administration.
    pub admin: Admin,
}

/// An officer with an enrolled tablet.
pub struct Officer {
    /// The id at the hub.
    pub user: String,
    /// The name.
    pub name: String,
    /// The tablet.
    pub tablet: Tablet,
}

impl Scene {
    /// A hub with an empty district, and a portal.
    ///
    /// # Panics
    /// When a part cannot be started.
    pub fn new() -> Self {
        Self::at(None)
    }

    /// The same with a hub at a PostgreSQL database, where there is an address of one.
    ///
    /// # Panics
    /// When a part cannot be started.
    pub fn at(database: Option<&str>) -> Self {
        Self::of(|portal| Hub::start_at(Some(portal), database))
    }

    /// The same with a hub that speaks TLS.
    ///
    /// # Panics
    /// When a part cannot be started.
    pub fn under_tls() -> Self {
        Self::of(|portal| Hub::start_under_tls(Some(portal)))
    }

    /// The same with a hub that has these lines in its table of limits.
    ///
    /// # Panics
    /// When a part cannot be started.
    pub fn with_limits(limits: &str) -> Self {
        Self::of(|portal| Hub::start_with_limits(Some(portal), limits))
    }

    /// The same with a hub that has these lines at the end of its configuration.
    ///
    /// # Panics
    /// When a part cannot be started.
    pub fn with(more: &str) -> Self {
        Self::of(|portal| Hub::start_with(Some(portal), more))
    }

    /// The same with a hub that serves district officers their page, too.
    ///
    /// # Panics
    /// When a part cannot be started, or the page has not been built.
    pub fn with_console(more: &str) -> Self {
        Self::of(|portal| Hub::start_with_console(Some(portal), more))
    }

    fn of(start: impl FnOnce(&str) -> anyhow::Result<Hub>) -> Self {
        let portal = portal();
        let hub = start(&portal.webhook_url()).expect("the hub starts");
        let admin = hub.admin();
        admin.add_district(DISTRICT, "Garhpur").expect("the district is new");
        Self { hub, portal, admin }
    }

    /// Adds an officer without a tablet.
    ///
    /// # Panics
    /// When the hub does not take the user.
    pub fn user(&self, name: &str, role: &Role) -> String {
        self.admin.add_user(DISTRICT, name, role).expect("the hub takes a user")
    }

    /// A fresh one-time code of a user.
    ///
    /// # Panics
    /// When the hub makes none.
    pub fn code(&self, user: &str) -> String {
        self.admin
            .enrolment_link(user)
            .expect("the hub makes a code")
            .code
            .to_string()
    }

    /// Adds an officer and enrols a tablet.
    ///
    /// # Panics
    /// When the hub does not take the officer.
    pub fn officer(&self, name: &str, role: &Role, seed: u64) -> Officer {
        self.officer_with(Tablet::new(seed), &self.hub.url(), name, role)
    }

    /// The same with this tablet, which reaches the hub at this address: through a bad network, maybe.
    ///
    /// # Panics
    /// When the hub does not take the officer.
    pub fn officer_with(&self, tablet: Tablet, url: &str, name: &str, role: &Role) -> Officer {
        let user = self.user(name, role);
        tablet.enrol(url, &self.code(&user)).expect("the hub enrols the tablet");
        Officer {
            user,
            name: name.to_owned(),
            tablet,
        }
    }

    /// Adds a user who speaks the protocol without a device.
    ///
    /// # Panics
    /// When the hub does not take the user.
    pub fn author(&self, name: &str, role: &Role, seed: u64) -> Author {
        let user = self.user(name, role);
        Author::enrol(&self.hub.url(), &self.code(&user), seed).expect("the hub enrols the author")
    }

    /// Gives a case to an officer.
    ///
    /// # Panics
    /// When the hub does not know one of them.
    pub fn assign(&self, case: CaseId, user: &str) {
        self.admin
            .assign(case, user)
            .expect("the hub knows the case and the user");
    }
}

impl Default for Scene {
    fn default() -> Self {
        Self::new()
    }
}

/// A portal with the hub's published schema.
///
/// # Panics
/// When it cannot be started.
pub fn portal() -> PortalReceiver {
    let schema = fs::read(places::vatsalya_schema()).expect("the hub publishes its schema");
    let settings = PortalSettings {
        listen: ([127, 0, 0, 1], 0).into(),
        secret: PORTAL_SECRET.into(),
        schema: serde_json::from_slice(&schema).expect("the schema is JSON"),
    };
    PortalReceiver::start(&settings).expect("the portal starts")
}

/// A case as an officer opens it in the first minute.
pub fn new_case(name: &str) -> NewCase {
    NewCase {
        kind: CaseKind::Cncp,
        urgency: Urgency::Urgent,
        note: "Called from the station; the child is with the tea seller.".into(),
        child_name: Some(name.into()),
        age_years: Some(9),
        sex: Some("female".into()),
    }
}
