//! Consistency checks: finds rows that contradict each other because of a bug, a damaged disk or
//! a manual edit.

use keywright_domain::{
    audit::{Action, ActorKind},
    ids::{Kid, TenantId},
};

use crate::{Engine, SealedSigningKey, Store, StoreError, query::RowReader};

/// Maximum number of reported faults of one kind.
const MAX_FAULTS_PER_KIND: i64 = 20;

/// Audit entries per query.
const AUDIT_BATCH_SIZE: i64 = 1_000;

/// Descriptions of faults, each with the ID of the faulty row, if any.
pub type Faults = Vec<String>;

/// A query that returns two identifying columns per faulty row, and a function that formats them as
/// a fault.
struct Rule {
    sql: &'static str,
    describe: fn(&str, &str) -> String,
}

const RULES: [Rule; 10] = [
    Rule {
        sql: "SELECT l.tenant_id AS first, l.id AS second FROM licenses l WHERE l.active_count <>
              (SELECT COUNT(*) FROM activations a WHERE a.tenant_id = l.tenant_id AND a.license_id = l.id
              AND a.deactivated_at IS NULL) ORDER BY l.tenant_id, l.id LIMIT $1",
        describe: |tenant, id| format!("license {tenant}/{id}: active count does not match its active devices"),
    },
    Rule {
        sql: "SELECT a.tenant_id AS first, a.id AS second FROM activations a WHERE NOT EXISTS
              (SELECT 1 FROM licenses l WHERE l.tenant_id = a.tenant_id AND l.id = a.license_id) LIMIT $1",
        describe: |tenant, id| format!("activation {tenant}/{id}: license does not exist"),
    },
    Rule {
        sql: "SELECT CAST(v.activation_number AS TEXT) AS first, v.lease_status AS second FROM validations v WHERE NOT EXISTS
              (SELECT 1 FROM activations a WHERE a.number = v.activation_number) LIMIT $1",
        describe: |number, _| format!("validation of activation number {number}: activation does not exist"),
    },
    Rule {
        sql: "SELECT l.tenant_id AS first, l.id AS second FROM licenses l WHERE NOT EXISTS
              (SELECT 1 FROM key_types k WHERE k.tenant_id = l.tenant_id AND k.product_id = l.product_id
              AND k.id = l.key_type_id) LIMIT $1",
        describe: |tenant, id| format!("license {tenant}/{id}: key type does not exist"),
    },
    Rule {
        sql: "SELECT k.tenant_id AS first, k.id AS second FROM key_types k WHERE NOT EXISTS
              (SELECT 1 FROM products p WHERE p.tenant_id = k.tenant_id AND p.id = k.product_id) LIMIT $1",
        describe: |tenant, id| format!("key type {tenant}/{id}: product does not exist"),
    },
    Rule {
        sql: "SELECT p.tenant_id AS first, p.id AS second FROM products p WHERE NOT EXISTS
              (SELECT 1 FROM tenants t WHERE t.id = p.tenant_id) LIMIT $1",
        describe: |tenant, id| format!("product {tenant}/{id}: tenant does not exist"),
    },
    Rule {
        sql: "SELECT l.tenant_id AS first, l.id AS second FROM licenses l WHERE l.state = 'reminted' AND NOT EXISTS
              (SELECT 1 FROM licenses s WHERE s.tenant_id = l.tenant_id AND s.id = l.successor_id
              AND s.predecessor_id = l.id) LIMIT $1",
        describe: |tenant, id| format!("license {tenant}/{id}: reminted, but without a valid successor"),
    },
    Rule {
        sql: "SELECT l.tenant_id AS first, l.id AS second FROM licenses l WHERE l.predecessor_id IS NOT NULL AND NOT EXISTS
              (SELECT 1 FROM licenses p WHERE p.tenant_id = l.tenant_id AND p.id = l.predecessor_id
              AND p.successor_id = l.id AND p.state = 'reminted') LIMIT $1",
        describe: |tenant, id| format!("license {tenant}/{id}: predecessor does not refer to it"),
    },
    Rule {
        sql: "SELECT a.tenant_id AS first, a.id AS second FROM audit_entries a WHERE a.license_id IS NOT NULL AND NOT EXISTS
              (SELECT 1 FROM licenses l WHERE l.tenant_id = a.tenant_id AND l.id = a.license_id) LIMIT $1",
        describe: |tenant, id| format!("audit entry {tenant}/{id}: license does not exist"),
    },
    Rule {
        sql: "SELECT t.id AS first, t.name AS second FROM tenants t WHERE NOT EXISTS
              (SELECT 1 FROM signing_keys k WHERE k.tenant_id = t.id AND k.is_primary = 1) LIMIT $1",
        describe: |tenant, _| format!("tenant {tenant}: no primary signing key"),
    },
];

/// Row counts of the largest tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowCounts {
    pub license_count: i64,
    /// Active and deactivated.
    pub activation_count: i64,
    pub audit_entry_count: i64,
}

impl Store {
    pub async fn count_rows(&self) -> Result<RowCounts, StoreError> {
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM licenses) AS licenses, (SELECT COUNT(*) FROM activations) AS activations,
             (SELECT COUNT(*) FROM audit_entries) AS audit_entries",
        )
        .fetch_one(&mut *self.acquire_reader().await?)
        .await?;
        let fields = RowReader::new("counts", &row);
        Ok(RowCounts {
            license_count: fields.get_i64("licenses")?,
            activation_count: fields.get_i64("activations")?,
            audit_entry_count: fields.get_i64("audit_entries")?,
        })
    }

    /// Returns the faults found by SQLite's integrity check. Empty on PostgreSQL, which has its own
    /// tools.
    pub async fn check_file(&self) -> Result<Faults, StoreError> {
        if self.engine() == Engine::Postgres {
            return Ok(Vec::new());
        }
        let rows = sqlx::query("SELECT integrity_check AS fault FROM pragma_integrity_check")
            .fetch_all(&mut *self.acquire_reader().await?)
            .await?;
        let faults = rows
            .iter()
            .map(|row| RowReader::new("pragma_integrity_check", row).get_string("fault"));
        let faults: Result<Faults, StoreError> = faults.collect();
        Ok(faults?
            .into_iter()
            .filter(|fault| fault != "ok")
            .map(|fault| format!("database file: {fault}"))
            .collect())
    }

    /// Returns inconsistent rows: wrong counts, dangling references, and remints without both
    /// licenses.
    pub async fn check_rows(&self) -> Result<Faults, StoreError> {
        let mut faults = Vec::new();
        for Rule {
            sql,
            describe: says,
        } in RULES
        {
            let rows = sqlx::query(sql)
                .bind(MAX_FAULTS_PER_KIND)
                .fetch_all(&mut *self.acquire_reader().await?)
                .await?;
            for row in &rows {
                let fields = RowReader::new("faults", row);
                faults.push(says(
                    &fields.get_string("first")?,
                    &fields.get_string("second")?,
                ));
            }
        }
        Ok(faults)
    }

    /// Returns audit entries that can't be parsed, or whose action or actor is unknown.
    pub async fn check_audit_entries(&self) -> Result<Faults, StoreError> {
        let mut faults = Vec::new();
        let mut last = (String::new(), String::new());
        loop {
            let rows = sqlx::query(
                "SELECT tenant_id, id, actor_kind, action, details FROM audit_entries
                 WHERE (tenant_id, id) > ($1, $2) ORDER BY tenant_id, id LIMIT $3",
            )
            .bind(&last.0)
            .bind(&last.1)
            .bind(AUDIT_BATCH_SIZE)
            .fetch_all(&mut *self.acquire_reader().await?)
            .await?;
            for row in &rows {
                let fields = RowReader::new("audit_entries", row);
                last = (fields.get_string("tenant_id")?, fields.get_string("id")?);
                let is_known = Action::from_name(&fields.get_string("action")?).is_some()
                    && ActorKind::from_name(&fields.get_string("actor_kind")?).is_some();
                if !is_known || fields.get_json("details").is_err() {
                    faults.push(format!("audit entry {}/{}: can't be read", last.0, last.1));
                }
            }
            if rows.is_empty() || faults.len() >= usize::try_from(MAX_FAULTS_PER_KIND).unwrap_or(0)
            {
                return Ok(faults);
            }
        }
    }

    /// Returns all stored signing keys with their tenants. Private keys are sealed.
    pub async fn sealed_signing_keys(
        &self,
    ) -> Result<Vec<(TenantId, SealedSigningKey)>, StoreError> {
        let rows = sqlx::query(
            "SELECT tenant_id, kid, public_key, sealed_private_key FROM signing_keys WHERE dropped_at IS NULL
             ORDER BY tenant_id, kid",
        )
        .fetch_all(&mut *self.acquire_reader().await?)
        .await?;
        let keys = rows.iter().map(|row| {
            let fields = RowReader::new("signing_keys", row);
            let key = SealedSigningKey {
                kid: fields.get_parsed::<Kid>("kid")?,
                public_key: fields.get_string("public_key")?,
                sealed_private_key: fields.get_string("sealed_private_key")?,
            };
            Ok((fields.get_parsed("tenant_id")?, key))
        });
        keys.collect()
    }
}
