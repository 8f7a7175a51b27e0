//! How pages call server functions: every call says which build and whose the page is, and whether anybody is there.

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

/// The request header with the page's build; where it differs from the server's, the call is refused as outdated.
pub const BUILD_HEADER: &str = "keywright-build";

/// The request header with the operator whom the page was made for; where somebody else has signed in since, the call is
/// refused: a page never shows one tenant's data under another's name.
pub const OPERATOR_HEADER: &str = "keywright-operator";

/// The request header of a call that a page makes by itself, while nobody has touched it for a minute: it does not count as
/// the operator's being there.
pub const UNATTENDED_HEADER: &str = "keywright-unattended";

/// The answer's header with how many rows a file will have, to tell how far it has come. It is counted when the file begins:
/// what is minted, changed or ends meanwhile may make it more or fewer.
pub const ROWS_HEADER: &str = "keywright-rows";

/// The answer's header with the id under which the server's log has the request, for a file that breaks off.
pub const REQUEST_HEADER: &str = "keywright-request";

/// A browser's `fetch`, with the headers above.
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
            request.headers().set(UNATTENDED_HEADER, "1");
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

/// The headers that say which build and whose the page is.
pub fn page_headers() -> impl Iterator<Item = (&'static str, String)> {
    let marks = [
        (BUILD_HEADER, "data-build"),
        (OPERATOR_HEADER, "data-operator"),
    ];
    marks
        .into_iter()
        .filter_map(|(name, mark)| Some((name, mark_of_page(mark)?)))
}

/// What the shell wrote into the document.
fn mark_of_page(name: &str) -> Option<String> {
    leptos::prelude::document()
        .document_element()?
        .get_attribute(name)
}
