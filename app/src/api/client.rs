//! How pages call server functions: every call says which build the page is from.

use std::future::Future;

use bytes::Bytes;
use futures::{Sink, Stream};
use leptos::server_fn::{
    client::{Client, browser::BrowserClient},
    error::FromServerFnError,
    request::browser::BrowserRequest,
    response::browser::BrowserResponse,
};

/// The request header with the page's build; where it differs from the server's, the call is refused as outdated.
pub const BUILD_HEADER: &str = "keywright-build";

/// A browser's `fetch`, with [`BUILD_HEADER`].
pub struct BuildClient;

impl<E, In, Out> Client<E, In, Out> for BuildClient
where
    E: FromServerFnError,
    In: FromServerFnError,
    Out: FromServerFnError,
{
    type Request = BrowserRequest;
    type Response = BrowserResponse;

    fn send(request: BrowserRequest) -> impl Future<Output = Result<BrowserResponse, E>> + Send {
        if let Some(build) = page_build() {
            request.headers().set(BUILD_HEADER, &build);
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

/// What the shell wrote into the document.
fn page_build() -> Option<String> {
    leptos::prelude::document()
        .document_element()?
        .get_attribute("data-build")
}
