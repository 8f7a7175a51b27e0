//! Selects between a small site for releases and a fast build for development.

#[derive(Clone, Copy, Debug)]
pub(crate) enum Mode {
    /// Optimized for size and precompressed.
    Release,
    /// Optimized for build time.
    Development,
}
