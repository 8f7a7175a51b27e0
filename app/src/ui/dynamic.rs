//! Dynamic views, compiled once for all types.

use leptos::{prelude::*, tachys::view::any_view::IntoAny};

/// A view that depends on signals.
pub type Dynamic = Box<dyn FnMut() -> AnyView + Send>;

/// Renders `view` again whenever a signal that it reads changes. A closure in `view!` does the
/// same, but adds an instance of Leptos' code to the wasm each time. All dynamic parts share one
/// instance.
pub fn dynamic<V: IntoAny>(mut view: impl FnMut() -> V + Send + 'static) -> Dynamic {
    Box::new(move || view().into_any())
}
