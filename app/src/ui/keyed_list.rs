//! Lists whose rows come and go.

use std::sync::Arc;

use leptos::{prelude::*, tachys::view::any_view::IntoAny};

/// A row to render.
struct Row {
    key: String,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

/// Renders a row for each of `items`. The elements of a row stay as long as there is an item with its `key`. A `For` does the same,
/// but the wasm gets an instance of Leptos' code for each of them; all keyed lists share one.
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
    let of_item = move |item: T| {
        let (key, row) = (key(&item).to_string(), Arc::clone(&row));
        let view = Box::new(move || row(item).into_any());
        Row { key, view }
    };
    shared(Box::new(move || {
        items().into_iter().map(&of_item).collect()
    }))
}

fn shared(rows: Box<dyn Fn() -> Vec<Row> + Send>) -> AnyView {
    let key = |row: &Row| row.key.clone();
    let children = |row: Row| (row.view)();
    view! { <For each=rows key children/> }.into_any()
}
