//! Resources for pages. Leptos' resource code would be in the wasm once per response type, so all
//! pages share one resource with type-erased responses.

use std::{any::Any, future::Future, marker::PhantomData, pin::Pin, sync::Arc};

use leptos::{
    prelude::{Get, Resource},
    server::codee::{Decoder, Encoder},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::api::codec::PageCodec;

/// Response of a server function. The first response is embedded in the page's HTML.
pub struct PageResource<T> {
    resource: Resource<PageResponse, ResponseCodec>,
    response_type: PhantomData<fn() -> T>,
}

impl<T> Clone for PageResource<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for PageResource<T> {}

impl<T: Clone + DeserializeOwned + 'static> PageResource<T> {
    /// Returns the latest response; `None` before the first response, or if the response can't be
    /// decoded.
    pub fn get(self) -> Option<T> {
        match self.resource.get()? {
            PageResponse::Value(made) => made.value.downcast_ref().cloned(),
            PageResponse::Encoded(text) => PageCodec::decode(&text).ok(),
        }
    }
}

/// Creates a resource that calls `fetch` with the value of `source`, and again after a signal that
/// `source` reads has changed.
pub fn page_resource<S, T, F>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> F + Send + Sync + 'static,
) -> PageResource<T>
where
    S: Clone + Send + Sync + 'static,
    T: Serialize + Send + Sync + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let fetch = Arc::new(fetch);
    let request = move || {
        let (source, fetch) = (source(), Arc::clone(&fetch));
        Request(Arc::new(move || {
            let response = fetch(source.clone());
            Box::pin(async move { PageResponse::Value(ErasedValue::new(response.await)) })
        }))
    };
    PageResource {
        resource: erased_resource(Box::new(request)),
        response_type: PhantomData,
    }
}

fn erased_resource(
    request: Box<dyn Fn() -> Request + Send + Sync>,
) -> Resource<PageResponse, ResponseCodec> {
    let is_blocking = false;
    Resource::new_with_options(request, |request: Request| (request.0)(), is_blocking)
}

/// A type-erased request. Calling the function sends it.
#[derive(Clone)]
struct Request(Arc<dyn Fn() -> Pin<Box<dyn Future<Output = PageResponse> + Send>> + Send + Sync>);

impl PartialEq for Request {
    /// Always unequal: Leptos compares only after a signal read by `source` has changed, and then
    /// must refetch.
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

/// A type-erased response.
#[derive(Clone)]
enum PageResponse {
    /// Still encoded, as embedded in the page.
    Encoded(Arc<str>),
    /// A value of the response type.
    Value(ErasedValue),
}

#[derive(Clone)]
struct ErasedValue {
    value: Arc<dyn Any + Send + Sync>,
    /// Encodes the value for the page's HTML. Only the server does this.
    #[cfg(feature = "ssr")]
    encode: fn(&(dyn Any + Send + Sync)) -> Result<String, String>,
}

impl ErasedValue {
    fn new<T: Serialize + Send + Sync + 'static>(value: T) -> Self {
        Self {
            value: Arc::new(value),
            #[cfg(feature = "ssr")]
            encode: |value| match value.downcast_ref::<T>() {
                Some(value) => PageCodec::encode(value),
                None => Err("response has another type".to_owned()),
            },
        }
    }
}

/// Encodes responses for a page's HTML.
struct ResponseCodec;

impl Encoder<PageResponse> for ResponseCodec {
    type Error = String;
    type Encoded = String;

    fn encode(response: &PageResponse) -> Result<String, String> {
        match response {
            PageResponse::Encoded(text) => Ok(text.to_string()),
            #[cfg(feature = "ssr")]
            PageResponse::Value(made) => (made.encode)(&*made.value),
            #[cfg(not(feature = "ssr"))]
            PageResponse::Value(_) => Err("only the server embeds responses in pages".to_owned()),
        }
    }
}

impl Decoder<PageResponse> for ResponseCodec {
    type Error = String;
    type Encoded = str;

    fn decode(text: &str) -> Result<PageResponse, String> {
        Ok(PageResponse::Encoded(text.into()))
    }
}
