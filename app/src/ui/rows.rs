//! Rows that come and go.

use std::sync::Arc;

use leptos::{prelude::*, tachys::view::any_view::IntoAny};

/// A row that is to be shown.
struct Row {
    key: String,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

/// A row for each of `items`, which is made once and stays the same elements as long as there is an item of its `key`. A `For`
/// of one's own does the same; but each has machinery of its own in the wasm, where these all share one.
pub fn rows<T, K, V>(
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
