//! Loads the license that a URL names.

use keywright_api_types::license_detail::LicenseDetail;
use keywright_domain::ids::LicenseId;

use crate::api::{
    error::{ApiError, ErrorCode},
    licenses::show_license,
};

/// The license of that id; an id that is none is nobody's.
pub(super) async fn load(id: Option<LicenseId>) -> Result<LicenseDetail, ApiError> {
    match id {
        Some(id) => show_license(id).await,
        None => Err(ApiError::here(
            ErrorCode::NotFound,
            "There is no license under this address.",
        )),
    }
}

/// What is said of a license that can't be shown.
pub(super) fn not_loaded(error: &ApiError) -> &'static str {
    match error.code {
        ErrorCode::NotFound => "There is no such license",
        _ => "The license could not be loaded",
    }
}
