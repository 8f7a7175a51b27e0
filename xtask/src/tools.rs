//! Build and test tools: found on the machine, or installed once into the user's cache.

pub(crate) mod apt;
pub(crate) mod browser;
mod cache;
pub(crate) mod cargo_tools;
mod debian_wasm;
mod npm_tools;
mod site_tools;
mod wasm_target;

pub(crate) use site_tools::{SiteTools, site_tool_versions};
pub(crate) use wasm_target::WasmCompiler;
