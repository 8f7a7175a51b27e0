//! All use cases over a database of their own.

use keywright_service::{
    Services, rate_limit::LimitSettings, rng::Rng, signing_keys::master_key::MasterKey,
};
use keywright_store::{Engine, Store};

use crate::{EngineFixture, FixedClock, NOW, SeededRng, TestDatabase};

/// All use cases over an empty database, at a standing clock.
pub struct TestWorld {
    /// The use cases.
    pub services: Services,
    /// What they read the time from.
    pub clock: FixedClock,
    /// What they write to.
    pub store: Store,
    /// Where that is.
    pub database: TestDatabase,
}

impl TestWorld {
    /// An empty world on that engine.
    pub async fn on(engine: Engine) -> Self {
        Self::over(TestDatabase::on(engine).await, 7, LimitSettings::default()).await
    }

    /// Another server on the same database, with the same master key and a clock of its own.
    pub async fn beside(&self) -> Self {
        Self::over(self.database.clone(), 8, LimitSettings::default()).await
    }

    async fn over(database: TestDatabase, seed: u64, limits: LimitSettings) -> Self {
        let store = database.open().await;
        let clock = FixedClock::at(NOW);
        let rng: Box<dyn Rng> = Box::new(SeededRng::new(seed));
        let master_key = MasterKey::generate(&SeededRng::new(7))
            .checked(&store, &*rng)
            .await
            .expect("the master key of this database");
        let clock_given = Box::new(clock.clone());
        let services = Services::new(store.clone(), master_key, clock_given, rng, limits);
        Self {
            services,
            clock,
            store,
            database,
        }
    }

    /// The same database under other limits, of which nothing is used up.
    pub async fn limited_by(&self, limits: LimitSettings) -> Self {
        Self::over(self.database.clone(), 9, limits).await
    }

    /// A world with the demo data in it, on that engine.
    pub async fn with_demo(engine: Engine) -> Self {
        let world = Self::on(engine).await;
        world.services.demo.fill().await.expect("the demo data");
        world
    }
}

impl EngineFixture for TestWorld {
    async fn on(engine: Engine) -> Self {
        Self::on(engine).await
    }
}
