//! All services on a dedicated test database.

use keywright_service::{
    Services, rate_limit::RateLimitConfig, rng::Rng, signing_keys::master_key::MasterKey,
};
use keywright_store::{Engine, Store};

use crate::{EngineFixture, FixedClock, NOW, SeededRng, TestDatabase};

/// All services on a dedicated database, with a fixed clock.
pub struct TestContext {
    pub services: Services,
    /// Clock that `services` reads.
    pub clock: FixedClock,
    pub store: Store,
    /// Database behind `store`.
    pub database: TestDatabase,
}

impl TestContext {
    /// Creates the services on an empty database.
    pub async fn create(engine: Engine) -> Self {
        Self::build(
            TestDatabase::create(engine).await,
            7,
            RateLimitConfig::default(),
        )
        .await
    }

    /// Creates a second server on the same database, with the same master key and its own clock.
    pub async fn second_server(&self) -> Self {
        Self::build(self.database.clone(), 8, RateLimitConfig::default()).await
    }

    async fn build(database: TestDatabase, seed: u64, limits: RateLimitConfig) -> Self {
        let store = database.open().await;
        let clock = FixedClock::at(NOW);
        let rng: Box<dyn Rng> = Box::new(SeededRng::new(seed));
        let master_key = MasterKey::generate(&SeededRng::new(7))
            .verify_against_store(&store, &*rng)
            .await
            .expect("the master key does not match the database");
        let service_clock = Box::new(clock.clone());
        let services = Services::new(store.clone(), master_key, service_clock, rng, limits);
        Self {
            services,
            clock,
            store,
            database,
        }
    }

    /// Creates a server on the same database with other rate limits and fresh counters.
    pub async fn with_rate_limits(&self, limits: RateLimitConfig) -> Self {
        Self::build(self.database.clone(), 9, limits).await
    }

    /// Creates the services on a database with the demo data.
    pub async fn with_demo(engine: Engine) -> Self {
        let world = Self::create(engine).await;
        world
            .services
            .demo
            .fill()
            .await
            .expect("failed to create the demo data");
        world
    }
}

impl EngineFixture for TestContext {
    async fn create(engine: Engine) -> Self {
        Self::create(engine).await
    }
}
