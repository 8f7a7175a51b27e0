//! Transport-independent errors of the use cases.

use keywright_domain::{
    ids::{KeyTypeId, Kid, ProductId, TenantId},
    plan::Plan,
    slug::SlugError,
};
use keywright_store::StoreError;

/// Error of a use case. Except for `Unavailable` and `Internal`, it means that nothing was changed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Not signed in, or wrong credentials.
    #[error("Wrong email or password")]
    Unauthenticated,
    /// The caller's role lacks the permission.
    #[error("Your role doesn't allow this")]
    Forbidden,
    /// Not found, or owned by another tenant.
    #[error("Not found")]
    NotFound,
    /// The request is invalid.
    #[error(transparent)]
    Invalid(#[from] InvalidInputError),
    /// The tenant's plan does not include the feature.
    #[error("This requires the {} plan", .0.as_str())]
    PlanRequired(Plan),
    /// A concurrent change, or a name that is already taken.
    #[error("{0}")]
    Conflict(&'static str),
    /// The database is unavailable, or a write was aborted. The change may have been committed.
    #[error("The database is temporarily unavailable")]
    Unavailable(#[source] StoreError),
    /// Too many expensive requests are queued.
    #[error("The server is busy; try again in a moment")]
    Busy,
    /// A bug, or a corrupt database.
    #[error("Something went wrong on the server")]
    Internal(#[source] StoreError),
}

impl Error {
    /// Returns whether the error may concern only one request of a batch, so that the others may
    /// succeed when retried individually.
    pub(crate) fn is_isolatable(&self) -> bool {
        match self {
            Self::Conflict(_) => true,
            Self::Unavailable(error) => error.is_contention(),
            _ => false,
        }
    }
}

/// Reason for rejecting a request as invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidInputError {
    #[error("Tenant {0} does not exist")]
    UnknownTenant(TenantId),
    #[error("Product {0} does not exist")]
    UnknownProduct(ProductId),
    #[error("Product {0} has no key type {1}")]
    UnknownKeyType(ProductId, KeyTypeId),
    /// No key type was specified, and the product does not have exactly one.
    #[error("Specify a key type for product {0}")]
    KeyTypeRequired(ProductId),
    /// The tenant has no listed signing key with this ID.
    #[error("Signing key {0} not found")]
    UnknownKid(Kid),
    /// Apps may not have fetched this signing key yet.
    #[error(
        "Wait {} before promoting this key, so that apps can fetch it. Skip the wait only if the current key has leaked",
        format_more_days(*.days)
    )]
    KeyTooNew {
        /// Remaining days, rounded up.
        days: i64,
    },
    /// Not an email address.
    #[error("Enter a full email address, such as ada@example.com")]
    InvalidEmail,
    /// Password too short or too long.
    #[error("Enter a password of {min} to {max} characters")]
    PasswordLength { min: usize, max: usize },
    /// Name that is blank, too long, or contains control or bidirectional formatting characters.
    #[error("Enter a name of up to {max} characters, without control characters")]
    InvalidName { max: usize },
    /// Not a valid tenant slug.
    #[error("The slug {0}")]
    InvalidSlug(SlugError),
    /// No setup code was entered.
    #[error("Enter the setup code that the server printed when it started")]
    SetupCodeMissing,
    /// A form whose idempotency key is missing or malformed.
    #[error("This form has expired. Reload the page")]
    InvalidFormId,
    /// Number of licenses outside the allowed range.
    #[error("Mint between 1 and {} licenses at a time", format_thousands(*.max))]
    CountOutOfRange { max: u32 },
}

/// Message of a conflict that was detected only by the database.
const CONCURRENT_CHANGE: &str = "Someone else changed this at the same time; try again";

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Aborted => Self::Unavailable(error),
            StoreError::Conflict => Self::Conflict(CONCURRENT_CHANGE),
            StoreError::Corrupt { .. } | StoreError::Driver(_) => Self::Internal(error),
        }
    }
}

impl Error {
    /// Formats the error with its cause. For logs only: causes must not be shown to callers.
    pub fn display_chain(&self) -> String {
        match self {
            Self::Unavailable(cause) | Self::Internal(cause) => format!("{self}: {cause}"),
            other => other.to_string(),
        }
    }

    /// Replaces the generic conflict message with a more specific one.
    pub(crate) fn with_conflict_message(self, message: &'static str) -> Self {
        match self {
            Self::Conflict(CONCURRENT_CHANGE) => Self::Conflict(message),
            other => other,
        }
    }
}

/// Formats a number with a thousands separator, such as `1,000`.
fn format_thousands(number: u32) -> String {
    match (number / 1_000, number % 1_000) {
        (0, rest) => rest.to_string(),
        (thousands, rest) => format!("{thousands},{rest:03}"),
    }
}

fn format_more_days(days: i64) -> String {
    match days {
        1 => "1 more day".to_owned(),
        days => format!("{days} more days"),
    }
}
