//! The filter form of the audit log.

use axum::{
    Extension, Form,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, Uri},
    response::{IntoResponse, Redirect, Response},
};
use keywright_api_types::{
    audit_log::{AuditFilter, AuditQuery},
    license_list::SearchOutcome,
    page::PageRequest,
};
use keywright_app::{
    api::{request::form_error, request_scope::RequestScope},
    routes,
};
use keywright_domain::ids::LicenseId;
use keywright_service::{Caller, Error};
use serde::Deserialize;

use crate::{state::AppState, web::render};

/// The submitted filters. No `Debug`: `q` may be a license key.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct AuditForm {
    action: String,
    by: String,
    license: String,
    q: String,
    from: String,
    to: String,
}

/// `POST /audit/find`: redirects to the filtered log. Replaces a full license key with its
/// license ID, so that the key is never echoed.
pub(crate) async fn find(
    State(state): State<AppState>,
    Extension(scope): Extension<RequestScope>,
    headers: HeaderMap,
    form: Result<Form<AuditForm>, FormRejection>,
) -> Response {
    let Some(account) = &scope.account else {
        return Redirect::to(routes::LOGIN).into_response();
    };
    let Ok(Form(asked)) = form else {
        // A malformed filter must not show the unfiltered log.
        return render::malformed_form_page(state, scope, headers).await;
    };
    match resolve_license(&scope, &Caller::for_operator(account), &asked).await {
        Ok(Some(filter)) => redirect_to_log(filter),
        Ok(None) => {
            let page = Uri::from_static(routes::AUDIT_KEY_NOT_FOUND);
            render::render_page(state, page, headers, scope, |_| {}).await
        }
        Err(error) => {
            let error = form_error(error, &scope.request_id);
            render::error_page(state, scope, headers, error).await
        }
    }
}

/// Returns the filter with the license or term that was entered, or `None` if no license
/// has the entered key.
async fn resolve_license(
    scope: &RequestScope,
    caller: &Caller,
    asked: &AuditForm,
) -> Result<Option<AuditFilter>, Error> {
    let (licenses, filter) = (&scope.services.licenses, asked.filter());
    let typed = asked.q.trim();
    if typed.is_empty() {
        return Ok(Some(filter));
    }
    let about = |license: Option<LicenseId>, term| AuditFilter {
        license_id: license,
        term,
        ..filter.clone()
    };
    // Check for a key first: a 64-character key may look like a license ID.
    let found = licenses.search(caller, typed).await?;
    if let SearchOutcome::License(id) = found {
        return Ok(Some(about(Some(id), None)));
    }
    if let Ok(id) = typed.parse()
        && licenses.license_ref(caller, id).await?.is_some()
    {
        return Ok(Some(about(Some(id), None)));
    }
    Ok(match found {
        SearchOutcome::Term(term) => Some(about(None, term)),
        SearchOutcome::License(_) | SearchOutcome::KeyNotFound => None,
    })
}

impl AuditForm {
    /// Returns all filters except the license search.
    fn filter(&self) -> AuditFilter {
        let query = routes::audit_query_from_params(|name| match name {
            "action" => Some(&self.action),
            "by" => Some(&self.by),
            "license" => Some(&self.license),
            "from" => Some(&self.from),
            "to" => Some(&self.to),
            _ => None,
        });
        query.filter
    }
}

fn redirect_to_log(filter: AuditFilter) -> Response {
    let query = AuditQuery {
        filter,
        page: PageRequest::First,
    };
    Redirect::to(&routes::audit(&query)).into_response()
}
