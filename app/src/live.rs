//! Pages that reload by themselves: the server says over one stream that something changed, and the page asks again.

use keywright_domain::live::Subject;
use leptos::prelude::*;

/// How a page stands with the stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Connection {
    /// Not tried yet: the page was just loaded, or there is no script.
    #[default]
    Starting,
    /// Every change shows at once.
    Live,
    /// It broke off; the next try is about to begin.
    Interrupted,
    /// Tries fail: what the page shows may be old.
    Lost,
}

/// A page's bond to what happens on the server.
#[derive(Debug, Clone, Copy)]
pub struct Live {
    version: RwSignal<u32>,
    connection: RwSignal<Connection>,
}

impl Live {
    /// Rises whenever there may be something new: a source for the page's resource.
    pub fn version(self) -> u32 {
        self.version.get()
    }

    /// How the page stands with the stream.
    pub fn connection(self) -> Connection {
        self.connection.get()
    }

    /// Makes the page ask again.
    pub fn refresh(self) {
        self.version
            .update(|version| *version = version.wrapping_add(1));
    }

    /// What a sign of life, or of trouble, makes of the connection. Every (re)connection asks again: nobody kept what
    /// happened in between.
    #[cfg(target_arch = "wasm32")]
    fn heard(self, sign: Sign) {
        let before = self.connection.get_untracked();
        let (after, asks_again) = before.after(sign);
        if after != before {
            self.connection.set(after);
        }
        if asks_again {
            self.refresh();
        }
    }
}

/// What the stream does. Only browsers have one.
#[cfg(any(target_arch = "wasm32", test))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// It is open.
    Opened,
    /// Something changed.
    Changed,
    /// It broke off, and the browser tries again by itself.
    Broke,
    /// It was refused: there may be a reason that asking again tells.
    Refused,
}

#[cfg(any(target_arch = "wasm32", test))]
impl Connection {
    const fn after(self, sign: Sign) -> (Self, bool) {
        match (self, sign) {
            (_, Sign::Opened | Sign::Changed) => (Self::Live, true),
            (Self::Live, Sign::Broke) => (Self::Interrupted, false),
            (_, Sign::Broke) => (Self::Lost, false),
            (_, Sign::Refused) => (Self::Lost, true),
        }
    }
}

/// Follows what happens to `subject` while the page is in sight.
pub fn use_live(subject: Signal<Option<Subject>>) -> Live {
    let live = Live {
        version: RwSignal::new(0),
        connection: RwSignal::new(Connection::Starting),
    };
    #[cfg(target_arch = "wasm32")]
    browser::follow_in_sight(subject, live);
    #[cfg(not(target_arch = "wasm32"))]
    let _ = subject;
    live
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use std::{cell::Cell, rc::Rc, time::Duration};

    use futures::{channel::oneshot, future::abortable};
    use keywright_domain::live::Subject;
    use leptos::{
        ev,
        prelude::*,
        wasm_bindgen::{JsCast, closure::Closure},
    };
    use web_sys::{Event, EventSource, VisibilityState};

    use super::{Live, Sign};
    use crate::routes;

    /// How long to wait before a refused stream is opened again; doubled each time.
    const PATIENCE: Duration = Duration::from_secs(1);
    const MOST_PATIENCE: Duration = Duration::from_secs(30);

    /// A browser allows six connections to a server, all tabs together: a tab that nobody sees needs none.
    pub(super) fn follow_in_sight(subject: Signal<Option<Subject>>, live: Live) {
        let in_sight = RwSignal::new(is_in_sight());
        let listener =
            window_event_listener(ev::visibilitychange, move |_| in_sight.set(is_in_sight()));
        on_cleanup(move || listener.remove());
        Effect::new(move |_| {
            let Some(subject) = subject.get().filter(|_| in_sight.get()) else {
                return;
            };
            let (stream, handle) = abortable(follow(routes::events(subject), live));
            leptos::task::spawn_local(async move {
                stream.await.ok();
            });
            on_cleanup(move || handle.abort());
        });
    }

    fn is_in_sight() -> bool {
        document().visibility_state() == VisibilityState::Visible
    }

    /// Never ends by itself: what the browser does not open again, we do.
    async fn follow(url: String, live: Live) {
        let mut patience = PATIENCE;
        loop {
            let opened = listen(&url, live).await;
            if opened {
                patience = PATIENCE;
            }
            live.heard(Sign::Refused);
            sleep(patience).await;
            patience = MOST_PATIENCE.min(patience * 2);
        }
    }

    /// Passes on what the stream does, until the browser gives it up; says whether it was ever open.
    async fn listen(url: &str, live: Live) -> bool {
        let Ok(stream) = EventSource::new(url).map(Stream) else {
            return false;
        };
        let (gives_up, end) = oneshot::channel();
        let mut gives_up = Some(gives_up);
        let was_open = Rc::new(Cell::new(false));
        let heard = Closure::<dyn FnMut(Event)>::new({
            let (source, was_open) = (stream.0.clone(), Rc::clone(&was_open));
            move |event: Event| match event.type_().as_str() {
                "open" => {
                    was_open.set(true);
                    live.heard(Sign::Opened);
                }
                "changed" => live.heard(Sign::Changed),
                _ if source.ready_state() == EventSource::CLOSED => drop(gives_up.take()),
                _ => live.heard(Sign::Broke),
            }
        });
        for name in ["open", "changed", "error"] {
            let listener = heard.as_ref().unchecked_ref();
            if stream
                .0
                .add_event_listener_with_callback(name, listener)
                .is_err()
            {
                return false;
            }
        }
        // It is never sent anything: this ends when the other end is gone.
        let _: Result<(), _> = end.await;
        was_open.get()
    }

    /// A stream that ends with whoever follows it.
    struct Stream(EventSource);

    impl Drop for Stream {
        fn drop(&mut self) {
            self.0.close();
        }
    }

    async fn sleep(duration: Duration) {
        let (done, over) = oneshot::channel();
        set_timeout(
            move || {
                done.send(()).ok();
            },
            duration,
        );
        over.await.ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_lost_once_a_second_try_fails_and_asks_again_when_it_is_back() {
        use Connection::{Interrupted, Live, Lost, Starting};
        for (before, sign, after, asks_again) in [
            (Starting, Sign::Opened, Live, true),
            (Starting, Sign::Broke, Lost, false),
            (Live, Sign::Changed, Live, true),
            (Live, Sign::Broke, Interrupted, false),
            (Interrupted, Sign::Opened, Live, true),
            (Interrupted, Sign::Broke, Lost, false),
            (Lost, Sign::Broke, Lost, false),
            (Lost, Sign::Opened, Live, true),
            (Live, Sign::Refused, Lost, true),
        ] {
            let found = before.after(sign);
            assert_eq!(found, (after, asks_again), "{before:?} {sign:?}");
        }
    }
}
