//! What can go wrong between a use case and the database.

use std::sync::Arc;

/// Trouble with the database. That a row is absent is no error: reads give an `Option`.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// It can't be reached, or did not answer in time; the same call may work later.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] Arc<sqlx::Error>),
    /// A rule of the database refused the write: somebody was faster, or the name is taken.
    #[error("the change conflicts with what is stored")]
    Conflict,
    /// A stored value is none that this program ever writes.
    #[error("{table}.{column} holds a value that does not belong there")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// Anything else: a defect of ours.
    #[error("the database refused a statement: {0}")]
    Driver(#[source] Arc<sqlx::Error>),
    /// The job that wrote broke off; nothing of it was kept.
    #[error("the write broke off")]
    Aborted,
}

impl StoreError {
    /// Whether somebody else held a row for too long, or was in each other's way: it is about that row, and not about the database.
    pub fn is_contention(&self) -> bool {
        let Self::Unavailable(error) = self else {
            return false;
        };
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code);
        matches!(code.as_deref(), Some("55P03" | "40P01" | "40001"))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::error::ErrorKind;
        match &error {
            sqlx::Error::Database(database) => match database.kind() {
                ErrorKind::UniqueViolation
                | ErrorKind::CheckViolation
                | ErrorKind::ForeignKeyViolation => Self::Conflict,
                _ if is_passing(database.code().as_deref()) => Self::Unavailable(Arc::new(error)),
                _ => Self::Driver(Arc::new(error)),
            },
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => Self::Unavailable(Arc::new(error)),
            _ => Self::Driver(Arc::new(error)),
        }
    }
}

/// Whether an error code tells of trouble that passes. SQLite's are numbers, the low byte of which is the kind (busy,
/// locked, I/O error, full, can't open, read-only); PostgreSQL's are five characters, the first two of which are
/// (connection, transaction ended for idling, resources, operator's intervention, system, rolled back by the engine), and
/// the one for a row that somebody holds too long.
fn is_passing(code: Option<&str>) -> bool {
    match code {
        Some(code) if code.len() == 5 => {
            matches!(&code[..2], "08" | "25" | "40" | "53" | "57" | "58") || code == "55P03"
        }
        Some(code) => code
            .parse::<u32>()
            .is_ok_and(|number| matches!(number & 0xFF, 5 | 6 | 8 | 10 | 13 | 14)),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_passing;

    #[test]
    fn trouble_that_passes_is_told_from_defects_on_both_engines() {
        for code in [
            "5", "261", "6", "10", "13", "08006", "25P03", "40P01", "53300", "55P03", "57P01",
        ] {
            assert!(is_passing(Some(code)), "{code}");
        }
        for code in ["1", "19", "2067", "42601", "23505", ""] {
            assert!(!is_passing(Some(code)), "{code}");
        }
        assert!(!is_passing(None));
    }
}
