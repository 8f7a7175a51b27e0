//! Where the focus is when what had it is gone.

/// Once the page has come to rest: where nothing has the focus, because what had it is gone, the page's main part takes it,
/// so that the keyboard and screen readers go on from there. Before the page is alive nothing can have lost it.
#[cfg(target_arch = "wasm32")]
pub fn restore_focus() {
    use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};

    let is_alive = document()
        .document_element()
        .is_some_and(|html| html.has_attribute("data-hydrated"));
    if !is_alive {
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

/// On the server nothing has a focus.
#[cfg(not(target_arch = "wasm32"))]
pub const fn restore_focus() {}
