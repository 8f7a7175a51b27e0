//! Shared helpers for tests with the demo data.

use futures::FutureExt;
use keywright_api_types::{account::Account, page::PageRequest};
use keywright_domain::{
    ids::{LicenseId, TenantId},
    license::LicenseRef,
    plan::Plan,
    role::Role,
};
use keywright_service::{Caller, clock::Clock};
use keywright_store::{AuditEntryFilter, RecordedAuditEntry, StoreError};
use keywright_testing::{Engine, TestContext};
use uuid::Uuid;

pub(crate) const PRO_KEY: &str = "ACME-PRO0-0000-0001";

pub(crate) async fn demo_world() -> TestContext {
    TestContext::with_demo(Engine::Sqlite).await
}

pub(crate) fn acme() -> TenantId {
    "acme".parse().unwrap()
}

/// Returns an operator of `acme` with that role.
pub(crate) fn operator_with_role(role: Role) -> Caller {
    Caller::for_operator(&Account {
        operator_id: keywright_domain::ids::OperatorId::new(Uuid::from_u128(1)),
        email: format!("{}@acme.test", role.as_str()),
        role,
        tenant_id: acme(),
        tenant_name: "Acme".into(),
        plan: Plan::Enterprise,
        is_guided: false,
    })
}

/// Returns the entries of `acme`'s log after the first `before` entries.
pub(crate) async fn new_entries(world: &TestContext, before: usize) -> Vec<RecordedAuditEntry> {
    let mut entries = audit_log(world).await;
    entries.truncate(entries.len() - before);
    entries
}

pub(crate) async fn audit_log(world: &TestContext) -> Vec<RecordedAuditEntry> {
    wait_for_background_writes(world).await;
    world
        .store
        .list_audit_entries(
            &acme(),
            &AuditEntryFilter::default(),
            PageRequest::First,
            100_000,
            world.clock.now(),
        )
        .await
        .unwrap()
}

pub(crate) fn license_id(named: Option<&LicenseRef>) -> Option<LicenseId> {
    named.map(|license| license.id)
}

/// Waits for background writes: their tasks run before this one resumes, and SQLite's writer
/// processes jobs in order.
pub(crate) async fn wait_for_background_writes(world: &TestContext) {
    tokio::task::yield_now().await;
    world
        .store
        .write(|_| async { Ok::<_, StoreError>(()) }.boxed())
        .await
        .unwrap();
}
