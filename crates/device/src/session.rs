//! A user signed in: the open vault with everything that works on it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use casefile::DocumentKey;
use casework::{AuthorId, CaseId, DocumentKind, Pack, Role, Subject};
use ipc::{FailureCode, Progress, Topic};
use protocol::{AuthorKey, UserId};
use zeroize::Zeroizing;

use crate::{
    Platform,
    documents::{Clockwork, DocumentError, Documents, PROJECTION_VERSION, Writer},
    failure::{Answer, Failed},
    lease::{self, Lease},
    matching::Linkage,
    news::News,
    packs, space,
    store::{AccessAction, AccessRow, Enrolment, Store, StoreError, Write, salvage},
    sync::{CURSOR, SyncStatus},
    vault::{Holder, MasterKey, Occupied, VaultFolder},
};

/// The same look at the same case is logged once in this time, not with every redrawing of the screen.
const SAME_LOOK_MS: i64 = 15 * 60 * 1000;
/// How long a search may take to type; the same words later are another search.
const SAME_SEARCH_MS: i64 = 60 * 1000;
/// Which knocks at the closed vault were written last.
const KNOCKS: &str = "knocks";

/// The last search, as long as it may be typed on.
#[derive(Default)]
struct LastSearch {
    at_ms: i64,
    text: Zeroizing<String>,
}

impl LastSearch {
    /// Whether a text is the same search, still being typed.
    fn goes_on(&mut self, text: &str, now_ms: i64) -> bool {
        let goes_on = !self.text.is_empty()
            && (0..SAME_SEARCH_MS).contains(&(now_ms - self.at_ms))
            && (text.starts_with(self.text.as_str()) || self.text.starts_with(text));
        if goes_on {
            text.clone_into(&mut self.text);
        }
        goes_on
    }
}

/// The session has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended;

/// An open vault.
pub(crate) struct Session {
    pub(crate) store: Store,
    pub(crate) platform: Platform,
    pub(crate) news: Arc<News>,
    pub(crate) pack: &'static Pack,
    pub(crate) author: AuthorId,
    pub(crate) key: AuthorKey,
    pub(crate) enrolment: Enrolment,
    pub(crate) role: Role,
    pub(crate) status: SyncStatus,
    pub(crate) vault: VaultFolder,
    /// Whether opening the vault needs the platform's keystore.
    pub(crate) bound: bool,
    /// Gone once the vault is shut.
    master: Mutex<Option<MasterKey>>,
    lease: Mutex<Lease>,
    /// The time without the hub has passed.
    hub_first: AtomicBool,
    idle_minutes: AtomicU32,
    documents: Mutex<Documents>,
    /// Keeps other processes out of the vault.
    occupied: Mutex<Option<Occupied>>,
    looks: Mutex<HashMap<(Subject, &'static str, String), i64>>,
    searches: Mutex<LastSearch>,
    /// The index of missing children in memory, once somebody asked.
    pub(crate) linkage: Mutex<Linkage>,
}

/// Names of the marks that make an author.
pub(crate) const AUTHOR: &str = "author";
pub(crate) const SEED: &str = "author_seed";
const PROJECTION: &str = "projection";
const IDLE_MINUTES: &str = "idle_minutes";
/// The version of the pack that the projection was made with.
const PROJECTION_PACK: &str = "projection_pack";
/// When acknowledged words were found missing: the disk has lost or turned what it held.
pub(crate) const BEHIND: &str = "behind_ms";
/// The day on which the clocks of all cases were last read anew.
const CLOCKS_DAY: &str = "clocks_day";
/// Documents that are projected in one transaction: about a quarter of a second on a cheap tablet.
const PROJECTED_AT_ONCE: usize = 64;

impl Session {
    /// Opens the store of a vault. `None`: enrolment was never finished. A file that is too damaged to be opened is made whole
    /// first: there is nothing else that could be done with it.
    pub(crate) fn open(
        vault: &VaultFolder,
        master: MasterKey,
        platform: &Platform,
        news: &Arc<News>,
    ) -> Answer<Option<Self>> {
        match Self::open_as_it_is(vault, master.clone(), platform, news) {
            Err(Failed(FailureCode::DamagedFile)) => {
                mend_file(vault, &master, platform, news)?;
                Self::open_as_it_is(vault, master, platform, news)
            }
            opened => opened,
        }
    }

    fn open_as_it_is(
        vault: &VaultFolder,
        master: MasterKey,
        platform: &Platform,
        news: &Arc<News>,
    ) -> Answer<Option<Self>> {
        let occupied = vault
            .occupy()
            .map_err(|error| Failed::of_vault(&error, platform.clock.now_ms()))?;
        let store = Store::open(&vault.database(), master.database_key())?;
        let (author, seed, enrolment) =
            store.read(|read| Ok::<_, StoreError>((read.bytes(AUTHOR)?, read.bytes(SEED)?, read.enrolment()?)))?;
        let (lease, idle) = store.read(|read| Ok::<_, StoreError>((Lease::read(read)?, read.number(IDLE_MINUTES)?)))?;
        let (Some(author), Some(seed), Some(enrolment)) = (author, seed.map(zeroize::Zeroizing::new), enrolment) else {
            // Where the file was mended, it was somebody's, and whose is lost.
            let was_mended =
                store.read(|read| Ok::<_, StoreError>(read.mending()?.is_some() || read.mended()?.is_some()))?;
            return if was_mended {
                Err(FailureCode::DamagedFile.into())
            } else {
                Ok(None)
            };
        };
        let pack = packs::in_force(&store, &enrolment.district)?;
        let role = Role::from_code(&enrolment.role);
        let clockwork = Clockwork::new(pack, &role, Arc::clone(&platform.clock));
        let session = Self {
            status: SyncStatus::new(),
            vault: vault.clone(),
            bound: vault.state(platform.clock.now_ms()).is_ok_and(|state| state.bound),
            master: Mutex::new(Some(master)),
            lease: Mutex::new(lease),
            hub_first: AtomicBool::new(false),
            idle_minutes: AtomicU32::new(idle.and_then(|n| u32::try_from(n).ok()).unwrap_or(ipc::IDLE_MINUTES)),
            store,
            platform: platform.clone(),
            news: Arc::clone(news),
            pack,
            author: AuthorId::from_bytes(author),
            key: AuthorKey::from_seed(&seed),
            role,
            enrolment,
            documents: Mutex::new(Documents::new(clockwork)),
            occupied: Mutex::new(Some(occupied)),
            looks: Mutex::default(),
            searches: Mutex::default(),
            linkage: Mutex::default(),
        };
        if session.store.is_behind() {
            // The hub may have what is missing here: it is asked for everything once more.
            session.store.write(|write| {
                write.set_number(BEHIND, Some(platform.clock.now_ms()))?;
                write.set_blob(CURSOR, &[])
            })?;
        }
        if !session.is_read_only() {
            session.documents().look_over(&session.store, session.author)?;
            session.store.read(|read| session.documents().know_damaged(read))?;
        }
        // A vault of before persons were known by a hash learns its own.
        let _ = vault.set_person(&protocol::enrol::person_mark(UserId(session.enrolment.user)).0);
        lease::look(&session)?;
        lease::seal(&session);
        let _ = space::look(&session);
        session.project_again_if_older()?;
        Ok(Some(session))
    }

    /// The open documents. Taken before the store's writer, always.
    pub(crate) fn documents(&self) -> MutexGuard<'_, Documents> {
        self.documents.lock().unwrap_or_else(|poisoned| {
            // A call panicked with half an edit in memory; the disk has none of it.
            let mut documents = poisoned.into_inner();
            documents.forget_all();
            self.documents.clear_poison();
            documents
        })
    }

    /// Writes in one transaction, unless the session has ended: another may hold the same vault by now, and documents
    /// must not change behind its back.
    pub(crate) fn write_documents<T, E: From<StoreError> + From<Ended>>(
        &self,
        body: impl FnOnce(&mut Documents, &Write<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut documents = self.documents();
        if self.status.is_stopping() {
            return Err(Ended.into());
        }
        documents.write(&self.store, body)
    }

    /// Sets aside for good what was found damaged while reading, and says so.
    pub(crate) fn note_damage(&self) {
        if self.is_read_only() {
            return;
        }
        let noted = self.documents().note_damage(&self.store, self.now_ms());
        // What could not be written down is still remembered, and written down the next time.
        for id in noted.unwrap_or_default() {
            if let Some(subject) = DocumentKey::from_bytes(id).and_then(DocumentKey::about) {
                self.tell_changed(subject);
            }
        }
    }

    /// Ends the session. When this returns, nothing is being written and nothing more will be.
    pub(crate) fn end(&self) {
        self.status.stop();
        self.documents().forget_all();
        crate::matching::forget(self);
    }

    /// Closes the store, forgets its key and lets other processes in.
    pub(crate) fn close(&self) {
        self.store.close();
        drop(self.master.lock().unwrap_or_else(PoisonError::into_inner).take());
        drop(self.occupied.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Whether a newer app has written the vault: then it is read and nothing else.
    pub(crate) fn is_read_only(&self) -> bool {
        self.store.is_read_only()
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.platform.clock.now_ms()
    }

    /// The master key, while the vault is open.
    pub(crate) fn master(&self) -> Option<MasterKey> {
        self.master.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// On what terms the author holds what is here.
    pub(crate) fn lease(&self) -> MutexGuard<'_, Lease> {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the time without the hub has passed, so that nothing is shown before it was reached.
    pub(crate) fn hub_first(&self) -> bool {
        self.hub_first.load(Ordering::SeqCst)
    }

    /// Says whether it has; gives whether that is news.
    pub(crate) fn set_hub_first(&self, hub_first: bool) -> bool {
        self.hub_first.swap(hub_first, Ordering::SeqCst) != hub_first
    }

    /// After how many idle minutes the tablet locks itself.
    pub(crate) fn idle_minutes(&self) -> u32 {
        self.idle_minutes.load(Ordering::SeqCst)
    }

    pub(crate) fn set_idle_minutes(&self, minutes: u32) -> Result<(), StoreError> {
        self.store
            .write(|write| write.set_number(IDLE_MINUTES, Some(i64::from(minutes))))?;
        self.idle_minutes.store(minutes, Ordering::SeqCst);
        Ok(())
    }

    /// Whose vault it is, for the copy of the key that the district can open.
    pub(crate) fn holder(&self) -> Holder {
        Holder {
            author: self.author.to_bytes(),
            user: self.enrolment.user,
            name: self.enrolment.user_name.clone(),
            hub: self.enrolment.hub_url.clone(),
        }
    }

    pub(crate) fn writer(&self) -> Writer {
        Writer {
            author: self.author,
            now_ms: self.now_ms(),
        }
    }

    pub(crate) fn may_read(&self, kind: impl Into<DocumentKind>) -> bool {
        self.pack.rights().may_read(&self.role, kind)
    }

    pub(crate) fn may_write(&self, kind: impl Into<DocumentKind>) -> bool {
        self.pack.rights().may_write(&self.role, kind)
    }

    /// Says that a case or an institution changed, and with it what the cases it is linked with show.
    pub(crate) fn tell_changed(&self, subject: Subject) {
        self.tell_all_changed([subject]);
    }

    /// Says that cases or institutions changed, and with them what the cases they are linked with show.
    pub(crate) fn tell_all_changed(&self, subjects: impl IntoIterator<Item = Subject>) {
        let mut all: BTreeSet<Subject> = subjects.into_iter().collect();
        // Where the store cannot say, a screen is merely not refreshed before it is opened again.
        let linked = self.store.read(|read| {
            let each = all.iter().map(|subject| read.linked_from(&subject.to_bytes()));
            each.collect::<Result<Vec<_>, StoreError>>()
        });
        let linked = linked.unwrap_or_default().into_iter().flatten();
        all.extend(linked.map(|case| Subject::Case(CaseId::from_bytes(case))));
        let topics = all.into_iter().flat_map(topics_of);
        self.news.tell(topics.chain([Topic::Sync]));
    }

    /// Writes a look at a case or an institution in the access log, once in a while.
    pub(crate) fn log_look(&self, action: AccessAction, subject: impl Into<Subject>, detail: &str) -> Answer<()> {
        let subject = subject.into();
        let now_ms = self.now_ms();
        let look = (subject, action.code(), detail.to_owned());
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        if looks
            .get(&look)
            .is_some_and(|last| (0..SAME_LOOK_MS).contains(&(now_ms - last)))
        {
            return Ok(());
        }
        // A vault of a newer app takes no row of this one.
        if self.is_read_only() {
            return Ok(());
        }
        let row = AccessRow {
            at_ms: now_ms,
            action,
            subject: Some(&subject.to_bytes()),
            detail,
        };
        self.store.write(|write| write.log_access(&row))?;
        looks.retain(|_, last| (0..SAME_LOOK_MS).contains(&(now_ms - *last)));
        looks.insert(look, now_ms);
        Ok(())
    }

    /// Writes a search in the access log: how many words, how many cases were found. What somebody looked for is a
    /// child's name, which belongs in no log. A word that is typed on, or taken back, is the same search.
    pub(crate) fn log_search(&self, text: &str, found: u32) -> Answer<()> {
        let now_ms = self.now_ms();
        let mut last = self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        let text = text.trim();
        if text.is_empty() || self.is_read_only() || last.goes_on(text, now_ms) {
            return Ok(());
        }
        let words = text.split_whitespace().count();
        self.log(AccessAction::Searched, &format!("words {words} found {found}"))?;
        *last = LastSearch {
            at_ms: now_ms,
            text: Zeroizing::new(text.to_owned()),
        };
        Ok(())
    }

    /// Writes the tries that failed while the vault was closed.
    pub(crate) fn log_knocks(&self, vault: &VaultFolder) -> Answer<()> {
        // What cannot be written down now goes on waiting.
        let knocks = vault.knocks().filter(|_| !self.is_read_only());
        let Some(knocks) = knocks else { return Ok(()) };
        self.store.write(|write| {
            // Cut between the commit and the forgetting, they are here already.
            if write.text(KNOCKS)?.as_deref() == Some(knocks.id.as_str()) {
                return Ok(());
            }
            for (at_ms, detail) in knocks.rows() {
                write.log_access(&AccessRow {
                    at_ms,
                    action: AccessAction::UnlockFailed,
                    subject: None,
                    detail: &detail,
                })?;
            }
            write.set_text(KNOCKS, &knocks.id)
        })?;
        // What cannot be deleted is known by its name next time.
        let _ = vault.forget_knocks();
        Ok(())
    }

    /// Writes something that is no case's in the access log.
    pub(crate) fn log(&self, action: AccessAction, detail: &str) -> Result<(), StoreError> {
        if self.is_read_only() {
            return Ok(());
        }
        let row = AccessRow {
            at_ms: self.now_ms(),
            action,
            subject: None,
            detail,
        };
        self.store.write(|write| write.log_access(&row))
    }

    /// An app with another projection, or another pack, makes it anew from the documents.
    fn project_again_if_older(&self) -> Result<(), StoreError> {
        if self.is_read_only() {
            return Ok(());
        }
        let (version, pack) = self
            .store
            .read(|read| Ok::<_, StoreError>((read.number(PROJECTION)?, read.text(PROJECTION_PACK)?)))?;
        if version == Some(PROJECTION_VERSION) && pack == Some(self.pack_name()) {
            return Ok(());
        }
        self.project_again()
    }

    fn pack_name(&self) -> String {
        format!("{} {}", self.pack.id(), self.pack.version())
    }

    /// Makes what lists, search and clocks read anew from the documents: some at a time, so that it can be cut and
    /// screens hear how far it is.
    pub(crate) fn project_again(&self) -> Result<(), StoreError> {
        let mut documents = self.documents();
        let ids = self.store.read(|read| read.all_documents())?;
        let total = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let mut done = 0;
        for some in ids.chunks(PROJECTED_AT_ONCE) {
            self.news.tell_opening(Some(Progress { done, total }));
            let projected = documents.write(&self.store, |documents, write| {
                let mut subjects = BTreeSet::new();
                for id in some {
                    let Some(key) = DocumentKey::from_bytes(*id) else {
                        continue;
                    };
                    subjects.insert(key.subject);
                    // A damaged document keeps its old line in the list; opening the case says what is the matter.
                    if let Err(DocumentError::Store(error)) = documents.project_again(write, key) {
                        return Err(error);
                    }
                }
                subjects
                    .iter()
                    .try_for_each(|subject| documents.wind_clocks(write, subject))
            });
            if projected.is_err() {
                self.news.tell_opening(None);
                return projected;
            }
            done = done.saturating_add(u32::try_from(some.len()).unwrap_or(u32::MAX));
        }
        self.news.tell_opening(None);
        self.store.write(|write| {
            write.set_text(PROJECTION_PACK, &self.pack_name())?;
            write.set_number(CLOCKS_DAY, Some(day_of(self.now_ms())))?;
            write.set_number(PROJECTION, Some(PROJECTION_VERSION))
        })
    }

    /// Clocks that begin anew with a day or a quarter begin though nobody writes: once a day they are all read anew.
    pub(crate) fn wind_clocks_of_a_new_day(&self) -> Answer<()> {
        let today = day_of(self.now_ms());
        if self.is_read_only() {
            return Ok(());
        }
        if self.store.read(|read| read.number(CLOCKS_DAY))? == Some(today) {
            return Ok(());
        }
        self.write_documents(|documents, write| {
            for subject in write.subjects()? {
                documents.wind_clocks(write, &subject)?;
            }
            Ok::<_, Failed>(write.set_number(CLOCKS_DAY, Some(today))?)
        })
    }
}

/// Makes the damaged file of a vault that nobody has open whole again.
pub(crate) fn mend_file(vault: &VaultFolder, master: &MasterKey, platform: &Platform, news: &News) -> Answer<()> {
    let now_ms = platform.clock.now_ms();
    let _occupied = vault.occupy().map_err(|error| Failed::of_vault(&error, now_ms))?;
    let mut told = None;
    let mut tell = |done| {
        // Every percent once.
        if told.replace(done) != Some(done) {
            news.tell_opening(Some(Progress { done, total: 100 }));
        }
    };
    let mended = salvage::mend(&vault.database(), &master.database_key(), now_ms, &mut tell);
    news.tell_opening(None);
    Ok(mended?)
}

/// What is to be read again where a case or an institution changed.
const fn topics_of(subject: Subject) -> [Topic; 2] {
    let list = match subject {
        Subject::Case(_) => Topic::Cases,
        Subject::Institution(_) => Topic::Institutions,
        Subject::Missing(_) => Topic::Matches,
    };
    [Topic::Subject { subject }, list]
}

/// The day in India, counted from 1970.
const fn day_of(now_ms: i64) -> i64 {
    const INDIA_MS: i64 = (5 * 60 + 30) * 60 * 1000;
    now_ms.saturating_add(INDIA_MS).div_euclid(24 * 60 * 60 * 1000)
}

#[cfg(test)]
mod tests {
    use casefile::{Action, Edit};
    use casework::Compartment;

    use super::*;
    use crate::{
        store::{CardFilter, tests::wipe_projection},
        testing::{self, Bench, enrolled},
    };

    #[test]
    fn an_app_with_another_projection_makes_it_anew_from_the_documents() {
        let bench = Bench::new();
        let (vault, key) = enrolled(&bench);
        let session = testing::session(&bench, &vault, &key);
        let name = Edit::SetFact {
            fact: "child.name".parse().unwrap(),
            value: "Meena Kumari".into(),
        };
        let document = DocumentKey::case(CaseId::from_bytes([9; 16]), Compartment::Identity);
        let edited: Answer<bool> = session.write_documents(|documents, write| {
            Ok(documents.edit(write, session.writer(), document, &Action::EDIT, &[name])?)
        });
        assert!(edited.unwrap());
        let filter = CardFilter {
            words: "meena",
            ..CardFilter::default()
        };
        let before = session
            .store
            .read(|read| read.cards(&filter, session.now_ms(), 0, 9))
            .unwrap();
        assert_eq!((before.0, before.1[0].identity.initials.as_str()), (1, "M K"));
        wipe_projection(&session.store);
        assert_eq!(
            session
                .store
                .read(|read| read.cards(&filter, session.now_ms(), 0, 9))
                .unwrap()
                .0,
            0
        );
        session.close();

        let session = testing::session(&bench, &vault, &key);
        assert_eq!(
            session
                .store
                .read(|read| read.cards(&filter, session.now_ms(), 0, 9))
                .unwrap(),
            before
        );
    }
}
