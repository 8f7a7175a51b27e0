//! CSV export of licenses: download, progress and outcome.

#[cfg(target_arch = "wasm32")]
mod download;
pub mod export;
#[cfg(any(target_arch = "wasm32", test))]
mod file_name;
pub mod state;
