//! Keyed lists, compiled once for all item types.

use std::sync::Arc;

use leptos::{prelude::*, tachys::view::any_view::IntoAny};

/// A type-erased row.
struct Row {
    key: String,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

/// Renders a row for each of `items`. A row keeps its elements as long as an item has its `key`.
/// `For` does the same, but adds an instance of Leptos' code to the wasm each time. All keyed
/// lists share one instance.
pub fn keyed_list<T, K, V>(
    items: impl Fn() -> Vec<T> + Send + 'static,
    key: impl Fn(&T) -> K + Send + 'static,
    row: impl Fn(T) -> V + Send + Sync + 'static,
) -> AnyView
where
    T: Send + 'static,
    K: ToString,
    V: IntoAny,
{
    let row = Arc::new(row);
    let to_row = move |item: T| {
        let (key, row) = (key(&item).to_string(), Arc::clone(&row));
        let view = Box::new(move || row(item).into_any());
        Row { key, view }
    };
    render_rows(Box::new(move || items().into_iter().map(&to_row).collect()))
}

fn render_rows(rows: Box<dyn Fn() -> Vec<Row> + Send>) -> AnyView {
    let key = |row: &Row| row.key.clone();
    let children = |row: Row| (row.view)();
    view! { <For each=rows key children/> }.into_any()
}
