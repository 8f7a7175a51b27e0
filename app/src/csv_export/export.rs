//! Downloads the licenses as a CSV file and reports the progress while the operator navigates
//! between pages. Without a script the browser downloads the file itself.

use futures::future::AbortHandle;
use leptos::prelude::*;

#[cfg(target_arch = "wasm32")]
use crate::csv_export::download;
use crate::csv_export::state::{ExportState, RowProgress};

/// Handle to the CSV export, shared by all pages inside the layout frame. Only one export runs at a
/// time.
#[derive(Clone, Copy)]
pub struct CsvExport {
    state: RwSignal<ExportState>,
    /// URL of the current or last export.
    href: StoredValue<String>,
    running: StoredValue<Option<AbortHandle>>,
}

/// Provides the export to all components in the frame. Leaving the frame cancels it.
pub fn provide_csv_export() {
    let export = CsvExport {
        state: RwSignal::new(ExportState::Idle),
        href: StoredValue::new(String::new()),
        running: StoredValue::new(None),
    };
    on_cleanup(move || export.abort());
    confirm_before_unload(export.state);
    provide_context(export);
}

/// While an export is running, makes the browser ask for confirmation before leaving the document,
/// because leaving cancels the export.
#[cfg(target_arch = "wasm32")]
fn confirm_before_unload(state: RwSignal<ExportState>) {
    let listener = window_event_listener(leptos::ev::beforeunload, move |event| {
        if state.with_untracked(ExportState::is_running) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Does nothing on the server.
#[cfg(not(target_arch = "wasm32"))]
const fn confirm_before_unload(_state: RwSignal<ExportState>) {}

/// Returns the handle to the CSV export; `None` outside of the layout frame.
pub fn use_csv_export() -> Option<CsvExport> {
    use_context()
}

impl CsvExport {
    pub fn state(self) -> Signal<ExportState> {
        self.state.into()
    }

    /// Starts an export unless one is already running.
    pub fn start(self, href: String) {
        if self.state.with_untracked(ExportState::is_running) {
            return;
        }
        self.state
            .set(ExportState::Downloading(RowProgress::default()));
        self.href.set_value(href.clone());
        run(self, href);
    }

    /// Restarts the last export.
    pub fn restart(self) {
        self.start(self.href.get_value());
    }

    /// Cancels a running export and clears its outcome.
    pub fn reset(self) {
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

/// Downloads the file and reports the progress in the export's state.
#[cfg(target_arch = "wasm32")]
fn run(export: CsvExport, href: String) {
    let CsvExport { state, running, .. } = export;
    let on_progress = move |rows| drop(state.try_set(ExportState::Downloading(rows)));
    let download = async move { download::download(&href, on_progress).await };
    let (download, handle) = futures::future::abortable(download);
    running.set_value(Some(handle));
    leptos::task::spawn_local(async move {
        if let Ok(outcome) = download.await {
            state.try_set(outcome);
        }
    });
}

/// Does nothing on the server.
#[cfg(not(target_arch = "wasm32"))]
fn run(_exporting: CsvExport, _href: String) {}
