//! Buffer of updates that have not been written yet.

use std::{collections::BTreeMap, mem, sync::Arc};

use futures::FutureExt;
use keywright_domain::{
    ids::{InstanceId, LicenseId, TenantId},
    sdk_key::SdkKeyHash,
};

use super::{LastSeenUpdate, SdkKeyUse};
use crate::{
    StoreError,
    activations::validations::{ActivationNumber, Validation},
    write::Writer,
};

/// The latest update of each instance and key. Sorted, so that servers that write the same rows
/// on PostgreSQL lock them in the same order.
#[derive(Clone, Default)]
pub(super) struct Buffer {
    last_seen: BTreeMap<(TenantId, LicenseId, InstanceId), LastSeenUpdate>,
    validations: BTreeMap<ActivationNumber, Validation>,
    sdk_key_uses: BTreeMap<(TenantId, SdkKeyHash), SdkKeyUse>,
}

impl Buffer {
    pub(super) fn is_empty(&self) -> bool {
        self.last_seen.is_empty() && self.validations.is_empty() && self.sdk_key_uses.is_empty()
    }

    pub(super) fn merge_last_seen(&mut self, update: LastSeenUpdate) {
        let key = (
            update.tenant_id.clone(),
            update.license_id,
            update.instance_id,
        );
        let merged = match self.last_seen.remove(&key) {
            Some(earlier) => update.merge(earlier),
            None => update,
        };
        self.last_seen.insert(key, merged);
    }

    pub(super) fn merge_validation(&mut self, number: ActivationNumber, validation: Validation) {
        let latest = self
            .validations
            .entry(number)
            .or_insert_with(|| validation.clone());
        if latest.validated_at < validation.validated_at {
            *latest = validation;
        }
    }

    pub(super) fn merge_sdk_key_use(&mut self, key_use: SdkKeyUse) {
        let key = (key_use.tenant_id.clone(), key_use.key_hash);
        let at = key_use.used_at;
        let latest = self.sdk_key_uses.entry(key).or_insert(key_use);
        latest.used_at = latest.used_at.max(at);
    }

    /// Writes all updates in one unit of work. After a transient error, the updates stay in the
    /// buffer unless the writer is closed.
    pub(super) async fn flush(&mut self, writer: &Writer) {
        if self.is_empty() {
            return;
        }
        let updates = Arc::new(mem::take(self));
        match write_all(writer, updates.clone()).await {
            Ok(()) => {}
            Err(error @ (StoreError::Unavailable(_) | StoreError::Aborted))
                if !writer.is_closed() =>
            {
                tracing::warn!(%error, "failed to write last-seen updates; retrying");
                *self = Arc::unwrap_or_clone(updates);
            }
            Err(error) => tracing::error!(%error, "last-seen updates were lost"),
        }
    }
}

impl LastSeenUpdate {
    /// Returns the later of two updates of one instance, plus the telemetry that only the earlier
    /// update has.
    fn merge(self, other: Self) -> Self {
        let (newer, older) = if self.seen_at >= other.seen_at {
            (self, other)
        } else {
            (other, self)
        };
        Self {
            telemetry: newer.telemetry.or(older.telemetry),
            ..newer
        }
    }
}

async fn write_all(writer: &Writer, updates: Arc<Buffer>) -> Result<(), StoreError> {
    writer
        .write(move |tx| {
            async move {
                let last_seen: Vec<&LastSeenUpdate> = updates.last_seen.values().collect();
                for tenant_updates in
                    last_seen.chunk_by(|one, next| one.tenant_id == next.tenant_id)
                {
                    tx.update_last_seen(&tenant_updates[0].tenant_id, tenant_updates)
                        .await?;
                }
                tx.record_validations(&updates.validations).await?;
                for key_use in updates.sdk_key_uses.values() {
                    tx.record_sdk_key_use(key_use).await?;
                }
                Ok(())
            }
            .boxed()
        })
        .await
}

#[cfg(test)]
mod tests {
    use keywright_domain::{
        activation::{LastLease, Telemetry},
        lease::LeaseStatus,
        time::Timestamp,
    };

    use super::*;

    fn update(at: i64, app_version: Option<&str>, platform: Option<&str>) -> LastSeenUpdate {
        LastSeenUpdate {
            tenant_id: "acme".parse().unwrap(),
            license_id: "0".repeat(64).parse().unwrap(),
            instance_id: "00000000-0000-4000-8000-000000000001".parse().unwrap(),
            seen_at: Timestamp::from_millis(at),
            lease: LastLease {
                status: LeaseStatus::Active,
                expires_at: Timestamp::from_millis(at + 7),
            },
            telemetry: Telemetry {
                app_version: app_version.map(str::to_owned),
                platform: platform.map(str::to_owned),
                ..Telemetry::default()
            },
        }
    }

    #[test]
    fn newer_update_keeps_telemetry_that_only_the_older_has() {
        let older = update(1, Some("1.0"), Some("linux"));
        let newer = update(2, Some("1.1"), None);
        for merged in [newer.clone().merge(older.clone()), older.merge(newer)] {
            assert_eq!(
                (merged.seen_at.millis(), merged.lease.expires_at.millis()),
                (2, 9)
            );
            assert_eq!(merged.telemetry.app_version.as_deref(), Some("1.1"));
            assert_eq!(merged.telemetry.platform.as_deref(), Some("linux"));
        }
    }
}
