//! The root component: the router and the contexts for all pages.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode, StaticSegment,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    api::page_context::provide_page_context,
    layout::frame::FramedPages,
    pages::licenses::{list::page::LicensesPage, show::page::LicensePage},
    routes,
    ui::display::time::provide_viewer_zone,
};
#[cfg(feature = "ssr")]
use crate::{pages::not_found::NotFoundPage, server_only::ServerOnlyRoutes};

/// The application, on the server and in the browser.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_page_context();
    provide_viewer_zone();
    view! {
        <Title formatter=|page: String| format!("{} · Keywright", escape_title(page))/>
        <Router>
            <Routes fallback=NotFoundPage>
                // These come first, because some of them also match `/licenses/:id`.
                <ServerOnlyRoutes/>
                <ParentRoute path=StaticSegment("") view=FramedPages ssr=SsrMode::Async>
                    <Route path=StaticSegment(routes::LICENSES) view=LicensesPage ssr=SsrMode::Async/>
                    <Route path=path!("/licenses/:id") view=LicensePage ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// Escapes a title, which is written into the document's head as HTML. A product's name may contain
/// `<`.
#[cfg(feature = "ssr")]
fn escape_title(title: String) -> String {
    html_escape::encode_text(&title).into_owned()
}

/// In the browser, a title is plain text.
#[cfg(not(feature = "ssr"))]
fn escape_title(title: String) -> String {
    title
}

/// Placeholder for the server-only pages, which are not in the wasm. Links to them load a document
/// and bypass the browser's router. The placeholder needs a route that no link leads to, because a
/// component without routes would match every path.
#[cfg(not(feature = "ssr"))]
#[component(transparent)]
fn ServerOnlyRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    leptos_router::NestedRoute::new(StaticSegment(routes::ERROR_PAGE), || ()).into_maybe_erased()
}

/// Placeholder for the not-found page, which is also server-only.
#[cfg(not(feature = "ssr"))]
#[component]
fn NotFoundPage() -> impl IntoView {}
