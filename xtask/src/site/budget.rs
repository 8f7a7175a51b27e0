//! The largest wasm that we let a browser download.

use std::fs;

use anyhow::{Result, bail};

/// Bytes after brotli. Raise it with a reason in the commit's message.
const WASM_BUDGET: u64 = 300_000;

/// Fails if the compressed wasm of the built site is larger than its budget.
pub(crate) fn check() -> Result<()> {
    let mut total = 0;
    for wasm in super::files("wasm")? {
        let compressed = wasm.with_added_extension("br");
        let (plain, small) = (fs::metadata(&wasm)?.len(), fs::metadata(&compressed)?.len());
        println!("    wasm: {plain} bytes, {small} after brotli, of {WASM_BUDGET} allowed");
        total += small;
    }
    if total > WASM_BUDGET {
        bail!(
            "the wasm is {total} bytes after brotli, {} over its budget",
            total - WASM_BUDGET
        );
    }
    Ok(())
}
