//! `GET /licenses.csv`: exports the licenses that match the list filters.

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, header},
    response::{IntoResponse, Redirect, Response},
};
use futures::{StreamExt, stream};
use keywright_app::{
    api::{
        client::{REQUEST_HEADER, ROWS_HEADER},
        error::{ApiError, ErrorCode},
        request::form_failure,
        request_scope::RequestScope,
    },
    format, routes,
};
use keywright_domain::export::{COLUMNS, ExportedLicense};
use keywright_service::{Caller, Error, licenses::Export};

use super::search::Search;
use crate::{
    state::AppState,
    web::{extract::accept, render},
};

/// Streams the export, so that memory use stays constant.
pub(crate) async fn licenses(
    State(state): State<AppState>,
    Extension(scope): Extension<RequestScope>,
    headers: HeaderMap,
    query: Result<Query<Search>, QueryRejection>,
) -> Response {
    let build_id = &state.site.assets.build_id;
    if let Some(error) = accept::outdated(&headers, Some(&scope), build_id) {
        return error.of_request(scope.request_id).into_response();
    }
    let Some(account) = &scope.account else {
        return Redirect::to(routes::LOGIN).into_response();
    };
    let Ok(Query(search)) = query else {
        let message = "This link is damaged. Use the export button on the license list.";
        let error = ApiError::new(ErrorCode::Invalid, message).of_request(scope.request_id.clone());
        return refused(state, scope, headers, error).await;
    };
    let caller = Caller::operator(account);
    match state
        .services
        .licenses
        .export(&caller, search.filter())
        .await
    {
        Ok(export) => file(account.tenant_id.as_str(), export, scope.request_id),
        Err(error) => {
            let needs_plan = matches!(error, Error::PlanRequired(_));
            let mut error = form_failure(error, &scope.request_id);
            if needs_plan {
                error.message = format::export_needs(account.plan);
            }
            refused(state, scope, headers, error).await
        }
    }
}

/// Responds to a script with a structured error, and to anyone else with an error page.
async fn refused(
    state: AppState,
    scope: RequestScope,
    headers: HeaderMap,
    error: ApiError,
) -> Response {
    if accept::is_call(routes::LICENSES_CSV, &headers) {
        return error.into_response();
    }
    render::error_page(state, scope, headers, error).await
}

fn file(tenant: &str, export: Export, request_id: String) -> Response {
    let own = HeaderName::from_static;
    let header = [
        (
            header::CONTENT_TYPE,
            "text/csv; charset=utf-8; header=present".to_owned(),
        ),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"keywright-{tenant}-licenses.csv\""),
        ),
        (own(ROWS_HEADER), export.expected().to_string()),
        (own(REQUEST_HEADER), request_id.clone()),
    ];
    let rows = Rows {
        export,
        request_id,
        begun: false,
    };
    let chunks = stream::unfold(Some(rows), |rows| async move {
        let mut rows = rows?;
        match rows.next().await {
            Ok(Some(chunk)) => Some((Ok(chunk), Some(rows))),
            Ok(None) => None,
            // Abort the response, so that the browser does not save a truncated file.
            Err(error) => Some((Err(error), None)),
        }
    });
    // The compression layer polls once more after the end.
    (header, Body::from_stream(chunks.fuse())).into_response()
}

/// An export in progress.
struct Rows {
    export: Export,
    request_id: String,
    begun: bool,
}

impl Rows {
    async fn next(&mut self) -> Result<Option<Bytes>, std::io::Error> {
        let batch = self.export.next().await.map_err(|error| {
            tracing::error!(
                error = error.with_causes(),
                request_id = self.request_id,
                "license export failed"
            );
            std::io::Error::other("license export failed")
        })?;
        let is_first = !std::mem::replace(&mut self.begun, true);
        match batch {
            None if !is_first => Ok(None),
            batch => written(is_first, &batch.unwrap_or_default()).map(Some),
        }
    }
}

fn written(with_head: bool, licenses: &[ExportedLicense]) -> Result<Bytes, std::io::Error> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    if with_head {
        writer.write_record(COLUMNS)?;
    }
    for license in licenses {
        writer.write_record(license.cells(format::iso))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(csv::IntoInnerError::into_error)?;
    Ok(Bytes::from(bytes))
}
