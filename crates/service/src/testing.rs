//! Access to internals for the workspace's tests. Other shared test code is in `keywright-testing`.

#![expect(clippy::expect_used, reason = "a missing key fails the test")]

use keywright_domain::ids::TenantId;
use keywright_store::Store;

use crate::signing_keys::{master_key::MasterKey, signer};

/// Returns a tenant's private signing key, so that tests can search for leaks of it.
///
/// # Panics
///
/// Panics if the tenant has no signing key, or if it was sealed with another master key.
pub async fn private_signing_key(
    store: &Store,
    master_key: &MasterKey,
    tenant_id: &TenantId,
) -> Vec<u8> {
    let sealed = store
        .primary_signing_key(tenant_id)
        .await
        .expect("failed to read the signing key");
    let sealed = sealed.expect("the tenant has no signing key");
    let key =
        signer::private_key(master_key, tenant_id, &sealed).expect("the master key does not match");
    key.to_vec()
}
