//! Cached tenant configuration is never used after a change, on this server or another.

use keywright_domain::{
    activation::{Telemetry, ValidationError},
    ids::{InstanceId, LicenseId},
    license_key::LicenseKey,
    product_settings::TrialDays,
    role::Role,
    sdk_key::GracePeriod,
    signing_key::PromotionReason,
};
use keywright_service::{
    Caller,
    device::{
        ActivationRequest, DeviceCredentials, DeviceError, ValidationRequest, ValidationResponse,
    },
    products::UpdateProduct,
};
use keywright_testing::{Engine, EngineFixture, TestContext, engine_test};

use crate::support::{PRO_KEY, operator_with_role};

const SDK_KEY: &[u8] = b"sdk_live_0000000000000000000000000000000000000000000000000000000000000000";

/// A server that receives device requests, and a second one that operators use.
struct TwoServers {
    device_server: TestContext,
    operator_server: TestContext,
}

impl EngineFixture for TwoServers {
    async fn create(engine: Engine) -> Self {
        let asked = TestContext::with_demo(engine).await;
        let operators = asked.second_server().await;
        Self {
            device_server: asked,
            operator_server: operators,
        }
    }
}

impl TwoServers {
    async fn activate(&self, device: u32) -> InstanceId {
        let activations = &self.device_server.services.devices;
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

    async fn validate(
        &self,
        sdk_key: &[u8],
        instance_id: InstanceId,
    ) -> Result<ValidationResponse, DeviceError> {
        let activations = &self.device_server.services.devices;
        let credentials = DeviceCredentials::new("acme", "notes", Some(sdk_key));
        let request = ValidationRequest {
            license_key: PRO_KEY.into(),
            instance_id: Some(instance_id),
            machine_hash: None,
            telemetry: Telemetry::default(),
        };
        activations.validate(&credentials, request).await
    }
}

fn license_id() -> LicenseId {
    LicenseKey::parse(PRO_KEY).ok().unwrap().id()
}

fn owner() -> Caller {
    operator_with_role(Role::Owner)
}

#[engine_test]
async fn changes_on_another_server_apply_immediately(two: TwoServers) {
    let (first, second) = (two.activate(1).await, two.activate(2).await);
    let operators = &two.operator_server.services;
    assert!(two.validate(SDK_KEY, first).await.is_ok());

    let change = UpdateProduct {
        trial_days: Some(14.try_into().ok()),
        ..UpdateProduct::default()
    };
    let notes = "notes".parse().unwrap();
    operators
        .products
        .update(&owner(), notes, change)
        .await
        .unwrap();
    let settings = two.validate(SDK_KEY, first).await.unwrap().settings;
    assert_eq!(settings.settings.trial_days.map(TrialDays::get), Some(14));
    assert!(settings.signature.is_some());

    operators.signing_keys.add(&owner(), None).await.unwrap();
    let (keys, kid) = (&operators.signing_keys, "k2".parse().unwrap());
    keys.promote(&owner(), kid, PromotionReason::Leak)
        .await
        .unwrap();
    let claims = two
        .validate(SDK_KEY, first)
        .await
        .unwrap()
        .issued_lease
        .lease
        .claims;
    assert_eq!(claims.kid.as_str(), "k2");

    let fresh = operators
        .sdk_keys
        .rotate(&owner(), GracePeriod::NONE)
        .await
        .unwrap();
    assert!(matches!(
        two.validate(SDK_KEY, first).await,
        Err(DeviceError::InvalidSdkKey)
    ));
    let sdk_key = fresh.expose().as_bytes();
    assert!(two.validate(sdk_key, first).await.is_ok());

    operators.tenants.suspend(&owner()).await.unwrap();
    assert!(matches!(
        two.validate(sdk_key, first).await,
        Err(DeviceError::Suspended)
    ));
    operators.tenants.resume(&owner()).await.unwrap();
    assert!(two.validate(sdk_key, first).await.is_ok());

    let licenses = &operators.licenses;
    licenses
        .deactivate_instance(&owner(), license_id(), first)
        .await
        .unwrap();
    let refused = two.validate(sdk_key, first).await;
    assert!(matches!(
        refused,
        Err(DeviceError::Validation(ValidationError::InstanceNotFound))
    ));
    assert!(two.validate(sdk_key, second).await.is_ok());
    licenses.revoke(&owner(), license_id()).await.unwrap();
    let refused = two.validate(sdk_key, second).await;
    assert!(matches!(
        refused,
        Err(DeviceError::Validation(ValidationError::Revoked))
    ));
}

/// The cached admission predates the change; the license lookup returns the new revision.
#[tokio::test(flavor = "multi_thread")]
async fn cached_admission_is_not_used_after_the_tenant_changed() {
    let two = TwoServers::create(Engine::Sqlite).await;
    let instance = two.activate(1).await;
    let activations = &two.device_server.services.devices;
    let credentials = DeviceCredentials::new("acme", "notes", Some(SDK_KEY));
    assert!(two.validate(SDK_KEY, instance).await.is_ok());
    two.operator_server
        .services
        .tenants
        .suspend(&owner())
        .await
        .unwrap();
    for license_key in [PRO_KEY, "no key!"] {
        let request = ValidationRequest {
            license_key: license_key.into(),
            instance_id: Some(instance),
            machine_hash: None,
            telemetry: Telemetry::default(),
        };
        let refused = activations.validate(&credentials, request).await;
        assert!(
            matches!(refused, Err(DeviceError::Suspended)),
            "{license_key}"
        );
    }
}
