//! What the parts of the page share: who is signed in, which district, and what the hub said of it.

use casework::reports::{Period, Report};
use leptos::{prelude::*, task::spawn_local};

use super::{
    answers::{Device, District, Overview, Session},
    figures,
    hub::{self, Answer, Desk, Trouble},
    place::Place,
};
use crate::browser;

/// Whether somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Signed {
    /// The hub is being asked.
    Asking,
    /// The hub could not be asked.
    Unknown(Trouble),
    /// Nobody; and whether a session has just ended by itself.
    Out {
        /// So that it is said.
        ended: bool,
    },
    /// They.
    In(Session),
}

/// Something that the hub is asked for: what it said last, and what is wrong now.
#[derive(Debug)]
pub(crate) struct Loaded<T: Send + Sync + 'static> {
    /// What it said last. It stays while it is asked again, and where that fails.
    pub(crate) value: RwSignal<Option<T>>,
    /// When that came.
    pub(crate) at_ms: RwSignal<Option<i64>>,
    /// What went wrong the last time.
    pub(crate) trouble: RwSignal<Option<Trouble>>,
    /// Whether it is being asked.
    pub(crate) busy: RwSignal<bool>,
    /// Which question is the last: the answer to an earlier one is of another district, maybe.
    turn: StoredValue<u64>,
}

impl<T: Send + Sync + 'static> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Loaded<T> {}

impl<T: Send + Sync + 'static> Loaded<T> {
    fn new() -> Self {
        Self {
            value: RwSignal::new(None),
            at_ms: RwSignal::new(None),
            trouble: RwSignal::new(None),
            busy: RwSignal::new(false),
            turn: StoredValue::new(0),
        }
    }

    fn forget(self) {
        self.turn.update_value(|turn| *turn += 1);
        self.value.set(None);
        self.at_ms.set(None);
        self.trouble.set(None);
        self.busy.set(false);
    }

    fn read(self, asked: impl Future<Output = Answer<T>> + 'static) {
        self.turn.update_value(|turn| *turn += 1);
        let turn = self.turn.get_value();
        self.busy.set(true);
        spawn_local(async move {
            let answer = asked.await;
            if self.turn.get_value() != turn {
                return;
            }
            self.busy.set(false);
            match answer {
                Ok(value) => {
                    office().heard();
                    self.value.set(Some(value));
                    self.at_ms.set(Some(browser::now_ms()));
                    self.trouble.set(None);
                }
                Err(Trouble::Ended) => office().ended(),
                Err(trouble) => self.trouble.set(Some(trouble)),
            }
        });
    }
}

/// What the parts of the page share; a handle that is copied freely.
#[derive(Clone, Copy)]
pub(crate) struct Office {
    /// Whether somebody is signed in.
    pub(crate) signed: RwSignal<Signed>,
    /// Which part is shown.
    pub(crate) place: RwSignal<Place>,
    /// The districts to choose from.
    pub(crate) districts: Loaded<Vec<District>>,
    /// The code of the one that is shown.
    pub(crate) district: RwSignal<Option<String>>,
    /// It at one look.
    pub(crate) overview: Loaded<Overview>,
    /// Its tablets.
    pub(crate) devices: Loaded<Vec<Device>>,
    /// Its figures of a period.
    pub(crate) figures: Loaded<Report>,
    /// Of which; `None`: the last month that is over.
    pub(crate) period: RwSignal<Option<Period>>,
    /// What waits there for somebody to decide.
    pub(crate) desk: Loaded<Desk>,
    /// Read out by screen readers.
    pub(crate) announcement: RwSignal<String>,
    /// When the hub last answered to somebody who is signed in.
    heard_ms: StoredValue<i64>,
}

thread_local! {
    /// The one office of this page.
    static OFFICE: Office = Office::new();
}

/// The shared state.
pub(crate) fn office() -> Office {
    OFFICE.with(|office| *office)
}

impl Office {
    fn new() -> Self {
        Self {
            signed: RwSignal::new(Signed::Asking),
            place: RwSignal::new(Place::parse(&browser::hash())),
            districts: Loaded::new(),
            district: RwSignal::new(None),
            overview: Loaded::new(),
            devices: Loaded::new(),
            figures: Loaded::new(),
            period: RwSignal::new(None),
            desk: Loaded::new(),
            announcement: RwSignal::new(String::new()),
            heard_ms: StoredValue::new(0),
        }
    }

    /// Asks the hub who is signed in.
    pub(crate) fn ask_who(self) {
        self.signed.set(Signed::Asking);
        spawn_local(async move {
            match hub::session().await {
                Ok(session) => self.signed_in(session),
                Err(Trouble::Ended) => self.signed.set(Signed::Out { ended: false }),
                Err(trouble) => self.signed.set(Signed::Unknown(trouble)),
            }
        });
    }

    /// Somebody is.
    pub(crate) fn signed_in(self, session: Session) {
        self.heard();
        self.district.set(session.district.clone());
        self.signed.set(Signed::In(session));
        self.read_districts();
        self.read();
    }

    /// Asks which districts there are to choose from.
    pub(crate) fn read_districts(self) {
        self.districts.read(async move {
            let districts = hub::districts().await?;
            // Whoever has one need not choose.
            if let ([only], None) = (districts.as_slice(), office().district.get_untracked()) {
                office().choose(&only.code);
            }
            Ok(districts)
        });
    }

    /// Shows a district.
    pub(crate) fn choose(self, code: &str) {
        self.forget_district();
        self.district.set(Some(code.to_owned()));
        self.read();
    }

    /// Shows the figures of another period.
    pub(crate) fn choose_period(self, period: Option<Period>) {
        self.figures.forget();
        self.period.set(period);
        self.read();
    }

    /// Asks anew for what is shown.
    pub(crate) fn read(self) {
        let Some(district) = self.district.get_untracked() else {
            return;
        };
        self.overview.read(hub::overview(district.clone()));
        match self.place.get_untracked() {
            Place::Devices => self.devices.read(async move {
                let mut devices = hub::devices(district).await?;
                figures::working_first(&mut devices);
                Ok(devices)
            }),
            Place::Figures => self.figures.read(hub::figures(district, self.period.get_untracked())),
            Place::Desk => self.desk.read(hub::desk(district)),
            _ => {}
        }
    }

    /// Goes to a part. What only this part shows is asked for now.
    pub(crate) fn go(self, place: Place) {
        if self.place.get_untracked() != place {
            self.place.set(place);
            if matches!(place, Place::Devices | Place::Figures | Place::Desk) {
                self.read();
            }
        }
    }

    /// Reads something out to those who do not see it.
    pub(crate) fn announce(self, text: &str) {
        self.announcement.set(text.to_owned());
    }

    /// The hub has answered: the session lives on.
    pub(crate) fn heard(self) {
        self.heard_ms.set_value(browser::now_ms());
    }

    /// A session that nobody used is over at the hub: what it had shown goes from the screen without asking, since to ask
    /// would be to use it.
    pub(crate) fn end_idle(self) {
        let idle_s = (browser::now_ms() - self.heard_ms.get_value()) / 1_000;
        let is_over = self.signed.with_untracked(|signed| match signed {
            Signed::In(session) => idle_s >= session.idle_seconds,
            _ => false,
        });
        if is_over {
            self.ended();
        }
    }

    /// The session is over.
    pub(crate) fn ended(self) {
        self.forget();
        self.signed.set(Signed::Out { ended: true });
    }

    /// Nobody is signed in any more, as they wished.
    pub(crate) fn signed_out(self) {
        self.forget();
        self.signed.set(Signed::Out { ended: false });
    }

    fn forget(self) {
        self.forget_district();
        self.districts.forget();
        self.district.set(None);
        self.announcement.set(String::new());
    }

    fn forget_district(self) {
        self.overview.forget();
        self.devices.forget();
        self.figures.forget();
        self.desk.forget();
    }
}
