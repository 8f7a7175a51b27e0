//! Server functions about licenses.

use keywright_api_types::{
    license_detail::LicenseDetail,
    license_list::{Found, LicenseList, LicenseQuery},
};
use keywright_domain::ids::{InstanceId, LicenseId};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::api::request;
use crate::api::{client::PageClient, error::ApiError};

/// One page of the license list.
#[server(prefix = "/fn", endpoint = "licenses/list", input = Json, client = PageClient)]
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
#[server(prefix = "/fn", endpoint = "licenses/show", input = Json, client = PageClient)]
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

/// Where something typed or pasted leads; it may be a whole key.
#[server(prefix = "/fn", endpoint = "licenses/find", input = Json, client = PageClient)]
pub async fn find_license(
    /// As it was typed.
    typed: String,
) -> Result<Found, ApiError> {
    let (services, caller) = request::scope()?;
    services
        .licenses
        .find(&caller, &typed)
        .await
        .map_err(request::fail)
}

/// Frees the slot of one device.
#[server(prefix = "/fn", endpoint = "licenses/deactivate-instance", input = Json, client = PageClient)]
pub async fn deactivate_instance(
    /// Of which license.
    license: LicenseId,
    /// Which device.
    instance: InstanceId,
) -> Result<(), ApiError> {
    let (services, caller) = request::scope()?;
    services
        .licenses
        .deactivate_instance(&caller, license, instance)
        .await
        .map_err(request::fail)
}

/// Ends a license for good.
#[server(prefix = "/fn", endpoint = "licenses/revoke", input = Json, client = PageClient)]
pub async fn revoke_license(
    /// Which license.
    license: LicenseId,
) -> Result<(), ApiError> {
    let (services, caller) = request::scope()?;
    services
        .licenses
        .revoke(&caller, license)
        .await
        .map_err(request::fail)
}

/// A key that was just made: in this one answer, and nowhere else. No `Debug`: it would end up in a log.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewKey {
    /// The key itself.
    pub key: String,
    /// The license that it opens.
    pub license: LicenseId,
}

/// Ends a license and issues a fresh key in its place.
#[server(prefix = "/fn", endpoint = "licenses/remint", input = Json, client = PageClient)]
pub async fn remint_license(
    /// Which license.
    license: LicenseId,
) -> Result<NewKey, ApiError> {
    let (services, caller) = request::scope()?;
    let minted = services.licenses.remint(&caller, license).await;
    let minted = minted.map_err(request::fail)?;
    Ok(NewKey {
        key: minted.key.expose().to_owned(),
        license: minted.id,
    })
}
