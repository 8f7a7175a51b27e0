//! Errors of the store.

use std::sync::Arc;

/// A database error. A missing row is not an error: reads return an `Option`.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The database is unreachable or too slow. A retry may succeed.
    #[error("database is not available: {0}")]
    Unavailable(#[source] Arc<sqlx::Error>),
    /// A constraint rejected the write: a concurrent write came first, or the name is taken.
    #[error("the change conflicts with stored data")]
    Conflict,
    /// A stored value that this version can't decode.
    #[error("{table}.{column} contains an invalid value")]
    Corrupt {
        table: &'static str,
        column: &'static str,
    },
    /// Any other error. Indicates a bug.
    #[error("database statement failed: {0}")]
    Driver(#[source] Arc<sqlx::Error>),
    /// The unit of work did not run to completion.
    #[error("the write was aborted")]
    Aborted,
}

impl StoreError {
    /// Returns whether the error concerns contended rows rather than the whole database: a lock
    /// timeout, a deadlock or a serialization failure.
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
                _ if is_transient(database.code().as_deref()) => Self::Unavailable(Arc::new(error)),
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

/// Returns whether an error code is transient.
///
/// SQLite's codes are numbers whose low byte is the primary code: busy, locked, read-only, I/O
/// error, full, can't open. PostgreSQL's are five characters that start with the class:
/// connection exception, invalid transaction state (such as an idle timeout), transaction
/// rollback, insufficient resources, operator intervention, system error. `55P03` is a lock
/// timeout.
fn is_transient(code: Option<&str>) -> bool {
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
    use super::is_transient;

    #[test]
    fn transient_errors_are_recognized_on_both_engines() {
        for code in [
            "5", "261", "6", "10", "13", "08006", "25P03", "40P01", "53300", "55P03", "57P01",
        ] {
            assert!(is_transient(Some(code)), "{code}");
        }
        for code in ["1", "19", "2067", "42601", "23505", ""] {
            assert!(!is_transient(Some(code)), "{code}");
        }
        assert!(!is_transient(None));
    }
}
