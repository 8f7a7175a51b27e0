//! Installs without a key: in a trial, in the free tier, or expired. Their apps send a beacon now and then.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

use futures::FutureExt;
use keywright_domain::{
    activation::Telemetry,
    ids::TenantId,
    keyless::{KeylessInstall, KeylessState, NEW_PER_ADDRESS_AND_HOUR, RETENTION_DAYS},
    machine::MachineHash,
    time::Timestamp,
};

use crate::{
    Error,
    activations::{Admitted, Refusal},
    context::Context,
    settings::SentSettings,
};

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
pub struct Keyless {
    context: Arc<Context>,
    new_installs: Arc<NewInstalls>,
}

impl Keyless {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self {
            context,
            new_installs: Arc::default(),
        }
    }

    /// Notes what an install says, if that is news, and tells it the product's settings.
    pub async fn report(
        &self,
        admitted: &Admitted,
        beacon: Beacon,
    ) -> Result<SentSettings, Refusal> {
        let (store, now) = (&self.context.store, admitted.now);
        let address = beacon.address;
        let install = install(admitted, beacon);
        let last = store
            .last_beacon(&install.tenant, &install.product, &install.device())
            .await?;
        let is_news = match last {
            Some(last) => last.is_outdated(install.state, now),
            None => {
                address.is_none_or(|address| self.new_installs.admit(&install.tenant, address, now))
            }
        };
        if is_news {
            store
                .write(move |tx| {
                    async move { Ok::<_, Error>(tx.write_keyless_install(&install).await?) }.boxed()
                })
                .await?;
        }
        Ok(self.context.sent_settings(admitted).await?)
    }

    /// Forgets the installs that were not seen for [`RETENTION_DAYS`].
    pub async fn purge(&self) -> Result<(), Error> {
        let seen_before = self.context.clock.now().minus_days(RETENTION_DAYS);
        self.context
            .purge(move |tx, most| tx.purge_keyless_installs(seen_before, most).boxed())
            .await
    }
}

fn install(admitted: &Admitted, beacon: Beacon) -> KeylessInstall {
    KeylessInstall {
        tenant: admitted.tenant.clone(),
        product: admitted.product.clone(),
        instance_id: beacon.instance_id,
        machine_hash: beacon.machine_hash,
        state: beacon.state,
        first_seen_at: admitted.now,
        last_seen_at: admitted.now,
        telemetry: beacon.telemetry,
    }
}

/// Counts the installs that each address adds to a tenant within an hour of the clock, so that nobody fills the database by
/// making ids up, and nobody uses one tenant's number up for another.
#[derive(Default)]
struct NewInstalls(Mutex<Hour>);

#[derive(Default)]
struct Hour {
    since_1970: i64,
    by_address: HashMap<(TenantId, IpAddr), u32>,
}

impl NewInstalls {
    fn admit(&self, tenant: &TenantId, address: IpAddr, now: Timestamp) -> bool {
        let since_1970 = now.seconds().div_euclid(3_600);
        // Nothing in here can panic half-way.
        let mut hour = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if hour.since_1970 != since_1970 {
            *hour = Hour {
                since_1970,
                by_address: HashMap::new(),
            };
        }
        let place = (tenant.clone(), network(address));
        let count = hour.by_address.entry(place).or_default();
        *count = count.saturating_add(1);
        *count <= NEW_PER_ADDRESS_AND_HOUR
    }
}

/// What counts as one address: with IPv6, the 64 bits that a customer gets.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(3_600 * 500_000);

    #[test]
    fn an_address_adds_sixty_installs_an_hour() {
        let new_installs = NewInstalls::default();
        let (acme, indie): (TenantId, _) = ("acme".parse().unwrap(), "indie".parse().unwrap());
        let one: IpAddr = "192.0.2.1".parse().unwrap();
        for _ in 0..60 {
            assert!(new_installs.admit(&acme, one, NOW));
        }
        assert!(!new_installs.admit(&acme, one, NOW));
        assert!(!new_installs.admit(&acme, "::ffff:192.0.2.1".parse().unwrap(), NOW));
        assert!(new_installs.admit(&acme, "192.0.2.2".parse().unwrap(), NOW));
        assert!(new_installs.admit(&indie, one, NOW));
        assert!(!new_installs.admit(&acme, one, NOW.plus_millis(3_599_999)));
        assert!(new_installs.admit(&acme, one, NOW.plus_millis(3_600_000)));
    }

    #[test]
    fn ipv6_counts_by_64_bits() {
        let network = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
