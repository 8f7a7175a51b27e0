//! Whether the operator uses the page: requests that a page makes on its own must not extend the session of an operator who
//! has left.

/// A page is idle after one minute without input.
#[cfg(target_arch = "wasm32")]
const IDLE_AFTER_MILLIS: f64 = 60_000.0;

#[cfg(target_arch = "wasm32")]
thread_local! {
    static LAST_ACTIVITY_AT: std::cell::Cell<f64> = const { std::cell::Cell::new(0.0) };
}

/// Starts tracking keys and pointers. Loading a page counts as activity.
#[cfg(target_arch = "wasm32")]
pub fn track() {
    use leptos::{ev, prelude::window_event_listener};

    let touch = || LAST_ACTIVITY_AT.set(js_sys::Date::now());
    touch();
    // As long as the document lives.
    std::mem::forget(window_event_listener(ev::keydown, move |_| touch()));
    std::mem::forget(window_event_listener(ev::pointerdown, move |_| touch()));
}

/// Whether the page has had no input for a minute.
#[cfg(target_arch = "wasm32")]
pub fn is_idle() -> bool {
    js_sys::Date::now() - LAST_ACTIVITY_AT.get() > IDLE_AFTER_MILLIS
}

/// The server has no input to track.
#[cfg(not(target_arch = "wasm32"))]
pub const fn is_idle() -> bool {
    false
}
