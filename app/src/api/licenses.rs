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

/// Returns one page of the license list.
#[server(prefix = "/fn", endpoint = "licenses/list", input = Json, client = PageClient)]
pub async fn list_licenses(query: LicenseQuery) -> Result<LicenseList, ApiError> {
    let (services, caller) = request::scope()?;
    services
        .licenses
        .list(&caller, &query)
        .await
        .map_err(request::fail)
}

/// Returns a license with its devices and activity.
#[server(prefix = "/fn", endpoint = "licenses/show", input = Json, client = PageClient)]
pub async fn show_license(license: LicenseId) -> Result<LicenseDetail, ApiError> {
    let (services, caller) = request::scope()?;
    services
        .licenses
        .detail(&caller, license)
        .await
        .map_err(request::fail)
}

/// Searches for a term, which may be a complete key.
#[server(prefix = "/fn", endpoint = "licenses/find", input = Json, client = PageClient)]
pub async fn find_license(typed: String) -> Result<Found, ApiError> {
    let (services, caller) = request::scope()?;
    services
        .licenses
        .find(&caller, &typed)
        .await
        .map_err(request::fail)
}

/// Deactivates a device, which frees its slot.
#[server(prefix = "/fn", endpoint = "licenses/deactivate-instance", input = Json, client = PageClient)]
pub async fn deactivate_instance(license: LicenseId, instance: InstanceId) -> Result<(), ApiError> {
    let (services, caller) = request::scope()?;
    services
        .licenses
        .deactivate_instance(&caller, license, instance)
        .await
        .map_err(request::fail)
}

/// Revokes a license permanently.
#[server(prefix = "/fn", endpoint = "licenses/revoke", input = Json, client = PageClient)]
pub async fn revoke_license(license: LicenseId) -> Result<(), ApiError> {
    let (services, caller) = request::scope()?;
    services
        .licenses
        .revoke(&caller, license)
        .await
        .map_err(request::fail)
}

/// A newly minted key. It is only in this response. Not `Debug`, so that it cannot end up in a log.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewKey {
    pub key: String,
    pub license: LicenseId,
}

/// Ends a license and issues a new key in its place.
#[server(prefix = "/fn", endpoint = "licenses/remint", input = Json, client = PageClient)]
pub async fn remint_license(license: LicenseId) -> Result<NewKey, ApiError> {
    let (services, caller) = request::scope()?;
    let minted = services.licenses.remint(&caller, license).await;
    let minted = minted.map_err(request::fail)?;
    Ok(NewKey {
        key: minted.key.expose().to_owned(),
        license: minted.id,
    })
}
