//! The progress of an export.

use crate::api::error::ApiError;

/// The state of the export.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ExportState {
    /// No export was started.
    #[default]
    Idle,
    /// The file is being downloaded.
    Writing(Rows),
    /// The browser saved the file.
    Saved {
        /// The number of rows.
        rows: u32,
    },
    /// It was refused or interrupted. Nothing was saved.
    Stopped {
        /// The progress until then.
        rows: Rows,
        /// Why.
        error: ApiError,
    },
}

impl ExportState {
    pub(super) const fn is_running(&self) -> bool {
        matches!(self, Self::Writing(_))
    }
}

/// The number of rows received, and of how many, which is unknown until the server responds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rows {
    /// Rows received.
    pub written: u32,
    /// All rows, as counted by the server when it started.
    pub expected: Option<u32>,
}
