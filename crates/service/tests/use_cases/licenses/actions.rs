//! Operator actions on existing licenses.

use keywright_api_types::license_detail::DeviceState;
use keywright_domain::{
    activation::Telemetry,
    audit::Action,
    ids::{InstanceId, LicenseId},
    key::LicenseKey,
    license::{License, LicenseState, Status},
    role::Role,
};
use keywright_service::{
    Caller, Error,
    device::{ActivationRequest, DeviceCredentials},
};
use keywright_testing::{NOW, TestWorld};

use crate::support::{PRO_KEY, acme, id_of as named, log, new_entries, somebody, world};

const FALLBACK_KEY: &str = "ACME-FALL-0000-0004";

fn id_of(key: &str) -> LicenseId {
    LicenseKey::parse(key).ok().unwrap().id()
}

async fn license(world: &TestWorld, id: LicenseId) -> License {
    world.store.license(&acme(), id).await.unwrap().unwrap()
}

async fn activate(world: &TestWorld, key: &str, device: u32) -> Option<InstanceId> {
    let activations = &world.services.activations;
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
    let world = world().await;
    let before = log(&world).await.len();
    let id = id_of(PRO_KEY);
    let licenses = &world.services.licenses;
    let refused = licenses.revoke(&somebody(Role::Viewer), id).await;
    assert!(matches!(refused, Err(Error::Forbidden)));
    let foreign = Caller::command_line("indie".parse().unwrap());
    assert!(matches!(
        licenses.revoke(&foreign, id).await,
        Err(Error::NotFound)
    ));
    licenses.revoke(&somebody(Role::Support), id).await.unwrap();
    let again = licenses.revoke(&somebody(Role::Support), id).await;
    assert!(matches!(
        again,
        Err(Error::Conflict("This license is already revoked"))
    ));
    let remint = licenses.remint(&somebody(Role::Support), id).await;
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
    let world = world().await;
    let id = id_of(PRO_KEY);
    activate(&world, PRO_KEY, 1).await.unwrap();
    let before = log(&world).await.len();
    let licenses = &world.services.licenses;
    let refused = licenses.remint(&somebody(Role::Viewer), id).await;
    assert!(matches!(refused, Err(Error::Forbidden)));
    world.clock.set(NOW.plus_days(1));
    let minted = licenses
        .remint(&somebody(Role::Support), id)
        .await
        .ok()
        .unwrap();
    let (old, new) = (license(&world, id).await, license(&world, minted.id).await);
    assert_eq!(
        (old.state, old.successor, old.active_count),
        (LicenseState::Reminted, Some(minted.id), 1)
    );
    let expected = License {
        id: minted.id,
        display_key: minted.display_key.clone(),
        state: LicenseState::Active,
        created_at: NOW.plus_days(1),
        active_count: 0,
        predecessor: Some(id),
        successor: None,
        ..old.clone()
    };
    assert_eq!(new, expected);
    assert!(minted.key.expose().starts_with("ACME-") && minted.key.id() == minted.id);
    assert!(activate(&world, PRO_KEY, 2).await.is_none());
    assert!(activate(&world, minted.key.expose(), 2).await.is_some());

    let again = licenses.remint(&somebody(Role::Support), id).await;
    assert!(matches!(
        again,
        Err(Error::Conflict("This license is already reminted"))
    ));
    let revoke = licenses.revoke(&somebody(Role::Support), id).await;
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

/// The expiry is copied as it is, whether or not it has passed.
#[tokio::test]
async fn remint_of_an_expired_license_keeps_its_expiry() {
    let world = world().await;
    let id = id_of(FALLBACK_KEY);
    let minted = world
        .services
        .licenses
        .remint(&somebody(Role::Owner), id)
        .await
        .ok()
        .unwrap();
    let (old, new) = (license(&world, id).await, license(&world, minted.id).await);
    assert!(old.expires_at.is_some() && new.expires_at == old.expires_at && new.fallback);
    assert_eq!(new.status(NOW), Status::Expired);
}

#[tokio::test]
async fn concurrent_remints_issue_one_key() {
    let world = world().await;
    let id = id_of(PRO_KEY);
    let (one, other) = (somebody(Role::Support), somebody(Role::Owner));
    let licenses = &world.services.licenses;
    let (first, second) = futures::join!(licenses.remint(&one, id), licenses.remint(&other, id));
    let made: Vec<_> = [first, second].into_iter().flatten().collect();
    assert_eq!(made.len(), 1);
    assert_eq!(license(&world, id).await.successor, Some(made[0].id));
}

#[tokio::test]
async fn device_can_be_deactivated_in_any_license_state() {
    let world = world().await;
    let id = id_of(PRO_KEY);
    let (first, second) = (
        activate(&world, PRO_KEY, 1).await.unwrap(),
        activate(&world, PRO_KEY, 2).await.unwrap(),
    );
    let before = log(&world).await.len();
    let (licenses, support) = (&world.services.licenses, somebody(Role::Support));
    let refused = licenses
        .deactivate_instance(&somebody(Role::Viewer), id, first)
        .await;
    assert!(matches!(refused, Err(Error::Forbidden)));
    let foreign = Caller::command_line("indie".parse().unwrap());
    for (caller, license, instance) in [
        (&foreign, id, first),
        (&support, id_of(FALLBACK_KEY), first),
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
    let freed: Vec<_> = entries
        .iter()
        .filter(|entry| entry.action == Action::DeactivateInstance)
        .collect();
    assert_eq!((entries.len(), freed.len()), (3, 2));
    assert!(
        freed
            .iter()
            .any(|entry| entry.details["device_name"] == "Device 1")
    );
    let devices = world.store.activations(&acme(), id).await.unwrap();
    for device in devices {
        let deactivation = device.deactivated.unwrap();
        assert_eq!(
            deactivation.by_operator.as_deref(),
            Some("support@acme.test")
        );
    }
}

#[tokio::test]
async fn detail_includes_devices_lineage_and_activity() {
    let world = world().await;
    let id = id_of(PRO_KEY);
    let instance = activate(&world, PRO_KEY, 1).await.unwrap();
    activate(&world, PRO_KEY, 2).await.unwrap();
    let (licenses, support) = (&world.services.licenses, somebody(Role::Support));
    world.clock.set(NOW.plus_days(1));
    licenses
        .deactivate_instance(&support, id, instance)
        .await
        .unwrap();
    world.clock.set(NOW.plus_days(2));
    let minted = licenses.remint(&support, id).await.ok().unwrap();

    let shown = licenses.detail(&somebody(Role::Viewer), id).await.unwrap();
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
    let freed = DeviceState::Deactivated {
        at: NOW.plus_days(1),
        by_operator: Some("support@acme.test".into()),
    };
    assert!(
        states.contains(&freed) && states.contains(&DeviceState::NoNewLease),
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

    let successor = licenses.detail(&support, minted.id).await.unwrap();
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

    let foreign = Caller::command_line("indie".parse().unwrap());
    assert!(matches!(
        licenses.detail(&foreign, id).await,
        Err(Error::NotFound)
    ));
}
