//! Build mode of the site.

#[derive(Clone, Copy, Debug)]
pub(crate) enum Mode {
    /// Optimized for size and precompressed.
    Release,
    /// Optimized for build time.
    Development,
}
