//! Revocation, remint and device deactivation: once each, and recorded.

use keywright_api_types::license_detail::DeviceState;
use keywright_domain::{
    activation::Telemetry,
    audit::Action,
    ids::{InstanceId, LicenseId},
    license::{License, LicenseState, Status},
    license_key::LicenseKey,
    role::Role,
};
use keywright_service::{
    Caller, Error,
    device::{ActivationRequest, DeviceCredentials},
};
use keywright_testing::{NOW, TestContext};

use crate::support::{
    PRO_KEY, acme, audit_log, demo_world, license_id as named, new_entries, operator_with_role,
};

const FALLBACK_KEY: &str = "ACME-FALL-0000-0004";

fn license_id(key: &str) -> LicenseId {
    LicenseKey::parse(key).ok().unwrap().id()
}

async fn license(world: &TestContext, id: LicenseId) -> License {
    world
        .store
        .find_license(&acme(), id)
        .await
        .unwrap()
        .unwrap()
}

async fn activate(world: &TestContext, key: &str, device: u32) -> Option<InstanceId> {
    let activations = &world.services.devices;
    let sdk_key = format!("sdk_live_{}", "0".repeat(64));
    let credentials = DeviceCredentials::new("acme", "notes", Some(sdk_key.as_bytes()));
    let request = ActivationRequest {
        license_key: key.into(),
        machine_hash: Some(format!("{device:064}").parse().unwrap()),
        device_name: Some(format!("Device {device}")),
        request_id: None,
        free_tier_instance_id: None,
        telemetry: Telemetry::default(),
    };
    let leased = activations.activate(&credentials, request).await;
    leased.ok().map(|leased| leased.lease.claims.instance_id)
}

#[tokio::test]
async fn license_can_be_revoked_once_and_is_recorded_once() {
    let world = demo_world().await;
    let before = audit_log(&world).await.len();
    let id = license_id(PRO_KEY);
    let licenses = &world.services.licenses;
    let refused = licenses.revoke(&operator_with_role(Role::Viewer), id).await;
    assert!(matches!(refused, Err(Error::Forbidden)));
    let foreign = Caller::for_command_line("indie".parse().unwrap());
    assert!(matches!(
        licenses.revoke(&foreign, id).await,
        Err(Error::NotFound)
    ));
    licenses
        .revoke(&operator_with_role(Role::Support), id)
        .await
        .unwrap();
    let again = licenses
        .revoke(&operator_with_role(Role::Support), id)
        .await;
    assert!(matches!(
        again,
        Err(Error::Conflict("This license is already revoked"))
    ));
    let remint = licenses
        .remint(&operator_with_role(Role::Support), id)
        .await;
    assert!(matches!(
        remint,
        Err(Error::Conflict("This license is already revoked"))
    ));
    assert_eq!(license(&world, id).await.state, LicenseState::Revoked);
    let entries = new_entries(&world, before).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].action, named(entries[0].license.as_ref())),
        (Action::Revoke, Some(id))
    );
    assert_eq!(entries[0].actor.name, "support@acme.test");
}

#[tokio::test]
async fn remint_ends_the_license_and_issues_a_new_key() {
    let world = demo_world().await;
    let id = license_id(PRO_KEY);
    activate(&world, PRO_KEY, 1).await.unwrap();
    let before = audit_log(&world).await.len();
    let licenses = &world.services.licenses;
    let refused = licenses.remint(&operator_with_role(Role::Viewer), id).await;
    assert!(matches!(refused, Err(Error::Forbidden)));
    world.clock.set(NOW.plus_days(1));
    let minted = licenses
        .remint(&operator_with_role(Role::Support), id)
        .await
        .ok()
        .unwrap();
    let (old, new) = (license(&world, id).await, license(&world, minted.id).await);
    assert_eq!(
        (old.state, old.successor_id, old.active_count),
        (LicenseState::Reminted, Some(minted.id), 1)
    );
    let expected = License {
        id: minted.id,
        display_key: minted.display_key.clone(),
        state: LicenseState::Active,
        created_at: NOW.plus_days(1),
        active_count: 0,
        predecessor_id: Some(id),
        successor_id: None,
        ..old.clone()
    };
    assert_eq!(new, expected);
    assert!(minted.key.expose().starts_with("ACME-") && minted.key.id() == minted.id);
    assert!(activate(&world, PRO_KEY, 2).await.is_none());
    assert!(activate(&world, minted.key.expose(), 2).await.is_some());

    let again = licenses
        .remint(&operator_with_role(Role::Support), id)
        .await;
    assert!(matches!(
        again,
        Err(Error::Conflict("This license is already reminted"))
    ));
    let revoke = licenses
        .revoke(&operator_with_role(Role::Support), id)
        .await;
    assert!(matches!(
        revoke,
        Err(Error::Conflict("This license is already reminted"))
    ));
    let entries = new_entries(&world, before).await;
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!(
        (
            entry.action,
            named(entry.license.as_ref()),
            named(entry.successor.as_ref())
        ),
        (Action::Remint, Some(id), Some(minted.id))
    );
    assert!(!entry.details.to_string().contains(minted.key.expose()));
}

/// The expiry is copied unchanged, even if it has passed.
#[tokio::test]
async fn remint_of_an_expired_license_keeps_its_expiry() {
    let world = demo_world().await;
    let id = license_id(FALLBACK_KEY);
    let minted = world
        .services
        .licenses
        .remint(&operator_with_role(Role::Owner), id)
        .await
        .ok()
        .unwrap();
    let (old, new) = (license(&world, id).await, license(&world, minted.id).await);
    assert!(old.expires_at.is_some() && new.expires_at == old.expires_at && new.fallback);
    assert_eq!(new.status(NOW), Status::Expired);
}

#[tokio::test]
async fn concurrent_remints_issue_one_key() {
    let world = demo_world().await;
    let id = license_id(PRO_KEY);
    let (one, other) = (
        operator_with_role(Role::Support),
        operator_with_role(Role::Owner),
    );
    let licenses = &world.services.licenses;
    let (first, second) = futures::join!(licenses.remint(&one, id), licenses.remint(&other, id));
    let made: Vec<_> = [first, second].into_iter().flatten().collect();
    assert_eq!(made.len(), 1);
    assert_eq!(license(&world, id).await.successor_id, Some(made[0].id));
}

#[tokio::test]
async fn device_can_be_deactivated_in_any_license_state() {
    let world = demo_world().await;
    let id = license_id(PRO_KEY);
    let (first, second) = (
        activate(&world, PRO_KEY, 1).await.unwrap(),
        activate(&world, PRO_KEY, 2).await.unwrap(),
    );
    let before = audit_log(&world).await.len();
    let (licenses, support) = (&world.services.licenses, operator_with_role(Role::Support));
    let refused = licenses
        .deactivate_instance(&operator_with_role(Role::Viewer), id, first)
        .await;
    assert!(matches!(refused, Err(Error::Forbidden)));
    let foreign = Caller::for_command_line("indie".parse().unwrap());
    for (caller, license, instance) in [
        (&foreign, id, first),
        (&support, license_id(FALLBACK_KEY), first),
        (&support, id, InstanceId::new(uuid::Uuid::from_u128(7))),
    ] {
        let unknown = licenses
            .deactivate_instance(caller, license, instance)
            .await;
        assert!(matches!(unknown, Err(Error::NotFound)));
    }
    licenses
        .deactivate_instance(&support, id, first)
        .await
        .unwrap();
    let again = licenses.deactivate_instance(&support, id, first).await;
    assert!(matches!(
        again,
        Err(Error::Conflict("This device is already deactivated"))
    ));
    assert_eq!(license(&world, id).await.active_count, 1);
    licenses.revoke(&support, id).await.unwrap();
    licenses
        .deactivate_instance(&support, id, second)
        .await
        .unwrap();
    assert_eq!(license(&world, id).await.active_count, 0);
    let entries = new_entries(&world, before).await;
    let deactivations: Vec<_> = entries
        .iter()
        .filter(|entry| entry.action == Action::DeactivateInstance)
        .collect();
    assert_eq!((entries.len(), deactivations.len()), (3, 2));
    assert!(
        deactivations
            .iter()
            .any(|entry| entry.details["device_name"] == "Device 1")
    );
    let devices = world.store.list_activations(&acme(), id).await.unwrap();
    for device in devices {
        let deactivation = device.deactivation.unwrap();
        assert_eq!(
            deactivation.by_operator.as_deref(),
            Some("support@acme.test")
        );
    }
}

#[tokio::test]
async fn detail_includes_devices_lineage_and_activity() {
    let world = demo_world().await;
    let id = license_id(PRO_KEY);
    let instance = activate(&world, PRO_KEY, 1).await.unwrap();
    activate(&world, PRO_KEY, 2).await.unwrap();
    let (licenses, support) = (&world.services.licenses, operator_with_role(Role::Support));
    world.clock.set(NOW.plus_days(1));
    licenses
        .deactivate_instance(&support, id, instance)
        .await
        .unwrap();
    world.clock.set(NOW.plus_days(2));
    let minted = licenses.remint(&support, id).await.ok().unwrap();

    let shown = licenses
        .get_detail(&operator_with_role(Role::Viewer), id)
        .await
        .unwrap();
    assert_eq!(
        (shown.status, shown.product_name.as_str()),
        (Status::Reminted, "Notes")
    );
    assert_eq!((shown.active_count, shown.activation_limit), (1, 3));
    assert_eq!(
        shown.successor.as_ref().map(|successor| successor.id),
        Some(minted.id)
    );
    assert!(shown.predecessor.is_none());
    let states: Vec<_> = shown
        .devices
        .iter()
        .map(|device| device.state.clone())
        .collect();
    let deactivations = DeviceState::Deactivated {
        at: NOW.plus_days(1),
        by_operator: Some("support@acme.test".into()),
    };
    assert!(
        states.contains(&deactivations) && states.contains(&DeviceState::NoNewLease),
        "{states:?}"
    );
    let done: Vec<_> = shown
        .activity
        .iter()
        .map(|entry| {
            (
                entry.action,
                named(entry.successor.as_ref()) == Some(shown.id),
            )
        })
        .collect();
    assert_eq!(
        done,
        [
            (Action::Remint, false),
            (Action::DeactivateInstance, false),
            (Action::ManualMint, false)
        ]
    );
    assert_eq!(shown.activity[1].detail("device_name"), Some("Device 1"));

    let successor = licenses.get_detail(&support, minted.id).await.unwrap();
    assert_eq!(
        successor.predecessor.map(|predecessor| predecessor.id),
        Some(id)
    );
    assert!(successor.devices.is_empty());
    let done: Vec<_> = successor
        .activity
        .iter()
        .map(|entry| {
            (
                entry.action,
                named(entry.successor.as_ref()) == Some(minted.id),
            )
        })
        .collect();
    assert_eq!(done, [(Action::Remint, true)]);

    let foreign = Caller::for_command_line("indie".parse().unwrap());
    assert!(matches!(
        licenses.get_detail(&foreign, id).await,
        Err(Error::NotFound)
    ));
}
