//! Input strategies for text.

use proptest::{prelude::*, strategy::Union};

/// Generates arbitrary text, or text that nearly matches the expected format.
pub(crate) fn text(nearly: &'static [&'static str]) -> impl Strategy<Value = String> {
    let nearly = nearly.iter().map(Strategy::boxed);
    prop_oneof![any::<String>(), Union::new(nearly)]
}
