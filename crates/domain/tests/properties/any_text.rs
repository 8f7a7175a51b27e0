//! Texts to ask a property of.

use proptest::{prelude::*, strategy::Union};

/// Any text, half of the time one that is nearly what is asked for.
pub(crate) fn text(nearly: &'static [&'static str]) -> impl Strategy<Value = String> {
    let nearly = nearly.iter().map(Strategy::boxed);
    prop_oneof![any::<String>(), Union::new(nearly)]
}
