//! Statements within one transaction, as blocking calls.

use std::cell::{Cell, RefCell};

use deadpool_postgres::{Client, GenericClient, Transaction};
use futures_util::future::try_join_all;
use tokio::runtime::Handle;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};

use super::error::{is_conflict, of};
use crate::storage::{Result, StorageError};

/// The values of a statement's places.
pub(super) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Has the rest of a transaction look rows up by their keys. A plan is made once and kept: made while a table is small it
/// would read all of it, and still do so when it has grown, until the database counts its rows anew.
pub(super) const FIND_BY_KEYS: &str = "
    SELECT set_config(name, 'off', TRUE) FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin']) AS name";

/// What became of a piece of writing.
pub(super) enum Commit<T, E> {
    /// It stands, or it failed for good; with the district whose log it made grow.
    Done(Result<T, E>, Option<String>),
    /// The database undid it, or never began; it can be done again.
    Undone(E),
}

/// A transaction, or one statement alone.
pub(super) struct Tx<'a> {
    runtime: &'a Handle,
    ask: Ask<'a>,
    /// A statement failed because another transaction was in the way.
    conflict: Cell<bool>,
    grown: RefCell<Option<String>>,
}

enum Ask<'a> {
    Whole(Transaction<'a>),
    One(&'a Client),
}

impl<'a> Tx<'a> {
    pub(super) fn begin(runtime: &'a Handle, client: &'a mut Client) -> Result<Self> {
        let begun = runtime.block_on(client.transaction()).map_err(of)?;
        Ok(Self::of(runtime, Ask::Whole(begun)))
    }

    pub(super) fn of_reading(runtime: &'a Handle, transaction: Transaction<'a>) -> Self {
        Self::of(runtime, Ask::Whole(transaction))
    }

    pub(super) fn of_one(runtime: &'a Handle, client: &'a Client) -> Self {
        Self::of(runtime, Ask::One(client))
    }

    fn of(runtime: &'a Handle, ask: Ask<'a>) -> Self {
        Self {
            runtime,
            ask,
            conflict: Cell::new(false),
            grown: RefCell::new(None),
        }
    }

    /// How many rows the statement touched.
    pub(super) fn execute(&self, sql: &str, values: Values<'_>) -> Result<u64> {
        self.runtime.block_on(async {
            let done = match &self.ask {
                Ask::Whole(transaction) => {
                    transaction
                        .execute(&self.prepared(transaction, sql).await?, values)
                        .await
                }
                Ask::One(client) => client.execute(&self.prepared(*client, sql).await?, values).await,
            };
            done.map_err(|error| self.noted(error))
        })
    }

    /// The rows the statement gives.
    pub(super) fn rows(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>> {
        self.runtime.block_on(async {
            let rows = match &self.ask {
                Ask::Whole(transaction) => transaction.query(&self.prepared(transaction, sql).await?, values).await,
                Ask::One(client) => client.query(&self.prepared(*client, sql).await?, values).await,
            };
            rows.map_err(|error| self.noted(error))
        })
    }

    /// The rows of several statements, which are sent together and waited for once. The database works at them in this order,
    /// so each sees what those before it waited for.
    pub(super) fn rows_in_turn(&self, asked: &[(&str, Values<'_>)]) -> Result<Vec<Vec<Row>>> {
        self.runtime.block_on(async {
            let mut statements = Vec::with_capacity(asked.len());
            for (sql, _) in asked {
                statements.push(match &self.ask {
                    Ask::Whole(transaction) => self.prepared(transaction, sql).await?,
                    Ask::One(client) => self.prepared(*client, sql).await?,
                });
            }
            let answers = statements
                .iter()
                .zip(asked)
                .map(async |(statement, (_, values))| match &self.ask {
                    Ask::Whole(transaction) => transaction.query(statement, values).await,
                    Ask::One(client) => client.query(statement, values).await,
                });
            try_join_all(answers).await.map_err(|error| self.noted(error))
        })
    }

    /// The first row the statement gives.
    pub(super) fn row(&self, sql: &str, values: Values<'_>) -> Result<Option<Row>> {
        Ok(self.rows(sql, values)?.into_iter().next())
    }

    /// Whether the statement gives a row.
    pub(super) fn any(&self, sql: &str, values: Values<'_>) -> Result<bool> {
        Ok(self.row(sql, values)?.is_some())
    }

    /// The log of this district has grown; others are told when the transaction stands.
    pub(super) fn has_grown(&self, district: &str) {
        *self.grown.borrow_mut() = Some(district.to_owned());
    }

    /// Commits what was done, or undoes what failed.
    pub(super) fn end<T, E: From<StorageError>>(self, done: Result<T, E>) -> Commit<T, E> {
        let Ask::Whole(transaction) = self.ask else {
            return Commit::Done(done, None);
        };
        match done {
            Ok(value) => match self.runtime.block_on(transaction.commit()) {
                Ok(()) => Commit::Done(Ok(value), self.grown.into_inner()),
                Err(error) if is_conflict(&error) => Commit::Undone(of(error).into()),
                // Whether it stands is not known when the connection breaks here. Whoever asked asks again, and is told.
                Err(error) => Commit::Done(Err(of(error).into()), None),
            },
            Err(error) => {
                let undone = self.runtime.block_on(transaction.rollback());
                match (self.conflict.get(), undone) {
                    (true, Ok(())) => Commit::Undone(error),
                    _ => Commit::Done(Err(error), None),
                }
            }
        }
    }

    async fn prepared(&self, client: &impl GenericClient, sql: &str) -> Result<Statement> {
        client.prepare_cached(sql).await.map_err(|error| self.noted(error))
    }

    fn noted(&self, error: tokio_postgres::Error) -> StorageError {
        if is_conflict(&error) {
            self.conflict.set(true);
        }
        of(error)
    }
}
