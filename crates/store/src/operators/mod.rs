//! Operator accounts and their sessions.

mod sessions;

pub use self::sessions::{CreateSession, Session};

use keywright_domain::{
    ids::{OperatorId, TenantId},
    role::Role,
    time::Timestamp,
};

use crate::{Store, StoreError, Tx, query::RowReader};

#[derive(Clone)]
pub struct Operator {
    pub id: OperatorId,
    pub tenant_id: TenantId,
    /// Email address as typed. Unique on the server, ignoring case.
    pub email: String,
    pub role: Role,
    /// Argon2id hash of the password, in the PHC string format.
    pub password_hash: String,
    pub created_at: Timestamp,
}

impl Store {
    /// Finds an operator by email address, ignoring case.
    pub async fn operator_by_email(&self, email: &str) -> Result<Option<Operator>, StoreError> {
        let row = sqlx::query(
            "SELECT id, tenant_id, email, role, password_hash, created_at FROM operators WHERE email_folded = $1",
        )
        .bind(fold_email(email))
        .fetch_optional(&mut *self.acquire_reader().await?)
        .await?;
        row.map(|row| decode_operator(&RowReader::new("operators", &row)))
            .transpose()
    }

    /// Returns the IDs and email addresses of a tenant's operators, sorted by address.
    pub async fn list_operator_emails(
        &self,
        tenant: &TenantId,
    ) -> Result<Vec<(OperatorId, String)>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, email FROM operators WHERE tenant_id = $1 ORDER BY email_folded",
        )
        .bind(tenant.as_str())
        .fetch_all(&mut *self.acquire_reader().await?)
        .await?;
        let name = |row| {
            let fields = RowReader::new("operators", row);
            Ok((fields.get_parsed("id")?, fields.get_string("email")?))
        };
        rows.iter().map(name).collect()
    }
}

impl Tx<'_> {
    /// Inserts an operator. Fails with [`StoreError::Conflict`] if the email address is taken.
    pub async fn insert_operator(&mut self, operator: &Operator) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO operators (id, tenant_id, email, email_folded, role, password_hash, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(operator.id.to_string())
        .bind(operator.tenant_id.as_str())
        .bind(&operator.email)
        .bind(fold_email(&operator.email))
        .bind(operator.role.as_str())
        .bind(&operator.password_hash)
        .bind(operator.created_at.millis())
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Returns whether this is still the operator's password hash. If so, locks it until the end
    /// of the unit of work.
    pub async fn lock_password_hash(
        &mut self,
        operator_id: OperatorId,
        password_hash: &str,
    ) -> Result<bool, StoreError> {
        let held = sqlx::query(
            "UPDATE operators SET password_hash = password_hash WHERE id = $1 AND password_hash = $2",
        )
        .bind(operator_id.to_string())
        .bind(password_hash)
        .execute(&mut *self.connection)
        .await?;
        Ok(held.rows_affected() > 0)
    }

    /// Changes a password. Returns whether the tenant has such an operator.
    pub async fn update_password_hash(
        &mut self,
        tenant: &TenantId,
        operator_id: OperatorId,
        password_hash: &str,
    ) -> Result<bool, StoreError> {
        let changed =
            sqlx::query("UPDATE operators SET password_hash = $3 WHERE tenant_id = $1 AND id = $2")
                .bind(tenant.as_str())
                .bind(operator_id.to_string())
                .bind(password_hash)
                .execute(&mut *self.connection)
                .await?;
        Ok(changed.rows_affected() > 0)
    }
}

/// Case is folded here because SQLite's `lower` handles only ASCII.
fn fold_email(email: &str) -> String {
    email.to_lowercase()
}

fn decode_operator(fields: &RowReader<'_>) -> Result<Operator, StoreError> {
    Ok(Operator {
        id: fields.get_parsed("id")?,
        tenant_id: fields.get_parsed("tenant_id")?,
        email: fields.get_string("email")?,
        role: fields.get_enum("role", Role::from_name)?,
        password_hash: fields.get_string("password_hash")?,
        created_at: fields.get_timestamp("created_at")?,
    })
}
