//! Downloads a file in chunks and has the browser save it once it is complete.

use std::time::Duration;

use bytes::Bytes;
use gloo_net::http::{Request, Response};
use js_sys::{Array, Reflect, Uint8Array};
use keywright_domain::export::RowCounter;
use leptos::{
    prelude::{document, set_timeout},
    server_fn::error::{FromServerFnError, ServerFnErrorErr},
    wasm_bindgen::{JsCast, JsValue},
};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Blob, HtmlAnchorElement, ReadableStreamDefaultReader, Url};

use crate::{
    api::{
        client::{REQUEST_ID_HEADER, TOTAL_COUNT_HEADER, page_headers},
        error::{ApiError, ErrorCode},
    },
    csv_export::{
        file_name::file_name,
        state::{ExportState, RowProgress},
    },
};

/// Lifetime of the file's object URL. The browser saves the file asynchronously.
const URL_LIFETIME: Duration = Duration::from_mins(1);

/// Downloads the file and has the browser save it. Calls `on_progress` after every chunk. Drop the
/// future to cancel.
pub(super) async fn download(href: &str, on_progress: impl Fn(RowProgress)) -> ExportState {
    let mut rows = RowProgress::default();
    match fetch_file(href, &mut rows, on_progress).await {
        Ok(()) => ExportState::Saved {
            rows: rows.received,
        },
        Err(error) => ExportState::Failed { rows, error },
    }
}

async fn fetch_file(
    href: &str,
    rows: &mut RowProgress,
    on_progress: impl Fn(RowProgress),
) -> Result<(), ApiError> {
    let request = Abortable::new()?;
    let response = request.send(href).await?;
    let header = |name| response.headers().get(name);
    let expected = header(TOTAL_COUNT_HEADER).and_then(|rows| rows.parse().ok());
    let name = header("content-disposition");
    let (Some(expected), Some(name), Some(body)) = (
        expected,
        name.as_deref().and_then(file_name),
        response.body(),
    ) else {
        return Err(unreadable_response());
    };
    let request_id = header(REQUEST_ID_HEADER);
    let reader = body.get_reader().unchecked_into();
    let chunks = Array::new();
    let mut counter = RowCounter::default();
    rows.total = Some(expected);
    on_progress(*rows);
    while let Some(chunk) = next_chunk(&reader)
        .await
        .map_err(|_| connection_lost(request_id.clone()))?
    {
        counter.read(&chunk.to_vec());
        chunks.push(&chunk);
        rows.received = counter.rows();
        on_progress(*rows);
    }
    save(&chunks, name).map_err(|_| blocked_by_browser())
}

/// A request that is aborted when dropped.
struct Abortable(AbortController);

impl Abortable {
    fn new() -> Result<Self, ApiError> {
        AbortController::new()
            .map(Self)
            .map_err(|_| blocked_by_browser())
    }

    /// Sends the request. If the status is not successful, returns the error in the response body.
    async fn send(&self, href: &str) -> Result<Response, ApiError> {
        let mut request = Request::get(href)
            .header("accept", "text/csv, application/json")
            .abort_signal(Some(&self.0.signal()));
        for (name, value) in page_headers() {
            request = request.header(name, &value);
        }
        let response = request.send().await.map_err(|error| {
            ApiError::from_server_fn_error(ServerFnErrorErr::Request(error.to_string()))
        })?;
        if response.ok() {
            return Ok(response);
        }
        let text = response.text().await.unwrap_or_default();
        Err(ApiError::de(Bytes::from(text)))
    }
}

impl Drop for Abortable {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Reads the next chunk. Returns `None` at the end, and an error if the connection is lost.
async fn next_chunk(reader: &ReadableStreamDefaultReader) -> Result<Option<Uint8Array>, JsValue> {
    let read = JsFuture::from(reader.read()).await?;
    let chunk = Reflect::get(&read, &"value".into())?;
    Ok(chunk.dyn_into().ok())
}

fn save(chunks: &Array, name: &str) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(&Blob::new_with_u8_array_sequence(chunks)?)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    let revoke = move || drop(Url::revoke_object_url(&url));
    set_timeout(revoke, URL_LIFETIME);
    Ok(())
}

fn unreadable_response() -> ApiError {
    ApiError::from_server_fn_error(ServerFnErrorErr::Deserialization("no file".to_owned()))
}

fn connection_lost(request_id: Option<String>) -> ApiError {
    let message = "Connection lost. Nothing was saved.";
    ApiError {
        request_id,
        ..ApiError::new(ErrorCode::Unreachable, message)
    }
}

fn blocked_by_browser() -> ApiError {
    ApiError::new(ErrorCode::Internal, "Your browser blocked saving the file.")
}
