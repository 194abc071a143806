//! Values as columns hold them.

use std::borrow::Cow;

use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

use super::error::of;
use crate::storage::{Result, StorageError};

type BoxedError = Box<dyn std::error::Error + Sync + Send>;

/// A `bytea` of just so many bytes: an id, a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fixed<const N: usize>(pub(super) [u8; N]);

impl<const N: usize> ToSql for Fixed<N> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, BoxedError> {
        self.0.as_slice().to_sql(kind, out)
    }

    accepts!(BYTEA);
    to_sql_checked!();
}

impl<'a, const N: usize> FromSql<'a> for Fixed<N> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> std::result::Result<Self, BoxedError> {
        Ok(Self(raw.try_into()?))
    }

    accepts!(BYTEA);
}

/// A number of the log or a count: never negative, and never so large that the database's signed integers end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number(pub(super) u64);

impl ToSql for Number {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, BoxedError> {
        // A number from outside may be larger than any the log will ever reach: it means "the end".
        i64::try_from(self.0).unwrap_or(i64::MAX).to_sql(kind, out)
    }

    accepts!(INT8);
    to_sql_checked!();
}

impl<'a> FromSql<'a> for Number {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> std::result::Result<Self, BoxedError> {
        Ok(Self(u64::try_from(i64::from_sql(kind, raw)?)?))
    }

    accepts!(INT8);
}

/// The value of a column.
pub(super) fn at<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Result<T> {
    row.try_get(column).map_err(of)
}

/// The bytes of an id or a hash.
pub(super) fn fixed<const N: usize>(row: &Row, column: usize) -> Result<[u8; N]> {
    Ok(at::<Fixed<N>>(row, column)?.0)
}

/// The same where there may be none.
pub(super) fn fixed_or_none<const N: usize>(row: &Row, column: usize) -> Result<Option<[u8; N]>> {
    Ok(at::<Option<Fixed<N>>>(row, column)?.map(|fixed| fixed.0))
}

/// A number.
pub(super) fn number(row: &Row, column: usize) -> Result<u64> {
    Ok(at::<Number>(row, column)?.0)
}

/// A small number.
pub(super) fn small(row: &Row, column: usize) -> Result<u32> {
    u32::try_from(number(row, column)?).map_err(|_| StorageError::Postgres {
        code: "a number that is too large".to_owned(),
    })
}

/// Text from outside as the database can hold it: it has no place for the character NUL.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}").into()
    } else {
        text.into()
    }
}
