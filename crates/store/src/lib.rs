//! Database access: all of the product's SQL.
//!
//! SQLite and PostgreSQL share most statements; the database URL selects the engine. Reads are
//! methods of [`Store`]. Writes are methods of [`Tx`] and run inside [`Store::write`], which
//! commits before it returns.

mod activations;
mod audit;
mod backup;
pub mod batch;
#[cfg(feature = "bulk")]
mod bulk;
mod changes;
mod check;
mod connect;
mod engine;
mod error;
mod idempotency_keys;
mod keyless;
mod keys;
mod licenses;
mod operators;
mod products;
mod query;
mod search;
mod server_metadata;
mod store;
mod tenants;
mod write;
mod write_behind;

pub use audit::{AuditEntryFilter, NewAuditEntry, RecordedAuditEntry};
pub use backup::{BackupSummary, copy_database, delete_sessions, inspect_backup};
#[cfg(feature = "bulk")]
pub use bulk::BulkLoader;
pub use changes::{ChangeBroadcaster, Subscription};
pub use check::{Faults, RowCounts};
pub use connect::OpenError;
pub use engine::Engine;
pub use error::StoreError;
pub use keys::SealedSigningKey;
pub use licenses::{ActivationSnapshot, LicenseLookup, LicenseSnapshot};
pub use operators::{CreateSession, Operator, Session};
pub use store::{Store, StoreMetrics};
pub use tenants::{SdkKeyRecord, StoredSetupCode, TenantConfigRecord};
pub use write::Tx;
pub use write_behind::{LastSeenUpdate, SdkKeyUse};
