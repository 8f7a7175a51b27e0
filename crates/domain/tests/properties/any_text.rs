//! Strategies that generate input for parsers.

use proptest::{prelude::*, strategy::Union};

/// Generates arbitrary strings, and strings that nearly match the expected format.
pub(crate) fn text(near_misses: &'static [&'static str]) -> impl Strategy<Value = String> {
    let near_misses = near_misses.iter().map(Strategy::boxed);
    prop_oneof![any::<String>(), Union::new(near_misses)]
}
