//! What is done to a license by a plain form: each confirmation page posts to its own address.

use axum::{
    Extension,
    extract::{FromRequestParts, Path, State},
    http::{Extensions, HeaderMap, Uri, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use keywright_app::{
    api::request::{RequestScope, ShownOnce, form_failure},
    routes,
};
use keywright_domain::ids::{InstanceId, LicenseId};
use keywright_service::{Caller, Error, Services};

use super::{failure, pages};
use crate::state::AppState;

/// A form that was posted: by whom, and from which page.
pub(super) struct Posted {
    scope: RequestScope,
    headers: HeaderMap,
    uri: Uri,
}

impl<S: Send + Sync> FromRequestParts<S> for Posted {
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

/// `POST /licenses/{id}/revoke`
pub(super) async fn revoke(
    State(state): State<AppState>,
    Path(license): Path<String>,
    posted: Posted,
) -> Response {
    let done = posted.act(async |services, caller| {
        let license = parsed::<LicenseId>(&license)?;
        services.licenses.revoke(caller, license).await?;
        Ok(license)
    });
    let done = done.await;
    posted.lead_back(state, done).await
}

/// `POST /licenses/{id}/instances/{instance}/deactivate`
pub(super) async fn deactivate(
    State(state): State<AppState>,
    Path((license, instance)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    let done = posted.act(async |services, caller| {
        let license = parsed::<LicenseId>(&license)?;
        let instance = parsed::<InstanceId>(&instance)?;
        let licenses = &services.licenses;
        licenses
            .deactivate_instance(caller, license, instance)
            .await?;
        Ok(license)
    });
    let done = done.await;
    posted.lead_back(state, done).await
}

/// `POST /licenses/{id}/remint`: answers with the new key itself, for a redirect would lose it.
pub(super) async fn remint(
    State(state): State<AppState>,
    Path(license): Path<String>,
    posted: Posted,
) -> Response {
    let done = posted.act(async |services, caller| {
        let license = parsed::<LicenseId>(&license)?;
        services.licenses.remint(caller, license).await
    });
    match done.await {
        Ok(minted) => {
            let shown = ShownOnce::Reminted(minted.key, minted.id);
            posted
                .page(state, |extensions| {
                    extensions.insert(shown);
                })
                .await
        }
        Err(error) => posted.failed(state, error).await,
    }
}

/// What is no id is nobody's.
pub(super) fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::NotFound)
}

impl Posted {
    /// The services, and the operator who is signed in.
    pub(super) fn caller(&self) -> Result<(Services, Caller), Error> {
        let session = self.scope.session.as_ref().ok_or(Error::Unauthenticated)?;
        Ok((self.scope.services.clone(), Caller::operator(session)))
    }

    /// Says that what was posted is no form.
    pub(super) async fn unreadable(self, state: AppState) -> Response {
        failure::unreadable(state, self.scope, self.headers).await
    }

    /// Whether the operator's tenant is still led to its first licensed device.
    pub(super) fn is_guided(&self) -> bool {
        let session = self.scope.session.as_ref();
        session.is_some_and(|session| session.is_guided)
    }

    /// The id of the operator who is signed in.
    pub(super) fn operator(&self) -> Option<String> {
        let session = self.scope.session.as_ref();
        session.map(|session| session.operator.to_string())
    }

    /// The id of the request.
    pub(super) fn request_id(&self) -> &str {
        &self.scope.request_id
    }

    /// Does it in the name of the operator who is signed in.
    pub(super) async fn act<T>(
        &self,
        work: impl AsyncFnOnce(&Services, &Caller) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (services, caller) = self.caller()?;
        work(&services, &caller).await
    }

    /// To the license, where it is done; else the page that asked, with what went wrong.
    async fn lead_back(self, state: AppState, done: Result<LicenseId, Error>) -> Response {
        match done {
            Ok(license) => Redirect::to(&routes::license(license)).into_response(),
            Err(error) => self.failed(state, error).await,
        }
    }

    pub(super) async fn failed(self, state: AppState, error: Error) -> Response {
        if matches!(error, Error::Unauthenticated) {
            return Redirect::to(routes::LOGIN).into_response();
        }
        let failure = form_failure(error, &self.scope.request_id);
        self.page(state, |extensions| {
            extensions.insert(failure);
        })
        .await
    }

    /// Says on a page of its own what went wrong, for a form that has no page at its address.
    pub(super) async fn failed_elsewhere(self, state: AppState, error: Error) -> Response {
        if matches!(error, Error::Unauthenticated) {
            return Redirect::to(routes::LOGIN).into_response();
        }
        let failure = form_failure(error, &self.scope.request_id);
        failure::page(state, self.scope, self.headers, failure).await
    }

    /// Renders the page that posted as the answer.
    pub(super) async fn page(
        self,
        state: AppState,
        with: impl FnOnce(&mut Extensions),
    ) -> Response {
        pages::render_as(state, self.uri, self.headers, self.scope, with).await
    }
}
