//! Hooks into private parts, for the tests of the workspace; everything else that tests share is in `keywright-testing`.

#![expect(clippy::expect_used, reason = "a test without its key has failed")]

use keywright_domain::ids::TenantId;
use keywright_store::Store;

use crate::signing_keys::{master_key::MasterKey, signer};

/// Returns the private half of a tenant's signing key, to look for where it must not be.
///
/// # Panics
///
/// Panics if the tenant has none, or if another master key sealed it.
pub async fn private_signing_key(
    store: &Store,
    master_key: &MasterKey,
    tenant: &TenantId,
) -> Vec<u8> {
    let sealed = store
        .primary_signing_key(tenant)
        .await
        .expect("the database");
    let sealed = sealed.expect("a signing key");
    let key = signer::private_half(master_key, tenant, &sealed).expect("its master key");
    key.to_vec()
}
