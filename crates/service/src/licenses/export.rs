//! The licenses as a file, a batch at a time.

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

/// Licenses that are read at once: an export holds twice as many in memory, however many there are.
const BATCH: u32 = 1_000;

/// An export under way.
pub struct Export {
    expected: u32,
    source: Arc<Source>,
    /// The next licenses, which are read while those before them are written.
    reading: Option<JoinHandle<Result<Vec<ExportedLicense>, StoreError>>>,
}

/// What is exported.
struct Source {
    context: Arc<Context>,
    tenant: TenantId,
    filter: LicenseFilter,
    now: Timestamp,
}

impl Licenses {
    /// Begins an export of what the filter lets through, the newest first. The audit log has it from here on.
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
        // Not what was searched for: in a hand-made address it may be a key.
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
    /// How many licenses there were to export when it began. What is minted, changed or ends meanwhile may make it more or
    /// fewer.
    pub const fn expected(&self) -> u32 {
        self.expected
    }

    /// The next licenses; none at the end. The status of each is that of the moment at which the export began.
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
