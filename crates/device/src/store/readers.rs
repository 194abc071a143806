//! A few reading connections, handed out one at a time.

use std::{
    ops::{Deref, DerefMut},
    path::PathBuf,
    sync::{Condvar, Mutex, PoisonError},
};

use rusqlite::Connection;

use super::{StoreError, connect};
use crate::vault::DatabaseKey;

/// The screen asks a few things at once, and the sync reads beside it; more connections would only cost memory.
const READERS_MAX: usize = 4;

pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Idle>,
    returned: Condvar,
}

struct Idle {
    connections: Vec<Connection>,
    opened: usize,
    /// `None` once the pool is closed.
    key: Option<DatabaseKey>,
}

/// A connection on loan.
pub(super) struct Reader<'a> {
    pool: &'a Readers,
    connection: Option<Connection>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, key: DatabaseKey) -> Self {
        let idle = Idle {
            connections: Vec::new(),
            opened: 0,
            key: Some(key),
        };
        Self {
            path,
            idle: Mutex::new(idle),
            returned: Condvar::new(),
        }
    }

    pub(super) fn take(&self) -> Result<Reader<'_>, StoreError> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let key = idle.key.clone().ok_or(StoreError::Closed)?;
            if let Some(connection) = idle.connections.pop() {
                return Ok(Reader {
                    pool: self,
                    connection: Some(connection),
                });
            }
            if idle.opened < READERS_MAX {
                let connection = connect(&self.path, &key)?;
                connection.execute_batch("PRAGMA query_only = ON")?;
                idle.opened += 1;
                return Ok(Reader {
                    pool: self,
                    connection: Some(connection),
                });
            }
            idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Readers {
    /// Another connection, which is not of the pool.
    pub(super) fn another(&self) -> Result<Connection, StoreError> {
        let key = self.idle.lock().unwrap_or_else(PoisonError::into_inner).key.clone();
        connect(&self.path, &key.ok_or(StoreError::Closed)?)
    }

    /// Closes what is idle now and what is on loan when it comes back, and forgets the key.
    pub(super) fn close(&self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.key = None;
        idle.connections.clear();
        self.returned.notify_all();
    }
}

impl Reader<'_> {
    /// Closes a connection that is of no use any more, instead of handing it back.
    pub(super) fn give_up(mut self) {
        drop(self.connection.take());
        self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).opened -= 1;
        self.pool.returned.notify_one();
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        let mut idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.key.is_some() {
            idle.connections.push(connection);
        }
        self.pool.returned.notify_one();
    }
}

impl Deref for Reader<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("present until dropped")
    }
}

impl DerefMut for Reader<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("present until dropped")
    }
}
