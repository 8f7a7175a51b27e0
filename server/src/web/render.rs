//! Renders pages of the Leptos app.

use axum::{
    Extension, Router,
    body::Body,
    extract::{Request, State},
    http::{Extensions, HeaderMap, Method, Uri},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use keywright_app::{
    api::{
        error::{ApiError, ErrorCode},
        request_scope::RequestScope,
    },
    app::App,
    routes,
    shell::shell,
};
use keywright_domain::slug::RESERVED_TENANT_SLUGS;
use leptos_axum::{generate_route_list, render_app_async};

use crate::state::AppState;

/// A path that has no page.
const NOT_FOUND_PATH: &str = "/setup/over";

/// Builds a router with a route for each page.
pub(crate) fn router() -> Router<AppState> {
    paths().into_iter().fold(Router::new(), |router, path| {
        router.route(&path, get(render))
    })
}

/// Returns the paths of all pages except those with their own handler.
pub(crate) fn paths() -> Vec<String> {
    let pages = generate_route_list(App);
    let paths = pages.iter().map(|page| page.path().to_owned());
    let with_handlers = [
        routes::SESSION,
        routes::SETUP,
        routes::GUIDE,
        routes::LICENSES_KEY_NOT_FOUND,
        routes::AUDIT_KEY_NOT_FOUND,
        routes::ERROR_PAGE,
    ];
    paths
        .filter(|path| !with_handlers.contains(&path.as_str()))
        .collect()
}

/// Renders the page at the request's path, or the not-found page with status 404.
pub(crate) async fn render(State(state): State<AppState>, request: Request) -> Response {
    let site = state.site.clone();
    render_app_async(move || shell(&site.assets))(request).await
}

/// Renders `page` for a request that has another path or method. `with` adds extensions that the
/// page reads.
pub(crate) async fn render_page(
    state: AppState,
    page: Uri,
    headers: HeaderMap,
    scope: RequestScope,
    with: impl FnOnce(&mut Extensions),
) -> Response {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = page;
    *request.headers_mut() = headers;
    request.extensions_mut().insert(scope);
    with(request.extensions_mut());
    render(State(state), request).await
}

/// Handles unmatched paths: redirects if the path only has extra slashes, otherwise renders the
/// not-found page. The Leptos router ignores extra slashes, so it would render the page without
/// its guards.
pub(crate) async fn fallback(
    State(state): State<AppState>,
    Extension(scope): Extension<RequestScope>,
    request: Request,
) -> Response {
    let path = request.uri().path();
    let page = format!("/{}", path.trim_matches('/'));
    let is_read_only = matches!(*request.method(), Method::GET | Method::HEAD);
    // Other paths belong to devices, which are never redirected.
    let first = page.split('/').nth(1).unwrap_or_default();
    let is_reserved = RESERVED_TENANT_SLUGS.contains(&first);
    if is_read_only && is_reserved && page != path {
        let query = request.uri().query();
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        return Redirect::to(&format!("{page}{query}")).into_response();
    }
    not_found(state, request.headers().clone(), scope).await
}

/// Renders the not-found page for a path whose page is currently unavailable, such as `/setup`.
pub(crate) async fn not_found(
    state: AppState,
    headers: HeaderMap,
    scope: RequestScope,
) -> Response {
    render_page(
        state,
        Uri::from_static(NOT_FOUND_PATH),
        headers,
        scope,
        |_| {},
    )
    .await
}

/// Renders the error page for the operator in `scope`.
pub(crate) async fn error_page(
    state: AppState,
    scope: RequestScope,
    headers: HeaderMap,
    error: ApiError,
) -> Response {
    let page = Uri::from_static(routes::ERROR_PAGE);
    render_page(state, page, headers, scope, |extensions| {
        extensions.insert(error);
    })
    .await
}

/// Renders the error page for a malformed form submission.
pub(crate) async fn malformed_form_page(
    state: AppState,
    scope: RequestScope,
    headers: HeaderMap,
) -> Response {
    let message = "The server couldn't read this form. Nothing was changed.";
    let error =
        ApiError::new(ErrorCode::Invalid, message).with_request_id(scope.request_id.clone());
    error_page(state, scope, headers, error).await
}
