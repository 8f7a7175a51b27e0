//! Answers that are asked for again and again: what a page shows stays in place while the next one is on its way, and when
//! it can't be had.

use leptos::prelude::*;
use serde::de::DeserializeOwned;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        resource::PageResource,
    },
    live::{Connection, Live},
};

/// What was asked, and what came of it.
pub type Answer<K, T> = (K, Result<T, ApiError>);

/// What a page has to show.
#[derive(Debug, Clone, PartialEq)]
pub enum Held<K, T> {
    /// Nothing yet.
    Waiting,
    /// The newest answer that there is; `lost` says why there is no newer one.
    There {
        /// What was asked.
        key: K,
        /// What came of it.
        value: T,
        /// Why the last try brought nothing.
        lost: Option<ApiError>,
    },
    /// Why there is nothing to show.
    Failed {
        /// What was asked.
        key: K,
        /// What went wrong.
        error: ApiError,
    },
}

/// Which kind of thing a page shows: while this stays the same, so do its elements.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown<K> {
    /// That it is loading.
    Waiting,
    /// An answer.
    There,
    /// An error.
    Failed(K, ApiError),
}

impl<K: Clone + PartialEq, T: Clone> Held<K, T> {
    /// What is held once `answer` has come in.
    fn after(held: Option<&Self>, answer: Answer<K, T>) -> Self {
        match (held, answer) {
            (_, (key, Ok(value))) => Self::There {
                key,
                value,
                lost: None,
            },
            // The same was asked again, and only the way to the server is missing: what is shown may be old, but it is
            // better than nothing.
            (Some(Self::There { key, value, .. }), (asked, Err(error)))
                if *key == asked && is_passing(error.code) =>
            {
                Self::There {
                    key: asked,
                    value: value.clone(),
                    lost: Some(error),
                }
            }
            (_, (key, Err(error))) => Self::Failed { key, error },
        }
    }

    fn shown(&self) -> Shown<K> {
        match self {
            Self::Waiting => Shown::Waiting,
            Self::There { .. } => Shown::There,
            Self::Failed { key, error } => Shown::Failed(key.clone(), error.clone()),
        }
    }
}

const fn is_passing(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::Internal | ErrorCode::Unavailable | ErrorCode::Unreachable
    )
}

/// A held answer, to be made and read below the `Transition` that waits for it.
pub struct Holder<K: Send + Sync + 'static, T: Send + Sync + 'static> {
    held: Signal<Held<K, T>>,
    /// Which kind of thing to show.
    pub shown: Signal<Shown<K>>,
}

impl<K: Send + Sync + 'static, T: Send + Sync + 'static> Clone for Holder<K, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: Send + Sync + 'static, T: Send + Sync + 'static> Copy for Holder<K, T> {}

impl<K, T> Holder<K, T>
where
    K: Clone + DeserializeOwned + PartialEq + Send + Sync + 'static,
    T: Clone + DeserializeOwned + PartialEq + Send + Sync + 'static,
{
    /// Holds what the resource brings.
    #[cfg(not(feature = "ssr"))]
    pub fn of(answer: PageResource<Answer<K, T>>) -> Self {
        let held = Memo::new(move |held: Option<&Held<K, T>>| match answer.get() {
            Some(answer) => Held::after(held, answer),
            None => held.cloned().unwrap_or(Held::Waiting),
        });
        let shown = Memo::new(move |_| held.with(Held::shown));
        Self {
            held: held.into(),
            shown: shown.into(),
        }
    }

    /// Holds what the resource brings. A page is rendered once, as soon as that is there: nothing may remember that it was
    /// not, as a memo does until it is told otherwise, which may be too late.
    #[cfg(feature = "ssr")]
    pub fn of(answer: PageResource<Answer<K, T>>) -> Self {
        let held = Signal::derive(move || {
            let answer = answer.get();
            answer.map_or(Held::Waiting, |answer| Held::after(None, answer))
        });
        let shown = Signal::derive(move || held.with(Held::shown));
        Self { held, shown }
    }

    /// The value, where [`Shown::There`] says that there is one.
    pub fn value(self) -> Option<Memo<T>> {
        let first = self.there()?;
        Some(newest(first, move || {
            self.held.with(|held| match held {
                Held::There { value, .. } => Some(value.clone()),
                Held::Waiting | Held::Failed { .. } => None,
            })
        }))
    }

    /// What was asked for what is shown.
    pub fn key(self) -> Signal<Option<K>> {
        Signal::derive(move || {
            self.held.with(|held| match held {
                Held::There { key, .. } | Held::Failed { key, .. } => Some(key.clone()),
                Held::Waiting => None,
            })
        })
    }

    /// Whether what is shown may be old: the last try brought nothing, or the page no longer hears of changes.
    pub fn is_old(self, live: Live) -> Signal<bool> {
        Signal::derive(move || {
            let is_lost = |held: &Held<K, T>| matches!(held, Held::There { lost: Some(_), .. });
            self.held.with(is_lost) || live.connection() == Connection::Lost
        })
    }

    fn there(self) -> Option<T> {
        self.held.with_untracked(|held| match held {
            Held::There { value, .. } => Some(value.clone()),
            Held::Waiting | Held::Failed { .. } => None,
        })
    }
}

/// What `find` finds, and as long as it finds nothing what was there before: a row of a list on its way out.
pub fn newest<T: Clone + PartialEq + Send + Sync + 'static>(
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

    fn there(value: u8, lost: Option<ErrorCode>) -> Held<u8, u8> {
        Held::There {
            key: 1,
            value,
            lost: lost.map(error),
        }
    }

    #[test]
    fn what_is_shown_stays_while_only_the_way_to_the_server_is_missing() {
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
            let held = Held::after(Some(&shown), (key, Err(error(code))));
            let expected = if kept {
                there(7, Some(code))
            } else {
                Held::Failed {
                    key,
                    error: error(code),
                }
            };
            assert_eq!(held, expected, "{key} {code:?}");
        }
    }

    #[test]
    fn a_newer_answer_takes_the_place_of_whatever_was_held() {
        let failed = Held::Failed {
            key: 1,
            error: error(ErrorCode::NotFound),
        };
        for held in [None, Some(&Held::Waiting), Some(&failed)] {
            assert_eq!(Held::after(held, (1, Ok(8))), there(8, None));
        }
        let old = there(7, Some(ErrorCode::Unreachable));
        assert_eq!(Held::after(Some(&old), (1, Ok(8))), there(8, None));
        let nothing: Held<u8, u8> = Held::after(None, (1, Err(error(ErrorCode::Unreachable))));
        assert!(matches!(nothing, Held::Failed { .. }));
    }
}
