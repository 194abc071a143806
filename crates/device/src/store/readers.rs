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
    key: DatabaseKey,
    idle: Mutex<Idle>,
    returned: Condvar,
}

#[derive(Default)]
struct Idle {
    connections: Vec<Connection>,
    opened: usize,
}

/// A connection on loan.
pub(super) struct Reader<'a> {
    pool: &'a Readers,
    connection: Option<Connection>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, key: DatabaseKey) -> Self {
        Self {
            path,
            key,
            idle: Mutex::default(),
            returned: Condvar::new(),
        }
    }

    pub(super) fn take(&self) -> Result<Reader<'_>, StoreError> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(connection) = idle.connections.pop() {
                return Ok(Reader {
                    pool: self,
                    connection: Some(connection),
                });
            }
            if idle.opened < READERS_MAX {
                let connection = connect(&self.path, &self.key)?;
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

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.pool
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .connections
                .push(connection);
            self.pool.returned.notify_one();
        }
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
