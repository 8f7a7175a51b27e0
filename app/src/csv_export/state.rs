//! State of an export.

use crate::api::error::ApiError;

/// State of the export.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ExportState {
    /// No export has been started.
    #[default]
    Idle,
    /// The file is downloading.
    Writing(Rows),
    /// The browser saved the file.
    Saved {
        /// Rows in the file.
        rows: u32,
    },
    /// The export was rejected or interrupted. Nothing was saved.
    Stopped {
        /// Progress until then.
        rows: Rows,
        /// The cause.
        error: ApiError,
    },
}

impl ExportState {
    pub(super) const fn is_running(&self) -> bool {
        matches!(self, Self::Writing(_))
    }
}

/// Progress in rows. The total is unknown until the server responds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rows {
    /// Rows received.
    pub written: u32,
    /// Total number of rows, counted by the server when the download started.
    pub expected: Option<u32>,
}
