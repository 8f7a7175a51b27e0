//! Installs without a license key: in a trial, in the free tier, or expired. Their apps send
//! periodic beacons.

use std::{net::IpAddr, sync::Arc};

use futures::FutureExt;
use keywright_domain::{
    activation::Telemetry,
    keyless::{KeylessInstall, KeylessState, RETENTION_DAYS},
    machine_hash::MachineHash,
};

use super::{Admission, DeviceError, settings::SettingsResponse};
use crate::{Error, context::Context};

/// A beacon from an install without a key.
pub struct Beacon {
    /// Id that the app generated for itself.
    pub instance_id: String,
    pub state: KeylessState,
    pub machine_hash: Option<MachineHash>,
    pub telemetry: Telemetry,
    /// Client address, if known.
    pub address: Option<IpAddr>,
}

#[derive(Clone)]
pub struct Keyless {
    pub(crate) context: Arc<Context>,
}

impl Keyless {
    /// Records a beacon if it adds new information, and returns the product's settings.
    pub async fn record_beacon(
        &self,
        admission: &Admission,
        beacon: Beacon,
    ) -> Result<SettingsResponse, DeviceError> {
        let (store, now) = (&self.context.store, admission.now);
        let address = beacon.address;
        let install = new_install(admission, beacon);
        let last = store
            .last_beacon(&install.tenant_id, &install.product_id, &install.identity())
            .await?;
        let should_record = match last {
            Some(last) => last.is_outdated(install.state, now),
            // Limited per tenant and address: made-up ids cannot fill the database, and one
            // tenant's installs do not use up another tenant's limit.
            None => address.is_none_or(|address| {
                self.context
                    .rate_limiter
                    .try_acquire_install(&install.tenant_id, address, now)
            }),
        };
        if should_record {
            store
                .write(move |tx| {
                    async move { Ok::<_, Error>(tx.upsert_keyless_install(&install).await?) }
                        .boxed()
                })
                .await?;
        }
        Ok(SettingsResponse::for_admission(admission)?)
    }

    /// Deletes installs that have not been seen for [`RETENTION_DAYS`].
    pub async fn purge_installs(&self) -> Result<(), Error> {
        let seen_before = self.context.clock.now().minus_days(RETENTION_DAYS);
        self.context
            .purge_in_batches("keyless_installs", move |tx, most| {
                tx.purge_keyless_installs(seen_before, most).boxed()
            })
            .await
    }
}

fn new_install(admission: &Admission, beacon: Beacon) -> KeylessInstall {
    KeylessInstall {
        tenant_id: admission.tenant_id.clone(),
        product_id: admission.product_id.clone(),
        instance_id: beacon.instance_id,
        machine_hash: beacon.machine_hash,
        state: beacon.state,
        first_seen_at: admission.now,
        last_seen_at: admission.now,
        telemetry: beacon.telemetry,
    }
}
