//! Maps each refusal to a status, a message and a metric label.

use ::metrics::counter;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use keywright_domain::activation::{Denied, Refused};
use keywright_service::{Error, device::Refusal};

use super::{NotActivated, NotValid, error};
use crate::{metrics, request_id::RequestId};

/// An endpoint. Two of them add a field to 422 responses, without which one client cannot decode
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Activate,
    Validate,
    Deactivate,
    Config,
    Keyless,
    Keyset,
}

impl Endpoint {
    /// Returns whether the endpoint could be used to guess license keys.
    pub(crate) const fn takes_a_key(self) -> bool {
        matches!(self, Self::Activate | Self::Validate | Self::Deactivate)
    }

    /// Returns a metric label.
    const fn label(self) -> &'static str {
        match self {
            Self::Activate => "activate",
            Self::Validate => "validate",
            Self::Deactivate => "deactivate",
            Self::Config => "config",
            Self::Keyless => "keyless",
            Self::Keyset => "keyset",
        }
    }

    /// Counts a refusal that `refuse` does not handle.
    pub(crate) fn count_refusal(self, reason: &'static str) {
        count_refusal(self.label(), reason);
    }

    /// Responds to an address that seems to guess keys.
    pub(crate) fn refuse_guess(self) -> Response {
        self.count_refusal("guessing");
        too_many_requests()
    }

    /// Builds and counts the response to a refusal. Logs internal errors.
    pub(crate) fn refuse(self, refusal: &Refusal, request_id: &RequestId) -> Response {
        self.count_refusal(reason(refusal));
        if let Refusal::Trouble(trouble) = refusal {
            tracing::error!(
                error = trouble.with_causes(),
                request_id = request_id.own(),
                client_request_id = request_id.client(),
                "device request failed"
            );
        }
        let (status, sentence) = (status(refusal), sentence(refusal));
        match (self, status) {
            (Self::Activate, StatusCode::UNPROCESSABLE_ENTITY) => {
                (status, Json(NotActivated::new(sentence))).into_response()
            }
            (Self::Validate, StatusCode::UNPROCESSABLE_ENTITY) => {
                (status, Json(NotValid::new(sentence))).into_response()
            }
            _ => error(status, &sentence),
        }
    }
}

/// Clients block the calling thread for this long, so keep it short.
const RETRY_AFTER_SECONDS: u16 = 5;

/// Responds to a request above the rate limit.
pub(crate) fn rate_limited() -> Response {
    count_refusal("any", "flood");
    too_many_requests()
}

pub(crate) fn count_refusal(endpoint: &'static str, reason: &'static str) {
    counter!(metrics::DEVICE_REFUSALS, "endpoint" => endpoint, "reason" => reason).increment(1);
}

/// Returns a metric label.
const fn reason(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::SdkKey => "sdk_key",
        Refusal::Suspended => "suspended",
        Refusal::Product => "product",
        Refusal::LicenseKey => "license_key",
        Refusal::Denied(Denied::Ended) => "ended",
        Refusal::Denied(Denied::Full) => "limit_reached",
        Refusal::Denied(Denied::Expired) => "expired",
        Refusal::Refused(Refused::Revoked) => "revoked",
        Refusal::Refused(Refused::Reminted) => "reminted",
        Refusal::Refused(Refused::NoInstance) => "no_instance",
        Refusal::Trouble(_) => "trouble",
    }
}

fn too_many_requests() -> Response {
    let wait = [(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS))];
    let refused = error(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
    (wait, refused).into_response()
}

fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::SdkKey => StatusCode::UNAUTHORIZED,
        Refusal::Suspended => StatusCode::FORBIDDEN,
        Refusal::Product | Refusal::LicenseKey | Refusal::Denied(Denied::Ended) => {
            StatusCode::NOT_FOUND
        }
        Refusal::Denied(Denied::Full) => StatusCode::PAYMENT_REQUIRED,
        Refusal::Denied(Denied::Expired) | Refusal::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Trouble(Error::Internal(_)) => StatusCode::INTERNAL_SERVER_ERROR,
        // For any other error, the device keeps its lease and tries again.
        Refusal::Trouble(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Returns the error message, without the details of internal errors.
fn sentence(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Trouble(Error::Internal(_)) => "Internal server error".to_owned(),
        Refusal::Trouble(_) => "Service temporarily unavailable".to_owned(),
        told => told.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use keywright_store::StoreError;

    use super::*;

    #[test]
    fn refusals_map_to_statuses_and_messages() {
        for (refusal, expected, text) in [
            (Refusal::SdkKey, 401, "Invalid or missing SDK key"),
            (Refusal::Suspended, 403, "Account suspended"),
            (Refusal::Product, 404, "Product not found"),
            (Refusal::LicenseKey, 404, "License key not found"),
            (Refusal::Denied(Denied::Ended), 404, "License key not found"),
            (
                Refusal::Denied(Denied::Full),
                402,
                "Activation limit reached",
            ),
            (Refusal::Denied(Denied::Expired), 422, "License expired"),
            (
                Refusal::Refused(Refused::Revoked),
                422,
                "License has been revoked",
            ),
            (
                Refusal::Refused(Refused::Reminted),
                422,
                "License has been reminted",
            ),
            (
                Refusal::Refused(Refused::NoInstance),
                422,
                "Instance not found or deactivated",
            ),
            (
                StoreError::Aborted.into(),
                503,
                "Service temporarily unavailable",
            ),
            (
                StoreError::Conflict.into(),
                503,
                "Service temporarily unavailable",
            ),
            (
                StoreError::Corrupt {
                    table: "t",
                    column: "c",
                }
                .into(),
                500,
                "Internal server error",
            ),
        ] {
            assert_eq!(
                (status(&refusal).as_u16(), sentence(&refusal).as_str()),
                (expected, text)
            );
        }
    }
}
