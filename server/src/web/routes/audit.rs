//! The filter form of the audit log.

use axum::{
    Extension, Form,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, Uri},
    response::{IntoResponse, Redirect, Response},
};
use keywright_api_types::{
    audit_log::{AuditFilter, AuditQuery},
    license_list::Found,
    page::Position,
};
use keywright_app::{
    api::{request::form_failure, request_scope::RequestScope},
    routes,
};
use keywright_domain::ids::LicenseId;
use keywright_service::{Caller, Error};
use serde::Deserialize;

use crate::{state::AppState, web::render};

/// The submitted filters. No `Debug`: `q` may be a license key.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    action: String,
    by: String,
    license: String,
    q: String,
    from: String,
    to: String,
}

/// `POST /audit/find`: redirects to the filtered log. Replaces a full license key with its
/// license id, so that the key is never echoed.
pub(crate) async fn find(
    State(state): State<AppState>,
    Extension(scope): Extension<RequestScope>,
    headers: HeaderMap,
    form: Result<Form<Asked>, FormRejection>,
) -> Response {
    let Some(account) = &scope.account else {
        return Redirect::to(routes::LOGIN).into_response();
    };
    let Ok(Form(asked)) = form else {
        // A malformed filter must not show the unfiltered log.
        return render::malformed_form_page(state, scope, headers).await;
    };
    match with_license(&scope, &Caller::operator(account), &asked).await {
        Ok(Some(filter)) => lead_to(filter),
        Ok(None) => {
            let page = Uri::from_static(routes::AUDIT_NO_SUCH_KEY);
            render::render_as(state, page, headers, scope, |_| {}).await
        }
        Err(error) => {
            let error = form_failure(error, &scope.request_id);
            render::error_page(state, scope, headers, error).await
        }
    }
}

/// Returns the filter with the license or term that was entered, or `None` for a key that no
/// license has.
async fn with_license(
    scope: &RequestScope,
    caller: &Caller,
    asked: &Asked,
) -> Result<Option<AuditFilter>, Error> {
    let (licenses, filter) = (&scope.services.licenses, asked.filter());
    let typed = asked.q.trim();
    if typed.is_empty() {
        return Ok(Some(filter));
    }
    let about = |license: Option<LicenseId>, term| AuditFilter {
        license,
        term,
        ..filter.clone()
    };
    // Check for a key first: a 64-character key may look like a license id.
    let found = licenses.find(caller, typed).await?;
    if let Found::License(id) = found {
        return Ok(Some(about(Some(id), None)));
    }
    if let Ok(id) = typed.parse()
        && licenses.named(caller, id).await?.is_some()
    {
        return Ok(Some(about(Some(id), None)));
    }
    Ok(match found {
        Found::Term(term) => Some(about(None, term)),
        Found::License(_) | Found::NoSuchKey => None,
    })
}

impl Asked {
    /// Returns all filters except the license search.
    fn filter(&self) -> AuditFilter {
        let query = routes::audit_query_of(|name| match name {
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

fn lead_to(filter: AuditFilter) -> Response {
    let query = AuditQuery {
        filter,
        position: Position::Start,
    };
    Redirect::to(&routes::audit(&query)).into_response()
}
