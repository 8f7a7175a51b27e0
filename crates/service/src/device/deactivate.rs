//! Deactivation: a device releases its slot.

use futures::FutureExt;
use keywright_domain::activation::{Deactivation, Refused};

use super::{
    Activations, admission::DeviceCredentials, error::Refusal, request::DeactivationRequest,
};

impl Activations {
    /// Releases the slot. Idempotent, because a client retries when it loses the response.
    pub async fn deactivate(
        &self,
        credentials: &DeviceCredentials,
        request: DeactivationRequest,
    ) -> Result<(), Refusal> {
        let (admission, found) = self
            .find_license(credentials, &request.license_key, request.instance)
            .await?;
        let (Some(instance), Some(activation)) = (request.instance, found.activation) else {
            return Err(Refused::NoInstance.into());
        };
        if !activation.is_active {
            return Ok(());
        }
        let (tenant, license) = (admission.tenant_id.clone(), found.license.id);
        let deactivation = Deactivation {
            at: admission.now,
            by_operator: None,
        };
        self.0
            .store
            .write(move |tx| {
                async move {
                    tx.lock_license(&tenant, license).await?;
                    if tx
                        .end_instance(&tenant, license, instance, &deactivation)
                        .await?
                    {
                        tx.free_slot(&tenant, license).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}
