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
        client::TOTAL_COUNT_HEADER,
        error::{ApiError, ErrorCode},
        request::form_error,
        request_scope::RequestScope,
    },
    format, routes,
};
use keywright_domain::export::{COLUMNS, ExportedLicense};
use keywright_service::{Caller, Error, licenses::LicenseExport};

use super::search::SearchParams;
use crate::{
    state::AppState,
    web::{extract::accept, render},
};

/// Streams the export, so that memory use stays constant.
pub(crate) async fn export(
    State(state): State<AppState>,
    Extension(scope): Extension<RequestScope>,
    headers: HeaderMap,
    query: Result<Query<SearchParams>, QueryRejection>,
) -> Response {
    let build_id = &state.site.assets.build_id;
    if let Some(error) = accept::outdated_error(&headers, Some(&scope), build_id) {
        return error.with_request_id(scope.request_id).into_response();
    }
    let Some(account) = &scope.account else {
        return Redirect::to(routes::LOGIN).into_response();
    };
    let Ok(Query(search)) = query else {
        let message = "This link is invalid. Export again from the license list.";
        let error =
            ApiError::new(ErrorCode::Invalid, message).with_request_id(scope.request_id.clone());
        return render_error(state, scope, headers, error).await;
    };
    let caller = Caller::for_operator(account);
    match state
        .services
        .licenses
        .start_export(&caller, search.filter())
        .await
    {
        Ok(export) => csv_response(account.tenant_id.as_str(), export, scope.request_id),
        Err(error) => {
            let needs_plan = matches!(error, Error::PlanRequired(_));
            let mut error = form_error(error, &scope.request_id);
            if needs_plan {
                error.message = format::export_requirement(account.plan);
            }
            render_error(state, scope, headers, error).await
        }
    }
}

/// Responds to a script with a structured error, and to anyone else with an error page.
async fn render_error(
    state: AppState,
    scope: RequestScope,
    headers: HeaderMap,
    error: ApiError,
) -> Response {
    if accept::is_script_request(routes::LICENSES_CSV, &headers) {
        return error.into_response();
    }
    render::error_page(state, scope, headers, error).await
}

fn csv_response(tenant: &str, export: LicenseExport, request_id: String) -> Response {
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
        (own(TOTAL_COUNT_HEADER), export.expected_count().to_string()),
    ];
    let rows = ExportStream {
        export,
        request_id,
        has_started: false,
    };
    let chunks = stream::unfold(Some(rows), |rows| async move {
        let mut rows = rows?;
        match rows.next_chunk().await {
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
struct ExportStream {
    export: LicenseExport,
    request_id: String,
    has_started: bool,
}

impl ExportStream {
    async fn next_chunk(&mut self) -> Result<Option<Bytes>, std::io::Error> {
        let batch = self.export.next_batch().await.map_err(|error| {
            tracing::error!(
                error = error.display_chain(),
                request_id = self.request_id,
                "license export failed"
            );
            std::io::Error::other("license export failed")
        })?;
        let is_first = !std::mem::replace(&mut self.has_started, true);
        match batch {
            None if !is_first => Ok(None),
            batch => to_csv(is_first, &batch.unwrap_or_default()).map(Some),
        }
    }
}

fn to_csv(with_head: bool, licenses: &[ExportedLicense]) -> Result<Bytes, std::io::Error> {
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
