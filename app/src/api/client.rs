//! HTTP client for server functions. It sends the page's build, its operator and whether the page
//! is idle.

use std::future::Future;

use bytes::Bytes;
use futures::{Sink, Stream};
use leptos::server_fn::{
    client::{Client, browser::BrowserClient},
    error::FromServerFnError,
    request::browser::BrowserRequest,
    response::browser::BrowserResponse,
};

use crate::user_activity;

/// Request header with the page's build ID. The server rejects requests from pages of
/// another build as outdated.
pub const BUILD_HEADER: &str = "keywright-build";

/// Request header with the ID of the operator who was signed in when the page was rendered. The
/// server rejects the request if another operator has signed in since. Otherwise a page could show
/// one tenant's data under another tenant's name.
pub const OPERATOR_HEADER: &str = "keywright-operator";

/// Request header that marks a request from a page that has had no input for a minute. Such a
/// request does not extend the session.
pub const BACKGROUND_HEADER: &str = "x-keywright-background";

/// Response header with the expected number of rows in an exported file, for the progress bar. The
/// server counts them when the download starts, so concurrent changes can make the file longer or
/// shorter.
pub const TOTAL_COUNT_HEADER: &str = "x-total-count";

/// Response header with the request ID, which the page shows if a download is interrupted.
pub const REQUEST_ID_HEADER: &str = "x-request-id";

/// HTTP client that adds the request headers above to the browser's requests.
pub struct PageClient;

impl<E, In, Out> Client<E, In, Out> for PageClient
where
    E: FromServerFnError,
    In: FromServerFnError,
    Out: FromServerFnError,
{
    type Request = BrowserRequest;
    type Response = BrowserResponse;

    fn send(request: BrowserRequest) -> impl Future<Output = Result<BrowserResponse, E>> + Send {
        for (name, value) in page_headers() {
            request.headers().set(name, &value);
        }
        if user_activity::is_idle() {
            request.headers().set(BACKGROUND_HEADER, "1");
        }
        <BrowserClient as Client<E, In, Out>>::send(request)
    }

    fn open_websocket(
        path: &str,
    ) -> impl Future<
        Output = Result<
            (
                impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static,
                impl Sink<Bytes> + Send + 'static,
            ),
            E,
        >,
    > + Send {
        <BrowserClient as Client<E, In, Out>>::open_websocket(path)
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<E, In, Out>>::spawn(future);
    }
}

/// Returns the headers with the page's build and operator. Headers without a value are omitted.
pub fn page_headers() -> impl Iterator<Item = (&'static str, String)> {
    let attributes = [
        (BUILD_HEADER, "data-build"),
        (OPERATOR_HEADER, "data-operator"),
    ];
    attributes
        .into_iter()
        .filter_map(|(name, mark)| Some((name, html_attribute(mark)?)))
}

/// Reads an attribute that the shell set on `<html>`.
fn html_attribute(name: &str) -> Option<String> {
    leptos::prelude::document()
        .document_element()?
        .get_attribute(name)
}
