//! All use cases, by what they are about.

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

/// Everything that can be asked of Keywright. Cheap to clone: each request has one.
#[derive(Clone)]
pub struct Services(Arc<UseCases>);

impl Deref for Services {
    type Target = UseCases;

    fn deref(&self) -> &UseCases {
        &self.0
    }
}

/// The use cases.
pub struct UseCases {
    /// What devices ask.
    pub activations: Activations,
    /// What was done, by whom and when.
    pub audit: Audit,
    /// Whether the database contradicts itself.
    pub check: Check,
    /// The demo data.
    pub demo: Demo,
    /// Pages that stay as new as the database.
    pub events: Events,
    /// The guided start.
    pub guide: Guide,
    /// Installs without a key.
    pub keyless: Keyless,
    /// Licenses.
    pub licenses: Licenses,
    /// How much one address may ask.
    pub limits: AddressLimits,
    /// Accounts and sessions.
    pub operators: Operators,
    /// Products and key types.
    pub products: Products,
    /// Keys that ship in apps.
    pub sdk_keys: SdkKeys,
    /// The first run.
    pub setup: Setup,
    /// Keys that sign leases.
    pub signing_keys: SigningKeys,
    /// Tenants.
    pub tenants: Tenants,
    pub(crate) context: Arc<Context>,
}

impl Services {
    /// Over a store, with a master key that fits it ([`MasterKey::checked`]), a clock, randomness and limits.
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

    /// Whether the database answers.
    pub async fn ready(&self) -> Result<(), crate::Error> {
        Ok(self.context.store.ping().await?)
    }

    /// How busy the database is at this moment.
    pub fn load(&self) -> Load {
        self.context.store.load()
    }

    /// Whether a search finds what stands in the middle of a word; else the database lacks an extension.
    pub fn supports_substring_search(&self) -> bool {
        self.context.store.supports_substring_search()
    }

    /// Writes what is still to be written and lets go of the database.
    pub async fn close(&self) {
        self.context.store.close().await;
    }
}
