//! The frame around every page: for operators a header over navigation and page, before sign-in a single column.

mod account;
mod export_toast;
mod header;
mod nav;

use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_location};

use crate::{
    api::session::{Account, use_visit},
    exporting::provide_exporting,
    layout::{export_toast::ExportToast, header::Header, nav::Nav},
    ui::{brand::BrandMark, focus},
};

/// The version of the server and of the pages, which are built together.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

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
        None => view! { <Gate>{children()}</Gate> }.into_any(),
    }
}

/// Header, navigation and page.
#[component]
fn OperatorFrame(account: Account, children: Children) -> impl IntoView {
    provide_exporting();
    let path = use_location().pathname;
    // Another page: the link that led there is gone.
    Effect::new(move |before: Option<()>| {
        path.track();
        if before.is_some() {
            focus::rescue();
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

/// The head of a page: its one `h1`, and what can be done there.
#[component]
pub fn PageHead(
    heading: &'static str,
    #[prop(optional)] actions: Option<AnyView>,
) -> impl IntoView {
    let actions = actions.map(|actions| view! { <div class="page-actions">{actions}</div> });
    view! {
        <div class="page-head">
            <div class="page-title">
                <h1>{heading}</h1>
            </div>
            {actions}
        </div>
    }
}

/// One column under the brand, for those who have not signed in.
#[component]
pub fn Gate(children: Children) -> impl IntoView {
    let host = use_visit().host;
    view! {
        <div class="gate">
            <main class="gate-main" id="main">
                <p class="gate-brand">
                    <BrandMark/>
                    <span>"Keywright"</span>
                </p>
                {children()}
            </main>
            <footer class="gate-foot">
                <span>{host}</span>
                <span>"Keywright " {VERSION}</span>
            </footer>
        </div>
    }
}
