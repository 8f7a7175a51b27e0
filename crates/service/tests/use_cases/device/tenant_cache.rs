//! Cached tenant configuration is never used after a change, on this server or another.

use keywright_domain::{
    activation::{Refused, Telemetry},
    ids::{InstanceId, LicenseId},
    key::LicenseKey,
    role::Role,
    sdk_key::OldKeys,
    settings::TrialDays,
    signing_key::Urgency,
};
use keywright_service::{
    Caller,
    device::{ActivationRequest, DeviceCredentials, Refusal, Validated, ValidationRequest},
    products::UpdateProduct,
};
use keywright_testing::{Engine, EngineFixture, TestWorld, engine_test};

use crate::support::{PRO_KEY, somebody};

const SDK_KEY: &[u8] = b"sdk_live_0000000000000000000000000000000000000000000000000000000000000000";

/// A server that receives device requests, and a second one that operators use.
struct Two {
    asked: TestWorld,
    beside: TestWorld,
}

impl EngineFixture for Two {
    async fn on(engine: Engine) -> Self {
        let asked = TestWorld::with_demo(engine).await;
        let beside = asked.beside().await;
        Self { asked, beside }
    }
}

impl Two {
    async fn activate(&self, device: u32) -> InstanceId {
        let activations = &self.asked.services.activations;
        let credentials = DeviceCredentials::new("acme", "notes", Some(SDK_KEY));
        let request = ActivationRequest {
            license_key: PRO_KEY.into(),
            machine_hash: Some(format!("{device:064}").parse().unwrap()),
            device_name: None,
            request_id: None,
            free_tier_instance_id: None,
            telemetry: Telemetry::default(),
        };
        let leased = activations.activate(&credentials, request).await;
        leased.unwrap().lease.claims.instance_id
    }

    async fn validate(&self, sdk_key: &[u8], instance: InstanceId) -> Result<Validated, Refusal> {
        let activations = &self.asked.services.activations;
        let credentials = DeviceCredentials::new("acme", "notes", Some(sdk_key));
        let request = ValidationRequest {
            license_key: PRO_KEY.into(),
            instance: Some(instance),
            machine_hash: None,
            telemetry: Telemetry::default(),
        };
        activations.validate(&credentials, request).await
    }
}

fn license() -> LicenseId {
    LicenseKey::parse(PRO_KEY).ok().unwrap().id()
}

fn owner() -> Caller {
    somebody(Role::Owner)
}

#[engine_test]
async fn changes_on_another_server_apply_immediately(two: Two) {
    let (first, second) = (two.activate(1).await, two.activate(2).await);
    let beside = &two.beside.services;
    assert!(two.validate(SDK_KEY, first).await.is_ok());

    let change = UpdateProduct {
        trial_days: Some(14.try_into().ok()),
        ..UpdateProduct::default()
    };
    let notes = "notes".parse().unwrap();
    beside
        .products
        .update(&owner(), notes, change)
        .await
        .unwrap();
    let settings = two.validate(SDK_KEY, first).await.unwrap().settings;
    assert_eq!(settings.settings.trial_days.map(TrialDays::get), Some(14));
    assert!(settings.signed.is_some());

    beside.signing_keys.add(&owner(), None).await.unwrap();
    let (keys, kid) = (&beside.signing_keys, "k2".parse().unwrap());
    keys.promote(&owner(), kid, Urgency::Leak).await.unwrap();
    let claims = two
        .validate(SDK_KEY, first)
        .await
        .unwrap()
        .leased
        .lease
        .claims;
    assert_eq!(claims.kid.as_str(), "k2");

    let fresh = beside
        .sdk_keys
        .rotate(&owner(), OldKeys::END_NOW)
        .await
        .unwrap();
    assert!(matches!(
        two.validate(SDK_KEY, first).await,
        Err(Refusal::SdkKey)
    ));
    let sdk_key = fresh.expose().as_bytes();
    assert!(two.validate(sdk_key, first).await.is_ok());

    beside.tenants.suspend(&owner()).await.unwrap();
    assert!(matches!(
        two.validate(sdk_key, first).await,
        Err(Refusal::Suspended)
    ));
    beside.tenants.resume(&owner()).await.unwrap();
    assert!(two.validate(sdk_key, first).await.is_ok());

    let licenses = &beside.licenses;
    licenses
        .deactivate_instance(&owner(), license(), first)
        .await
        .unwrap();
    let refused = two.validate(sdk_key, first).await;
    assert!(matches!(
        refused,
        Err(Refusal::Refused(Refused::NoInstance))
    ));
    assert!(two.validate(sdk_key, second).await.is_ok());
    licenses.revoke(&owner(), license()).await.unwrap();
    let refused = two.validate(sdk_key, second).await;
    assert!(matches!(refused, Err(Refusal::Refused(Refused::Revoked))));
}

/// The cached admission predates the change; the license lookup returns the new revision.
#[tokio::test(flavor = "multi_thread")]
async fn cached_admission_is_not_used_after_the_tenant_changed() {
    let two = Two::on(Engine::Sqlite).await;
    let instance = two.activate(1).await;
    let activations = &two.asked.services.activations;
    let credentials = DeviceCredentials::new("acme", "notes", Some(SDK_KEY));
    assert!(two.validate(SDK_KEY, instance).await.is_ok());
    two.beside.services.tenants.suspend(&owner()).await.unwrap();
    for license_key in [PRO_KEY, "no key!"] {
        let request = ValidationRequest {
            license_key: license_key.into(),
            instance: Some(instance),
            machine_hash: None,
            telemetry: Telemetry::default(),
        };
        let refused = activations.validate(&credentials, request).await;
        assert!(matches!(refused, Err(Refusal::Suspended)), "{license_key}");
    }
}
