//! Decodes columns into domain values. An invalid value is a [`StoreError::Corrupt`].

use std::str::FromStr;

use keywright_domain::time::Timestamp;
use serde_json::Value;
use sqlx::{Row, any::AnyRow};

use crate::StoreError;

/// Stored expiry of a lifetime license. Sorts last on both engines.
pub(crate) const LIFETIME: i64 = i64::MAX;

/// A row, and the name of its table for errors.
pub(crate) struct RowReader<'r> {
    table: &'static str,
    row: &'r AnyRow,
}

impl<'r> RowReader<'r> {
    pub(crate) fn new(table: &'static str, row: &'r AnyRow) -> Self {
        Self { table, row }
    }

    pub(crate) fn get_string(&self, column: &'static str) -> Result<String, StoreError> {
        self.get_str(column).map(str::to_owned)
    }

    fn get_str(&self, column: &'static str) -> Result<&'r str, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }

    pub(crate) fn get_optional_string(
        &self,
        column: &'static str,
    ) -> Result<Option<String>, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }

    /// Parses a string column.
    pub(crate) fn get_parsed<T: FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        self.get_str(column)?
            .parse()
            .map_err(|_| self.corrupt(column))
    }

    pub(crate) fn get_optional_parsed<T: FromStr>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        let Some(text) = self.get_optional_string(column)? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| self.corrupt(column))
    }

    /// Decodes a name from a closed set.
    pub(crate) fn get_enum<T>(
        &self,
        column: &'static str,
        from_name: impl Fn(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        from_name(self.get_str(column)?).ok_or_else(|| self.corrupt(column))
    }

    pub(crate) fn get_i64(&self, column: &'static str) -> Result<i64, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }

    pub(crate) fn get_optional_i64(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column))
    }

    pub(crate) fn get_u32(&self, column: &'static str) -> Result<u32, StoreError> {
        self.get_i64(column)?
            .try_into()
            .map_err(|_| self.corrupt(column))
    }

    pub(crate) fn get_bool(&self, column: &'static str) -> Result<bool, StoreError> {
        Ok(self.get_i64(column)? != 0)
    }

    pub(crate) fn get_optional_bool(
        &self,
        column: &'static str,
    ) -> Result<Option<bool>, StoreError> {
        Ok(self.get_optional_i64(column)?.map(|number| number != 0))
    }

    pub(crate) fn get_timestamp(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.get_i64(column).map(Timestamp::from_millis)
    }

    pub(crate) fn get_optional_timestamp(
        &self,
        column: &'static str,
    ) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.get_optional_i64(column)?.map(Timestamp::from_millis))
    }

    /// Decodes a time, with [`LIFETIME`] as `None`.
    pub(crate) fn get_expiry(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        let millis = self.get_i64(column)?;
        Ok((millis != LIFETIME).then(|| Timestamp::from_millis(millis)))
    }

    pub(crate) fn get_json(&self, column: &'static str) -> Result<Value, StoreError> {
        serde_json::from_str(self.get_str(column)?).map_err(|_| self.corrupt(column))
    }

    pub(crate) fn corrupt(&self, column: &'static str) -> StoreError {
        StoreError::Corrupt {
            table: self.table,
            column,
        }
    }
}

/// Encodes an expiry, with `None` as [`LIFETIME`].
pub(crate) fn encode_expiry(expires_at: Option<Timestamp>) -> i64 {
    expires_at.map_or(LIFETIME, Timestamp::millis)
}
