//! Statements within one transaction, as blocking calls.
//!
//! Every answer that is waited for costs a change of threads on both sides, and others wait in the district's line meanwhile.
//! So a transaction begins with its first statements, in one exchange, and may end together with its last; and what nobody needs an
//! answer to goes together with what is asked next.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::future::ready;
use std::mem;

use deadpool_postgres::Client;
use futures_util::FutureExt;
use futures_util::future::{Either, join4, try_join_all, try_join3};
use tokio::runtime::Handle;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};

use super::error::{is_conflict, of};
use crate::storage::{Result, StorageError};

/// The values of a statement's places.
pub(super) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// The values of a statement that is carried out later.
pub(super) type Owned = Vec<Box<dyn ToSql + Sync + Send>>;

/// Values of a statement that is carried out later, each owned.
macro_rules! owned {
    ($($value:expr),* $(,)?) => {
        vec![$(Box::new($value) as Box<dyn tokio_postgres::types::ToSql + Sync + Send>),*]
    };
}
pub(super) use owned;

/// A statement that is carried out before whatever is asked next.
struct Waiting {
    sql: Cow<'static, str>,
    values: Owned,
}

/// Has the rest of a transaction look rows up by their keys, by plans that are made once and kept: a plan for each call costs
/// more than the call. Made while a table is small it would read all of it, and still do so when it has grown, until the
/// database counts its rows anew. A join of an array with a table is written `LATERAL (… LIMIT 1)`: left to the database it
/// may be done by whatever key the table has in common with nothing of the array.
pub(super) const FIND_BY_KEYS: &str = "
    SELECT set_config(name, value, TRUE) FROM (VALUES ('enable_seqscan', 'off'), ('enable_hashjoin', 'off'),
        ('enable_mergejoin', 'off'), ('plan_cache_mode', 'force_generic_plan')) AS setting (name, value)";

const WRITING: &str = "BEGIN";
/// Sees one state of the database, however many statements ask.
const READING: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

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
    client: &'a Client,
    state: Cell<State>,
    /// A statement failed because another transaction was in the way, or the connection had died before anything was asked.
    may_do_better: Cell<bool>,
    grown: RefCell<Option<String>>,
    waiting: RefCell<Vec<Waiting>>,
}

/// How far a transaction has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// It is none: each statement stands for itself.
    Alone,
    /// It begins in these words with its first statement.
    Before(&'static str),
    /// It has begun.
    Within,
    /// It was ended together with its last statement.
    Over,
}

impl<'a> Tx<'a> {
    pub(super) const fn of_writing(runtime: &'a Handle, client: &'a Client) -> Self {
        Self::of(runtime, client, State::Before(WRITING))
    }

    pub(super) const fn of_reading(runtime: &'a Handle, client: &'a Client) -> Self {
        Self::of(runtime, client, State::Before(READING))
    }

    pub(super) const fn of_one(runtime: &'a Handle, client: &'a Client) -> Self {
        Self::of(runtime, client, State::Alone)
    }

    const fn of(runtime: &'a Handle, client: &'a Client, state: State) -> Self {
        Self {
            runtime,
            client,
            state: Cell::new(state),
            may_do_better: Cell::new(false),
            grown: RefCell::new(None),
            waiting: RefCell::new(Vec::new()),
        }
    }

    /// Has a statement carried out before whatever is asked next, or before the end. It costs no exchange of its own; that it
    /// fails is known then.
    pub(super) fn later(&self, sql: impl Into<Cow<'static, str>>, values: Owned) {
        assert!(
            matches!(self.state.get(), State::Before(_) | State::Within),
            "what is done later is part of a transaction"
        );
        let sql = sql.into();
        self.waiting.borrow_mut().push(Waiting { sql, values });
    }

    /// How many rows the statement touched.
    pub(super) fn execute(&self, sql: &str, values: Values<'_>) -> Result<u64> {
        self.runtime.block_on(async {
            let statement = self.prepared(sql).await?;
            let before = self.before().await?;
            let asked = self.client.execute(&statement, values);
            let done = try_join3(self.begun(), self.carried_out(&before), asked).await;
            Ok(self.noted(done)?.2)
        })
    }

    /// The rows the statement gives.
    pub(super) fn rows(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>> {
        self.runtime.block_on(async {
            let statement = self.prepared(sql).await?;
            let before = self.before().await?;
            let asked = self.client.query(&statement, values);
            let done = try_join3(self.begun(), self.carried_out(&before), asked).await;
            Ok(self.noted(done)?.2)
        })
    }

    /// The rows of several statements, which are sent together and waited for once. The database works at them in this order,
    /// so each sees what those before it waited for.
    pub(super) fn rows_in_turn(&self, asked: &[(&str, Values<'_>)]) -> Result<Vec<Vec<Row>>> {
        self.runtime.block_on(async {
            let mut statements = Vec::with_capacity(asked.len());
            for (sql, _) in asked {
                statements.push(self.prepared(sql).await?);
            }
            let before = self.before().await?;
            let answers = statements
                .iter()
                .zip(asked)
                .map(async |(statement, (_, values))| self.client.query(statement, values).await);
            let done = try_join3(self.begun(), self.carried_out(&before), try_join_all(answers)).await;
            Ok(self.noted(done)?.2)
        })
    }

    /// The first row the statement gives, and the end of the transaction, sent together: nothing is asked after it, and
    /// whatever there is to find out was found out before.
    pub(super) fn last_row(&self, sql: &str, values: Values<'_>) -> Result<Option<Row>> {
        self.runtime.block_on(async {
            let statement = self.prepared(sql).await?;
            let before = self.before().await?;
            let asked = self.client.query(&statement, values);
            let (carried, end) = (self.carried_out(&before), self.client.batch_execute("COMMIT"));
            let (begun, carried, rows, ended) = join4(self.begun(), carried, asked, end).await;
            self.state.set(State::Over);
            // Where a statement fails, the database makes the end one that undoes. Whether it stands is not known when the
            // connection breaks here.
            let done = begun.and(carried).and(rows).and_then(|rows| ended.map(|()| rows));
            let rows = done.map_err(|error| {
                self.may_do_better.set(is_conflict(&error));
                of(error)
            })?;
            Ok(rows.into_iter().next())
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
        let state = self.state.get();
        match done {
            Ok(value) => {
                let ended = match state {
                    State::Within => self.runtime.block_on(self.ended()),
                    State::Before(_) if !self.waiting.borrow().is_empty() => self.runtime.block_on(self.ended()),
                    _ => Ok(()),
                };
                match ended {
                    Ok(()) => Commit::Done(Ok(value), self.grown.take()),
                    Err(error) if self.may_do_better.get() => Commit::Undone(error.into()),
                    // Whether it stands is not known when the connection breaks here. Whoever asked asks again, and is told.
                    Err(error) => Commit::Done(Err(error.into()), None),
                }
            }
            Err(error) => {
                if state == State::Within {
                    self.state.set(State::Over);
                    // Where the connection broke, the database undoes it by itself: its end was not sent.
                    let _ = self.runtime.block_on(self.client.batch_execute("ROLLBACK"));
                }
                if self.may_do_better.get() {
                    Commit::Undone(error)
                } else {
                    Commit::Done(Err(error), None)
                }
            }
        }
    }

    /// Carries out what waits, and commits, in one exchange.
    async fn ended(&self) -> Result<()> {
        let before = self.before().await?;
        let end = self.client.batch_execute("COMMIT");
        let done = try_join3(self.begun(), self.carried_out(&before), end).await;
        // A connection that was dead before anything was sent is told apart while the transaction has not begun.
        let done = done.map(|_| ()).map_err(|error| self.failed(error));
        self.state.set(State::Over);
        done
    }

    /// What waits to be carried out, each statement prepared.
    async fn before(&self) -> Result<Vec<(Statement, Owned)>> {
        let waiting = mem::take(&mut *self.waiting.borrow_mut());
        let mut before = Vec::with_capacity(waiting.len());
        for one in waiting {
            before.push((self.prepared(&one.sql).await?, one.values));
        }
        Ok(before)
    }

    /// Sends them, one behind the other, when it is polled first.
    async fn carried_out(&self, before: &[(Statement, Owned)]) -> Result<(), tokio_postgres::Error> {
        let sent = before.iter().map(async |(statement, values)| {
            let values = values.iter().map(|value| &**value as &(dyn ToSql + Sync));
            self.client.execute_raw(statement, values).await
        });
        try_join_all(sent).await.map(|_| ())
    }

    async fn prepared(&self, sql: &str) -> Result<Statement> {
        assert!(self.state.get() != State::Over, "nothing is asked after the end");
        let prepared = self.client.prepare_cached(sql).await;
        prepared.map_err(|error| self.failed(error))
    }

    /// Has the transaction begin, where it has not: sent before whatever is polled after it.
    fn begun(&self) -> impl Future<Output = Result<(), tokio_postgres::Error>> {
        if let State::Before(words) = self.state.get() {
            Either::Left(self.client.batch_execute(words))
        } else {
            Either::Right(ready(Ok(())))
        }
    }

    /// Keeps in mind what an answer says of the transaction.
    fn noted<T>(&self, answer: Result<T, tokio_postgres::Error>) -> Result<T> {
        let answer = answer.map_err(|error| self.failed(error));
        if let State::Before(_) = self.state.get() {
            self.state.set(State::Within);
        }
        answer
    }

    fn failed(&self, error: tokio_postgres::Error) -> StorageError {
        let conflict = is_conflict(&error);
        let error = of(error);
        // Nothing was done yet: a connection that had died in the pool is no reason to fail.
        let dead = matches!(self.state.get(), State::Before(_)) && error.is_out_of_reach();
        if conflict || dead {
            self.may_do_better.set(true);
        }
        error
    }
}

impl Drop for Tx<'_> {
    /// A reading ends here, and a writing that was broken off: the connection goes back to the pool with nothing open.
    fn drop(&mut self) {
        if self.state.get() == State::Within {
            // Sent with the first poll; nobody waits for the answer.
            let _ = self.client.batch_execute("ROLLBACK").now_or_never();
        }
    }
}
