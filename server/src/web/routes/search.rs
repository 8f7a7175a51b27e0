//! License search without JavaScript.

use axum::{
    Extension, Form,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, Uri},
    response::{IntoResponse, Redirect, Response},
};
use keywright_api_types::{
    license_list::{LicenseFilter, LicenseQuery, SearchOutcome},
    page::PageRequest,
};
use keywright_app::{
    api::{request::form_error, request_scope::RequestScope},
    routes,
};
use keywright_domain::search::SearchTerm;
use keywright_service::{Caller, Error};
use serde::Deserialize;

use crate::{state::AppState, web::render};

/// The search term and the other list parameters. No `Debug`: the term may be a license key.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SearchParams {
    q: String,
    status: Option<String>,
    product: Option<String>,
    sort: Option<String>,
}

/// `POST /licenses/find`: redirects to the license if a full key was entered, otherwise to the
/// list of matches. A possible key is never echoed.
pub(crate) async fn find(
    State(state): State<AppState>,
    Extension(scope): Extension<RequestScope>,
    headers: HeaderMap,
    form: Result<Form<SearchParams>, FormRejection>,
) -> Response {
    // A malformed form shows the whole list.
    let search = form.map(|Form(search)| search).unwrap_or_default();
    let Some(account) = &scope.account else {
        return Redirect::to(routes::LOGIN).into_response();
    };
    let caller = Caller::for_operator(account);
    match scope.services.licenses.search(&caller, &search.q).await {
        Ok(SearchOutcome::License(id)) => Redirect::to(&routes::license(id)).into_response(),
        Ok(SearchOutcome::Term(term)) => {
            let asked = search.query();
            let filter = LicenseFilter {
                term,
                ..asked.filter
            };
            let query = LicenseQuery { filter, ..asked };
            Redirect::to(&routes::licenses(&query)).into_response()
        }
        Ok(SearchOutcome::KeyNotFound) => {
            let page = Uri::from_static(routes::LICENSES_KEY_NOT_FOUND);
            render::render_page(state, page, headers, scope, |_| {}).await
        }
        Err(error) => redirect_to_list(error, &search, &scope),
    }
}

impl SearchParams {
    /// Returns the filter for an export. Here the term comes from a list URL, so it is not a key.
    pub fn filter(&self) -> LicenseFilter {
        LicenseFilter {
            term: SearchTerm::new(&self.q),
            ..self.query().filter
        }
    }

    /// Returns all list parameters except the term, for the first page.
    fn query(&self) -> LicenseQuery {
        let query = routes::license_query_from_params(|name| match name {
            "status" => self.status.as_deref(),
            "product" => self.product.as_deref(),
            "sort" => self.sort.as_deref(),
            _ => None,
        });
        LicenseQuery {
            page: PageRequest::First,
            ..query
        }
    }
}

/// Redirects back to the list. `form_error` logs the error with the request ID.
fn redirect_to_list(error: Error, search: &SearchParams, scope: &RequestScope) -> Response {
    form_error(error, &scope.request_id);
    Redirect::to(&routes::licenses(&search.query())).into_response()
}
