//! All SQL of Keywright, and nothing else.
//!
//! One text serves SQLite and PostgreSQL; the URL chooses at start. Reads are methods of [`Store`]; writes are methods
//! of [`Tx`] and run inside [`Store::write`], which commits, and only then answers.

mod activations;
mod audit;
mod backup;
#[cfg(feature = "bulk")]
mod bulk;
mod changes;
mod check;
mod checkpoints;
mod connect;
mod database_file;
mod db;
mod device_tenants;
mod error;
mod guide;
mod keyless;
mod license_list;
mod licenses;
mod looks;
mod operators;
mod products;
mod row;
mod sdk_keys;
mod search;
mod server_facts;
mod sessions;
mod setup_code;
mod signing_keys;
mod sql;
mod telemetry;
mod tenants;
#[cfg(feature = "testing")]
pub mod testing;
mod touches;
mod tx;
mod used_forms;
mod validations;
mod writer;

pub use audit::{EntryFilter, NewAuditEntry, RecordedEntry};
pub use backup::{Copied, copy_database, end_sessions, inspect_copy};
#[cfg(feature = "bulk")]
pub use bulk::Bulk;
pub use changes::{Changes, Watch};
pub use check::{Counted, Faults};
pub use connect::{Engine, OpenError};
pub use db::{Load, Store};
pub use device_tenants::{DeviceSdkKey, DeviceTenant};
pub use error::StoreError;
pub use looks::{DeviceLicense, KnownDevice, Looked};
pub use operators::Operator;
pub use sessions::{CreateSession, Session};
pub use setup_code::StoredSetupCode;
pub use signing_keys::SealedSigningKey;
pub use touches::{SdkKeyUse, Touch};
pub use tx::Tx;
