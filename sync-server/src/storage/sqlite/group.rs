//! One writer for all requests, and one sync for all who wrote at the same time.
//!
//! What a commit costs is the disk's sync, and a sync takes the same time for one change as for fifty. So a writer who is
//! done while others wait leaves its transaction open for the next of them; the last one commits, and only then does any
//! of them answer. Each writer's work stands in a savepoint of its own: it is undone alone when it fails, and none of the
//! others sees half of it. When the commit fails, all of them fail.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, ffi};

use crate::storage::{Result, StorageError};

/// Writers whose work one commit carries. The first of them waits for the work of all.
const MEMBERS_MAX: u32 = 64;

/// The one connection that writes.
#[derive(Debug)]
pub(super) struct Writer {
    open: Mutex<Open>,
    /// Writers who wait for the connection. Whoever leaves a transaction open relies on one of them.
    waiting: AtomicU32,
    commits: AtomicU64,
}

#[derive(Debug)]
struct Open {
    connection: Connection,
    /// The transaction that is open, if one is.
    batch: Option<Arc<Batch>>,
    members: u32,
}

/// What became of one transaction.
#[derive(Debug, Default)]
struct Batch {
    outcome: Mutex<Option<Outcome>>,
    settled: Condvar,
}

/// Whether it was committed, or why not.
type Outcome = std::result::Result<(), ffi::Error>;

impl Writer {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            open: Mutex::new(Open {
                connection,
                batch: None,
                members: 0,
            }),
            waiting: AtomicU32::new(0),
            commits: AtomicU64::new(0),
        }
    }

    /// Does one piece of writing, all of it or nothing, and comes back when it is on the disk.
    pub(super) fn write<T, E: From<StorageError>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut open = self.take();
        let batch = open.join().map_err(|error| E::from(error.into()))?;
        let done = catch_unwind(AssertUnwindSafe(|| open.run(work)));
        self.pass_on(open);
        let done = done.unwrap_or_else(|panic| resume_unwind(panic));
        match batch.wait() {
            Ok(()) => done,
            // What the work said rested on what the others had written, which is gone.
            Err(error) => Err(StorageError::from(rusqlite::Error::SqliteFailure(error, None)).into()),
        }
    }

    /// How many transactions were committed.
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    fn take(&self) -> MutexGuard<'_, Open> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let open = lock(&self.open);
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        open
    }

    /// Leaves the transaction to the next who waits, or ends it.
    fn pass_on(&self, mut open: MutexGuard<'_, Open>) {
        if open.was_undone() {
            return open.settle(Err(ffi::Error::new(ffi::SQLITE_ABORT_ROLLBACK)));
        }
        let others_wait = self.waiting.load(Ordering::SeqCst) > 0;
        if others_wait && open.members < MEMBERS_MAX {
            return;
        }
        let committed = open.commit();
        if committed.is_ok() {
            self.commits.fetch_add(1, Ordering::Relaxed);
        }
        open.settle(committed);
    }

    /// Lets go of the pages and statements that only make the next writing quicker.
    pub(super) fn rest(&self) -> rusqlite::Result<()> {
        let open = lock(&self.open);
        open.connection.flush_prepared_statement_cache();
        open.connection.execute_batch("PRAGMA shrink_memory")
    }

    #[cfg(test)]
    pub(super) fn with_connection<T>(&self, work: impl FnOnce(&Connection) -> T) -> T {
        work(&lock(&self.open).connection)
    }
}

impl Open {
    /// The open transaction, begun where there is none.
    fn join(&mut self) -> rusqlite::Result<Arc<Batch>> {
        self.members += 1;
        if let Some(batch) = &self.batch {
            return Ok(batch.clone());
        }
        self.members = 1;
        // Another process may be writing: this waits for it, as long as the busy timeout says.
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let batch = Arc::<Batch>::default();
        self.batch = Some(batch.clone());
        Ok(batch)
    }

    /// Does the work in a savepoint of its own.
    fn run<T, E: From<StorageError>>(&self, work: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let say = |sql| self.connection.execute_batch(sql);
        say("SAVEPOINT one").map_err(|error| E::from(error.into()))?;
        let done = catch_unwind(AssertUnwindSafe(|| work(&self.connection)));
        let kept = matches!(done, Ok(Ok(_)));
        // Where SQLite has undone the whole transaction (a full disk), there is no savepoint any more.
        let ended = match (self.was_undone(), kept) {
            (true, _) => Ok(()),
            (false, true) => say("RELEASE one"),
            (false, false) => say("ROLLBACK TO one; RELEASE one"),
        };
        if ended.is_err() && !self.was_undone() {
            // Half of this work must not stand: rather all of the transaction goes, and everybody in it is told.
            let _ = say("ROLLBACK");
        }
        let done = done.unwrap_or_else(|panic| resume_unwind(panic));
        ended.map_err(|error| E::from(error.into()))?;
        done
    }

    fn was_undone(&self) -> bool {
        self.batch.is_some() && self.connection.is_autocommit()
    }

    fn commit(&self) -> Outcome {
        let committed = self.connection.execute_batch("COMMIT").map_err(|error| code_of(&error));
        if committed.is_err() && !self.connection.is_autocommit() {
            // The next transaction must not begin inside this one. If this fails too, the next BEGIN says so.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        committed
    }

    fn settle(&mut self, outcome: Outcome) {
        let Some(batch) = self.batch.take() else { return };
        *lock(&batch.outcome) = Some(outcome);
        batch.settled.notify_all();
    }
}

impl Batch {
    fn wait(&self) -> Outcome {
        let mut outcome = lock(&self.outcome);
        loop {
            match *outcome {
                Some(settled) => return settled,
                None => outcome = self.settled.wait(outcome).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

fn code_of(error: &rusqlite::Error) -> ffi::Error {
    error
        .sqlite_error()
        .copied()
        .unwrap_or_else(|| ffi::Error::new(ffi::SQLITE_ERROR))
}

/// A thread that panicked at its work has undone it: what the mutex guards is sound.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    /// A writer over a table of words, and the word that another connection sees there.
    fn writer() -> (tempfile::TempDir, Writer) {
        let dir = tempfile::tempdir().unwrap();
        let connection = Connection::open(dir.path().join("x.db")).unwrap();
        let tables = "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;
                      CREATE TABLE word (word TEXT PRIMARY KEY) STRICT;
                      CREATE TABLE used (word TEXT REFERENCES word (word)) STRICT;";
        connection.execute_batch(tables).unwrap();
        (dir, Writer::new(connection))
    }

    fn words(dir: &tempfile::TempDir) -> Vec<String> {
        let connection = Connection::open(dir.path().join("x.db")).unwrap();
        let mut statement = connection.prepare("SELECT word FROM word ORDER BY word").unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<rusqlite::Result<_>>().unwrap()
    }

    fn put(connection: &Connection, word: &str) -> Result<()> {
        connection.execute("INSERT INTO word VALUES (?1)", [word])?;
        Ok(())
    }

    /// What `second` and `third` come to who wait while `first` writes: one after the other, in one transaction.
    fn together(
        writer: &Writer,
        second: impl Fn(&Connection) -> Result<()> + Sync,
        third: impl Fn(&Connection) -> Result<()> + Sync,
    ) -> [thread::Result<Result<()>>; 3] {
        let (begun, has_begun) = mpsc::channel();
        let answered = AtomicBool::new(false);
        let early = |connection: &Connection| -> Result<()> {
            assert!(!answered.load(Ordering::SeqCst), "answered before the commit");
            put(connection, "seen")?;
            connection.execute("DELETE FROM word WHERE word = 'seen'", [])?;
            Ok(())
        };
        thread::scope(|scope| {
            let one = scope.spawn(|| {
                let done = writer.write(|connection| {
                    begun.send(()).unwrap();
                    while writer.waiting.load(Ordering::SeqCst) < 2 {
                        thread::yield_now();
                    }
                    put(connection, "first")
                });
                answered.store(true, Ordering::SeqCst);
                done
            });
            has_begun.recv().unwrap();
            let (early, second, third) = (&early, &second, &third);
            let two = scope.spawn(move || writer.write(|one| early(one).and_then(|()| second(one))));
            let three = scope.spawn(move || writer.write(|one| early(one).and_then(|()| third(one))));
            [one.join(), two.join(), three.join()]
        })
    }

    #[test]
    fn who_writes_at_the_same_time_shares_a_commit_and_is_undone_alone() {
        let (dir, writer) = writer();
        let fails = |connection: &Connection| {
            put(connection, "half")?;
            Err(StorageError::NoSuch("thing"))
        };
        let done = together(&writer, fails, |connection| put(connection, "third"));
        assert_eq!(writer.commits(), 1);
        assert_eq!(words(&dir), ["first", "third"]);
        let [Ok(Ok(())), Ok(Err(StorageError::NoSuch("thing"))), Ok(Ok(()))] = done else {
            panic!("{done:?}")
        };
    }

    #[test]
    fn who_panics_takes_nobody_along() {
        let (dir, writer) = writer();
        let panics = |connection: &Connection| -> Result<()> {
            put(connection, "half")?;
            panic!("on purpose")
        };
        let done = together(&writer, panics, |connection| put(connection, "third"));
        assert!(matches!(done, [Ok(Ok(())), Err(_), Ok(Ok(()))]), "{done:?}");
        assert_eq!(words(&dir), ["first", "third"]);
        writer.write(|connection| put(connection, "later")).unwrap();
    }

    #[test]
    fn a_commit_that_fails_fails_for_all_it_carried() {
        let (dir, writer) = writer();
        // Breaks a rule that is looked at in the commit.
        let breaks = |connection: &Connection| {
            connection.execute_batch("PRAGMA defer_foreign_keys = ON; INSERT INTO used VALUES ('nothing')")?;
            Ok(())
        };
        let done = together(&writer, breaks, |connection| put(connection, "third"));
        let failed = |one: &thread::Result<Result<()>>| matches!(one, Ok(Err(StorageError::Sqlite(_))));
        assert!(done.iter().all(failed), "{done:?}");
        assert_eq!((writer.commits(), words(&dir)), (0, Vec::new()));
        writer.write(|connection| put(connection, "later")).unwrap();
        assert_eq!(words(&dir), ["later"]);
    }

    #[test]
    fn a_transaction_that_sqlite_undoes_fails_for_all_it_carried() {
        let (dir, writer) = writer();
        let undone = |connection: &Connection| -> Result<()> {
            Ok(connection.execute_batch("INSERT OR ROLLBACK INTO word VALUES ('first')")?)
        };
        let done = together(&writer, undone, |connection| put(connection, "third"));
        assert!(matches!(&done[0], Ok(Err(StorageError::Sqlite(_)))), "{done:?}");
        assert!(matches!(&done[1], Ok(Err(StorageError::Sqlite(_)))), "{done:?}");
        // The third came before or after the undoing; it stands if and only if it was told so.
        let stands = matches!(&done[2], Ok(Ok(())));
        assert_eq!(words(&dir), if stands { vec!["third"] } else { Vec::new() });
        writer.write(|connection| put(connection, "later")).unwrap();
    }
}
