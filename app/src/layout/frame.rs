//! The frame around every page: header and navigation for operators, a single column before
//! sign-in.

use keywright_api_types::account::Account;
use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_location};

use crate::{
    api::page_context::use_page_context,
    csv_export::export::provide_csv_export,
    layout::{auth_layout::AuthLayout, export_toast::ExportToast, header::Header, nav::Nav},
    ui::focus,
};

/// Frames the pages of the nested routes.
#[component]
pub fn FramedPages() -> impl IntoView {
    view! {
        <Frame>
            <Outlet/>
        </Frame>
    }
}

/// The operator's frame, or the single column before sign-in.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    match use_page_context().account {
        Some(account) => view! { <OperatorFrame account>{children()}</OperatorFrame> }.into_any(),
        None => view! { <AuthLayout>{children()}</AuthLayout> }.into_any(),
    }
}

#[component]
fn OperatorFrame(account: Account, children: Children) -> impl IntoView {
    provide_csv_export();
    let path = use_location().pathname;
    // Navigation may remove the link that had the focus.
    Effect::new(move |before: Option<()>| {
        path.track();
        if before.is_some() {
            focus::restore_focus();
        }
    });
    view! {
        <div class="app">
            // The browser, not the router, follows this link, so that it also moves the focus.
            <a class="skip-link" rel="external" href="#main">"Skip to content"</a>
            <Header account/>
            <Nav/>
            <main class="app-main" id="main" tabindex="-1">{children()}</main>
            <ExportToast/>
        </div>
    }
}
