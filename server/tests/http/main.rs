//! The whole server in-process: requests in, answers out, over both engines where the database matters.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

/// Makes two tests of each function that takes an engine first: one on SQLite, one on PostgreSQL.
macro_rules! on_both_engines {
    ($($name:ident => $function:ident($($argument:expr),*);)*) => {$(
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                $function(keywright_store::Engine::Sqlite $(, $argument)*).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                $function(keywright_store::Engine::Postgres $(, $argument)*).await;
            }
        }
    )*};
}

mod access;
mod alike;
mod api_document;
mod at_once;
mod audit;
mod bad_input;
mod client;
mod clock;
mod compression;
mod csv;
mod csv_calls;
mod dashboard;
mod devices;
mod documented;
mod events;
mod failures;
mod finding;
mod functions;
mod guide;
mod keyless;
mod license_pages;
mod limits;
mod made_up;
mod minting;
mod openapi;
mod pages;
mod precedence;
mod products;
mod same_device;
mod sdk_keys;
mod setup;
mod world;
