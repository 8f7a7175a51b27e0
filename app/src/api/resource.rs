//! What pages ask the server for. Each type of answer would bring all that a resource is into the wasm once more: so there is one
//! resource for all of them, of answers that know their type when they run.

use std::{any::Any, future::Future, marker::PhantomData, pin::Pin, sync::Arc};

use leptos::{
    prelude::{Get, Resource},
    server::codee::{Decoder, Encoder},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::api::codec::PageCodec;

/// What a page asks the server for; the first answer stands in its HTML.
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
    /// The newest answer, once there is one.
    pub fn get(self) -> Option<T> {
        match self.answer.get()? {
            PageAnswer::Made(made) => made.value.downcast_ref().cloned(),
            PageAnswer::Written(text) => PageCodec::decode(&text).ok(),
        }
    }
}

/// Asks for what `source` says, and again whenever that changes.
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

/// Asks when it is called.
#[derive(Clone)]
struct Question(Arc<dyn Fn() -> Pin<Box<dyn Future<Output = PageAnswer> + Send>> + Send + Sync>);

impl PartialEq for Question {
    /// No two are the same: a resource looks only where what they are made of has changed.
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

/// An answer of some type.
#[derive(Clone)]
enum PageAnswer {
    /// As it stands in the page.
    Written(Arc<str>),
    /// As it was asked for.
    Made(Made),
}

#[derive(Clone)]
struct Made {
    value: Arc<dyn Any + Send + Sync>,
    /// Writes it into a page, which only the server does.
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
                None => Err("an answer of another type".to_owned()),
            },
        }
    }
}

/// How answers stand in a page.
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
            PageAnswer::Made(_) => Err("only the server writes pages".to_owned()),
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
