//! Stale-while-revalidate: a page keeps showing the last response while the next one loads and if
//! loading fails.

use leptos::prelude::*;
use serde::de::DeserializeOwned;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        resource::PageResource,
    },
    live_updates::{Connection, LiveUpdates},
};

/// The key of a request and its outcome.
pub type Fetched<K, T> = (K, Result<T, ApiError>);

/// State of a resource.
#[derive(Debug, Clone, PartialEq)]
pub enum ResourceState<K, T> {
    /// Nothing has been loaded yet.
    Loading,
    /// The latest response, which is stale if `lost` is set.
    Ready {
        /// Key of the request.
        key: K,
        /// The response.
        value: T,
        /// Why the last request failed.
        lost: Option<ApiError>,
    },
    /// Loading failed and there is no response to show.
    Failed {
        /// Key of the request.
        key: K,
        /// The cause.
        error: ApiError,
    },
}

/// The kind of view that a page shows. Its elements stay in place until the kind changes.
#[derive(Debug, Clone, PartialEq)]
pub enum ResourceView<K> {
    Loading,
    /// A response.
    Ready,
    /// An error.
    Failed(K, ApiError),
}

impl<K: Clone + PartialEq, T: Clone> ResourceState<K, T> {
    /// Returns the state after a response.
    fn next(held: Option<&Self>, answer: Fetched<K, T>) -> Self {
        match (held, answer) {
            (_, (key, Ok(value))) => Self::Ready {
                key,
                value,
                lost: None,
            },
            // The same request failed with a transient error: keep the stale response.
            (Some(Self::Ready { key, value, .. }), (asked, Err(error)))
                if *key == asked && is_transient(error.code) =>
            {
                Self::Ready {
                    key: asked,
                    value: value.clone(),
                    lost: Some(error),
                }
            }
            (_, (key, Err(error))) => Self::Failed { key, error },
        }
    }

    fn view(&self) -> ResourceView<K> {
        match self {
            Self::Loading => ResourceView::Loading,
            Self::Ready { .. } => ResourceView::Ready,
            Self::Failed { key, error } => ResourceView::Failed(key.clone(), error.clone()),
        }
    }
}

const fn is_transient(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::Internal | ErrorCode::Unavailable | ErrorCode::Unreachable
    )
}

/// A resource that keeps its last response. Create and read it inside the `Transition` that waits
/// for it.
pub struct StaleResource<K: Send + Sync + 'static, T: Send + Sync + 'static> {
    state: Signal<ResourceState<K, T>>,
    /// Kind of view to show.
    pub view: Signal<ResourceView<K>>,
}

impl<K: Send + Sync + 'static, T: Send + Sync + 'static> Clone for StaleResource<K, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: Send + Sync + 'static, T: Send + Sync + 'static> Copy for StaleResource<K, T> {}

impl<K, T> StaleResource<K, T>
where
    K: Clone + DeserializeOwned + PartialEq + Send + Sync + 'static,
    T: Clone + DeserializeOwned + PartialEq + Send + Sync + 'static,
{
    /// Tracks the resource.
    #[cfg(not(feature = "ssr"))]
    pub fn new(answer: PageResource<Fetched<K, T>>) -> Self {
        let state = Memo::new(
            move |held: Option<&ResourceState<K, T>>| match answer.get() {
                Some(answer) => ResourceState::next(held, answer),
                None => held.cloned().unwrap_or(ResourceState::Loading),
            },
        );
        let shown = Memo::new(move |_| state.with(ResourceState::view));
        Self {
            state: state.into(),
            view: shown.into(),
        }
    }

    /// Tracks the resource. The server renders a page once, when the response has arrived. These
    /// are derived signals, because a memo could still hold the state before the response.
    #[cfg(feature = "ssr")]
    pub fn new(answer: PageResource<Fetched<K, T>>) -> Self {
        let state = Signal::derive(move || {
            let answer = answer.get();
            answer.map_or(ResourceState::Loading, |answer| {
                ResourceState::next(None, answer)
            })
        });
        let shown = Signal::derive(move || state.with(ResourceState::view));
        Self { state, view: shown }
    }

    /// Returns the value if the view is [`ResourceView::Ready`].
    pub fn value(self) -> Option<Memo<T>> {
        let first = self.ready_value()?;
        Some(latest_or(first, move || {
            self.state.with(|held| match held {
                ResourceState::Ready { value, .. } => Some(value.clone()),
                ResourceState::Loading | ResourceState::Failed { .. } => None,
            })
        }))
    }

    /// Returns the key of the request whose response is shown.
    pub fn key(self) -> Signal<Option<K>> {
        Signal::derive(move || {
            self.state.with(|held| match held {
                ResourceState::Ready { key, .. } | ResourceState::Failed { key, .. } => {
                    Some(key.clone())
                }
                ResourceState::Loading => None,
            })
        })
    }

    /// Returns whether the response may be stale: the last request failed, or live updates are
    /// lost.
    pub fn is_stale(self, live: LiveUpdates) -> Signal<bool> {
        Signal::derive(move || {
            let is_refresh_failed = |held: &ResourceState<K, T>| {
                matches!(held, ResourceState::Ready { lost: Some(_), .. })
            };
            self.state.with(is_refresh_failed) || live.connection() == Connection::Lost
        })
    }

    fn ready_value(self) -> Option<T> {
        self.state.with_untracked(|held| match held {
            ResourceState::Ready { value, .. } => Some(value.clone()),
            ResourceState::Loading | ResourceState::Failed { .. } => None,
        })
    }
}

/// Returns a memo of the latest value that `find` returned, initially `first`, so that a row keeps
/// its content until it is removed.
pub fn latest_or<T: Clone + PartialEq + Send + Sync + 'static>(
    first: T,
    find: impl Fn() -> Option<T> + Send + Sync + 'static,
) -> Memo<T> {
    Memo::new(move |old: Option<&T>| {
        find()
            .or_else(|| old.cloned())
            .unwrap_or_else(|| first.clone())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: ErrorCode) -> ApiError {
        ApiError::new(code, "x")
    }

    fn there(value: u8, lost: Option<ErrorCode>) -> ResourceState<u8, u8> {
        ResourceState::Ready {
            key: 1,
            value,
            lost: lost.map(error),
        }
    }

    #[test]
    fn stale_value_stays_after_transient_errors() {
        let shown = there(7, None);
        for (key, code, kept) in [
            (1, ErrorCode::Unreachable, true),
            (1, ErrorCode::Unavailable, true),
            (1, ErrorCode::Internal, true),
            (1, ErrorCode::Unauthenticated, false),
            (1, ErrorCode::NotFound, false),
            (1, ErrorCode::Outdated, false),
            (2, ErrorCode::Unreachable, false),
        ] {
            let held = ResourceState::next(Some(&shown), (key, Err(error(code))));
            let expected = if kept {
                there(7, Some(code))
            } else {
                ResourceState::Failed {
                    key,
                    error: error(code),
                }
            };
            assert_eq!(held, expected, "{key} {code:?}");
        }
    }

    #[test]
    fn newer_response_replaces_any_state() {
        let failed = ResourceState::Failed {
            key: 1,
            error: error(ErrorCode::NotFound),
        };
        for held in [None, Some(&ResourceState::Loading), Some(&failed)] {
            assert_eq!(ResourceState::next(held, (1, Ok(8))), there(8, None));
        }
        let old = there(7, Some(ErrorCode::Unreachable));
        assert_eq!(ResourceState::next(Some(&old), (1, Ok(8))), there(8, None));
        let nothing: ResourceState<u8, u8> =
            ResourceState::next(None, (1, Err(error(ErrorCode::Unreachable))));
        assert!(matches!(nothing, ResourceState::Failed { .. }));
    }
}
