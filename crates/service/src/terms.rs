//! What device calls of a tenant are answered by, apart from its licenses: remembered, and never used when it is out of date.
//!
//! Everything in here has a revision in the database, which triggers count up with each change, whoever makes it. Who is about to
//! answer a device reads it with the license, in one statement, and reads these terms anew if they are of another.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};

use keywright_domain::{
    ids::{ProductId, TenantId},
    sdk_key::{SdkKeyHash, is_use_news},
    settings::ProductSettings,
    time::Timestamp,
};
use keywright_store::{DeviceSdkKey, DeviceTenant, StoreError};
use subtle::ConstantTimeEq;

use crate::{Error, context::Context, signer::TenantSigner};

/// The terms of one tenant at one revision.
pub(crate) struct TenantTerms {
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

impl TenantTerms {
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
    pub(crate) fn asks_for_no_sdk_key(&self) -> bool {
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
    pub(crate) fn is_news(&self, now: Timestamp) -> bool {
        let noted = &self.0.last_noted_at;
        let last = noted.load(Ordering::Relaxed);
        let last_at = (last != i64::MIN).then(|| Timestamp::from_millis(last));
        is_use_news(last_at, now)
            && noted
                .compare_exchange(last, now.millis(), Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

/// The terms that were read last, by tenant. As many as there are tenants.
#[derive(Default)]
pub(crate) struct RememberedTerms(RwLock<HashMap<TenantId, Arc<TenantTerms>>>);

impl RememberedTerms {
    fn of(&self, tenant: &TenantId) -> Option<Arc<TenantTerms>> {
        let terms = self.0.read().unwrap_or_else(PoisonError::into_inner);
        terms.get(tenant).cloned()
    }

    fn remember(&self, tenant: TenantId, read: Arc<TenantTerms>) {
        let mut terms = self.0.write().unwrap_or_else(PoisonError::into_inner);
        terms.insert(tenant, read);
    }
}

impl Context {
    /// The tenant's terms as they were read last: to be confirmed by their revision before anything is made of them.
    pub(crate) fn remembered_terms(&self, tenant: &TenantId) -> Option<Arc<TenantTerms>> {
        self.terms.of(tenant)
    }

    /// The tenant's terms as they are; none where there is no such tenant.
    pub(crate) async fn terms(&self, tenant: &TenantId) -> Result<Option<Arc<TenantTerms>>, Error> {
        let Some(revision) = self.store.tenant_revision(tenant).await? else {
            return Ok(None);
        };
        let remembered = self.terms.of(tenant);
        if let Some(terms) = remembered.filter(|terms| terms.revision() == revision) {
            return Ok(Some(terms));
        }
        let Some(read) = self.store.device_tenant(tenant).await? else {
            return Ok(None);
        };
        let terms = Arc::new(self.terms_of(tenant, read));
        self.terms.remember(tenant.clone(), terms.clone());
        Ok(Some(terms))
    }

    fn terms_of(&self, id: &TenantId, tenant: DeviceTenant) -> TenantTerms {
        let known = |&key: &DeviceSdkKey| KnownSdkKey {
            key,
            last_noted_at: AtomicI64::new(key.last_used_at.map_or(i64::MIN, Timestamp::millis)),
        };
        let signing_key = tenant.signing_key.as_ref();
        TenantTerms {
            signer: signing_key.and_then(|sealed| self.signer(id, sealed)),
            sdk_keys: tenant.sdk_keys.iter().map(known).collect(),
            tenant,
        }
    }
}
