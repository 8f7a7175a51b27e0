//! All use cases, by what they are about.

use std::{ops::Deref, sync::Arc};

use keywright_store::{Load, Store};

use crate::{
    activations::{ActivationBatcher, Activations},
    audit::Audit,
    check::Check,
    clock::Clock,
    context::Context,
    demo::Demo,
    events::Events,
    guide::Guide,
    keyless::Keyless,
    licenses::Licenses,
    limits::{AddressLimits, LimitSettings, Limits},
    master_key::MasterKey,
    operators::Operators,
    password::PasswordHasher,
    products::Products,
    rng::Rng,
    sdk_keys::SdkKeys,
    setup::Setup,
    signing_keys::SigningKeys,
    tenants::Tenants,
    terms::RememberedTerms,
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
    context: Arc<Context>,
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
            limits: Limits::new(limits),
            terms: RememberedTerms::default(),
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

    /// Does what is due by the clock and by nobody's asking. To be called now and then; what fails is done the next time.
    pub async fn keep_house(&self) -> Result<(), crate::Error> {
        let now = self.context.clock.now();
        self.context.limits.forget_the_quiet(now);
        // What fails must not keep the rest from its turn.
        let dropped = self.signing_keys.drop_ended().await;
        let forgotten = self.keyless.purge().await;
        let used_up = self.context.purge_used_forms().await;
        let purged = self.audit.purge().await;
        let optimized = self.context.store.optimize().await;
        dropped
            .and(forgotten)
            .and(used_up)
            .and(purged)
            .and(optimized.map_err(crate::Error::from))
    }

    /// Writes what is still to be written and lets go of the database.
    pub async fn close(&self) {
        self.context.store.close().await;
    }
}
