//! State of the CSV export, which the toast shows.

use crate::api::error::ApiError;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ExportState {
    /// No export is running, and there is no outcome to show.
    #[default]
    Idle,
    /// The file is downloading.
    Downloading(RowProgress),
    /// The file is complete and was passed to the browser for saving.
    Saved {
        /// Rows in the file.
        rows: u32,
    },
    /// The export was rejected or interrupted. Nothing was saved.
    Failed {
        /// Progress before the failure.
        rows: RowProgress,
        /// The cause.
        error: ApiError,
    },
}

impl ExportState {
    pub(super) const fn is_running(&self) -> bool {
        matches!(self, Self::Downloading(_))
    }
}

/// Progress in rows. The total is unknown until the server responds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowProgress {
    /// Rows received.
    pub received: u32,
    /// Total number of rows, counted by the server when the download started.
    pub total: Option<u32>,
}
