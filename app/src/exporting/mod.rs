//! The licenses as a file that a script takes from the server: how far it has come, wherever in the frame its operator goes
//! meanwhile. Without a script the browser takes the file itself.

#[cfg(target_arch = "wasm32")]
mod download;

use futures::future::AbortHandle;
use leptos::prelude::*;

use crate::api::error::ApiError;

/// How far an export has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ExportState {
    /// None is under way.
    #[default]
    Idle,
    /// It is being taken from the server.
    Writing(Rows),
    /// The browser has it.
    Saved {
        /// How many rows it has.
        rows: u32,
    },
    /// It was refused, or it broke off. Nothing was saved.
    Stopped {
        /// How far it had come.
        rows: Rows,
        /// Why.
        error: ApiError,
    },
}

impl ExportState {
    const fn is_running(&self) -> bool {
        matches!(self, Self::Writing(_))
    }
}

/// How many rows have come, and of how many: that is not known before the server answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rows {
    /// Those that have come.
    pub written: u32,
    /// All of them, as the server counted when it began.
    pub expected: Option<u32>,
}

/// The frame's export: one at a time.
#[derive(Clone, Copy)]
pub struct Exporting {
    state: RwSignal<ExportState>,
    /// What was asked for last.
    href: StoredValue<String>,
    running: StoredValue<Option<AbortHandle>>,
}

/// Makes the export known to everything in the frame. Whoever leaves the frame leaves the export, too.
pub fn provide_exporting() {
    let exporting = Exporting {
        state: RwSignal::new(ExportState::Idle),
        href: StoredValue::new(String::new()),
        running: StoredValue::new(None),
    };
    on_cleanup(move || exporting.abort());
    ask_before_leaving(exporting.state);
    provide_context(exporting);
}

/// A document that is left takes what is under way along, so the browser asks before.
#[cfg(target_arch = "wasm32")]
fn ask_before_leaving(state: RwSignal<ExportState>) {
    let listener = window_event_listener(leptos::ev::beforeunload, move |event| {
        if state.with_untracked(ExportState::is_running) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

/// On the server nobody leaves.
#[cfg(not(target_arch = "wasm32"))]
const fn ask_before_leaving(_state: RwSignal<ExportState>) {}

/// The frame's export.
pub fn use_exporting() -> Option<Exporting> {
    use_context()
}

impl Exporting {
    /// How far it has come.
    pub fn state(self) -> Signal<ExportState> {
        self.state.into()
    }

    /// Begins, unless one is under way already.
    pub fn begin(self, href: String) {
        if self.state.with_untracked(ExportState::is_running) {
            return;
        }
        self.state.set(ExportState::Writing(Rows::default()));
        self.href.set_value(href.clone());
        run(self, href);
    }

    /// Begins again with what was asked for last.
    pub fn begin_again(self) {
        self.begin(self.href.get_value());
    }

    /// Cancels what is under way, and forgets what came of it.
    pub fn end(self) {
        self.abort();
        self.state.set(ExportState::Idle);
    }

    fn abort(self) {
        let running = self.running.try_update_value(Option::take).flatten();
        if let Some(running) = running {
            running.abort();
        }
    }
}

/// Takes the file, and says in the export's state what comes.
#[cfg(target_arch = "wasm32")]
fn run(exporting: Exporting, href: String) {
    let Exporting { state, running, .. } = exporting;
    let came = move |rows| drop(state.try_set(ExportState::Writing(rows)));
    let download = async move { download::download(&href, came).await };
    let (download, handle) = futures::future::abortable(download);
    running.set_value(Some(handle));
    leptos::task::spawn_local(async move {
        if let Ok(outcome) = download.await {
            state.try_set(outcome);
        }
    });
}

/// On the server nobody presses anything.
#[cfg(not(target_arch = "wasm32"))]
fn run(_exporting: Exporting, _href: String) {}

/// What a `Content-Disposition` calls its file.
#[cfg(any(target_arch = "wasm32", test))]
fn file_name(disposition: &str) -> Option<&str> {
    let (_, name) = disposition.split_once("filename=\"")?;
    Some(name.split_once('"')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_what_the_server_calls_it() {
        let disposition = "attachment; filename=\"keywright-acme-licenses.csv\"";
        assert_eq!(file_name(disposition), Some("keywright-acme-licenses.csv"));
        assert_eq!(file_name("attachment"), None);
        assert_eq!(file_name("attachment; filename=\"half"), None);
    }
}
