//! The tenant cache used by device requests.
//!
//! Every tenant has a revision in the database. Triggers increment it on every change to the
//! tenant's configuration. A device request reads the current revision in the same statement as its
//! license, and reloads the configuration if the revision differs.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use keywright_domain::{
    ids::{ProductId, TenantId},
    product_settings::ProductSettings,
    sdk_key::{SdkKeyHash, should_record_use},
    time::Timestamp,
};
use keywright_store::{SdkKeyRecord, Store, StoreError, TenantConfigRecord};
use parking_lot::RwLock;
use subtle::ConstantTimeEq;

use crate::{
    Error,
    signing_keys::{master_key::MasterKey, signer::TenantSigner},
};

/// The configuration of a tenant at one revision.
pub(crate) struct TenantConfig {
    record: TenantConfigRecord,
    /// `None` if the master key does not open the tenant's signing key.
    signer: Option<TenantSigner>,
    sdk_keys: Vec<CachedSdkKey>,
}

struct CachedSdkKey {
    key: SdkKeyRecord,
    /// Time of the last recorded use in milliseconds; `i64::MIN` if never used.
    last_recorded_at: AtomicI64,
}

impl TenantConfig {
    fn new(master_key: &MasterKey, id: &TenantId, tenant: TenantConfigRecord) -> Self {
        let known = |&key: &SdkKeyRecord| CachedSdkKey {
            key,
            last_recorded_at: AtomicI64::new(key.last_used_at.map_or(i64::MIN, Timestamp::millis)),
        };
        let signing_key = tenant.signing_key.as_ref();
        Self {
            signer: signing_key.and_then(|sealed| TenantSigner::open(master_key, id, sealed)),
            sdk_keys: tenant.sdk_keys.iter().map(known).collect(),
            record: tenant,
        }
    }

    pub(crate) fn revision(&self) -> i64 {
        self.record.revision
    }

    pub(crate) fn is_suspended(&self) -> bool {
        self.record.is_suspended
    }

    pub(crate) fn product_settings(&self, product_id: &ProductId) -> Option<ProductSettings> {
        self.record.products.get(product_id).copied()
    }

    /// Returns the tenant's current signing key.
    pub(crate) fn signer(&self) -> Result<&TenantSigner, Error> {
        self.signer
            .as_ref()
            .ok_or(Error::Internal(StoreError::Corrupt {
                table: "signing_keys",
                column: "sealed_private_key",
            }))
    }

    /// Returns whether device requests need no SDK key, because the tenant has never had a key.
    pub(crate) fn is_public(&self) -> bool {
        self.sdk_keys.is_empty()
    }

    /// Returns the valid SDK key that was sent, if any. Compares all valid keys, each in constant
    /// time.
    pub(crate) fn find_sdk_key(
        &self,
        sent: &SdkKeyHash,
        now: Timestamp,
    ) -> Option<AuthenticatedSdkKey<'_>> {
        let working = self
            .sdk_keys
            .iter()
            .filter(|known| known.key.is_valid_at(now));
        working.fold(None, |found, known| {
            let is_match = known.key.hash.as_bytes().ct_eq(sent.as_bytes());
            if is_match.into() {
                Some(AuthenticatedSdkKey(known))
            } else {
                found
            }
        })
    }
}

/// The SDK key that a request was authenticated with.
pub(crate) struct AuthenticatedSdkKey<'a>(&'a CachedSdkKey);

impl AuthenticatedSdkKey<'_> {
    pub(crate) fn hash(&self) -> SdkKeyHash {
        self.0.key.hash
    }

    /// Returns whether to record this use. Of several concurrent requests, only one gets `true`.
    pub(crate) fn should_record_use(&self, now: Timestamp) -> bool {
        let noted = &self.0.last_recorded_at;
        let last = noted.load(Ordering::Relaxed);
        let last_at = (last != i64::MIN).then(|| Timestamp::from_millis(last));
        should_record_use(last_at, now)
            && noted
                .compare_exchange(last, now.millis(), Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

/// Caches the last loaded configuration of each tenant.
#[derive(Default)]
pub(crate) struct TenantCache(RwLock<HashMap<TenantId, Arc<TenantConfig>>>);

impl TenantCache {
    /// Returns the cached configuration. Compare its revision with the current one before using
    /// it.
    pub(crate) fn cached(&self, tenant_id: &TenantId) -> Option<Arc<TenantConfig>> {
        self.0.read().get(tenant_id).cloned()
    }

    /// Returns the current configuration; `None` for an unknown tenant.
    pub(crate) async fn load(
        &self,
        store: &Store,
        master_key: &MasterKey,
        tenant_id: &TenantId,
    ) -> Result<Option<Arc<TenantConfig>>, Error> {
        let Some(revision) = store.tenant_revision(tenant_id).await? else {
            return Ok(None);
        };
        if let Some(cached) = self
            .cached(tenant_id)
            .filter(|it| it.revision() == revision)
        {
            return Ok(Some(cached));
        }
        let Some(read) = store.tenant_config(tenant_id).await? else {
            return Ok(None);
        };
        let config = Arc::new(TenantConfig::new(master_key, tenant_id, read));
        self.0.write().insert(tenant_id.clone(), config.clone());
        Ok(Some(config))
    }
}
