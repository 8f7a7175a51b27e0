//! Renders the app's pages.

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

/// A path that no page has.
const NO_PAGE: &str = "/setup/over";

/// A route for each page that the app knows.
pub(crate) fn router() -> Router<AppState> {
    paths().into_iter().fold(Router::new(), |router, path| {
        router.route(&path, get(render))
    })
}

/// The paths of the app's pages, but for those that have a handler of their own: most of them only answer a form.
pub(crate) fn paths() -> Vec<String> {
    let pages = generate_route_list(App);
    let paths = pages.iter().map(|page| page.path().to_owned());
    let with_handlers = [
        routes::SESSION,
        routes::SETUP,
        routes::GUIDE,
        routes::NO_SUCH_KEY,
        routes::AUDIT_NO_SUCH_KEY,
        routes::FAILED,
    ];
    paths
        .filter(|path| !with_handlers.contains(&path.as_str()))
        .collect()
}

/// Renders whatever page the request's path names; the app's own not-found page, with its status, for any other.
pub(crate) async fn render(State(state): State<AppState>, request: Request) -> Response {
    let site = state.site.clone();
    render_app_async(move || shell(&site.assets))(request).await
}

/// Renders the page of that path as the answer to a request that named another, or did not only ask. `with` adds what the page
/// is to say.
pub(crate) async fn render_as(
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

/// What no route answers: the not-found page, or the way to the page whose address has a slash too many. The app's router alone
/// would take such an address for the page's own, past what guards it.
pub(crate) async fn fallback(
    State(state): State<AppState>,
    Extension(scope): Extension<RequestScope>,
    request: Request,
) -> Response {
    let path = request.uri().path();
    let page = format!("/{}", path.trim_matches('/'));
    let only_asks = matches!(*request.method(), Method::GET | Method::HEAD);
    // What may be a tenant's is a device's, which is never led elsewhere.
    let first = page.split('/').nth(1).unwrap_or_default();
    let is_ours = RESERVED_TENANT_SLUGS.contains(&first);
    if only_asks && is_ours && page != path {
        let query = request.uri().query();
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        return Redirect::to(&format!("{page}{query}")).into_response();
    }
    not_found(state, request.headers().clone(), scope).await
}

/// The not-found page, under a path that has a page at other times.
pub(crate) async fn not_found(
    state: AppState,
    headers: HeaderMap,
    scope: RequestScope,
) -> Response {
    render_as(state, Uri::from_static(NO_PAGE), headers, scope, |_| {}).await
}

/// Renders the page that says what went wrong, for the operator in `scope`.
pub(crate) async fn error_page(
    state: AppState,
    scope: RequestScope,
    headers: HeaderMap,
    error: ApiError,
) -> Response {
    let page = Uri::from_static(routes::FAILED);
    render_as(state, page, headers, scope, |extensions| {
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
    let message = "The server did not understand what was sent. Nothing was done.";
    let error = ApiError::new(ErrorCode::Invalid, message).of_request(scope.request_id.clone());
    error_page(state, scope, headers, error).await
}
