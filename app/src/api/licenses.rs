//! Server functions for licenses.

use keywright_api_types::{
    license_detail::LicenseDetail,
    license_list::{LicenseList, LicenseQuery, SearchOutcome},
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
    let (services, caller) = request::services_and_caller()?;
    services
        .licenses
        .list(&caller, &query)
        .await
        .map_err(request::to_api_error)
}

/// Returns a license with its devices and activity.
#[server(prefix = "/fn", endpoint = "licenses/show", input = Json, client = PageClient)]
pub async fn get_license(license_id: LicenseId) -> Result<LicenseDetail, ApiError> {
    let (services, caller) = request::services_and_caller()?;
    services
        .licenses
        .get_detail(&caller, license_id)
        .await
        .map_err(request::to_api_error)
}

/// Searches for a term, which may be a complete key.
#[server(prefix = "/fn", endpoint = "licenses/find", input = Json, client = PageClient)]
pub async fn find_license(term: String) -> Result<SearchOutcome, ApiError> {
    let (services, caller) = request::services_and_caller()?;
    services
        .licenses
        .search(&caller, &term)
        .await
        .map_err(request::to_api_error)
}

/// Deactivates a device, which frees its slot.
#[server(prefix = "/fn", endpoint = "licenses/deactivate-instance", input = Json, client = PageClient)]
pub async fn deactivate_instance(
    license_id: LicenseId,
    instance_id: InstanceId,
) -> Result<(), ApiError> {
    let (services, caller) = request::services_and_caller()?;
    services
        .licenses
        .deactivate_instance(&caller, license_id, instance_id)
        .await
        .map_err(request::to_api_error)
}

/// Revokes a license permanently.
#[server(prefix = "/fn", endpoint = "licenses/revoke", input = Json, client = PageClient)]
pub async fn revoke_license(license_id: LicenseId) -> Result<(), ApiError> {
    let (services, caller) = request::services_and_caller()?;
    services
        .licenses
        .revoke(&caller, license_id)
        .await
        .map_err(request::to_api_error)
}

/// The key of a successor license. No later response contains it. This type does not implement
/// `Debug`, so that the key is not logged by accident.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewKey {
    pub key: String,
    pub license_id: LicenseId,
}

/// Remints a license: ends it and creates a successor with a new key.
#[server(prefix = "/fn", endpoint = "licenses/remint", input = Json, client = PageClient)]
pub async fn remint_license(license_id: LicenseId) -> Result<NewKey, ApiError> {
    let (services, caller) = request::services_and_caller()?;
    let minted = services.licenses.remint(&caller, license_id).await;
    let minted = minted.map_err(request::to_api_error)?;
    Ok(NewKey {
        key: minted.key.expose().to_owned(),
        license_id: minted.id,
    })
}
