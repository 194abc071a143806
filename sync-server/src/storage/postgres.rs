//! The store of a state: a PostgreSQL database at which several hubs may work. Each file below this one is a noun.
//!
//! Calls block, as everywhere in storage, while the connections live on a runtime of the store's own; so a call must not
//! come from a thread that drives another runtime. Every writing that touches a district's log first locks the district's
//! row: within a district writers stand in one line, as in the embedded store, and numbers are dense; districts do not
//! wait for each other. Where two lines cross all the same and the database undoes one of them, it is done again.

mod access_log;
mod appeals;
mod archives;
mod audit;
mod backups;
mod cases;
mod changes;
mod connect;
mod destructions;
mod districts;
mod documents;
mod duties;
mod entries;
mod error;
mod grants;
mod inbound;
mod media;
mod migrate;
mod notices;
mod openings;
mod outbox;
mod overview;
mod packs;
mod people;
mod plain;
mod quarantine;
mod readings;
mod receipts;
mod recoveries;
mod reports;
mod staff;
mod staff_links;
mod tables;
mod transaction;
mod value;
mod write;

use std::sync::Arc;

use deadpool_postgres::{Client, Pool};
use protocol::Epoch;
use tokio::runtime::{Handle, Runtime};

pub use connect::{DatabaseUrl, DatabaseUrlError, PostgresConfig};

use self::backups::Reached;
use self::error::of_pool;
use self::notices::Crier;
use self::transaction::{Commit, Tx};
use super::{Rest, Result, StorageError};

/// How often a piece of writing is done again that the database has undone for the sake of another.
const ATTEMPTS_MAX: u32 = 8;
/// Threads of the store's runtime: they carry bytes, the work is done in the database.
const RUNTIME_THREADS: usize = 2;

/// The hub's PostgreSQL database.
pub struct Postgres {
    pool: Pool,
    epoch: Epoch,
    crier: Arc<Crier>,
    /// How other programs reach the database.
    reached: Reached,
    /// Last, and taken apart without waiting: a store may be dropped on any thread.
    runtime: Option<Runtime>,
}

impl Postgres {
    /// Opens the database, making or upgrading its tables where needed.
    pub fn open(config: &PostgresConfig) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(RUNTIME_THREADS)
            .thread_name("postgres")
            .enable_all()
            .build()?;
        let (pool, link) = connect::pool(config)?;
        let reached = Reached::of(&link, config);
        let epoch = runtime.block_on(migrate::migrate(&pool))?;
        let crier = Arc::new(Crier::default());
        notices::spawn(&runtime, crier.clone(), pool.clone(), link);
        Ok(Self {
            pool,
            epoch: Epoch(epoch),
            crier,
            reached,
            runtime: Some(runtime),
        })
    }

    fn runtime(&self) -> &Handle {
        self.runtime
            .as_ref()
            .expect("it is there until the store is dropped")
            .handle()
    }

    fn client(&self) -> Result<Client> {
        self.runtime().block_on(self.pool.get()).map_err(of_pool)
    }

    /// Does one piece of writing, all of it or nothing; comes back when it is on the disk. The work may be done more than
    /// once, each time on what then stands in the database.
    fn write<T, E: From<StorageError>>(&self, work: impl Fn(&Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut attempt = 1;
        loop {
            match self.try_write(&work) {
                Commit::Done(done, grown) => {
                    self.crier.cry(grown);
                    return done;
                }
                Commit::Undone(error) if attempt == ATTEMPTS_MAX => return Err(error),
                Commit::Undone(_) => attempt += 1,
            }
        }
    }

    fn try_write<T, E: From<StorageError>>(&self, work: &impl Fn(&Tx<'_>) -> Result<T, E>) -> Commit<T, E> {
        let client = match self.client() {
            Ok(client) => client,
            Err(error) => return Commit::Done(Err(error.into()), None),
        };
        let tx = Tx::of_writing(self.runtime(), &client);
        let done = work(&tx);
        tx.end(done)
    }

    /// Asks several things of one consistent state.
    fn read<T>(&self, work: impl Fn(&Tx<'_>) -> Result<T>) -> Result<T> {
        self.again_if_dead(|client| work(&Tx::of_reading(self.runtime(), client)))
    }

    /// Asks one thing.
    fn read_one<T>(&self, work: impl Fn(&Tx<'_>) -> Result<T>) -> Result<T> {
        self.again_if_dead(|client| work(&Tx::of_one(self.runtime(), client)))
    }

    /// A reading that met a dead connection is done once more on another.
    fn again_if_dead<T>(&self, read: impl Fn(&Client) -> Result<T>) -> Result<T> {
        match read(&self.client()?) {
            Err(error) if error.is_out_of_reach() => read(&self.client()?),
            done => done,
        }
    }
}

/// What makes calls quicker is kept by the database's own processes.
impl Rest for Postgres {
    fn rest(&self) {}
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.pool.close();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Postgres")
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}
