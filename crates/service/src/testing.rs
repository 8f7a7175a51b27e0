//! A fixed clock, seeded randomness, and a world to test in.

#![expect(clippy::expect_used, reason = "a test without its world has failed")]

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use keywright_domain::{ids::TenantId, time::Timestamp};
use keywright_store::{Engine, Store, testing::TestDatabase};
use sha2::{Digest, Sha256};

use crate::{
    Services, clock::Clock, rate_limit::LimitSettings, rng::Rng,
    signing_keys::master_key::MasterKey, signing_keys::signer,
};

/// A clock that stands still until it is told to move. Clones are the same clock.
#[derive(Debug, Clone)]
pub struct FixedClock(Arc<AtomicI64>);

impl FixedClock {
    /// A clock that says `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.millis())))
    }

    /// Sets it.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.millis(), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// The same bytes for the same seed, every time.
#[derive(Debug)]
pub struct SeededRng {
    seed: u64,
    drawn: AtomicU64,
}

impl SeededRng {
    /// Begins the sequence of `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            drawn: AtomicU64::new(0),
        }
    }
}

impl Rng for SeededRng {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let number = self.drawn.fetch_add(1, Ordering::SeqCst);
            let block = Sha256::new()
                .chain_update(self.seed.to_le_bytes())
                .chain_update(number.to_le_bytes());
            chunk.copy_from_slice(&block.finalize()[..chunk.len()]);
        }
    }
}

/// The private half of a tenant's signing key, to look for where it must not be.
///
/// # Panics
///
/// If there is none, or another master key sealed it.
pub async fn private_signing_key(
    store: &Store,
    master_key: &MasterKey,
    tenant: &TenantId,
) -> Vec<u8> {
    let sealed = store
        .primary_signing_key(tenant)
        .await
        .expect("the database");
    let sealed = sealed.expect("a signing key");
    let key = signer::private_half(master_key, tenant, &sealed).expect("its master key");
    key.to_vec()
}

/// The moment at which test worlds begin.
pub const NOW: Timestamp = Timestamp::from_seconds(1_781_000_000);

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
    ///
    /// # Panics
    ///
    /// If it can't be made.
    pub async fn on(engine: Engine) -> Self {
        Self::over(TestDatabase::on(engine).await, 7, LimitSettings::default()).await
    }

    /// Another server on the same database, with the same master key and a clock of its own.
    ///
    /// # Panics
    ///
    /// If it can't be made.
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
    ///
    /// # Panics
    ///
    /// If it can't be made.
    pub async fn limited_by(&self, limits: LimitSettings) -> Self {
        Self::over(self.database.clone(), 9, limits).await
    }

    /// A world with the demo data in it, on that engine.
    ///
    /// # Panics
    ///
    /// If it can't be made.
    pub async fn with_demo(engine: Engine) -> Self {
        let world = Self::on(engine).await;
        world.services.demo.fill().await.expect("the demo data");
        world
    }
}
