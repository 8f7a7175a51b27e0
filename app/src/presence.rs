//! Whether anybody is at the page: what it asks by itself must not keep the session of an operator who has left.

/// For how long a page that was touched counts as attended: one minute.
#[cfg(target_arch = "wasm32")]
const ATTENDED_MILLIS: f64 = 60_000.0;

#[cfg(target_arch = "wasm32")]
thread_local! {
    static TOUCHED_AT: std::cell::Cell<f64> = const { std::cell::Cell::new(0.0) };
}

/// Begins to notice keys and pointers. A page that was just loaded counts as touched.
#[cfg(target_arch = "wasm32")]
pub fn notice() {
    use leptos::{ev, prelude::window_event_listener};

    let touch = || TOUCHED_AT.set(js_sys::Date::now());
    touch();
    // As long as the document lives.
    std::mem::forget(window_event_listener(ev::keydown, move |_| touch()));
    std::mem::forget(window_event_listener(ev::pointerdown, move |_| touch()));
}

/// Whether nobody has touched the page for a minute.
#[cfg(target_arch = "wasm32")]
pub fn is_unattended() -> bool {
    js_sys::Date::now() - TOUCHED_AT.get() > ATTENDED_MILLIS
}

/// On the server there is no page to touch.
#[cfg(not(target_arch = "wasm32"))]
pub const fn is_unattended() -> bool {
    false
}
