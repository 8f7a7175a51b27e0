//! Keeps the focus in the page when the focused element is removed.

/// Moves the focus to `<main>` in the next frame if the focused element was removed, so that
/// keyboard and screen reader users continue there. Does nothing before hydration, when no
/// element can have been removed.
#[cfg(target_arch = "wasm32")]
pub fn restore_focus() {
    use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};

    let is_hydrated = document()
        .document_element()
        .is_some_and(|html| html.has_attribute("data-hydrated"));
    if !is_hydrated {
        return;
    }
    request_animation_frame(|| {
        let document = document();
        let is_lost = document
            .active_element()
            .is_none_or(|element| element.tag_name() == "BODY");
        if let Some(main) = document.get_element_by_id("main").filter(|_| is_lost) {
            main.unchecked_into::<HtmlElement>().focus().ok();
        }
    });
}

/// The server has no focus.
#[cfg(not(target_arch = "wasm32"))]
pub const fn restore_focus() {}
