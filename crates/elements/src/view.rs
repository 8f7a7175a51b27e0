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
