//! The rules for activating, validating and deactivating devices.

use data_encoding::BASE64;
use ed25519_dalek::{Signature, VerifyingKey};
use keywright_domain::{
    activation::{Telemetry, ValidationError},
    ids::InstanceId,
    lease::{Lease, LeaseStatus},
};
use keywright_service::device::{
    ActivationRequest, DeactivationRequest, DeviceCredentials, DeviceError, IssuedLease,
    ValidationRequest,
};
use keywright_testing::{NOW, TestContext};

use crate::support::{PRO_KEY, acme, demo_world};

const SDK_KEY: &[u8] = b"sdk_live_0000000000000000000000000000000000000000000000000000000000000000";

fn notes_credentials() -> DeviceCredentials {
    DeviceCredentials::new("acme", "notes", Some(SDK_KEY))
}

fn request(key: &str, device: Option<u32>) -> ActivationRequest {
    ActivationRequest {
        license_key: key.into(),
        machine_hash: device.map(|number| format!("{number:064}").parse().unwrap()),
        device_name: None,
        request_id: None,
        free_tier_instance_id: None,
        telemetry: Telemetry::default(),
    }
}

async fn activate(world: &TestContext, key: &str, device: u32) -> Result<IssuedLease, DeviceError> {
    world
        .services
        .devices
        .activate(&notes_credentials(), request(key, Some(device)))
        .await
}

async fn validate(
    world: &TestContext,
    key: &str,
    instance: Option<InstanceId>,
) -> Result<IssuedLease, DeviceError> {
    let request = ValidationRequest {
        license_key: key.into(),
        instance_id: instance,
        machine_hash: None,
        telemetry: Telemetry::default(),
    };
    let validated = world
        .services
        .devices
        .validate(&notes_credentials(), request)
        .await;
    validated.map(|validated| validated.issued_lease)
}

async fn deactivate(
    world: &TestContext,
    key: &str,
    instance: Option<InstanceId>,
) -> Result<(), DeviceError> {
    let request = DeactivationRequest {
        license_key: key.into(),
        instance_id: instance,
    };
    world
        .services
        .devices
        .deactivate(&notes_credentials(), request)
        .await
}

fn error_text<T>(expected: Result<T, DeviceError>) -> String {
    match expected {
        Ok(_) => "fine".into(),
        Err(refusal) => refusal.to_string(),
    }
}

async fn verifies(world: &TestContext, lease: &Lease) -> bool {
    let keyset = world.services.signing_keys.keyset(&acme()).await.unwrap();
    let key = keyset
        .keys
        .iter()
        .find(|key| key.kid == lease.claims.kid)
        .unwrap();
    let key: [u8; 32] = BASE64
        .decode(key.public_key.as_bytes())
        .unwrap()
        .try_into()
        .unwrap();
    let signature: [u8; 64] = BASE64
        .decode(lease.signature.as_bytes())
        .unwrap()
        .try_into()
        .unwrap();
    VerifyingKey::from_bytes(&key)
        .unwrap()
        .verify_strict(
            &lease.claims.signed_bytes(),
            &Signature::from_bytes(&signature),
        )
        .is_ok()
}

#[tokio::test]
async fn admission_checks_sdk_key_before_product() {
    let world = demo_world().await;
    let admit = |tenant: &'static str, product: &'static str, key: Option<&'static [u8]>| {
        let services = world.services.clone();
        let credentials = DeviceCredentials::new(tenant, product, key);
        async move { error_text(services.devices.admit(&credentials).await) }
    };
    let bad_key = "Invalid or missing SDK key";
    assert_eq!(admit("acme", "notes", Some(SDK_KEY)).await, "fine");
    assert_eq!(admit("acme", "notes", None).await, bad_key);
    assert_eq!(admit("acme", "notes", Some(b"sdk_live_1")).await, bad_key);
    assert_eq!(admit("nobody", "notes", Some(SDK_KEY)).await, bad_key);
    assert_eq!(admit("../etc", "notes", Some(SDK_KEY)).await, bad_key);
    assert_eq!(admit("acme", "nothing", None).await, bad_key);
    assert_eq!(
        admit("acme", "nothing", Some(SDK_KEY)).await,
        "Product not found"
    );
    assert_eq!(
        admit("acme", "pixel", Some(SDK_KEY)).await,
        "Product not found"
    );
    assert_eq!(
        admit("indie", "pixel", None).await,
        "fine",
        "a tenant without SDK keys requires none"
    );
    assert_eq!(admit("indie", "pixel", Some(b"whatever")).await, "fine");
}

#[tokio::test]
async fn activation_issues_a_valid_seven_day_lease() {
    let world = demo_world().await;
    let leased = activate(&world, "acme pro0 0000 0001", 1).await.unwrap();
    let claims = &leased.lease.claims;
    assert_eq!(
        (claims.status, claims.entitlements.to_string().as_str()),
        (LeaseStatus::Active, "pro")
    );
    assert_eq!(
        (claims.issued_at, claims.expires_at),
        (NOW.seconds(), NOW.seconds() + 604_800)
    );
    assert_eq!(leased.license_expires_at, None);
    assert!(verifies(&world, &leased.lease).await);
}

#[tokio::test]
async fn known_device_keeps_its_slot_when_the_limit_is_reached() {
    let world = demo_world().await;
    let first = activate(&world, PRO_KEY, 1)
        .await
        .unwrap()
        .lease
        .claims
        .instance_id;
    for device in [2, 3] {
        activate(&world, PRO_KEY, device).await.unwrap();
    }
    assert_eq!(
        error_text(activate(&world, PRO_KEY, 4).await),
        "Activation limit reached"
    );
    let again = activate(&world, PRO_KEY, 1)
        .await
        .unwrap()
        .lease
        .claims
        .instance_id;
    assert_eq!(again, first, "even when the license is full");
}

#[tokio::test]
async fn retry_without_machine_hash_is_matched_for_ten_minutes() {
    let world = demo_world().await;
    let activate = || async {
        let request = ActivationRequest {
            request_id: Some("req-1".into()),
            ..request(PRO_KEY, None)
        };
        world
            .services
            .devices
            .activate(&notes_credentials(), request)
            .await
            .unwrap()
            .lease
            .claims
            .instance_id
    };
    let first = activate().await;
    world.clock.set(NOW.plus_millis(600_000));
    assert_eq!(activate().await, first);
    world.clock.set(NOW.plus_millis(600_001));
    assert_ne!(activate().await, first);
    let other = world
        .services
        .devices
        .activate(&notes_credentials(), request(PRO_KEY, None))
        .await
        .unwrap();
    assert_ne!(
        other.lease.claims.instance_id, first,
        "without a request ID, every call activates a new device"
    );
}

#[tokio::test]
async fn rejected_activations_return_the_documented_errors() {
    let world = demo_world().await;
    for (key, expected) in [
        ("ACME-REVK-0000-0002", "License key not found"),
        ("ACME-EXPD-0000-0003", "License expired"),
        ("ACME-FALL-0000-0004", "License expired"),
        ("ACME-FULL-0000-0005", "Activation limit reached"),
        ("ACME-NONE-0000-0009", "License key not found"),
        ("ACME_PRO0", "License key not found"),
        ("", "License key not found"),
    ] {
        assert_eq!(
            error_text(activate(&world, key, 77).await),
            expected,
            "{key}"
        );
    }
    let studio = DeviceCredentials::new("acme", "studio", Some(SDK_KEY));
    let elsewhere = world
        .services
        .devices
        .activate(&studio, request(PRO_KEY, Some(1)))
        .await;
    assert_eq!(
        error_text(elsewhere),
        "License key not found",
        "the key belongs to another product"
    );
}

#[tokio::test]
async fn validation_issues_a_lease_and_updates_last_seen() {
    let world = demo_world().await;
    let instance = activate(&world, PRO_KEY, 1)
        .await
        .unwrap()
        .lease
        .claims
        .instance_id;
    world.clock.set(NOW.plus_days(1));
    let leased = validate(&world, PRO_KEY, Some(instance)).await.unwrap();
    assert_eq!(leased.lease.claims.issued_at, NOW.plus_days(1).seconds());
    assert!(verifies(&world, &leased.lease).await);
    world.store.flush().await;
    let devices = world
        .store
        .list_activations(&acme(), leased.lease.claims.license_key_hash)
        .await
        .unwrap();
    assert_eq!(devices[0].last_validated_at, NOW.plus_days(1));
    assert_eq!(
        devices[0].last_lease.expires_at.seconds(),
        leased.lease.claims.expires_at
    );
}

#[tokio::test]
async fn instance_of_another_license_is_not_found() {
    let world = demo_world().await;
    let instance = activate(&world, PRO_KEY, 1)
        .await
        .unwrap()
        .lease
        .claims
        .instance_id;
    let unknown: InstanceId = "00000000-0000-4000-8000-00000000ffff".parse().unwrap();
    let no_instance = ValidationError::InstanceNotFound.to_string();
    for (key, instance) in [
        (PRO_KEY, Some(unknown)),
        (PRO_KEY, None),
        ("ACME-FULL-0000-0005", Some(instance)),
        ("ACME-EXPD-0000-0003", Some(instance)),
        ("ACME-FALL-0000-0004", Some(instance)),
    ] {
        assert_eq!(
            error_text(validate(&world, key, instance).await),
            no_instance,
            "{key}"
        );
        assert_eq!(
            error_text(deactivate(&world, key, instance).await),
            no_instance,
            "{key}"
        );
    }
    let revoked = validate(&world, "ACME-REVK-0000-0002", Some(instance)).await;
    assert_eq!(error_text(revoked), "License has been revoked");
}

#[tokio::test]
async fn expired_license_with_fallback_issues_a_fallback_lease() {
    let world = demo_world().await;
    let id = keywright_domain::license_key::LicenseKey::parse("ACME-FALL-0000-0004")
        .ok()
        .unwrap()
        .id();
    let instance = world.store.list_activations(&acme(), id).await.unwrap()[0].instance_id;
    let leased = validate(&world, "ACME-FALL-0000-0004", Some(instance))
        .await
        .unwrap();
    assert_eq!(leased.lease.claims.status, LeaseStatus::Fallback);
    assert_eq!(leased.lease.claims.entitlements.to_string(), "");
    assert!(leased.license_expires_at.unwrap() < NOW);
}

#[tokio::test]
async fn deactivation_releases_the_slot_and_ends_leases() {
    let world = demo_world().await;
    let instance = activate(&world, PRO_KEY, 1)
        .await
        .unwrap()
        .lease
        .claims
        .instance_id;
    let count = || async {
        let id = keywright_domain::license_key::LicenseKey::parse(PRO_KEY)
            .ok()
            .unwrap()
            .id();
        world
            .store
            .find_license(&acme(), id)
            .await
            .unwrap()
            .unwrap()
            .active_count
    };
    assert_eq!(count().await, 1);
    assert_eq!(
        error_text(deactivate(&world, PRO_KEY, Some(instance)).await),
        "fine"
    );
    assert_eq!(
        error_text(deactivate(&world, PRO_KEY, Some(instance)).await),
        "fine",
        "a retry"
    );
    assert_eq!(count().await, 0);
    let refused = validate(&world, PRO_KEY, Some(instance)).await;
    assert_eq!(error_text(refused), "Instance not found or deactivated");
    let again = activate(&world, PRO_KEY, 1)
        .await
        .unwrap()
        .lease
        .claims
        .instance_id;
    assert_ne!(again, instance, "a new ID; the old row is kept as history");
}
