//! The dependencies shared by all use cases.

use keywright_domain::{
    audit::Action,
    ids::{AuditEntryId, Kid, LicenseId, TenantId},
    time::Timestamp,
};
use keywright_store::{NewAuditEntry, SealedSigningKey, Store};
use serde_json::Value;

use crate::{
    Caller,
    clock::Clock,
    device::{activation_batch::ActivationBatcher, tenant_cache::TenantCache},
    operators::password::PasswordHasher,
    rate_limit::rate_limiter::RateLimiter,
    rng::Rng,
    signing_keys::{master_key::MasterKey, signer},
};

pub(crate) struct Context {
    pub(crate) store: Store,
    pub(crate) clock: Box<dyn Clock>,
    pub(crate) rng: Box<dyn Rng>,
    pub(crate) master_key: MasterKey,
    pub(crate) password_hasher: PasswordHasher,
    pub(crate) rate_limiter: RateLimiter,
    pub(crate) tenant_cache: TenantCache,
    pub(crate) activation_batcher: ActivationBatcher,
}

impl Context {
    pub(crate) fn generate_signing_key(&self, tenant_id: &TenantId, kid: Kid) -> SealedSigningKey {
        signer::generate(&self.master_key, &*self.rng, tenant_id, kid)
    }

    /// Creates an audit entry for the caller. Record it in the same transaction as the change it
    /// describes.
    pub(crate) fn new_audit_entry(
        &self,
        caller: &Caller,
        now: Timestamp,
        action: Action,
        license: Option<LicenseId>,
        details: Value,
    ) -> NewAuditEntry {
        NewAuditEntry {
            id: AuditEntryId::new(self.rng.uuid_v7(now)),
            tenant_id: caller.tenant_id().clone(),
            created_at: now,
            actor: caller.actor().clone(),
            action,
            license_id: license,
            successor_id: None,
            details,
        }
    }
}
