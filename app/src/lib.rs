//! Keywright's pages, rendered on the server (feature `ssr`) and hydrated in the browser (feature
//! `hydrate`).

#![expect(
    clippy::needless_pass_by_value,
    reason = "components take their props by value"
)]

#[cfg(not(any(erase_components, doc)))]
compile_error!(
    "the flags in .cargo/config.toml are missing: unset RUSTFLAGS, which overrides them"
);

pub mod api;
pub mod app;
pub mod assets;
pub mod csv_export;
pub mod format;
#[cfg(all(feature = "hydrate", target_arch = "wasm32"))]
pub mod hydrate;
#[expect(unreachable_pub, reason = "`#[component]` makes its props public")]
mod layout;
pub mod live_updates;
#[expect(unreachable_pub, reason = "`#[component]` makes its props public")]
mod pages;
pub mod routes;
#[cfg(feature = "ssr")]
#[expect(unreachable_pub, reason = "`#[component]` makes its props public")]
mod server_only;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod stale_resource;
pub mod theme;
#[expect(unreachable_pub, reason = "`#[component]` makes its props public")]
mod ui;
pub mod user_activity;
