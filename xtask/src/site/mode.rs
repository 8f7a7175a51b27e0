//! How the site is built.

/// What the site is built for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mode {
    /// Small files, compressed.
    Release,
    /// A quick build.
    Development,
}
