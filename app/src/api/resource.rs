//! Resources of pages. A Leptos resource for every response type would add its code to the wasm
//! once per type, so all pages share one resource of type-erased responses.

use std::{any::Any, future::Future, marker::PhantomData, pin::Pin, sync::Arc};

use leptos::{
    prelude::{Get, Resource},
    server::codee::{Decoder, Encoder},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::api::codec::PageCodec;

/// A server function's response; the first one is embedded in the page's HTML.
pub struct PageResource<T> {
    answer: Resource<PageAnswer, AnswerCodec>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for PageResource<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for PageResource<T> {}

impl<T: Clone + DeserializeOwned + 'static> PageResource<T> {
    /// Returns the latest response, or `None` before the first one.
    pub fn get(self) -> Option<T> {
        match self.answer.get()? {
            PageAnswer::Made(made) => made.value.downcast_ref().cloned(),
            PageAnswer::Written(text) => PageCodec::decode(&text).ok(),
        }
    }
}

/// Calls `ask` with the value of `source`, and again whenever that changes.
pub fn page_resource<S, T, F>(
    source: impl Fn() -> S + Send + Sync + 'static,
    ask: impl Fn(S) -> F + Send + Sync + 'static,
) -> PageResource<T>
where
    S: Clone + Send + Sync + 'static,
    T: Serialize + Send + Sync + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let ask = Arc::new(ask);
    let question = move || {
        let (source, ask) = (source(), Arc::clone(&ask));
        Question(Arc::new(move || {
            let answer = ask(source.clone());
            Box::pin(async move { PageAnswer::Made(Made::of(answer.await)) })
        }))
    };
    PageResource {
        answer: resource(Box::new(question)),
        of: PhantomData,
    }
}

fn resource(
    question: Box<dyn Fn() -> Question + Send + Sync>,
) -> Resource<PageAnswer, AnswerCodec> {
    let is_blocking = false;
    Resource::new_with_options(question, |question: Question| (question.0)(), is_blocking)
}

/// A type-erased request, sent when called.
#[derive(Clone)]
struct Question(Arc<dyn Fn() -> Pin<Box<dyn Future<Output = PageAnswer> + Send>> + Send + Sync>);

impl PartialEq for Question {
    /// Never equal: the resource compares requests only after a signal of `source` has changed.
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

/// A type-erased response.
#[derive(Clone)]
enum PageAnswer {
    /// Still encoded, as embedded in the page.
    Written(Arc<str>),
    /// A value of the response type.
    Made(Made),
}

#[derive(Clone)]
struct Made {
    value: Arc<dyn Any + Send + Sync>,
    /// Encodes the value for the page's HTML. Only the server does this.
    #[cfg(feature = "ssr")]
    encode: fn(&(dyn Any + Send + Sync)) -> Result<String, String>,
}

impl Made {
    fn of<T: Serialize + Send + Sync + 'static>(value: T) -> Self {
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
struct AnswerCodec;

impl Encoder<PageAnswer> for AnswerCodec {
    type Error = String;
    type Encoded = String;

    fn encode(answer: &PageAnswer) -> Result<String, String> {
        match answer {
            PageAnswer::Written(text) => Ok(text.to_string()),
            #[cfg(feature = "ssr")]
            PageAnswer::Made(made) => (made.encode)(&*made.value),
            #[cfg(not(feature = "ssr"))]
            PageAnswer::Made(_) => Err("only the server embeds responses in pages".to_owned()),
        }
    }
}

impl Decoder<PageAnswer> for AnswerCodec {
    type Error = String;
    type Encoded = str;

    fn decode(text: &str) -> Result<PageAnswer, String> {
        Ok(PageAnswer::Written(text.into()))
    }
}
