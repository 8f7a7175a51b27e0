//! Loads the license that a URL identifies.

use keywright_api_types::license_detail::LicenseDetail;
use keywright_domain::ids::LicenseId;

use crate::api::{
    error::{ApiError, ErrorCode},
    licenses::get_license,
};

/// Loads a license. A malformed ID (`None`) is treated as not found.
pub(super) async fn load_license(id: Option<LicenseId>) -> Result<LicenseDetail, ApiError> {
    match id {
        Some(id) => get_license(id).await,
        None => Err(ApiError::for_page(
            ErrorCode::NotFound,
            "It may belong to another tenant, or the link may be wrong.",
        )),
    }
}

/// Returns the heading for a license that can't be loaded.
pub(super) fn failure_heading(error: &ApiError) -> &'static str {
    match error.code {
        ErrorCode::NotFound => "License not found",
        _ => "Couldn't load the license",
    }
}
