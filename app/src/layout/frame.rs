//! The frame around every page: for operators a header over navigation and page, before sign-in a single column.

use keywright_api_types::account::Account;
use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_location};

use crate::{
    api::page_context::use_visit,
    csv_export::export::provide_csv_export,
    layout::{auth_layout::AuthLayout, export_toast::ExportToast, header::Header, nav::Nav},
    ui::focus,
};

/// The frame around the pages of the routes below it.
#[component]
pub fn FramedPages() -> impl IntoView {
    view! {
        <Frame>
            <Outlet/>
        </Frame>
    }
}

/// The frame for whoever is looking.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    match use_visit().account {
        Some(account) => view! { <OperatorFrame account>{children()}</OperatorFrame> }.into_any(),
        None => view! { <AuthLayout>{children()}</AuthLayout> }.into_any(),
    }
}

/// Header, navigation and page.
#[component]
fn OperatorFrame(account: Account, children: Children) -> impl IntoView {
    provide_csv_export();
    let path = use_location().pathname;
    // Another page: the link that led there is gone.
    Effect::new(move |before: Option<()>| {
        path.track();
        if before.is_some() {
            focus::restore_focus();
        }
    });
    view! {
        <div class="app">
            // A link within the page is the browser's to follow: it moves the focus, too.
            <a class="skip-link" rel="external" href="#main">"Skip to content"</a>
            <Header account/>
            <Nav/>
            <main class="app-main" id="main" tabindex="-1">{children()}</main>
            <ExportToast/>
        </div>
    }
}
