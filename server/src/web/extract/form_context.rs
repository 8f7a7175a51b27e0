//! Extracts a form's operator and page, and renders the responses that need them.

use axum::{
    Extension,
    extract::FromRequestParts,
    http::{Extensions, HeaderMap, Uri, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use keywright_app::{
    api::{error::ApiError, request::form_error, request_scope::RequestScope},
    routes,
};
use keywright_domain::ids::LicenseId;
use keywright_service::{Caller, Error, Services};

use crate::{state::AppState, web::render};

/// The operator who submitted a form, and the page it was submitted from.
pub(crate) struct FormContext {
    scope: RequestScope,
    headers: HeaderMap,
    uri: Uri,
}

impl<S: Send + Sync> FromRequestParts<S> for FormContext {
    type Rejection = <Extension<RequestScope> as FromRequestParts<S>>::Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let Extension(scope) = Extension::from_request_parts(parts, state).await?;
        Ok(Self {
            scope,
            headers: parts.headers.clone(),
            uri: parts.uri.clone(),
        })
    }
}

impl FormContext {
    /// Returns the services and the signed-in operator, or `Error::Unauthenticated` if nobody is
    /// signed in.
    pub(crate) fn caller(&self) -> Result<(Services, Caller), Error> {
        let account = self.scope.account.as_ref().ok_or(Error::Unauthenticated)?;
        Ok((self.scope.services.clone(), Caller::for_operator(account)))
    }

    /// Renders the error page for a malformed form submission.
    pub(crate) async fn render_malformed(self, state: AppState) -> Response {
        render::malformed_form_page(state, self.scope, self.headers).await
    }

    /// Returns whether the operator still sees the getting-started guide. Returns `false` if nobody
    /// is signed in.
    pub(crate) fn is_guided(&self) -> bool {
        let account = self.scope.account.as_ref();
        account.is_some_and(|account| account.is_guided)
    }

    /// Returns the signed-in operator's ID, or `None` if nobody is signed in.
    pub(crate) fn operator_id(&self) -> Option<String> {
        let account = self.scope.account.as_ref();
        account.map(|account| account.operator_id.to_string())
    }

    pub(crate) fn request_id(&self) -> &str {
        &self.scope.request_id
    }

    /// Runs `work` as the signed-in operator. Fails if nobody is signed in.
    pub(crate) async fn run_as_operator<T>(
        &self,
        work: impl AsyncFnOnce(&Services, &Caller) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (services, caller) = self.caller()?;
        work(&services, &caller).await
    }

    /// Redirects to the license on success, or renders the form again with the error.
    pub(crate) async fn redirect_back(
        self,
        state: AppState,
        done: Result<LicenseId, Error>,
    ) -> Response {
        match done {
            Ok(license) => Redirect::to(&routes::license(license)).into_response(),
            Err(error) => self.render_form_error(state, error).await,
        }
    }

    pub(crate) async fn render_form_error(self, state: AppState, error: Error) -> Response {
        if matches!(error, Error::Unauthenticated) {
            return Redirect::to(routes::LOGIN).into_response();
        }
        let failure = form_error(error, &self.scope.request_id);
        self.render_form_page(state, |extensions| {
            extensions.insert(failure);
        })
        .await
    }

    /// Renders an error page, for forms without a page of their own. Redirects to the sign-in page
    /// if nobody is signed in.
    pub(crate) async fn render_error_page(self, state: AppState, error: Error) -> Response {
        if matches!(error, Error::Unauthenticated) {
            return Redirect::to(routes::LOGIN).into_response();
        }
        let failure = form_error(error, &self.scope.request_id);
        self.render_api_error(state, failure).await
    }

    /// Adds the request ID to the error and renders the error page.
    pub(crate) async fn render_api_error(self, state: AppState, error: ApiError) -> Response {
        let error = error.with_request_id(self.scope.request_id.clone());
        render::error_page(state, self.scope, self.headers, error).await
    }

    /// Renders the page that the form was submitted from.
    pub(crate) async fn render_form_page(
        self,
        state: AppState,
        with: impl FnOnce(&mut Extensions),
    ) -> Response {
        render::render_page(state, self.uri, self.headers, self.scope, with).await
    }
}

/// Parses an ID. A malformed ID is treated as not found.
pub(crate) fn parse_id<T: std::str::FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::NotFound)
}
