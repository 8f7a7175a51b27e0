//! License export in batches.

use std::sync::Arc;

use futures::FutureExt;
use keywright_api_types::{license_list::LicenseFilter, page::Cursor};
use keywright_domain::{
    audit::Action,
    export::ExportedLicense,
    ids::{LicenseId, TenantId},
    plan::{Feature, Plan},
    role::Permission,
    time::Timestamp,
};
use keywright_store::StoreError;
use serde_json::json;
use tokio::task::JoinHandle;

use super::Licenses;
use crate::{Caller, Error, context::Context};

/// Licenses per batch. An export holds at most two batches in memory.
const BATCH_SIZE: u32 = 1_000;

/// An export in progress.
pub struct LicenseExport {
    expected_count: u32,
    source: Arc<ExportSource>,
    /// The next batch, prefetched while the caller writes the current one.
    next_batch: Option<JoinHandle<Result<Vec<ExportedLicense>, StoreError>>>,
}

struct ExportSource {
    context: Arc<Context>,
    tenant_id: TenantId,
    filter: LicenseFilter,
    now: Timestamp,
}

impl Licenses {
    /// Starts an export of the matching licenses, newest first, and records it in the audit log.
    pub async fn start_export(
        &self,
        caller: &Caller,
        filter: LicenseFilter,
    ) -> Result<LicenseExport, Error> {
        caller.require(Permission::ExportCsv)?;
        let (context, now) = (self.context.clone(), self.context.clock.now());
        let tenant = context.store.find_tenant(caller.tenant_id()).await?;
        let plan = tenant.ok_or(Error::NotFound)?.plan;
        if !plan.allows(Feature::CsvExport) {
            return Err(Error::PlanRequired(Plan::minimum_for(Feature::CsvExport)));
        }
        let store = &context.store;
        let expected = store.count_export(caller.tenant_id(), &filter, now).await?;
        // Do not record the search term: in a hand-made URL it may be a license key.
        let details = json!({
            "status": filter.status, "product": filter.product_id, "searched": filter.term.is_some(),
        });
        let entry = context.new_audit_entry(caller, now, Action::CsvExport, None, details);
        let recorded = context
            .store
            .write(move |tx| async move { tx.insert_audit_entry(&entry).await }.boxed());
        recorded
            .await
            .map_err(|error: StoreError| Error::from(error))?;
        let source = Arc::new(ExportSource {
            tenant_id: caller.tenant_id().clone(),
            context,
            filter,
            now,
        });
        Ok(LicenseExport {
            expected_count: expected,
            next_batch: Some(source.spawn_read(None)),
            source,
        })
    }
}

impl ExportSource {
    fn spawn_read(
        self: &Arc<Self>,
        after: Option<Cursor<LicenseId>>,
    ) -> JoinHandle<Result<Vec<ExportedLicense>, StoreError>> {
        let source = self.clone();
        tokio::spawn(async move {
            let Self {
                context,
                tenant_id: tenant,
                filter,
                now,
            } = &*source;
            let store = &context.store;
            store
                .fetch_export_batch(tenant, filter, after, BATCH_SIZE, *now)
                .await
        })
    }
}

impl LicenseExport {
    /// Returns the number of matching licenses when the export started. Concurrent changes can
    /// make the actual number differ.
    pub const fn expected_count(&self) -> u32 {
        self.expected_count
    }

    /// Returns the next batch, or `None` at the end. Each license's status is as of the start of
    /// the export.
    pub async fn next_batch(&mut self) -> Result<Option<Vec<ExportedLicense>>, Error> {
        let Some(reading) = self.next_batch.take() else {
            return Ok(None);
        };
        let batch = reading.await.unwrap_or(Err(StoreError::Aborted))?;
        if let Some(last) = batch.last().filter(|_| batch.len() == BATCH_SIZE as usize) {
            self.next_batch = Some(self.source.spawn_read(Some(Cursor {
                value: last.created_at.millis(),
                id: last.id,
            })));
        }
        Ok((!batch.is_empty()).then_some(batch))
    }
}
