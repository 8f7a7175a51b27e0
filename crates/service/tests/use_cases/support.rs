//! Shared helpers for tests with the demo data.

use futures::FutureExt;
use keywright_api_types::{account::Account, page::Position};
use keywright_domain::{
    ids::{LicenseId, TenantId},
    license::NamedLicense,
    plan::Plan,
    role::Role,
};
use keywright_service::{Caller, clock::Clock};
use keywright_store::{EntryFilter, RecordedEntry, StoreError};
use keywright_testing::{Engine, TestWorld};
use uuid::Uuid;

pub(crate) const PRO_KEY: &str = "ACME-PRO0-0000-0001";

pub(crate) async fn world() -> TestWorld {
    TestWorld::with_demo(Engine::Sqlite).await
}

pub(crate) fn acme() -> TenantId {
    "acme".parse().unwrap()
}

/// Returns an operator of `acme` with that role.
pub(crate) fn somebody(role: Role) -> Caller {
    Caller::operator(&Account {
        operator_id: keywright_domain::ids::OperatorId::new(Uuid::from_u128(1)),
        email: format!("{}@acme.test", role.as_str()),
        role,
        tenant_id: acme(),
        tenant_name: "Acme".into(),
        plan: Plan::Enterprise,
        is_guided: false,
    })
}

/// Returns the entries added to `acme`'s log after the first `before` ones.
pub(crate) async fn new_entries(world: &TestWorld, before: usize) -> Vec<RecordedEntry> {
    let mut entries = log(world).await;
    entries.truncate(entries.len() - before);
    entries
}

pub(crate) async fn log(world: &TestWorld) -> Vec<RecordedEntry> {
    settled(world).await;
    world
        .store
        .audit_entries(
            &acme(),
            &EntryFilter::default(),
            Position::Start,
            100_000,
            world.clock.now(),
        )
        .await
        .unwrap()
}

pub(crate) fn id_of(named: Option<&NamedLicense>) -> Option<LicenseId> {
    named.map(|license| license.id)
}

/// Waits for background writes: their tasks run before this one resumes, and SQLite's writer
/// processes jobs in order.
pub(crate) async fn settled(world: &TestWorld) {
    tokio::task::yield_now().await;
    world
        .store
        .write(|_| async { Ok::<_, StoreError>(()) }.boxed())
        .await
        .unwrap();
}
