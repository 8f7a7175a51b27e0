//! What can go wrong in a use case, in words that know no transport.

use keywright_domain::{
    ids::{KeyTypeId, Kid, ProductId, TenantId},
    plan::Plan,
    signing_key::ADVISED_DAYS,
    slug::SlugError,
};
use keywright_store::StoreError;

/// Why a use case did not do what it was asked. Whatever it is, nothing was changed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or not with these words.
    #[error("Wrong e-mail or password")]
    Unauthenticated,
    /// The caller's role does not allow it.
    #[error("Your role does not allow this")]
    Forbidden,
    /// There is no such thing, or it is another tenant's.
    #[error("Not found")]
    NotFound,
    /// What was asked can't be done as it was asked.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The tenant's plan does not allow it.
    #[error("This needs the plan {}", .0.as_str())]
    PlanRequired(Plan),
    /// Somebody was faster, or the name is taken.
    #[error("{0}")]
    Conflict(&'static str),
    /// The database does not answer at the moment.
    #[error("The database is not available at the moment")]
    Unavailable(#[source] StoreError),
    /// Too many ask for what takes time.
    #[error("The server has too much to do at the moment")]
    Busy,
    /// A defect, or a damaged database.
    #[error("Something went wrong on the server's side")]
    Internal(#[source] StoreError),
}

impl Error {
    /// Whether it may be about one of several that went together, so that the others would do well alone.
    pub(crate) fn is_about_one(&self) -> bool {
        match self {
            Self::Conflict(_) => true,
            Self::Unavailable(error) => error.is_contention(),
            _ => false,
        }
    }
}

/// What was wrong with what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// No tenant of that slug.
    #[error("There is no tenant {0}")]
    UnknownTenant(TenantId),
    /// No product of that slug.
    #[error("There is no product {0}")]
    UnknownProduct(ProductId),
    /// The product has no key type of that slug.
    #[error("{0} has no key type {1}")]
    UnknownKeyType(ProductId, KeyTypeId),
    /// The product has several key types, or none, and none was named.
    #[error("Say which key type of {0} is meant")]
    KeyTypeNeeded(ProductId),
    /// No signing key of that name is listed.
    #[error("The tenant lists no signing key {0}")]
    UnknownKid(Kid),
    /// A signing key that apps have not had the time to learn of.
    #[error(
        "Apps refuse leases of a key that they don't know, so they need {ADVISED_DAYS} days to fetch it: wait {days} more, unless the key that signs has leaked"
    )]
    KeyTooNew {
        /// Days, rounded up.
        days: i64,
    },
    /// An e-mail address that is none.
    #[error("Give a whole e-mail address, such as ada@example.com")]
    Email,
    /// A password that is too short or too long.
    #[error("A password has {min} to {max} characters")]
    Password {
        /// Fewest characters.
        min: usize,
        /// Most characters.
        max: usize,
    },
    /// A name that is empty, too long or holds control characters.
    #[error("Give a name of 1 to {max} characters that can be seen")]
    Name {
        /// Most characters.
        max: usize,
    },
    /// A text that is no tenant's slug.
    #[error("The slug {0}")]
    Slug(SlugError),
    /// No setup code was given.
    #[error("Give the setup code, which the server printed when it was started")]
    SetupCodeMissing,
    /// A form that makes something each time it is sent, without its id.
    #[error("This form has lost its id: load the page again")]
    FormId,
    /// A number of licenses that is not minted at once.
    #[error("Between 1 and {} licenses are minted at once", thousands(*.max))]
    Count {
        /// Most licenses.
        max: u32,
    },
}

/// What a conflict is called that only the database noticed.
const CHANGED: &str = "Somebody else changed this at the same moment; try again";

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Aborted => Self::Unavailable(error),
            StoreError::Conflict => Self::Conflict(CHANGED),
            StoreError::Corrupt { .. } | StoreError::Driver(_) => Self::Internal(error),
        }
    }
}

impl Error {
    /// The error with what caused it, for the log; nothing of it is for those who asked.
    pub fn with_causes(&self) -> String {
        match self {
            Self::Unavailable(cause) | Self::Internal(cause) => format!("{self}: {cause}"),
            other => other.to_string(),
        }
    }

    /// Says what a conflict was about, where the use case knows better than the database.
    pub(crate) fn or_conflict(self, message: &'static str) -> Self {
        match self {
            Self::Conflict(CHANGED) => Self::Conflict(message),
            other => other,
        }
    }
}

/// `1,000`
fn thousands(number: u32) -> String {
    match (number / 1_000, number % 1_000) {
        (0, rest) => rest.to_string(),
        (thousands, rest) => format!("{thousands},{rest:03}"),
    }
}
