//! What the tests of the workspace share. Only a dev-dependency may name this crate.
//!
//! *Invariant:* nothing here is compiled into the product.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a test whose fixture panics has failed, as it should"
)]

pub mod builders;
#[cfg(feature = "service")]
mod clock;
mod database;
#[cfg(feature = "service")]
mod rng;
#[cfg(feature = "service")]
mod world;

pub use keywright_store::Engine;
pub use keywright_testing_macros::engine_test;

pub use self::database::{POSTGRES_URL_VARIABLE, TestDatabase};
#[cfg(feature = "service")]
pub use self::{clock::FixedClock, rng::SeededRng, world::TestWorld};

use keywright_domain::time::Timestamp;

/// The time at which test clocks start.
pub const NOW: Timestamp = Timestamp::from_seconds(1_781_000_000);

/// What an [`engine_test`] takes as its first argument.
pub trait EngineFixture: Sized {
    /// Makes the fixture on an engine. Panics where there is none: a test on PostgreSQL is never skipped.
    fn on(engine: Engine) -> impl Future<Output = Self>;
}

/// Runs a test with its fixture on an engine; what [`engine_test`] expands to.
pub async fn run_on<Fixture, Test>(engine: Engine, test: Test)
where
    Fixture: EngineFixture,
    Test: AsyncFnOnce(Fixture),
{
    test(Fixture::on(engine).await).await;
}

impl EngineFixture for Engine {
    async fn on(engine: Engine) -> Self {
        engine
    }
}
