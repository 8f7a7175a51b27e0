//! Routes for the pages that are not hydrated ([`crate::routes::is_server_only`]).

use leptos::prelude::*;
use leptos_router::{
    SsrMode, StaticSegment,
    components::{Outlet, ParentRoute, Route},
    path,
};

use crate::{
    layout::frame::FramedPages,
    pages::{
        audit::page::{AuditKeyNotFoundPage, AuditPage},
        error_page::ErrorPage,
        guide::page::GuidePage,
        licenses::{
            actions::confirm_page::{DeactivatePage, RemintPage, RevokePage},
            list::key_not_found::KeyNotFoundPage,
            mint::MintPage,
        },
        login::LoginPage,
        products::{
            delete::DeleteKeyTypePage,
            forms::{EditKeyTypePage, EditProductPage, NewKeyTypePage, NewProductPage},
            list::ProductsPage,
            show::ProductPage,
        },
        settings::sdk_key::{
            end::EndSdkKeyPage,
            replace::{ImportSdkKeyPage, NewSdkKeyPage},
            show::SdkKeyPage,
        },
        setup::SetupPage,
    },
    routes,
};

/// The routes of the server-only pages.
#[component(transparent)]
pub fn ServerOnlyRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=StaticSegment("") view=Outlet ssr=SsrMode::Async>
            <Route path=StaticSegment(routes::LOGIN) view=LoginPage ssr=SsrMode::Async/>
            // A rejected sign-in shows the page again at this path.
            <Route path=StaticSegment(routes::SESSION) view=LoginPage ssr=SsrMode::Async/>
            <FramedRoutes/>
        </ParentRoute>
    }
    .into_inner()
}

/// The routes of the pages inside the frame.
#[component(transparent)]
fn FramedRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=StaticSegment("") view=FramedPages ssr=SsrMode::Async>
            <Route path=path!("/") view=GuidePage ssr=SsrMode::Async/>
            <Route path=path!("/session/failed") view=ErrorPage ssr=SsrMode::Async/>
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
            <Route path=path!("/audit/find/none") view=AuditKeyNotFoundPage ssr=SsrMode::Async/>
            <Route path=path!("/licenses/find/none") view=KeyNotFoundPage ssr=SsrMode::Async/>
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
