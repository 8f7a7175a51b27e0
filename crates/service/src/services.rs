//! All use cases, grouped by subject.

use std::{ops::Deref, sync::Arc};

use keywright_store::{Load, Store};

use crate::{
    audit::Audit,
    check::Check,
    clock::Clock,
    context::Context,
    demo::Demo,
    device::{
        Activations, activation_batch::ActivationBatcher, keyless::Keyless,
        tenant_cache::TenantCache,
    },
    events::Events,
    licenses::Licenses,
    operators::{Operators, password::PasswordHasher},
    products::Products,
    rate_limit::{AddressLimits, LimitSettings, limiter::RateLimiter},
    rng::Rng,
    sdk_keys::SdkKeys,
    signing_keys::{SigningKeys, master_key::MasterKey},
    tenants::{Tenants, guide::Guide, setup::Setup},
};

/// The entry point to all use cases. Cheap to clone: each request has its own.
#[derive(Clone)]
pub struct Services(Arc<UseCases>);

impl Deref for Services {
    type Target = UseCases;

    fn deref(&self) -> &UseCases {
        &self.0
    }
}

pub struct UseCases {
    pub activations: Activations,
    pub audit: Audit,
    pub check: Check,
    pub demo: Demo,
    pub events: Events,
    pub guide: Guide,
    pub keyless: Keyless,
    pub licenses: Licenses,
    pub limits: AddressLimits,
    pub operators: Operators,
    pub products: Products,
    pub sdk_keys: SdkKeys,
    pub setup: Setup,
    pub signing_keys: SigningKeys,
    pub tenants: Tenants,
    pub(crate) context: Arc<Context>,
}

impl Services {
    /// Creates the services. The master key must match the store; see [`MasterKey::checked`].
    pub fn new(
        store: Store,
        master_key: MasterKey,
        clock: Box<dyn Clock>,
        rng: Box<dyn Rng>,
        limits: LimitSettings,
    ) -> Self {
        let passwords = PasswordHasher::default();
        let context = Arc::new(Context {
            activation_batcher: ActivationBatcher::start(&store),
            store,
            clock,
            rng,
            master_key,
            passwords,
            rate_limiter: RateLimiter::new(limits),
            tenant_cache: TenantCache::default(),
        });
        Self(Arc::new(UseCases {
            activations: Activations(context.clone()),
            audit: Audit(context.clone()),
            check: Check(context.clone()),
            demo: Demo(context.clone()),
            events: Events(context.clone()),
            guide: Guide(context.clone()),
            keyless: Keyless(context.clone()),
            licenses: Licenses(context.clone()),
            limits: AddressLimits(context.clone()),
            operators: Operators(context.clone()),
            products: Products(context.clone()),
            sdk_keys: SdkKeys(context.clone()),
            setup: Setup::new(context.clone()),
            signing_keys: SigningKeys(context.clone()),
            tenants: Tenants(context.clone()),
            context,
        }))
    }

    /// Checks that the database responds.
    pub async fn ready(&self) -> Result<(), crate::Error> {
        Ok(self.context.store.ping().await?)
    }

    /// Returns the current database load.
    pub fn load(&self) -> Load {
        self.context.store.load()
    }

    /// Returns whether search finds substrings. It does not if PostgreSQL lacks the required
    /// extension.
    pub fn supports_substring_search(&self) -> bool {
        self.context.store.supports_substring_search()
    }

    /// Flushes pending writes and closes the database.
    pub async fn close(&self) {
        self.context.store.close().await;
    }
}
