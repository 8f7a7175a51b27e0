//! The search form, where no script takes its place.

use axum::{
    Extension, Form,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, Uri},
    response::{IntoResponse, Redirect, Response},
};
use keywright_api_types::{
    license_list::{Found, LicenseFilter, LicenseQuery},
    page::Position,
};
use keywright_app::{
    api::{request::form_failure, request_scope::RequestScope},
    routes,
};
use keywright_domain::search::SearchTerm;
use keywright_service::{Caller, Error};
use serde::Deserialize;

use crate::{state::AppState, web::render};

/// What is searched for, and what else the list was asked for. No `Debug`: it may be a key.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Search {
    q: String,
    status: Option<String>,
    product: Option<String>,
    sort: Option<String>,
}

/// `POST /licenses/find`: leads to the license whose key was pasted, else to the list of what matches. What may be a key is
/// repeated nowhere.
pub(crate) async fn find(
    State(state): State<AppState>,
    Extension(scope): Extension<RequestScope>,
    headers: HeaderMap,
    form: Result<Form<Search>, FormRejection>,
) -> Response {
    // What is no search finds everything.
    let search = form.map(|Form(search)| search).unwrap_or_default();
    let Some(account) = &scope.account else {
        return Redirect::to(routes::LOGIN).into_response();
    };
    let caller = Caller::operator(account);
    match scope.services.licenses.find(&caller, &search.q).await {
        Ok(Found::License(id)) => Redirect::to(&routes::license(id)).into_response(),
        Ok(Found::Term(term)) => {
            let asked = search.query();
            let filter = LicenseFilter {
                term,
                ..asked.filter
            };
            let query = LicenseQuery { filter, ..asked };
            Redirect::to(&routes::licenses(&query)).into_response()
        }
        Ok(Found::NoSuchKey) => {
            let page = Uri::from_static(routes::NO_SUCH_KEY);
            render::render_as(state, page, headers, scope, |_| {}).await
        }
        Err(error) => failed(error, &search, &scope),
    }
}

impl Search {
    /// What the file of the list is asked for. Here the term comes from the address of a list, so it is no key.
    pub fn filter(&self) -> LicenseFilter {
        LicenseFilter {
            term: SearchTerm::new(&self.q),
            ..self.query().filter
        }
    }

    /// What the list was asked for beside the term, from its beginning.
    fn query(&self) -> LicenseQuery {
        let query = routes::license_query_of(|name| match name {
            "status" => self.status.as_deref(),
            "product" => self.product.as_deref(),
            "sort" => self.sort.as_deref(),
            _ => None,
        });
        LicenseQuery {
            position: Position::Start,
            ..query
        }
    }
}

/// Back to the list as it was; the log has the reason under the request's id.
fn failed(error: Error, search: &Search, scope: &RequestScope) -> Response {
    form_failure(error, &scope.request_id);
    Redirect::to(&routes::licenses(&search.query())).into_response()
}
