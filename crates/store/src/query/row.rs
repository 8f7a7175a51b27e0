//! Decodes columns into domain values. A value that does not fit is [`StoreError::Corrupt`],
//! never a panic.

use std::str::FromStr;

use keywright_domain::time::Timestamp;
use serde_json::Value;
use sqlx::{Row, any::AnyRow};

use crate::StoreError;

/// Stored expiry of a lifetime license. Sorts last on both engines.
pub(crate) const NEVER: i64 = i64::MAX;

/// A row, and the table to name in errors.
pub(crate) struct Fields<'r> {
    table: &'static str,
    row: &'r AnyRow,
}

impl<'r> Fields<'r> {
    pub(crate) fn new(table: &'static str, row: &'r AnyRow) -> Self {
        Self { table, row }
    }

    pub(crate) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.str(column).map(str::to_owned)
    }

    fn str(&self, column: &'static str) -> Result<&'r str, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }

    pub(crate) fn optional_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }

    /// Decodes a text through [`FromStr`].
    pub(crate) fn parsed<T: FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        self.str(column)?.parse().map_err(|_| self.corrupt(column))
    }

    pub(crate) fn optional_parsed<T: FromStr>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        let Some(text) = self.optional_text(column)? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| self.corrupt(column))
    }

    /// Decodes a name from a closed set.
    pub(crate) fn named<T>(
        &self,
        column: &'static str,
        from_name: impl Fn(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        from_name(self.str(column)?).ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn number(&self, column: &'static str) -> Result<i64, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }

    pub(crate) fn optional_number(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }

    pub(crate) fn count(&self, column: &'static str) -> Result<u32, StoreError> {
        self.number(column)?
            .try_into()
            .map_err(|_| self.corrupt(column))
    }

    pub(crate) fn flag(&self, column: &'static str) -> Result<bool, StoreError> {
        Ok(self.number(column)? != 0)
    }

    pub(crate) fn optional_flag(&self, column: &'static str) -> Result<Option<bool>, StoreError> {
        Ok(self.optional_number(column)?.map(|number| number != 0))
    }

    pub(crate) fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.number(column).map(Timestamp::from_millis)
    }

    pub(crate) fn optional_time(
        &self,
        column: &'static str,
    ) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.optional_number(column)?.map(Timestamp::from_millis))
    }

    /// Decodes a time, with [`NEVER`] as `None`.
    pub(crate) fn expiry(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        let millis = self.number(column)?;
        Ok((millis != NEVER).then(|| Timestamp::from_millis(millis)))
    }

    pub(crate) fn json(&self, column: &'static str) -> Result<Value, StoreError> {
        serde_json::from_str(self.str(column)?).map_err(|_| self.corrupt(column))
    }

    pub(crate) fn corrupt(&self, column: &'static str) -> StoreError {
        StoreError::Corrupt {
            table: self.table,
            column,
        }
    }
}

/// Encodes an expiry, with `None` as [`NEVER`].
pub(crate) fn expiry_column(expires_at: Option<Timestamp>) -> i64 {
    expires_at.map_or(NEVER, Timestamp::millis)
}
