//! The brand: a K made of a stem and a bent key.

use leptos::prelude::*;

/// The mark without the name.
#[component]
pub fn BrandMark() -> impl IntoView {
    view! {
        <svg class="brand-mark" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M5 2v20M5 13.4 13 7M8.6 10.6 16.5 22M13.4 17.6l2.7-1.9M15.6 20.7l2.7-1.9"></path>
            <circle cx="16" cy="5.4" r="3.5"></circle>
        </svg>
    }
}

/// Mark and name as a link to the start page.
#[component]
pub fn BrandLink(href: &'static str) -> impl IntoView {
    view! {
        <a class="brand" href=href>
            <BrandMark/>
            "Keywright"
        </a>
    }
}
