//! Installs without a key: in a trial, in the free tier, or expired. Their apps send a beacon now and then.

use std::{net::IpAddr, sync::Arc};

use futures::FutureExt;
use keywright_domain::{
    activation::Telemetry,
    keyless::{KeylessInstall, KeylessState, RETENTION_DAYS},
    machine::MachineHash,
};

use super::{Admission, Refusal, settings::SentSettings};
use crate::{Error, context::Context};

/// What an install without a key says.
pub struct Beacon {
    /// The id that the app gave itself.
    pub instance_id: String,
    /// How it runs.
    pub state: KeylessState,
    /// The device's own hash.
    pub machine_hash: Option<MachineHash>,
    /// What it says about itself.
    pub telemetry: Telemetry,
    /// Where it comes from, as far as that is known.
    pub address: Option<IpAddr>,
}

/// Use cases around installs without a key.
#[derive(Clone)]
pub struct Keyless(pub(crate) Arc<Context>);

impl Keyless {
    /// Notes what an install says, if that is news, and tells it the product's settings.
    pub async fn report(
        &self,
        admission: &Admission,
        beacon: Beacon,
    ) -> Result<SentSettings, Refusal> {
        let (store, now) = (&self.0.store, admission.now);
        let address = beacon.address;
        let install = install(admission, beacon);
        let last = store
            .last_beacon(&install.tenant, &install.product, &install.device())
            .await?;
        let is_news = match last {
            Some(last) => last.is_outdated(install.state, now),
            // So that nobody fills the database by making ids up, nor uses one tenant's number up for another.
            None => address.is_none_or(|address| {
                self.0
                    .rate_limiter
                    .admit_install(&install.tenant, address, now)
            }),
        };
        if is_news {
            store
                .write(move |tx| {
                    async move { Ok::<_, Error>(tx.write_keyless_install(&install).await?) }.boxed()
                })
                .await?;
        }
        Ok(SentSettings::of(admission)?)
    }

    /// Forgets the installs that were not seen for [`RETENTION_DAYS`].
    pub async fn purge(&self) -> Result<(), Error> {
        let seen_before = self.0.clock.now().minus_days(RETENTION_DAYS);
        self.0
            .purge("keyless_installs", move |tx, most| {
                tx.purge_keyless_installs(seen_before, most).boxed()
            })
            .await
    }
}

fn install(admission: &Admission, beacon: Beacon) -> KeylessInstall {
    KeylessInstall {
        tenant: admission.tenant_id.clone(),
        product: admission.product_id.clone(),
        instance_id: beacon.instance_id,
        machine_hash: beacon.machine_hash,
        state: beacon.state,
        first_seen_at: admission.now,
        last_seen_at: admission.now,
        telemetry: beacon.telemetry,
    }
}
