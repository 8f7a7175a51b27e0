//! Activations: the database enforces the limit, and one slot per machine hash.

use futures::{FutureExt, future::join_all};
use keywright_domain::{
    activation::{Activation, Deactivation, LastLease, Telemetry},
    lease::LeaseStatus,
    license::{License, LicenseState},
};
use keywright_store::{ActivationSnapshot, LastSeenUpdate, StoreError};
use keywright_testing::{Engine, engine_test};

use crate::{
    statistics,
    support::{NOW, StoreFixture, activation, instance_id, license, license_id, tenant},
};

async fn active_count(world: &StoreFixture) -> u32 {
    world
        .store
        .find_license(&tenant("acme"), license_id(1))
        .await
        .unwrap()
        .unwrap()
        .active_count
}

async fn existing_instance(
    world: &StoreFixture,
    by: Activation,
) -> Option<keywright_domain::ids::InstanceId> {
    world
        .store
        .write(move |tx| {
            async move {
                let (tenant, id) = (&by.tenant_id, by.license_id);
                match (&by.machine_hash, &by.request_id) {
                    (Some(hash), _) => {
                        let held = tx
                            .find_active_instances_by_machine(tenant, &[(id, hash)])
                            .await?;
                        Ok(held.get(&id).copied())
                    }
                    (None, Some(request)) => {
                        tx.find_active_instance_by_request(tenant, id, request, NOW)
                            .await
                    }
                    (None, None) => Ok(None),
                }
            }
            .boxed()
        })
        .await
        .map_err(|error: StoreError| error.to_string())
        .unwrap()
}

fn last_seen_update(number: u32) -> LastSeenUpdate {
    LastSeenUpdate {
        tenant_id: tenant("acme"),
        license_id: license_id(1),
        instance_id: instance_id(number),
        seen_at: NOW.plus_millis(5),
        lease: LastLease {
            status: LeaseStatus::Fallback,
            expires_at: NOW.plus_days(9),
        },
        telemetry: Telemetry::default(),
    }
}

/// Looks up an activation as a device API call does.
async fn snapshot(world: &StoreFixture, number: u32) -> ActivationSnapshot {
    let (tenant, instance) = (tenant("acme"), Some(instance_id(number)));
    let lookup = world
        .store
        .lookup_license(&tenant, license_id(1), instance)
        .await;
    lookup.unwrap().license.unwrap().activation.unwrap()
}

/// Records an update of device 1 and writes it.
async fn record(world: &StoreFixture, touch: LastSeenUpdate) {
    world
        .store
        .record_last_seen(touch, &snapshot(world, 1).await);
    world.store.flush().await;
}

async fn only_activation(world: &StoreFixture) -> Activation {
    let found = world
        .store
        .list_activations(&tenant("acme"), license_id(1))
        .await;
    found.unwrap().remove(0)
}

#[engine_test]
async fn reactivation_keeps_values_that_are_not_sent(world: StoreFixture) {
    world.add_license(&license(1)).await.unwrap();
    let id = license_id(1);
    world.activate(&activation(id, 1)).await.unwrap();
    let refresh = |slug: &'static str,
                   name: Option<&'static str>,
                   free_tier: Option<&'static str>| {
        world.store.write(move |tx| {
            async move {
                tx.update_reactivated_instance(&tenant(slug), id, instance_id(1), name, free_tier)
                    .await
            }
            .boxed()
        })
    };
    for (slug, name, free_tier, expected) in [
        ("indie", Some("Theirs"), Some("theirs"), ("Device 1", None)),
        (
            "acme",
            None,
            Some("install-1"),
            ("Device 1", Some("install-1")),
        ),
        (
            "acme",
            Some("Renamed"),
            None,
            ("Renamed", Some("install-1")),
        ),
    ] {
        let done: Result<(), StoreError> = refresh(slug, name, free_tier).await;
        done.unwrap();
        let found = &world
            .store
            .list_activations(&tenant("acme"), id)
            .await
            .unwrap()[0];
        assert_eq!(
            (
                found.device_name.as_str(),
                found.free_tier_instance_id.as_deref()
            ),
            expected
        );
    }
}

#[engine_test]
async fn activation_round_trips(world: StoreFixture) {
    world.add_license(&license(1)).await.unwrap();
    let written = Activation {
        request_id: Some("req-1".into()),
        device_name: "مكتب 受付".into(),
        deactivation: None,
        free_tier_instance_id: Some("ft".into()),
        telemetry: Telemetry {
            app_version: Some("1".into()),
            sdk_version: Some("2".into()),
            sdk: Some("rust".into()),
            platform: Some("linux".into()),
            os_version: Some("6.1".into()),
            arch: Some("arm64".into()),
            cpu_cores: Some("3-4".into()),
            memory: Some("<4GB".into()),
            trial_duration_days: Some(14),
        },
        ..activation(license_id(1), 1)
    };
    world.activate(&written).await.unwrap();
    assert_eq!(
        world
            .store
            .list_activations(&tenant("acme"), license_id(1))
            .await
            .unwrap(),
        [written]
    );
}

#[engine_test]
async fn concurrent_activations_never_exceed_the_limit(world: StoreFixture) {
    world.add_license(&license(1)).await.unwrap();
    let attempts = (0..24).map(|number| {
        let (world, activation) = (&world, activation(license_id(1), number));
        async move { world.activate(&activation).await }
    });
    let succeeded = join_all(attempts).await.into_iter().flatten().count();
    assert_eq!((succeeded, active_count(&world).await), (3, 3));
    assert_eq!(
        world
            .store
            .list_activations(&tenant("acme"), license_id(1))
            .await
            .unwrap()
            .len(),
        3
    );
}

#[engine_test]
async fn second_activation_of_a_machine_conflicts_and_takes_no_slot(world: StoreFixture) {
    world.add_license(&license(1)).await.unwrap();
    world.activate(&activation(license_id(1), 1)).await.unwrap();
    let twin = Activation {
        instance_id: instance_id(2),
        ..activation(license_id(1), 1)
    };
    assert!(matches!(
        world.activate(&twin).await,
        Err(StoreError::Conflict)
    ));
    assert_eq!(active_count(&world).await, 1);
}

#[engine_test]
async fn revoked_license_cannot_be_activated(world: StoreFixture) {
    world
        .add_license(&License {
            state: LicenseState::Revoked,
            ..license(1)
        })
        .await
        .unwrap();
    assert!(matches!(
        world.activate(&activation(license_id(1), 1)).await,
        Err(StoreError::Conflict)
    ));
}

#[engine_test]
async fn active_count_never_falls_below_zero(world: StoreFixture) {
    world.add_license(&license(1)).await.unwrap();
    let freed = world
        .store
        .write(|tx| async move { tx.release_slot(&tenant("acme"), license_id(1)).await }.boxed())
        .await;
    assert!(matches!(freed, Err(StoreError::Conflict)));
}

#[engine_test]
async fn device_is_recognized_by_machine_hash_or_request_id(world: StoreFixture) {
    world.add_license(&license(1)).await.unwrap();
    let by_machine = activation(license_id(1), 1);
    let by_request = Activation {
        machine_hash: None,
        request_id: Some("req-1".into()),
        ..activation(license_id(1), 2)
    };
    world.activate(&by_machine).await.unwrap();
    world.activate(&by_request).await.unwrap();
    assert_eq!(
        existing_instance(&world, by_machine.clone()).await,
        Some(instance_id(1))
    );
    assert_eq!(
        existing_instance(&world, by_request.clone()).await,
        Some(instance_id(2))
    );
    assert_eq!(
        existing_instance(&world, activation(license_id(1), 3)).await,
        None
    );
    let other_request = Activation {
        request_id: Some("req-2".into()),
        ..by_request.clone()
    };
    assert_eq!(existing_instance(&world, other_request).await, None);
    assert_eq!(
        existing_instance(
            &world,
            Activation {
                tenant_id: tenant("indie"),
                ..by_machine
            }
        )
        .await,
        None
    );
    assert_eq!(
        existing_instance(
            &world,
            Activation {
                tenant_id: tenant("indie"),
                ..by_request
            }
        )
        .await,
        None
    );
}

#[engine_test]
async fn deactivation_releases_the_slot_and_the_machine_hash(world: StoreFixture) {
    world
        .add_license(&License {
            activation_limit: 1,
            ..license(1)
        })
        .await
        .unwrap();
    let first = activation(license_id(1), 1);
    world.activate(&first).await.unwrap();
    let end = |slug: &'static str| {
        world.store.write(move |tx| {
            async move {
                let deactivation = Deactivation {
                    at: NOW,
                    by_operator: Some("owner@acme.test".into()),
                };
                let ended = tx
                    .deactivate_instance(
                        &tenant(slug),
                        license_id(1),
                        instance_id(1),
                        &deactivation,
                    )
                    .await?;
                if ended {
                    tx.release_slot(&tenant(slug), license_id(1)).await?;
                }
                Ok::<_, StoreError>(ended)
            }
            .boxed()
        })
    };
    assert!(!end("indie").await.unwrap(), "wrong tenant");
    assert!(end("acme").await.unwrap());
    assert!(!end("acme").await.unwrap(), "already deactivated");
    assert_eq!(active_count(&world).await, 0);
    assert_eq!(existing_instance(&world, first.clone()).await, None);
    world
        .activate(&Activation {
            instance_id: instance_id(2),
            ..first
        })
        .await
        .unwrap();
    let history = world
        .store
        .list_activations(&tenant("acme"), license_id(1))
        .await
        .unwrap();
    let ended = history
        .iter()
        .find(|row| row.instance_id == instance_id(1))
        .unwrap();
    assert_eq!(
        ended.deactivation.as_ref().unwrap().by_operator.as_deref(),
        Some("owner@acme.test")
    );
}

#[engine_test]
async fn lookup_returns_the_state_of_the_licenses_own_instance(world: StoreFixture) {
    world.add_license(&license(1)).await.unwrap();
    world.add_license(&license(2)).await.unwrap();
    world.activate(&activation(license_id(1), 1)).await.unwrap();
    let is_active = |id, instance| {
        let store = world.store.clone();
        async move {
            let found = store
                .lookup_license(&tenant("acme"), id, instance)
                .await
                .unwrap()
                .license
                .unwrap();
            found.activation.map(|activation| activation.is_active)
        }
    };
    assert_eq!(
        is_active(license_id(1), Some(instance_id(1))).await,
        Some(true)
    );
    assert_eq!(is_active(license_id(1), Some(instance_id(2))).await, None);
    assert_eq!(is_active(license_id(2), Some(instance_id(1))).await, None);
    assert_eq!(is_active(license_id(1), None).await, None);
    world
        .store
        .write(|tx| {
            async move {
                let deactivation = Deactivation {
                    at: NOW,
                    by_operator: None,
                };
                tx.deactivate_instance(
                    &tenant("acme"),
                    license_id(1),
                    instance_id(1),
                    &deactivation,
                )
                .await
            }
            .boxed()
        })
        .await
        .unwrap();
    assert_eq!(
        is_active(license_id(1), Some(instance_id(1))).await,
        Some(false)
    );
}

#[engine_test]
async fn last_seen_update_keeps_telemetry_that_is_not_sent(world: StoreFixture) {
    world.add_license(&license(1)).await.unwrap();
    let telemetry = Telemetry {
        app_version: Some("1.0".into()),
        platform: Some("linux".into()),
        ..Telemetry::default()
    };
    world
        .activate(&Activation {
            telemetry,
            ..activation(license_id(1), 1)
        })
        .await
        .unwrap();
    let sent = Telemetry {
        app_version: Some("1.1".into()),
        ..Telemetry::default()
    };
    record(
        &world,
        LastSeenUpdate {
            telemetry: sent,
            ..last_seen_update(1)
        },
    )
    .await;
    let found = world
        .store
        .list_activations(&tenant("acme"), license_id(1))
        .await
        .unwrap()
        .remove(0);
    assert_eq!(found.telemetry.app_version.as_deref(), Some("1.1"));
    assert_eq!(found.telemetry.platform.as_deref(), Some("linux"));
    assert_eq!(found.last_validated_at, NOW.plus_millis(5));
    assert_eq!(found.last_lease, last_seen_update(1).lease);
}

#[engine_test]
async fn missing_machine_hash_is_filled_but_never_replaced(world: StoreFixture) {
    world.add_license(&license(1)).await.unwrap();
    let without_machine_hash = |number| Activation {
        machine_hash: None,
        ..activation(license_id(1), number)
    };
    world.activate(&without_machine_hash(1)).await.unwrap();
    world.activate(&without_machine_hash(2)).await.unwrap();
    world.activate(&activation(license_id(1), 3)).await.unwrap();
    let hash_of = |number: u32| activation(license_id(1), number).machine_hash;
    for (number, hash) in [(1, hash_of(8)), (2, hash_of(3)), (3, hash_of(9))] {
        let fill = world.store.write(move |tx| {
            async move {
                tx.set_missing_machine_hash(
                    &tenant("acme"),
                    license_id(1),
                    instance_id(number),
                    &hash.unwrap(),
                )
                .await
            }
            .boxed()
        });
        fill.await.map_err(|error: StoreError| error).unwrap();
    }
    let found = world
        .store
        .list_activations(&tenant("acme"), license_id(1))
        .await
        .unwrap();
    let of = |number| {
        found
            .iter()
            .find(|row| row.instance_id == instance_id(number))
            .unwrap()
            .machine_hash
            .clone()
    };
    assert_eq!((of(1), of(2), of(3)), (hash_of(8), None, hash_of(3)));
}

#[engine_test]
async fn older_update_does_not_overwrite_a_newer_one(world: StoreFixture) {
    world.add_license(&license(1)).await.unwrap();
    world.activate(&activation(license_id(1), 1)).await.unwrap();
    let version = |text: &str| Telemetry {
        app_version: Some(text.into()),
        ..Telemetry::default()
    };
    record(
        &world,
        LastSeenUpdate {
            seen_at: NOW.plus_millis(9),
            telemetry: version("new"),
            ..last_seen_update(1)
        },
    )
    .await;
    record(
        &world,
        LastSeenUpdate {
            seen_at: NOW.plus_millis(8),
            telemetry: version("old"),
            ..last_seen_update(1)
        },
    )
    .await;
    let found = only_activation(&world).await;
    assert_eq!(
        (found.last_validated_at, found.telemetry),
        (NOW.plus_millis(9), version("new"))
    );
}

#[engine_test]
async fn latest_validation_is_read_wherever_it_is_stored(world: StoreFixture) {
    world.add_license(&license(1)).await.unwrap();
    world.activate(&activation(license_id(1), 1)).await.unwrap();
    let lease = |at| LastLease {
        status: LeaseStatus::Active,
        expires_at: NOW.plus_millis(1_000 + at),
    };
    let sent = Telemetry {
        app_version: Some("2.0".into()),
        ..Telemetry::default()
    };
    let mut newest = 0;
    // Updates without new telemetry go to their own table, the others to the row. Some arrive
    // late.
    for (at, telemetry) in [
        (5, None),
        (3, None),
        (9, Some(&sent)),
        (7, Some(&sent)),
        (12, None),
        (11, None),
    ] {
        let telemetry = telemetry.cloned().unwrap_or_default();
        record(
            &world,
            LastSeenUpdate {
                seen_at: NOW.plus_millis(at),
                lease: lease(at),
                telemetry,
                ..last_seen_update(1)
            },
        )
        .await;
        newest = newest.max(at);
        let found = only_activation(&world).await;
        assert_eq!(
            (found.last_validated_at, found.last_lease),
            (NOW.plus_millis(newest), lease(newest))
        );
    }
    assert_eq!(only_activation(&world).await.telemetry, sent);
    let found = only_activation(&world).await;
    assert_eq!(
        (found.last_validated_at, found.last_lease),
        (NOW.plus_millis(12), lease(12))
    );
    record(
        &world,
        LastSeenUpdate {
            seen_at: NOW.plus_millis(10),
            ..last_seen_update(1)
        },
    )
    .await;
    assert_eq!(
        only_activation(&world).await.last_validated_at,
        NOW.plus_millis(12)
    );
}

#[engine_test]
async fn a_batch_keeps_the_latest_validation_of_each_device(world: StoreFixture) {
    let devices = 1..=200;
    world
        .add_license(&License {
            activation_limit: 200,
            ..license(1)
        })
        .await
        .unwrap();
    for number in devices.clone() {
        world
            .activate(&activation(license_id(1), number))
            .await
            .unwrap();
    }
    let known = join_all(devices.clone().map(|number| snapshot(&world, number))).await;
    for iteration in 1..=10 {
        for (number, known) in devices.clone().zip(&known) {
            let at = NOW.plus_millis(i64::from(number) + 1_000 * iteration);
            world.store.record_last_seen(
                LastSeenUpdate {
                    seen_at: at,
                    ..last_seen_update(number)
                },
                known,
            );
        }
        world.store.flush().await;
        let found = world
            .store
            .list_activations(&tenant("acme"), license_id(1))
            .await
            .unwrap();
        assert_eq!(found.len(), 200);
        for number in devices.clone() {
            let device = found
                .iter()
                .find(|device| device.instance_id == instance_id(number))
                .unwrap();
            let at = NOW.plus_millis(i64::from(number) + 1_000 * iteration);
            assert_eq!(device.last_validated_at, at, "{number}");
        }
    }
    let faults = world.store.check_rows().await.unwrap();
    assert!(
        !faults.iter().any(|fault| fault.contains("validation")),
        "{faults:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_lookup_reads_licenses_from_a_covering_index() {
    let acme = tenant("acme");
    for world in statistics::worlds_with_statistics(Engine::Sqlite).await {
        let plan = world
            .store
            .explain_lookup(&acme, license_id(1), instance_id(1));
        let plan = plan.await.unwrap().join("\n");
        for step in [
            "SEARCH l USING COVERING INDEX licenses_of_devices (tenant_id=? AND id=?)",
            "SEARCH a USING INDEX sqlite_autoindex_activations_1 (tenant_id=? AND",
        ] {
            assert!(plan.contains(step), "{plan}");
        }
    }
}
