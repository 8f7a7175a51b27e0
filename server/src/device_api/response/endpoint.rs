//! Maps each refusal to a status, a message and a metric label.

use ::metrics::counter;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use keywright_domain::activation::{ActivationError, ValidationError};
use keywright_service::{Error, device::DeviceError};

use super::{ActivateErrorBody, ValidateErrorBody, error};
use crate::{metrics, request_id::RequestId};

/// A device API endpoint. Activate and validate add a field to 422 responses, because one client
/// cannot decode them without it.
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
    pub(crate) const fn takes_license_key(self) -> bool {
        matches!(self, Self::Activate | Self::Validate | Self::Deactivate)
    }

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
    pub(crate) fn refuse_brute_force(self) -> Response {
        self.count_refusal("brute_force");
        too_many_requests()
    }

    /// Builds and counts the response to a refusal. Logs internal errors.
    pub(crate) fn refuse(self, refusal: &DeviceError, request_id: &RequestId) -> Response {
        self.count_refusal(reason_label(refusal));
        if let DeviceError::Internal(trouble) = refusal {
            tracing::error!(
                error = trouble.display_chain(),
                request_id = request_id.server_id(),
                client_request_id = request_id.client_id(),
                "device request failed"
            );
        }
        let (status, sentence) = (status(refusal), message(refusal));
        match (self, status) {
            (Self::Activate, StatusCode::UNPROCESSABLE_ENTITY) => {
                (status, Json(ActivateErrorBody::new(sentence))).into_response()
            }
            (Self::Validate, StatusCode::UNPROCESSABLE_ENTITY) => {
                (status, Json(ValidateErrorBody::new(sentence))).into_response()
            }
            _ => error(status, &sentence),
        }
    }
}

/// Clients block the calling thread for this long, so keep it short.
const RETRY_AFTER_SECONDS: u16 = 5;

/// Responds to a request above the rate limit.
pub(crate) fn rate_limited() -> Response {
    count_refusal("any", "rate_limited");
    too_many_requests()
}

pub(crate) fn count_refusal(endpoint: &'static str, reason: &'static str) {
    counter!(metrics::DEVICE_REFUSALS_TOTAL, "endpoint" => endpoint, "reason" => reason)
        .increment(1);
}

const fn reason_label(refusal: &DeviceError) -> &'static str {
    match refusal {
        DeviceError::InvalidSdkKey => "sdk_key",
        DeviceError::Suspended => "suspended",
        DeviceError::ProductNotFound => "product",
        DeviceError::LicenseKeyNotFound => "license_key",
        DeviceError::Activation(ActivationError::Ended) => "ended",
        DeviceError::Activation(ActivationError::LimitReached) => "limit_reached",
        DeviceError::Activation(ActivationError::Expired) => "expired",
        DeviceError::Validation(ValidationError::Revoked) => "revoked",
        DeviceError::Validation(ValidationError::Reminted) => "reminted",
        DeviceError::Validation(ValidationError::InstanceNotFound) => "no_instance",
        DeviceError::Internal(_) => "internal",
    }
}

fn too_many_requests() -> Response {
    let wait = [(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS))];
    let refused = error(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
    (wait, refused).into_response()
}

fn status(refusal: &DeviceError) -> StatusCode {
    match refusal {
        DeviceError::InvalidSdkKey => StatusCode::UNAUTHORIZED,
        DeviceError::Suspended => StatusCode::FORBIDDEN,
        DeviceError::ProductNotFound
        | DeviceError::LicenseKeyNotFound
        | DeviceError::Activation(ActivationError::Ended) => StatusCode::NOT_FOUND,
        DeviceError::Activation(ActivationError::LimitReached) => StatusCode::PAYMENT_REQUIRED,
        DeviceError::Activation(ActivationError::Expired) | DeviceError::Validation(_) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        DeviceError::Internal(Error::Internal(_)) => StatusCode::INTERNAL_SERVER_ERROR,
        // For any other error, the device keeps its lease and tries again.
        DeviceError::Internal(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Returns the error message, without the details of internal errors.
fn message(refusal: &DeviceError) -> String {
    match refusal {
        DeviceError::Internal(Error::Internal(_)) => "Internal server error".to_owned(),
        DeviceError::Internal(_) => "Service temporarily unavailable".to_owned(),
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
            (
                DeviceError::InvalidSdkKey,
                401,
                "Invalid or missing SDK key",
            ),
            (DeviceError::Suspended, 403, "Account suspended"),
            (DeviceError::ProductNotFound, 404, "Product not found"),
            (
                DeviceError::LicenseKeyNotFound,
                404,
                "License key not found",
            ),
            (
                DeviceError::Activation(ActivationError::Ended),
                404,
                "License key not found",
            ),
            (
                DeviceError::Activation(ActivationError::LimitReached),
                402,
                "Activation limit reached",
            ),
            (
                DeviceError::Activation(ActivationError::Expired),
                422,
                "License expired",
            ),
            (
                DeviceError::Validation(ValidationError::Revoked),
                422,
                "License has been revoked",
            ),
            (
                DeviceError::Validation(ValidationError::Reminted),
                422,
                "License has been reminted",
            ),
            (
                DeviceError::Validation(ValidationError::InstanceNotFound),
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
                (status(&refusal).as_u16(), message(&refusal).as_str()),
                (expected, text)
            );
        }
    }
}
