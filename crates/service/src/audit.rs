//! The audit log. Every operator can read it. Entries are deleted only when their retention ends.

use std::sync::Arc;

use futures::FutureExt;
use keywright_api_types::{
    audit_log::{AuditEntry, AuditFilter, AuditLog, AuditQuery, MAX_LICENSES},
    page::{Cursor, PAGE_SIZE, Page, PageRequest},
};
use keywright_domain::{audit::RETENTION_DAYS, ids::LicenseId, license::License, role::Permission};
use keywright_store::{AuditEntryFilter, RecordedAuditEntry};
use serde_json::Value;

use crate::{Caller, Error, context::Context};

const MAX_MATCHES: usize = MAX_LICENSES as usize;

#[derive(Clone)]
pub struct Audit {
    pub(crate) context: Arc<Context>,
}

impl Audit {
    /// Returns one page of the tenant's audit log, the number of matching entries, and the
    /// operators to filter by.
    pub async fn list(&self, caller: &Caller, query: &AuditQuery) -> Result<AuditLog, Error> {
        caller.require(Permission::View)?;
        let (store, tenant, now) = (
            &self.context.store,
            caller.tenant_id(),
            self.context.clock.now(),
        );
        let license = match query.filter.license_id {
            Some(id) => store.find_license(tenant, id).await?.map(License::into_ref),
            None => None,
        };
        let about = self.matching_license_ids(caller, &query.filter).await?;
        let is_too_broad = about.as_ref().is_some_and(|ids| ids.len() > MAX_MATCHES);
        let filter = AuditEntryFilter {
            license_ids: if is_too_broad {
                Some(Vec::new())
            } else {
                about
            },
            action: query.filter.action,
            actor: query.filter.actor,
            from_day: query.filter.from,
            to_day: query.filter.to,
        };
        // Fetch one extra row to detect whether there is a next page.
        let read =
            |position| store.list_audit_entries(tenant, &filter, position, PAGE_SIZE + 1, now);
        let mut position = query.page;
        let mut rows = read(position).await?;
        if rows.is_empty() && position != PageRequest::First {
            // A stale or hand-made cursor points past the end: show the first page instead of an
            // empty page.
            position = PageRequest::First;
            rows = read(position).await?;
        }
        let entries = rows.into_iter().map(to_view).collect();
        Ok(AuditLog {
            page: Page::from_rows(entries, PAGE_SIZE, &position, |entry: &AuditEntry| Cursor {
                value: entry.at.millis(),
                id: entry.id,
            }),
            count: store.count_audit_entries(tenant, &filter, now).await?,
            operators: store.list_operator_emails(tenant).await?,
            license,
            is_too_broad,
        })
    }

    /// Returns the licenses that matching entries must concern: at most [`MAX_LICENSES`] + 1, so
    /// that callers can detect an overly broad search. `None` places no restriction.
    async fn matching_license_ids(
        &self,
        caller: &Caller,
        filter: &AuditFilter,
    ) -> Result<Option<Vec<LicenseId>>, Error> {
        let Some(term) = &filter.term else {
            return Ok(filter.license_id.map(|id| vec![id]));
        };
        let found =
            self.context
                .store
                .search_license_ids(caller.tenant_id(), term, MAX_LICENSES + 1);
        let mut found = found.await?;
        if let Some(id) = filter.license_id {
            found.retain(|&other| other == id);
        }
        Ok(Some(found))
    }

    /// Deletes all tenants' audit entries that are past their retention, in batches. It can be
    /// canceled between batches and run again.
    pub async fn purge(&self) -> Result<(), Error> {
        let expired_before = self.context.clock.now().minus_days(RETENTION_DAYS);
        self.context
            .purge_in_batches("audit_entries", move |tx, most| {
                tx.purge_audit_entries(expired_before, most).boxed()
            })
            .await
    }
}

pub(crate) fn to_view(entry: RecordedAuditEntry) -> AuditEntry {
    entry.map_details(|recorded| flatten_details(&recorded))
}

/// Converts the recorded details to name-value pairs for display. Omits nulls and empty lists.
fn flatten_details(recorded: &Value) -> Vec<(String, String)> {
    let named = recorded.as_object().into_iter().flatten();
    let shown = named.filter_map(|(name, value)| Some((name.clone(), format_value(value)?)));
    shown.collect()
}

fn format_value(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::String(text) => Some(text.clone()),
        Value::Array(values) => {
            let texts: Vec<String> = values.iter().filter_map(format_value).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        }
        Value::Number(_) | Value::Object(_) => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn details_are_flattened_to_names_and_values() {
        let recorded = json!({
            "product": "notes", "trial_days": 14, "free_tier": true, "fallback": false, "duration_days": null,
            "entitlements": ["pro", "sync"], "none": [],
        });
        let mut shown = flatten_details(&recorded);
        shown.sort_unstable();
        let expected = [
            ("entitlements", "pro, sync"),
            ("fallback", "no"),
            ("free_tier", "yes"),
            ("product", "notes"),
            ("trial_days", "14"),
        ];
        assert_eq!(
            shown,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert_eq!(flatten_details(&Value::Null), []);
    }
}
