//! Unit of work: the writes of a use case, in one transaction.

use keywright_domain::ids::{LicenseId, TenantId};
use sqlx::{AnyConnection, Executor};

use crate::{Engine, StoreError, changes::ChangeSet};

/// A transaction in progress. Each module that owns tables adds the methods that write them.
pub struct Tx<'c> {
    pub(crate) connection: &'c mut AnyConnection,
    pub(crate) engine: Engine,
    /// Changes to publish after the commit.
    pub(crate) changes: ChangeSet,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(connection: &'c mut AnyConnection, engine: Engine) -> Self {
        Self {
            connection,
            engine,
            changes: ChangeSet::empty(),
        }
    }

    /// Records that a license and its row in the list have changed. The commit wakes the
    /// subscribers of both.
    ///
    /// The methods that write visible data call this, so that use cases don't have to. Repeated
    /// calls have no further effect.
    pub fn mark_license_changed(&mut self, tenant_id: &TenantId, license_id: LicenseId) {
        self.changes.add_license_and_list(tenant_id, license_id);
    }

    /// Records a change to a license that does not affect its row in the list.
    pub(crate) fn mark_license_detail_changed(
        &mut self,
        tenant_id: &TenantId,
        license_id: LicenseId,
    ) {
        self.changes.add_license(tenant_id, license_id);
    }

    /// Makes the commit wake all subscribers, for changes that pages don't show but must react to,
    /// such as deleted sessions.
    pub fn mark_everything_changed(&mut self) {
        self.changes = ChangeSet::Everything;
    }

    /// See [`crate::Store::optimize`]. Takes less than a millisecond if no statistics are due.
    pub(crate) async fn optimize(&mut self) -> Result<(), StoreError> {
        if self.engine == Engine::Sqlite {
            // 0x10000: every table, not only those that this connection has queried. 0x10: sample
            // each index. A million licenses block the writer for 0.7 s, and for 4 s without 0x10.
            self.connection.execute("PRAGMA optimize = 0x10012").await?;
        }
        Ok(())
    }
}
