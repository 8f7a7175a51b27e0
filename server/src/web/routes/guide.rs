//! The getting-started guide.

use axum::{
    Extension,
    extract::{Request, State},
    response::{IntoResponse, Redirect, Response},
};
use keywright_app::{api::request_scope::RequestScope, routes};
use keywright_domain::role::Permission;

use crate::{
    state::AppState,
    web::{extract::FormContext, render},
};

/// `GET /`: renders the guide for operators who can follow it, until the tenant dismisses it.
/// Otherwise redirects to the license list.
pub(crate) async fn page(
    State(state): State<AppState>,
    Extension(scope): Extension<RequestScope>,
    request: Request,
) -> Response {
    let can_follow = scope.account.is_some_and(|account| {
        account.is_guided && account.role.allows(Permission::ManageProducts)
    });
    if can_follow {
        render::render(State(state), request).await
    } else {
        Redirect::to(routes::LICENSES).into_response()
    }
}

/// `POST /settings/guide/end`
pub(crate) async fn dismiss(State(state): State<AppState>, context: FormContext) -> Response {
    let done =
        context.run_as_operator(async |services, caller| services.guide.dismiss(caller).await);
    match done.await {
        Ok(()) => Redirect::to(routes::LICENSES).into_response(),
        Err(error) => context.render_error_page(state, error).await,
    }
}
