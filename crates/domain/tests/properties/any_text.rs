//! Strategies that generate text.

use proptest::{prelude::*, strategy::Union};

/// Generates arbitrary text, or text that nearly matches the expected format.
pub(crate) fn text(near_misses: &'static [&'static str]) -> impl Strategy<Value = String> {
    let near_misses = near_misses.iter().map(Strategy::boxed);
    prop_oneof![any::<String>(), Union::new(near_misses)]
}
