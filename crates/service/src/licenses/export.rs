//! The licenses as a file, a batch at a time.

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    audit::Action,
    export::ExportedLicense,
    ids::{LicenseId, TenantId},
    page::Mark,
    plan::{Feature, Plan},
    query::LicenseFilter,
    role::Permission,
    time::Timestamp,
};
use serde_json::json;

use super::Licenses;
use crate::{Caller, Error, context::Context};

/// Licenses that are read at once: what an export holds in memory, however many there are.
const BATCH: u32 = 500;

/// An export under way.
pub struct Export {
    context: Arc<Context>,
    tenant: TenantId,
    filter: LicenseFilter,
    now: Timestamp,
    expected: u32,
    after: Option<Mark<LicenseId>>,
    is_over: bool,
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
            .map_err(|error: keywright_store::StoreError| Error::from(error))?;
        Ok(Export {
            tenant: caller.tenant().clone(),
            context,
            filter,
            now,
            expected,
            after: None,
            is_over: false,
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
        if self.is_over {
            return Ok(None);
        }
        let store = &self.context.store;
        let batch = store
            .licenses_to_export(&self.tenant, &self.filter, self.after, BATCH, self.now)
            .await?;
        self.after = batch.last().map(|license| Mark {
            value: license.created_at.millis(),
            id: license.id,
        });
        self.is_over = batch.len() < BATCH as usize;
        Ok((!batch.is_empty()).then_some(batch))
    }
}
