//! The little state that screens share. Everything else belongs to the page that shows it.

use std::collections::BTreeMap;

use casework::{CaseId, Subject};
use ipc::{FailureCode, Session, Start, SyncView, Topic};
use leptos::{prelude::*, task::spawn_local};

pub(crate) use crate::reader::words;
use crate::{backend, browser, reader, route::Route, settings::Settings};

/// How long to wait before the device is asked again after a call failed, in milliseconds.
const AGAIN_AFTER_MS: i32 = 2_000;
/// How often the device hears that somebody is at the tablet, in milliseconds.
const ACTIVE_EVERY_MS: i64 = 15_000;
/// How long before the tablet locks itself a field is left, in milliseconds: two looks at the time.
const LEAVE_BEFORE_MS: i64 = 45_000;

/// What all screens share; a handle that is copied freely.
#[derive(Clone, Copy)]
pub(crate) struct App {
    /// Who is on this tablet; `None` until the device has answered.
    pub(crate) start: RwSignal<Option<Start>>,
    /// Who is signed in.
    pub(crate) session: RwSignal<Option<Session>>,
    /// Where the officer is.
    pub(crate) route: RwSignal<Route>,
    /// Language, colours, text size.
    pub(crate) settings: RwSignal<Settings>,
    /// How things stand with the hub.
    pub(crate) sync: RwSignal<Option<SyncView>>,
    /// Grows whenever the list of cases changed.
    pub(crate) cases_changed: RwSignal<u64>,
    /// Grows whenever the list of institutions changed.
    pub(crate) institutions_changed: RwSignal<u64>,
    /// Grows whenever who may be the same child changed.
    pub(crate) matches_changed: RwSignal<u64>,
    /// Grows for each case or institution that changed.
    pub(crate) subject_changed: RwSignal<BTreeMap<Subject, u64>>,
    /// The time, for what is left of a clock; moves every 20 seconds.
    pub(crate) now_ms: RwSignal<i64>,
    /// Read out by screen readers.
    pub(crate) announcement: RwSignal<String>,
    /// Notes begun and not yet saved, by case. Kept in the vault when the field is left; forgotten here when it closes.
    pub(crate) drafts: RwSignal<BTreeMap<CaseId, String>>,
    /// Which of the loops that follow the device is the present one.
    following: RwSignal<u64>,
    /// When somebody last touched the tablet.
    active_ms: StoredValue<i64>,
    /// When the device was last told so.
    told_active_ms: StoredValue<i64>,
}

thread_local! {
    /// The one app of this page. Not a context, because words are also needed where an answer arrives, outside the tree.
    static APP: App = App::new();
}

/// The shared state.
pub(crate) fn app() -> App {
    APP.with(|app| *app)
}

impl App {
    /// The state at the beginning.
    fn new() -> Self {
        Self {
            start: RwSignal::new(None),
            session: RwSignal::new(None),
            route: RwSignal::new(Route::parse(&browser::hash())),
            settings: reader::settings(),
            sync: RwSignal::new(None),
            cases_changed: RwSignal::new(0),
            institutions_changed: RwSignal::new(0),
            matches_changed: RwSignal::new(0),
            subject_changed: RwSignal::new(BTreeMap::new()),
            now_ms: RwSignal::new(browser::now_ms()),
            announcement: RwSignal::new(String::new()),
            drafts: RwSignal::new(BTreeMap::new()),
            following: RwSignal::new(0),
            active_ms: StoredValue::new(0),
            told_active_ms: StoredValue::new(0),
        }
    }

    /// Reads something out to those who do not see it.
    pub(crate) fn announce(self, text: &str) {
        self.announcement.set(text.to_owned());
    }

    /// A signal that changes with one case or institution. Read it by `get`: a memo that is only tracked is never computed.
    pub(crate) fn changes_of(self, subject: impl Into<Subject>) -> Memo<u64> {
        let subject = subject.into();
        Memo::new(move |_| {
            self.subject_changed
                .with(|subjects| subjects.get(&subject).copied().unwrap_or_default())
        })
    }

    /// The vault was opened.
    pub(crate) fn signed_in(self, session: Session) {
        self.session.set(Some(session));
        spawn_local(async move {
            if let Ok(kept) = backend::drafts().await {
                self.drafts.update(|drafts| {
                    for (case, text) in kept {
                        drafts.entry(case).or_insert(text);
                    }
                });
            }
        });
    }

    /// Puts a note that was begun into the vault, so that locking does not lose it.
    pub(crate) async fn keep_draft(self, case: CaseId) {
        let text = self
            .drafts
            .with_untracked(|drafts| drafts.get(&case).cloned().unwrap_or_default());
        let _ = backend::keep_draft(case, text).await;
    }

    /// The same with all of them, before the vault is closed.
    pub(crate) async fn keep_drafts(self) {
        let cases: Vec<CaseId> = self.drafts.with_untracked(|drafts| drafts.keys().copied().collect());
        for case in cases {
            self.keep_draft(case).await;
        }
    }

    /// Somebody is at the tablet. The device is told now and then.
    pub(crate) fn is_active(self) {
        let now_ms = browser::now_ms();
        let last_ms = self.active_ms.get_value();
        self.active_ms.set_value(now_ms);
        if (0..ACTIVE_EVERY_MS).contains(&(now_ms - self.told_active_ms.get_value())) && last_ms > 0 {
            return;
        }
        if self.session.with_untracked(Option::is_some) {
            self.told_active_ms.set_value(now_ms);
            spawn_local(async move {
                let _ = backend::active().await;
            });
        }
    }

    /// What stands in a field is saved before the tablet locks itself.
    pub(crate) fn leave_before_locking(self) {
        let idle_ms = browser::now_ms() - self.active_ms.get_value();
        let minutes = self
            .session
            .with_untracked(|session| session.as_ref().map(|session| session.idle_minutes));
        if minutes.is_some_and(|minutes| idle_ms > i64::from(minutes) * 60_000 - LEAVE_BEFORE_MS) {
            browser::leave_field();
        }
    }

    /// The vault was closed: forget what was shown.
    pub(crate) fn signed_out(self) {
        self.session.set(None);
        self.sync.set(None);
        self.subject_changed.set(BTreeMap::new());
        self.announcement.set(String::new());
        self.drafts.set(BTreeMap::new());
        browser::go(&Route::Cases);
        // What was known of the tablet before somebody signed in is not so any more: the way in is drawn by what it says now.
        self.start.set(None);
        self.read_start();
    }

    /// Asks the device who is on this tablet, until it answers.
    pub(crate) fn read_start(self) {
        spawn_local(async move {
            loop {
                if let Ok(start) = backend::start().await {
                    if let Some(session) = start.session.clone() {
                        self.session.set(Some(session));
                    }
                    self.start.set(Some(start));
                    return;
                }
                browser::sleep(AGAIN_AFTER_MS).await;
            }
        });
    }

    /// Reads how things stand with the hub.
    pub(crate) fn read_sync(self) {
        spawn_local(async move {
            if let Ok(view) = backend::sync_status().await {
                self.sync.set(Some(view));
            }
        });
    }

    /// Follows what changes on the device for as long as somebody is signed in.
    pub(crate) async fn follow(self) {
        let mut revision = 0;
        self.following.update(|loops| *loops += 1);
        let this = self.following.get_untracked();
        self.read_sync();
        while self.session.with_untracked(Option::is_some) && self.following.get_untracked() == this {
            match backend::watch(revision).await {
                Ok(changed) => {
                    revision = changed.revision;
                    changed.topics.iter().for_each(|topic| self.changed(topic));
                }
                Err(failure) if failure.code == FailureCode::Locked => self.signed_out(),
                Err(_) => browser::sleep(AGAIN_AFTER_MS).await,
            }
        }
    }

    fn changed(self, topic: &Topic) {
        match topic {
            Topic::Session => spawn_local(async move {
                let Ok(start) = backend::start().await else { return };
                let signed_in = self.session.with_untracked(Option::is_some);
                match start.session {
                    None if signed_in => self.signed_out(),
                    // Whether the hub must be reached first, and what the officer has chosen.
                    session if signed_in && self.session.with_untracked(|known| *known != session) => {
                        self.session.set(session);
                    }
                    _ => {}
                }
            }),
            Topic::Cases => self.cases_changed.update(|n| *n += 1),
            Topic::Institutions => self.institutions_changed.update(|n| *n += 1),
            Topic::Matches => self.matches_changed.update(|n| *n += 1),
            Topic::Subject { subject } => {
                self.subject_changed
                    .update(|subjects| *subjects.entry(*subject).or_default() += 1);
            }
            Topic::Sync => self.read_sync(),
            Topic::Opening => spawn_local(async move {
                if let Ok(start) = backend::start().await {
                    self.start.set(Some(start));
                }
            }),
        }
    }
}
