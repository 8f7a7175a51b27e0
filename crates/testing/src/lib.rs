//! Fixtures shared by the tests of the workspace. Use this crate as a dev-dependency only.
//!
//! *Invariant:* nothing here is compiled into the product.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a panicking fixture fails its test, as intended"
)]

pub mod builders;
#[cfg(feature = "service")]
mod clock;
#[cfg(feature = "service")]
mod context;
mod database;
#[cfg(feature = "service")]
mod rng;

pub use keywright_store::Engine;
pub use keywright_testing_macros::engine_test;

pub use self::database::{POSTGRES_URL_ENV, TestDatabase};
#[cfg(feature = "service")]
pub use self::{clock::FixedClock, context::TestContext, rng::SeededRng};

use keywright_domain::time::Timestamp;

/// Time at which test clocks start.
pub const NOW: Timestamp = Timestamp::from_seconds(1_781_000_000);

/// First argument of an [`engine_test`], created on the engine under test.
pub trait EngineFixture: Sized {
    /// Creates the fixture on `engine`. Panics if the engine is unavailable: PostgreSQL tests are
    /// never skipped.
    fn create(engine: Engine) -> impl Future<Output = Self>;
}

/// Runs a test with its fixture on one engine. [`engine_test`] expands to calls of this function.
pub async fn run_on<Fixture, Test>(engine: Engine, test: Test)
where
    Fixture: EngineFixture,
    Test: AsyncFnOnce(Fixture),
{
    test(Fixture::create(engine).await).await;
}

impl EngineFixture for Engine {
    async fn create(engine: Engine) -> Self {
        engine
    }
}
