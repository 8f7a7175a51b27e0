//! Parts of a page that change while it is open.

use leptos::{prelude::*, tachys::view::any_view::IntoAny};

/// A part that follows the signals that it reads.
pub type Dynamic = Box<dyn FnMut() -> AnyView + Send>;

/// Renders `view` again whenever a signal that it reads changes. A closure in a `view!` does the same, but the wasm gets an instance
/// of Leptos' code for each of them; all dynamic parts share one.
pub fn dynamic<V: IntoAny>(mut view: impl FnMut() -> V + Send + 'static) -> Dynamic {
    Box::new(move || view().into_any())
}
