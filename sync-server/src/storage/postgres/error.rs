//! What the database's errors mean. Their words may quote what is in a row, so only their codes are kept.

use std::error::Error as _;

use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;

use crate::storage::StorageError;

#[expect(clippy::needless_pass_by_value, reason = "so it is handed on where one fails")]
pub(super) fn of(error: tokio_postgres::Error) -> StorageError {
    let Some(code) = error.code() else {
        return of_connection(&error);
    };
    match code.code() {
        // The server ends, or begins, or ended this connection: administrators' and crash shutdown, starting up.
        "57P01" | "57P02" | "57P03" | "25P03" => StorageError::OutOfReach,
        code if code.starts_with("08") => StorageError::OutOfReach,
        // A lock was not had in time, a statement took too long, there are too many connections.
        "55P03" | "57014" | "53300" => StorageError::Busy,
        code if is_conflict_code(code) && code != SqlState::UNIQUE_VIOLATION.code() => StorageError::Busy,
        code => StorageError::Postgres { code: code.to_owned() },
    }
}

fn of_connection(error: &tokio_postgres::Error) -> StorageError {
    let broken = error.is_closed()
        || error
            .source()
            .is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
    // The library says it in words only.
    let words = error.to_string();
    if words.starts_with("error performing TLS handshake") {
        StorageError::DatabaseTls
    } else if broken || words.starts_with("error connecting") || words.starts_with("timeout") {
        StorageError::OutOfReach
    } else {
        StorageError::Postgres {
            code: "a row that is not as it was written".to_owned(),
        }
    }
}

pub(super) fn of_pool(error: PoolError) -> StorageError {
    match error {
        PoolError::Backend(error) => of(error),
        PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => StorageError::Busy,
        PoolError::Timeout(_) | PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
            StorageError::OutOfReach
        }
    }
}

/// Whether the statement failed for the sake of another transaction, so that it may do better on what stands now.
pub(super) fn is_conflict(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| is_conflict_code(code.code()))
}

fn is_conflict_code(code: &str) -> bool {
    let conflicts = [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        // Somebody has written the same row meanwhile: looked at again, it is there.
        SqlState::UNIQUE_VIOLATION,
    ];
    conflicts.iter().any(|state| state.code() == code)
}
