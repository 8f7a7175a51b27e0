//! The wasm entry point, which hydrates the server's HTML. On the host it does nothing.

#[cfg(target_arch = "wasm32")]
fn main() {
    console_error_panic_hook::set_once();
    keywright_app::hydrate::hydrate();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
