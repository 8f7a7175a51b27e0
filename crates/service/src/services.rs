//! All use cases, grouped by subject.

use std::{ops::Deref, sync::Arc};

use keywright_store::{Store, StoreMetrics};

use crate::{
    audit::Audit,
    clock::Clock,
    context::Context,
    demo::Demo,
    device::{
        DeviceService, activation_batch::ActivationBatcher, keyless::Keyless,
        tenant_cache::TenantCache,
    },
    integrity_check::IntegrityCheck,
    licenses::Licenses,
    live_updates::LiveUpdates,
    operators::{Operators, password::PasswordHasher},
    products::Products,
    rate_limit::{RateLimitConfig, RateLimits, rate_limiter::RateLimiter},
    rng::Rng,
    sdk_keys::SdkKeys,
    signing_keys::{SigningKeys, master_key::MasterKey},
    tenants::{Tenants, guide::OnboardingGuide, setup::Setup},
};

/// The entry point to all use cases. Cheap to clone.
#[derive(Clone)]
pub struct Services(Arc<ServicesInner>);

impl Deref for Services {
    type Target = ServicesInner;

    fn deref(&self) -> &ServicesInner {
        &self.0
    }
}

pub struct ServicesInner {
    pub devices: DeviceService,
    pub audit: Audit,
    pub check: IntegrityCheck,
    pub demo: Demo,
    pub live_updates: LiveUpdates,
    pub guide: OnboardingGuide,
    pub keyless: Keyless,
    pub licenses: Licenses,
    pub rate_limits: RateLimits,
    pub operators: Operators,
    pub products: Products,
    pub sdk_keys: SdkKeys,
    pub setup: Setup,
    pub signing_keys: SigningKeys,
    pub tenants: Tenants,
    pub(crate) context: Arc<Context>,
}

impl Services {
    /// Creates the services. The master key must match the store; see
    /// [`MasterKey::verify_against_store`].
    pub fn new(
        store: Store,
        master_key: MasterKey,
        clock: Box<dyn Clock>,
        rng: Box<dyn Rng>,
        limits: RateLimitConfig,
    ) -> Self {
        let passwords = PasswordHasher::default();
        let context = Arc::new(Context {
            activation_batcher: ActivationBatcher::start(&store),
            store,
            clock,
            rng,
            master_key,
            password_hasher: passwords,
            rate_limiter: RateLimiter::new(limits),
            tenant_cache: TenantCache::default(),
        });
        Self(Arc::new(ServicesInner {
            devices: DeviceService {
                context: context.clone(),
            },
            audit: Audit {
                context: context.clone(),
            },
            check: IntegrityCheck {
                context: context.clone(),
            },
            demo: Demo {
                context: context.clone(),
            },
            live_updates: LiveUpdates {
                context: context.clone(),
            },
            guide: OnboardingGuide {
                context: context.clone(),
            },
            keyless: Keyless {
                context: context.clone(),
            },
            licenses: Licenses {
                context: context.clone(),
            },
            rate_limits: RateLimits {
                context: context.clone(),
            },
            operators: Operators {
                context: context.clone(),
            },
            products: Products {
                context: context.clone(),
            },
            sdk_keys: SdkKeys {
                context: context.clone(),
            },
            setup: Setup::new(context.clone()),
            signing_keys: SigningKeys {
                context: context.clone(),
            },
            tenants: Tenants {
                context: context.clone(),
            },
            context,
        }))
    }

    /// Checks that the database responds.
    pub async fn ping(&self) -> Result<(), crate::Error> {
        Ok(self.context.store.ping().await?)
    }

    /// Returns the number of idle and in-use connections and of pending writes.
    pub fn pool_stats(&self) -> StoreMetrics {
        self.context.store.metrics()
    }

    /// Returns whether search matches substrings: always on SQLite, and on PostgreSQL only with the
    /// extension `pg_trgm`.
    pub fn supports_substring_search(&self) -> bool {
        self.context.store.supports_substring_search()
    }

    /// Flushes pending writes and closes the database.
    pub async fn close(&self) {
        self.context.store.close().await;
    }
}
