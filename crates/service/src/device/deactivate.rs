//! Deactivation: a device releases its slot.

use futures::FutureExt;
use keywright_domain::activation::{Deactivation, ValidationError};

use super::{
    DeviceService, admission::DeviceCredentials, error::DeviceError, request::DeactivationRequest,
};

impl DeviceService {
    /// Releases the slot. Idempotent, because a client retries when it loses the response.
    pub async fn deactivate(
        &self,
        credentials: &DeviceCredentials,
        request: DeactivationRequest,
    ) -> Result<(), DeviceError> {
        let (admission, found) = self
            .admit_and_lookup_license(credentials, &request.license_key, request.instance_id)
            .await?;
        let (Some(instance), Some(activation)) = (request.instance_id, found.activation) else {
            return Err(ValidationError::InstanceNotFound.into());
        };
        if !activation.is_active {
            return Ok(());
        }
        let (tenant, license) = (admission.tenant_id.clone(), found.license.id);
        let deactivation = Deactivation {
            at: admission.now,
            by_operator: None,
        };
        self.context
            .store
            .write(move |tx| {
                async move {
                    tx.lock_license(&tenant, license).await?;
                    if tx
                        .deactivate_instance(&tenant, license, instance, &deactivation)
                        .await?
                    {
                        tx.release_slot(&tenant, license).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}
