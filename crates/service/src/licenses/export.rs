//! License export in batches.

use std::sync::Arc;

use futures::FutureExt;
use keywright_api_types::{license_list::LicenseFilter, page::Mark};
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
const BATCH: u32 = 1_000;

/// An export in progress.
pub struct Export {
    expected: u32,
    source: Arc<Source>,
    /// The next batch, prefetched while the caller writes the current one.
    reading: Option<JoinHandle<Result<Vec<ExportedLicense>, StoreError>>>,
}

struct Source {
    context: Arc<Context>,
    tenant: TenantId,
    filter: LicenseFilter,
    now: Timestamp,
}

impl Licenses {
    /// Starts an export of the matching licenses, newest first, and records it in the audit log.
    pub async fn export(&self, caller: &Caller, filter: LicenseFilter) -> Result<Export, Error> {
        caller.require(Permission::ExportCsv)?;
        let (context, now) = (self.0.clone(), self.0.clock.now());
        let tenant = context.store.tenant(caller.tenant()).await?;
        let plan = tenant.ok_or(Error::NotFound)?.plan;
        if !plan.allows(Feature::CsvExport) {
            return Err(Error::PlanRequired(Plan::least_for(Feature::CsvExport)));
        }
        let store = &context.store;
        let expected = store
            .count_licenses_to_export(caller.tenant(), &filter, now)
            .await?;
        // Do not record the search term: in a hand-made URL it may be a license key.
        let details = json!({
            "status": filter.status, "product": filter.product, "searched": filter.term.is_some(),
        });
        let entry = context.audit(caller, now, Action::CsvExport, None, details);
        let recorded = context
            .store
            .write(move |tx| async move { tx.record(&entry).await }.boxed());
        recorded
            .await
            .map_err(|error: StoreError| Error::from(error))?;
        let source = Arc::new(Source {
            tenant: caller.tenant().clone(),
            context,
            filter,
            now,
        });
        Ok(Export {
            expected,
            reading: Some(source.read(None)),
            source,
        })
    }
}

impl Source {
    fn read(
        self: &Arc<Self>,
        after: Option<Mark<LicenseId>>,
    ) -> JoinHandle<Result<Vec<ExportedLicense>, StoreError>> {
        let source = self.clone();
        tokio::spawn(async move {
            let Self {
                context,
                tenant,
                filter,
                now,
            } = &*source;
            let store = &context.store;
            store
                .licenses_to_export(tenant, filter, after, BATCH, *now)
                .await
        })
    }
}

impl Export {
    /// Returns the number of matching licenses when the export started. Concurrent changes can
    /// make the actual number differ.
    pub const fn expected(&self) -> u32 {
        self.expected
    }

    /// Returns the next batch, or `None` at the end. Each license's status is as of the start of
    /// the export.
    pub async fn next(&mut self) -> Result<Option<Vec<ExportedLicense>>, Error> {
        let Some(reading) = self.reading.take() else {
            return Ok(None);
        };
        let batch = reading.await.unwrap_or(Err(StoreError::Aborted))?;
        if let Some(last) = batch.last().filter(|_| batch.len() == BATCH as usize) {
            self.reading = Some(self.source.read(Some(Mark {
                value: last.created_at.millis(),
                id: last.id,
            })));
        }
        Ok((!batch.is_empty()).then_some(batch))
    }
}
