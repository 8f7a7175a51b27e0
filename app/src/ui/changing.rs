//! Parts of a page that change while it is open.

use leptos::{prelude::*, tachys::view::any_view::IntoAny};

/// A part that changes with the signals which it reads.
pub type Changing = Box<dyn FnMut() -> AnyView + Send>;

/// Shows what `view` makes, again whenever a signal changes that it reads. A closure in a `view!` does the same; but each
/// has a type of its own, and with it machinery of its own in the wasm, where these all share one.
pub fn changing<V: IntoAny>(mut view: impl FnMut() -> V + Send + 'static) -> Changing {
    Box::new(move || view().into_any())
}
