//! What the unit tests of this crate share: a folder that goes away, and a clock moved by hand.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    collections::HashMap,
    fs::File,
    io,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use crate::{
    Clock, Disk, Keystore, KeystoreError, NoFileChooser, NoKeystore, Platform, Stretching, SystemEntropy,
    session::{AUTHOR, SEED, Session},
    store::{Enrolment, Store},
    vault::{DatabaseKey, MasterKey, VaultFolder},
};

pub(crate) const HOUR_MS: i64 = 3_600_000;
/// 23 November 2026, 06:00 UTC.
pub(crate) const NOW_MS: i64 = 1_795_413_600_000;

#[derive(Debug)]
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn advance(&self, by_ms: i64) {
        self.0.fetch_add(by_ms, Ordering::SeqCst);
    }

    pub(crate) fn get(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl Clock for HandClock {
    fn now_ms(&self) -> i64 {
        self.get()
    }
}

/// A keystore in memory, as one tablet has it.
#[derive(Default)]
pub(crate) struct MemoryKeystore(Mutex<HashMap<String, Vec<u8>>>);

impl Keystore for MemoryKeystore {
    fn is_there(&self) -> bool {
        true
    }

    fn read(&self, name: &str) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, KeystoreError> {
        Ok(self.0.lock().unwrap().get(name).cloned().map(zeroize::Zeroizing::new))
    }

    fn write(&self, name: &str, secret: &[u8]) -> Result<(), KeystoreError> {
        self.0.lock().unwrap().insert(name.into(), secret.to_vec());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), KeystoreError> {
        self.0.lock().unwrap().remove(name);
        Ok(())
    }
}

/// A disk with as much room as a test says.
#[derive(Debug)]
pub(crate) struct HandDisk {
    pub(crate) free: AtomicU64,
}

impl Disk for HandDisk {
    fn free_bytes(&self, _folder: &Path) -> io::Result<u64> {
        Ok(self.free.load(Ordering::SeqCst))
    }

    fn set_aside(&self, file: &File, bytes: u64) -> io::Result<()> {
        file.set_len(bytes)
    }
}

pub(crate) struct Bench {
    pub(crate) platform: Platform,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) disk: Arc<HandDisk>,
    folder: tempfile::TempDir,
}

/// A vault with an author in it, as enrolment leaves it.
pub(crate) fn enrolled(bench: &Bench) -> (VaultFolder, DatabaseKey) {
    enrolled_by(bench, "six blue buckets")
}

/// The same with this passphrase.
pub(crate) fn enrolled_by(bench: &Bench, passphrase: &str) -> (VaultFolder, DatabaseKey) {
    let (vault, master) = VaultFolder::create(bench.dir(), passphrase, "Asha Toppo", &bench.platform).unwrap();
    let key = master.database_key();
    let enrolment = Enrolment {
        hub_url: "https://hub.example".into(),
        hub_name: String::new(),
        user: [1; 16],
        user_name: "A".into(),
        role: "social_worker".into(),
        district: "D1".into(),
        district_name: "Invented".into(),
    };
    let store = Store::open(&vault.database(), key.clone()).unwrap();
    let marks = store.write(|write| {
        write.set_blob(AUTHOR, &[2; 16])?;
        write.set_blob(SEED, &[3; 32])?;
        write.set_enrolment(&enrolment)
    });
    marks.unwrap();
    (vault, key)
}

/// The key as an SQL literal.
pub(crate) fn key_literal(key: &DatabaseKey) -> String {
    let pragma = key.to_pragma();
    pragma.split('"').nth(1).unwrap().to_owned()
}

/// The session of a vault.
pub(crate) fn session(bench: &Bench, vault: &VaultFolder, key: &DatabaseKey) -> Session {
    let opened = Session::open(vault, MasterKey::of_database(key), &bench.platform, &Arc::default());
    opened.unwrap().unwrap()
}

impl Bench {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(HandClock(AtomicI64::new(NOW_MS)));
        let disk = Arc::new(HandDisk {
            free: AtomicU64::new(1 << 40),
        });
        let platform = Platform {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            entropy: Arc::new(SystemEntropy),
            disk: Arc::clone(&disk) as Arc<dyn Disk>,
            keystore: Arc::new(NoKeystore),
            files: Arc::new(NoFileChooser),
            fonts: crate::SYSTEM_FONTS.into(),
            stretching: Stretching::Least,
            app_version: "0.0.0-test".into(),
            device_name: "test tablet".into(),
        };
        Self {
            platform,
            clock,
            disk,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        self.folder.path()
    }
}

/// Counts what each thread of a test takes.
struct Counting;

thread_local! {
    static TAKEN: Cell<i64> = const { Cell::new(0) };
    static MOST: Cell<i64> = const { Cell::new(0) };
}

fn count(bytes: usize, sign: i64) {
    // A thread that ends frees its last things when its counters are gone.
    let _ = TAKEN.try_with(|taken| {
        taken.set(taken.get() + sign * i64::try_from(bytes).unwrap_or(0));
        let _ = MOST.try_with(|most| most.set(most.get().max(taken.get())));
    });
}

#[allow(
    unsafe_code,
    reason = "an allocator cannot be written without; it hands everything on to the system's"
)]
// SAFETY: every call goes to the system's allocator unchanged; counting takes nothing itself.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(layout.size(), -1);
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The most memory that this thread has held at a time while doing it, beyond what it held before.
pub(crate) fn peak_bytes<T>(what: impl FnOnce() -> T) -> (T, u64) {
    let before = TAKEN.get();
    MOST.set(before);
    let made = what();
    (made, u64::try_from(MOST.get() - before).unwrap_or(0))
}
