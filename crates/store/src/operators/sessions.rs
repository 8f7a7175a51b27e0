//! Sessions of signed-in operators, identified by the SHA-256 hash of their token.

use keywright_api_types::account::Account;
use keywright_domain::{
    ids::{OperatorId, TenantId},
    plan::Plan,
    role::Role,
    time::Timestamp,
};

use crate::{Store, StoreError, Tx, query::RowReader};

/// A valid session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub account: Account,
    pub last_seen_at: Timestamp,
}

#[derive(Debug, Clone)]
pub struct CreateSession {
    /// Lowercase hex SHA-256 hash of the token.
    pub token_hash: String,
    pub tenant_id: TenantId,
    pub operator_id: OperatorId,
    pub created_at: Timestamp,
    /// Absolute expiry, regardless of activity.
    pub expires_at: Timestamp,
    pub user_agent: String,
    pub address: String,
}

impl Store {
    /// Returns the session with this token hash, if it has not expired at `now` and was seen after
    /// `seen_since`.
    pub async fn find_session(
        &self,
        token_hash: &str,
        now: Timestamp,
        seen_since: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let row = sqlx::query(
            "SELECT s.operator_id, s.last_seen_at, o.email, o.role, o.tenant_id, t.name AS tenant_name, t.plan,
             t.guide_ended_at
             FROM sessions s JOIN operators o ON o.id = s.operator_id JOIN tenants t ON t.id = o.tenant_id
             WHERE s.token_hash = $1 AND s.ends_at > $2 AND s.last_seen_at > $3",
        )
        .bind(token_hash)
        .bind(now.millis())
        .bind(seen_since.millis())
        .fetch_optional(&mut *self.acquire_reader().await?)
        .await?;
        row.map(|row| {
            let fields = RowReader::new("sessions", &row);
            let account = Account {
                operator_id: fields.get_parsed("operator_id")?,
                email: fields.get_string("email")?,
                role: fields.get_enum("role", Role::from_name)?,
                tenant_id: fields.get_parsed("tenant_id")?,
                tenant_name: fields.get_string("tenant_name")?,
                plan: fields.get_enum("plan", Plan::from_name)?,
                is_guided: fields.get_optional_timestamp("guide_ended_at")?.is_none(),
            };
            Ok(Session {
                account,
                last_seen_at: fields.get_timestamp("last_seen_at")?,
            })
        })
        .transpose()
    }

    /// Returns whether the operator has a session that was started from this address.
    pub async fn has_session_from(
        &self,
        operator: OperatorId,
        address: &str,
    ) -> Result<bool, StoreError> {
        let found =
            sqlx::query("SELECT 1 FROM sessions WHERE operator_id = $1 AND address = $2 LIMIT 1")
                .bind(operator.to_string())
                .bind(address)
                .fetch_optional(&mut *self.acquire_reader().await?)
                .await?;
        Ok(found.is_some())
    }
}

impl Tx<'_> {
    /// Inserts a session and deletes expired sessions.
    pub async fn insert_session(&mut self, session: &CreateSession) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE ends_at <= $1")
            .bind(session.created_at.millis())
            .execute(&mut *self.connection)
            .await?;
        sqlx::query(
            "INSERT INTO sessions (token_hash, tenant_id, operator_id, created_at, last_seen_at, ends_at, user_agent,
             address) VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
        )
        .bind(&session.token_hash)
        .bind(session.tenant_id.as_str())
        .bind(session.operator_id.to_string())
        .bind(session.created_at.millis())
        .bind(session.expires_at.millis())
        .bind(&session.user_agent)
        .bind(&session.address)
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Updates the time at which the session was last seen.
    pub async fn touch_session(
        &mut self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE sessions SET last_seen_at = $2 WHERE token_hash = $1")
            .bind(token_hash)
            .bind(now.millis())
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }

    /// Deletes all sessions of an operator.
    pub async fn delete_operator_sessions(
        &mut self,
        operator: OperatorId,
    ) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE operator_id = $1")
            .bind(operator.to_string())
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }

    pub async fn delete_session(&mut self, token_hash: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE token_hash = $1")
            .bind(token_hash)
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }
}
