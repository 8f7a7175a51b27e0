//! The router and what every page can rely on.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode, StaticSegment,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    api::session::provide_visit,
    layout::FramedPages,
    pages::{
        licenses::{detail::LicensePage, list::LicensesPage},
        login::LoginPage,
        not_found::NotFoundPage,
    },
    routes,
    ui::time::provide_viewer_zone,
};

/// The whole of it, on the server and in the browser alike.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_visit();
    provide_viewer_zone();
    view! {
        <Title formatter=|page: String| format!("{} · Keywright", in_markup(page))/>
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=StaticSegment(routes::LOGIN) view=LoginPage ssr=SsrMode::Async/>
                // A refused sign-in answers a post to this path with the same page.
                <Route path=StaticSegment(routes::SESSION) view=LoginPage ssr=SsrMode::Async/>
                <ParentRoute path=StaticSegment("") view=FramedPages ssr=SsrMode::Async>
                    // First: one of them is where a license's page could be.
                    <PlainPages/>
                    <Route path=StaticSegment(routes::LICENSES) view=LicensesPage ssr=SsrMode::Async/>
                    <Route path=path!("/licenses/:id") view=LicensePage ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// A title for the document's head, where it is written as it is: products are called what their vendor likes, and a name is no markup.
#[cfg(feature = "ssr")]
fn in_markup(title: String) -> String {
    html_escape::encode_text(&title).into_owned()
}

/// In the browser a title is a text.
#[cfg(not(feature = "ssr"))]
fn in_markup(title: String) -> String {
    title
}

/// The pages that no script brings to life ([`routes::is_plain`]). They are the server's alone: the browser's wasm has no need
/// of them.
#[cfg(feature = "ssr")]
#[component(transparent)]
fn PlainPages() -> impl leptos_router::MatchNestedRoutes + Clone {
    use leptos_router::components::Outlet;

    use crate::pages::{
        audit::log::{AuditNoSuchKeyPage, AuditPage},
        failed::FailedPage,
        guide::GuidePage,
        licenses::{
            mint::MintPage,
            no_such_key::NoSuchKeyPage,
            question_page::{DeactivatePage, RemintPage, RevokePage},
        },
        products::{
            delete_page::DeleteKeyTypePage,
            forms::{EditKeyTypePage, EditProductPage, NewKeyTypePage, NewProductPage},
            list::ProductsPage,
            page::ProductPage,
        },
        sdk_key::{
            end::EndSdkKeyPage,
            page::SdkKeyPage,
            replace::{ImportSdkKeyPage, NewSdkKeyPage},
        },
        setup::SetupPage,
    };
    view! {
        <ParentRoute path=StaticSegment("") view=Outlet ssr=SsrMode::Async>
            <Route path=path!("/") view=GuidePage ssr=SsrMode::Async/>
            <Route path=path!("/session/failed") view=FailedPage ssr=SsrMode::Async/>
            <Route path=path!("/setup") view=SetupPage ssr=SsrMode::Async/>
            <Route path=path!("/products") view=ProductsPage ssr=SsrMode::Async/>
            <Route path=path!("/products/new") view=NewProductPage ssr=SsrMode::Async/>
            <Route path=path!("/products/:product") view=ProductPage ssr=SsrMode::Async/>
            <Route path=path!("/products/:product/edit") view=EditProductPage ssr=SsrMode::Async/>
            <Route
                path=path!("/products/:product/key-types/new")
                view=NewKeyTypePage
                ssr=SsrMode::Async
            />
            <Route
                path=path!("/products/:product/key-types/:key_type/edit")
                view=EditKeyTypePage
                ssr=SsrMode::Async
            />
            <Route
                path=path!("/products/:product/key-types/:key_type/delete")
                view=DeleteKeyTypePage
                ssr=SsrMode::Async
            />
            <Route path=path!("/settings/sdk-key") view=SdkKeyPage ssr=SsrMode::Async/>
            <Route path=path!("/settings/sdk-key/new") view=NewSdkKeyPage ssr=SsrMode::Async/>
            <Route path=path!("/settings/sdk-key/import") view=ImportSdkKeyPage ssr=SsrMode::Async/>
            <Route
                path=path!("/settings/sdk-key/:fingerprint/end")
                view=EndSdkKeyPage
                ssr=SsrMode::Async
            />
            <Route path=path!("/licenses/mint") view=MintPage ssr=SsrMode::Async/>
            <Route path=path!("/audit") view=AuditPage ssr=SsrMode::Async/>
            <Route path=path!("/audit/find/none") view=AuditNoSuchKeyPage ssr=SsrMode::Async/>
            <Route path=path!("/licenses/find/none") view=NoSuchKeyPage ssr=SsrMode::Async/>
            <Route path=path!("/licenses/:id/revoke") view=RevokePage ssr=SsrMode::Async/>
            <Route path=path!("/licenses/:id/remint") view=RemintPage ssr=SsrMode::Async/>
            <Route
                path=path!("/licenses/:id/instances/:instance/deactivate")
                view=DeactivatePage
                ssr=SsrMode::Async
            />
        </ParentRoute>
    }
    .into_inner()
}

/// The pages that no script brings to life: links to them load a document of their own. One path stands for them here, to
/// which no link leads: no route at all would fit every path.
#[cfg(not(feature = "ssr"))]
#[component(transparent)]
fn PlainPages() -> impl leptos_router::MatchNestedRoutes + Clone {
    leptos_router::NestedRoute::new(StaticSegment(routes::FAILED), || ()).into_maybe_erased()
}
