//! The layout of pages for visitors who are not signed in.

use leptos::prelude::*;

use crate::{api::page_context::use_page_context, ui::navigation::brand::BrandMark};

/// A single column under the brand.
#[component]
pub fn AuthLayout(children: Children) -> impl IntoView {
    let host = use_page_context().host;
    view! {
        <div class="auth-layout">
            <main class="auth-main" id="main">
                <p class="auth-brand">
                    <BrandMark/>
                    <span>"Keywright"</span>
                </p>
                {children()}
            </main>
            <footer class="auth-footer">
                <span>{host}</span>
                <span>"Keywright " {env!("CARGO_PKG_VERSION")}</span>
            </footer>
        </div>
    }
}
