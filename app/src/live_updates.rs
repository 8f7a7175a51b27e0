//! Live updates: the server announces changes over an event stream, then the page reloads its data.

use keywright_api_types::subscription::Subject;
use leptos::prelude::*;

/// State of the connection to the event stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Connection {
    /// Not connected yet: the page has just loaded, or there is no script.
    #[default]
    Starting,
    /// Connected: changes appear immediately.
    Live,
    /// The connection was just lost; the browser reconnects.
    Interrupted,
    /// Reconnecting failed; the page may be stale.
    Lost,
}

/// A page's subscription to changes on the server.
#[derive(Debug, Clone, Copy)]
pub struct LiveUpdates {
    version: RwSignal<u32>,
    connection: RwSignal<Connection>,
}

impl LiveUpdates {
    /// Returns a counter that increases whenever data may have changed. Use it as a resource's
    /// source.
    pub fn version(self) -> u32 {
        self.version.get()
    }

    pub fn connection(self) -> Connection {
        self.connection.get()
    }

    /// Makes the page reload its data.
    pub fn refresh(self) {
        self.version
            .update(|version| *version = version.wrapping_add(1));
    }

    /// Updates the connection state. Every new connection reloads the data, because the server does
    /// not replay missed changes.
    #[cfg(target_arch = "wasm32")]
    fn on_event(self, event: StreamEvent) {
        let before = self.connection.get_untracked();
        let (after, should_reload) = before.transition(event);
        if after != before {
            self.connection.set(after);
        }
        if should_reload {
            self.refresh();
        }
    }
}

/// An event of the stream.
#[cfg(any(target_arch = "wasm32", test))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StreamEvent {
    /// The stream is open.
    Opened,
    /// The subject has changed.
    Changed,
    /// The connection was lost; the browser reconnects.
    Interrupted,
    /// The browser closed the stream, for example because the server rejected it. Reloading the
    /// data may reveal the reason.
    Rejected,
}

#[cfg(any(target_arch = "wasm32", test))]
impl Connection {
    const fn transition(self, event: StreamEvent) -> (Self, bool) {
        match (self, event) {
            (_, StreamEvent::Opened | StreamEvent::Changed) => (Self::Live, true),
            (Self::Live, StreamEvent::Interrupted) => (Self::Interrupted, false),
            (_, StreamEvent::Interrupted) => (Self::Lost, false),
            (_, StreamEvent::Rejected) => (Self::Lost, true),
        }
    }
}

/// Subscribes to changes to `subject` while the page is visible.
pub fn use_live_updates(subject: Signal<Option<Subject>>) -> LiveUpdates {
    let live = LiveUpdates {
        version: RwSignal::new(0),
        connection: RwSignal::new(Connection::Starting),
    };
    #[cfg(target_arch = "wasm32")]
    browser::subscribe_while_visible(subject, live);
    #[cfg(not(target_arch = "wasm32"))]
    let _ = subject;
    live
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use std::{cell::Cell, rc::Rc, time::Duration};

    use futures::{channel::oneshot, future::abortable};
    use keywright_api_types::subscription::Subject;
    use leptos::{
        ev,
        prelude::*,
        wasm_bindgen::{JsCast, closure::Closure},
    };
    use web_sys::{Event, EventSource, VisibilityState};

    use super::{LiveUpdates, StreamEvent};
    use crate::routes;

    /// Delay before a closed stream is reopened, doubled on each failure up to [`MAX_BACKOFF`].
    const MIN_BACKOFF: Duration = Duration::from_secs(1);
    const MAX_BACKOFF: Duration = Duration::from_secs(30);

    /// Subscribes while the tab is visible. Browsers allow six HTTP/1.1 connections per server
    /// for all tabs together, so hidden tabs must not hold one.
    pub(super) fn subscribe_while_visible(subject: Signal<Option<Subject>>, live: LiveUpdates) {
        let visible = RwSignal::new(is_visible());
        let listener =
            window_event_listener(ev::visibilitychange, move |_| visible.set(is_visible()));
        on_cleanup(move || listener.remove());
        Effect::new(move |_| {
            let Some(subject) = subject.get().filter(|_| visible.get()) else {
                return;
            };
            let (stream, handle) = abortable(follow(routes::events(subject), live));
            leptos::task::spawn_local(async move {
                stream.await.ok();
            });
            on_cleanup(move || handle.abort());
        });
    }

    fn is_visible() -> bool {
        document().visibility_state() == VisibilityState::Visible
    }

    /// Reopens the stream whenever the browser closes it. Never returns.
    async fn follow(url: String, live: LiveUpdates) {
        let mut backoff = MIN_BACKOFF;
        loop {
            let opened = listen(&url, live).await;
            if opened {
                backoff = MIN_BACKOFF;
            }
            live.on_event(StreamEvent::Rejected);
            sleep(backoff).await;
            backoff = MAX_BACKOFF.min(backoff * 2);
        }
    }

    /// Handles events until the browser closes the stream. Returns whether it was ever open.
    async fn listen(url: &str, live: LiveUpdates) -> bool {
        let Ok(stream) = EventSource::new(url).map(Stream) else {
            return false;
        };
        let (closed, on_close) = oneshot::channel();
        let mut closed = Some(closed);
        let was_open = Rc::new(Cell::new(false));
        let on_event = Closure::<dyn FnMut(Event)>::new({
            let (source, was_open) = (stream.0.clone(), Rc::clone(&was_open));
            move |event: Event| match event.type_().as_str() {
                "open" => {
                    was_open.set(true);
                    live.on_event(StreamEvent::Opened);
                }
                "changed" => live.on_event(StreamEvent::Changed),
                _ if source.ready_state() == EventSource::CLOSED => drop(closed.take()),
                _ => live.on_event(StreamEvent::Interrupted),
            }
        });
        for name in ["open", "changed", "error"] {
            let listener = on_event.as_ref().unchecked_ref();
            if stream
                .0
                .add_event_listener_with_callback(name, listener)
                .is_err()
            {
                return false;
            }
        }
        // Nothing is ever sent; this returns when the sender is dropped.
        let _: Result<(), _> = on_close.await;
        was_open.get()
    }

    /// Closes the stream when dropped.
    struct Stream(EventSource);

    impl Drop for Stream {
        fn drop(&mut self) {
            self.0.close();
        }
    }

    async fn sleep(duration: Duration) {
        let (done, elapsed) = oneshot::channel();
        set_timeout(
            move || {
                done.send(()).ok();
            },
            duration,
        );
        elapsed.await.ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_is_lost_after_a_failed_reconnect_and_reloads_when_it_is_back() {
        use Connection::{Interrupted, Live, Lost, Starting};
        for (before, event, after, should_reload) in [
            (Starting, StreamEvent::Opened, Live, true),
            (Starting, StreamEvent::Interrupted, Lost, false),
            (Live, StreamEvent::Changed, Live, true),
            (Live, StreamEvent::Interrupted, Interrupted, false),
            (Interrupted, StreamEvent::Opened, Live, true),
            (Interrupted, StreamEvent::Interrupted, Lost, false),
            (Lost, StreamEvent::Interrupted, Lost, false),
            (Lost, StreamEvent::Opened, Live, true),
            (Live, StreamEvent::Rejected, Lost, true),
        ] {
            let found = before.transition(event);
            assert_eq!(found, (after, should_reload), "{before:?} {event:?}");
        }
    }
}
