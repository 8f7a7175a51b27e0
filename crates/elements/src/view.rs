//! What `view!` makes.

use leptos::{
    prelude::{AnyView, RenderHtml},
    tachys::view::any_view::IntoAny,
};

/// Where `view!` wraps what it has made.
#[derive(Debug)]
pub struct View;

impl View {
    /// A view of the one type that all have: else there would be machinery for a list and an option of every kind of element.
    #[expect(clippy::new_ret_no_self, reason = "`view!` calls it so")]
    pub fn new<V: RenderHtml + Send + 'static>(view: V) -> AnyView {
        view.into_any()
    }
}

/// Marks views with where they stand in the source, which `view!` asks for in a build that is not optimised.
pub trait Marked: Sized {
    /// Nothing here looks for the mark.
    #[must_use]
    fn with_view_marker(self, _marker: &'static str) -> Self {
        self
    }
}

impl Marked for AnyView {}
