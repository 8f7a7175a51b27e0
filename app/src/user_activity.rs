//! Tracks whether the operator is using the page. Automatic requests must not extend the session of
//! an operator who has left.

/// Time without input after which a page is idle.
#[cfg(target_arch = "wasm32")]
const IDLE_AFTER_MILLIS: f64 = 60_000.0;

#[cfg(target_arch = "wasm32")]
thread_local! {
    static LAST_ACTIVITY_AT: std::cell::Cell<f64> = const { std::cell::Cell::new(0.0) };
}

/// Starts tracking keyboard and pointer input. Loading the page counts as activity.
#[cfg(target_arch = "wasm32")]
pub fn track() {
    use leptos::{ev, prelude::window_event_listener};

    let record = || LAST_ACTIVITY_AT.set(js_sys::Date::now());
    record();
    // The listeners live as long as the document.
    std::mem::forget(window_event_listener(ev::keydown, move |_| record()));
    std::mem::forget(window_event_listener(ev::pointerdown, move |_| record()));
}

/// Returns whether the page has had no input for a minute.
#[cfg(target_arch = "wasm32")]
pub fn is_idle() -> bool {
    js_sys::Date::now() - LAST_ACTIVITY_AT.get() > IDLE_AFTER_MILLIS
}

/// The server does not track input.
#[cfg(not(target_arch = "wasm32"))]
pub const fn is_idle() -> bool {
    false
}
