//! The cached configuration of tenants, as device calls need it.
//!
//! It has a revision in the database, which triggers increment with every change, whoever makes it. A
//! device call reads the current revision together with its license, in one statement, and reloads a
//! configuration of another revision, so that no response is ever derived from an outdated one.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use keywright_domain::{
    ids::{ProductId, TenantId},
    sdk_key::{SdkKeyHash, is_use_news},
    settings::ProductSettings,
    time::Timestamp,
};
use keywright_store::{DeviceSdkKey, DeviceTenant, Store, StoreError};
use parking_lot::RwLock;
use subtle::ConstantTimeEq;

use crate::{
    Error,
    signing_keys::{master_key::MasterKey, signer::TenantSigner},
};

/// The configuration of one tenant at one revision.
pub(crate) struct TenantConfig {
    tenant: DeviceTenant,
    /// None where no key opens with the master key.
    signer: Option<TenantSigner>,
    sdk_keys: Vec<KnownSdkKey>,
}

struct KnownSdkKey {
    key: DeviceSdkKey,
    /// In milliseconds; how far uses of it are noted.
    last_noted_at: AtomicI64,
}

impl TenantConfig {
    fn new(master_key: &MasterKey, id: &TenantId, tenant: DeviceTenant) -> Self {
        let known = |&key: &DeviceSdkKey| KnownSdkKey {
            key,
            last_noted_at: AtomicI64::new(key.last_used_at.map_or(i64::MIN, Timestamp::millis)),
        };
        let signing_key = tenant.signing_key.as_ref();
        Self {
            signer: signing_key.and_then(|sealed| TenantSigner::open(master_key, id, sealed)),
            sdk_keys: tenant.sdk_keys.iter().map(known).collect(),
            tenant,
        }
    }

    pub(crate) fn revision(&self) -> i64 {
        self.tenant.revision
    }

    pub(crate) fn is_suspended(&self) -> bool {
        self.tenant.suspended
    }

    pub(crate) fn settings_of(&self, product: &ProductId) -> Option<ProductSettings> {
        self.tenant.products.get(product).copied()
    }

    /// The key that signs for the tenant.
    pub(crate) fn signer(&self) -> Result<&TenantSigner, Error> {
        self.signer
            .as_ref()
            .ok_or(Error::Internal(StoreError::Corrupt {
                table: "signing_keys",
                column: "sealed_private_key",
            }))
    }

    /// Whether device calls need no SDK key: there is none, nor ever was.
    pub(crate) fn is_public(&self) -> bool {
        self.sdk_keys.is_empty()
    }

    /// Which of the SDK keys that work was sent, if it was one. Every key is compared, each in constant time.
    pub(crate) fn matching(&self, sent: &SdkKeyHash, now: Timestamp) -> Option<UsedSdkKey<'_>> {
        let working = self.sdk_keys.iter().filter(|known| known.key.works(now));
        working.fold(None, |found, known| {
            let is_it = known.key.hash.as_bytes().ct_eq(sent.as_bytes());
            if is_it.into() {
                Some(UsedSdkKey(known))
            } else {
                found
            }
        })
    }
}

/// The SDK key that a device came with.
pub(crate) struct UsedSdkKey<'a>(&'a KnownSdkKey);

impl UsedSdkKey<'_> {
    pub(crate) fn hash(&self) -> SdkKeyHash {
        self.0.key.hash
    }

    /// Whether this use is to be noted. Of those who ask at the same time, one is told so.
    pub(crate) fn should_record_use(&self, now: Timestamp) -> bool {
        let noted = &self.0.last_noted_at;
        let last = noted.load(Ordering::Relaxed);
        let last_at = (last != i64::MIN).then(|| Timestamp::from_millis(last));
        is_use_news(last_at, now)
            && noted
                .compare_exchange(last, now.millis(), Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

/// The configuration of each tenant as it was last read.
#[derive(Default)]
pub(crate) struct TenantCache(RwLock<HashMap<TenantId, Arc<TenantConfig>>>);

impl TenantCache {
    /// Returns the cached configuration. Its revision must be compared with the current one before
    /// anything is derived from it.
    pub(crate) fn cached(&self, tenant: &TenantId) -> Option<Arc<TenantConfig>> {
        self.0.read().get(tenant).cloned()
    }

    /// Returns the current configuration; `None` for an unknown tenant.
    pub(crate) async fn load(
        &self,
        store: &Store,
        master_key: &MasterKey,
        tenant: &TenantId,
    ) -> Result<Option<Arc<TenantConfig>>, Error> {
        let Some(revision) = store.tenant_revision(tenant).await? else {
            return Ok(None);
        };
        if let Some(cached) = self.cached(tenant).filter(|it| it.revision() == revision) {
            return Ok(Some(cached));
        }
        let Some(read) = store.device_tenant(tenant).await? else {
            return Ok(None);
        };
        let config = Arc::new(TenantConfig::new(master_key, tenant, read));
        self.0.write().insert(tenant.clone(), config.clone());
        Ok(Some(config))
    }
}
