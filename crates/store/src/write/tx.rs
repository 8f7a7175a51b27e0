//! One unit of work: what a use case writes, together.

use keywright_domain::ids::{LicenseId, TenantId};
use sqlx::{AnyConnection, Executor};

use crate::{Engine, StoreError, changes::Changed};

/// A transaction in progress. Its methods stand beside the tables they write: licenses, activations, audit and so on.
pub struct Tx<'c> {
    pub(crate) connection: &'c mut AnyConnection,
    pub(crate) engine: Engine,
    /// What it changed; told once its commit holds.
    pub(crate) changed: Changed,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(connection: &'c mut AnyConnection, engine: Engine) -> Self {
        Self {
            connection,
            engine,
            changed: Changed::nothing(),
        }
    }

    /// Says that a license changed, and its row in the list: once this unit is committed, those who watch either are
    /// woken.
    ///
    /// The methods that write what pages show call this themselves, so that no use case can forget to. What was announced
    /// before counts once.
    pub fn announce(&mut self, tenant: &TenantId, license: LicenseId) {
        self.changed.license_and_list(tenant, license);
    }

    /// Says that something changed which only the license's own page shows.
    pub(crate) fn announce_detail(&mut self, tenant: &TenantId, license: LicenseId) {
        self.changed.license(tenant, license);
    }

    /// Says that something changed which is on no page, but ends some of them: whoever watches anything is woken.
    pub fn announce_everything(&mut self) {
        self.changed = Changed::Everything;
    }

    /// See [`crate::Store::optimize`]. Takes less than a millisecond where there is nothing to gather.
    pub(crate) async fn optimize(&mut self) -> Result<(), StoreError> {
        if self.engine == Engine::Sqlite {
            // 0x10000: all tables, not only those that this connection has queried. 0x10: samples each
            // index; without it a million licenses block the writer for 4 s, with it for 0.7 s.
            self.connection.execute("PRAGMA optimize = 0x10012").await?;
        }
        Ok(())
    }
}
