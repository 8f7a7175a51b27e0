//! What the store promises, on both engines alike: each test here runs on SQLite and on PostgreSQL.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod activations;
mod audit;
mod changes;
mod guide;
mod key_types;
mod keyless;
mod keys;
mod license_list;
mod licenses;
mod migrations;
mod opening;
mod operators;
mod released;
mod searching;
mod setup_code;
#[cfg(unix)]
mod taken_away;
mod tenants;
mod used_forms;
mod world;
mod writing;

/// Makes two tests of each function: one on SQLite, one on PostgreSQL.
macro_rules! on_both_engines {
    ($($(#[doc = $doc:literal])* async fn $name:ident($world:ident: $type:ty) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports, reason = "not every body names something of its module")]
            use super::*;

            async fn run($world: $type) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                run(<$type>::on(keywright_store::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                run(<$type>::on(keywright_store::Engine::Postgres).await).await;
            }
        }
    )*};
}
pub(crate) use on_both_engines;
