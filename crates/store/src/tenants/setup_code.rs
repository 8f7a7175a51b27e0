//! The setup code: a single row that always exists, so that it can be locked.

use keywright_domain::setup_code::SetupCodeHash;

use crate::{Store, StoreError, Tx, query::RowReader};

#[derive(Debug, Clone, Copy)]
pub struct StoredSetupCode {
    /// Hash of the current code. `None` before the first code and after setup.
    pub hash: Option<SetupCodeHash>,
    /// Number of failed attempts at this code.
    pub failed_attempts: i64,
}

impl Store {
    pub async fn decode_setup_code(&self) -> Result<StoredSetupCode, StoreError> {
        let row = sqlx::query("SELECT code_hash, wrong_tries FROM setup_code WHERE id = 1")
            .fetch_one(&mut *self.acquire_reader().await?)
            .await?;
        decode_setup_code(&RowReader::new("setup_code", &row))
    }

    pub async fn has_tenants(&self) -> Result<bool, StoreError> {
        let row = sqlx::query(SELECT_ANY_TENANT)
            .fetch_optional(&mut *self.acquire_reader().await?)
            .await?;
        Ok(row.is_some())
    }
}

impl Tx<'_> {
    /// Reads the setup code and locks it until the end of the unit of work.
    pub async fn lock_setup_code(&mut self) -> Result<StoredSetupCode, StoreError> {
        let row = sqlx::query(
            "UPDATE setup_code SET wrong_tries = wrong_tries WHERE id = 1 RETURNING code_hash, wrong_tries",
        )
        .fetch_one(&mut *self.connection)
        .await?;
        decode_setup_code(&RowReader::new("setup_code", &row))
    }

    /// Replaces or removes the code, and resets the number of failed attempts.
    pub async fn set_setup_code(&mut self, hash: Option<SetupCodeHash>) -> Result<(), StoreError> {
        sqlx::query("UPDATE setup_code SET code_hash = $1, wrong_tries = 0 WHERE id = 1")
            .bind(hash.map(|hash| hash.to_string()))
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }

    /// Counts a failed attempt.
    pub async fn record_failed_setup_attempt(&mut self) -> Result<(), StoreError> {
        sqlx::query("UPDATE setup_code SET wrong_tries = wrong_tries + 1 WHERE id = 1")
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }

    pub async fn has_tenants(&mut self) -> Result<bool, StoreError> {
        let row = sqlx::query(SELECT_ANY_TENANT)
            .fetch_optional(&mut *self.connection)
            .await?;
        Ok(row.is_some())
    }
}

const SELECT_ANY_TENANT: &str = "SELECT id FROM tenants LIMIT 1";

fn decode_setup_code(fields: &RowReader<'_>) -> Result<StoredSetupCode, StoreError> {
    let hash = fields
        .get_optional_string("code_hash")?
        .map(|text| SetupCodeHash::from_hex(&text).ok_or_else(|| fields.corrupt("code_hash")));
    Ok(StoredSetupCode {
        hash: hash.transpose()?,
        failed_attempts: fields.get_i64("wrong_tries")?,
    })
}
