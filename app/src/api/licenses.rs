//! Server functions about licenses.

use keywright_domain::{
    detail::LicenseDetail,
    ids::LicenseId,
    query::{LicenseList, LicenseQuery},
};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use crate::api::request;
use crate::api::{client::BuildClient, error::ApiError};

/// One page of the license list.
#[server(prefix = "/fn", endpoint = "licenses/list", input = Json, client = BuildClient)]
pub async fn list_licenses(
    /// Which page.
    query: LicenseQuery,
) -> Result<LicenseList, ApiError> {
    let (services, caller) = request::scope()?;
    services
        .licenses
        .list(&caller, &query)
        .await
        .map_err(request::fail)
}

/// One license with all that belongs to it.
#[server(prefix = "/fn", endpoint = "licenses/show", input = Json, client = BuildClient)]
pub async fn show_license(
    /// Which license.
    license: LicenseId,
) -> Result<LicenseDetail, ApiError> {
    let (services, caller) = request::scope()?;
    services
        .licenses
        .detail(&caller, license)
        .await
        .map_err(request::fail)
}
