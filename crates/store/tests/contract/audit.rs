//! The audit log.

use futures::FutureExt;
use keywright_domain::{
    audit::{Action, Actor, ActorKind},
    ids::AuditEntryId,
    time::Timestamp,
};
use keywright_store::{NewAuditEntry, StoreError};
use serde_json::json;
use uuid::Uuid;

use crate::{
    on_both_engines,
    world::{NOW, World, license_id, tenant},
};

fn entry(number: u128, at: Timestamp) -> NewAuditEntry {
    NewAuditEntry {
        id: AuditEntryId::new(Uuid::from_u128(number)),
        tenant: tenant("acme"),
        at,
        actor: Actor {
            kind: ActorKind::Operator,
            id: Some("1".into()),
            name: "owner@acme.test".into(),
        },
        action: Action::ManualMint,
        license: Some(license_id(1)),
        successor: None,
        details: json!({ "display_key": "ACME-XXXX-···-0001" }),
    }
}

async fn record(world: &World, entry: NewAuditEntry) {
    world
        .store
        .write(move |tx| async move { tx.record(&entry).await }.boxed())
        .await
        .map_err(|error: StoreError| error.to_string())
        .unwrap();
}

on_both_engines! {
    async fn entries_come_newest_first_and_only_to_their_tenant(world: World) {
        record(&world, entry(1, NOW)).await;
        record(&world, entry(2, NOW)).await;
        record(&world, entry(3, NOW.plus_millis(1))).await;
        let found = world.store.audit_entries(&tenant("acme"), NOW, 2).await.unwrap();
        let expected = [entry(3, NOW.plus_millis(1)), entry(2, NOW)];
        assert_eq!(found.len(), 2);
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!(found.id, expected.id);
            assert_eq!((&found.actor, found.action, found.license), (&expected.actor, expected.action, expected.license));
            assert_eq!(found.details, expected.details);
        }
        assert!(world.store.audit_entries(&tenant("indie"), NOW, 10).await.unwrap().is_empty());
    }

    async fn a_license_shows_what_was_done_to_it_and_the_remint_that_it_came_from(world: World) {
        let of = |license, successor, number| NewAuditEntry {
            license: Some(license_id(license)),
            successor,
            action: if successor.is_some() { Action::Remint } else { Action::ManualMint },
            ..entry(number, NOW.plus_millis(i64::try_from(number).unwrap()))
        };
        record(&world, of(1, None, 1)).await;
        record(&world, of(1, Some(license_id(2)), 2)).await;
        record(&world, of(2, None, 3)).await;
        record(&world, of(3, None, 4)).await;
        let ids = async |slug: &str, license| {
            let found = world.store.audit_entries_of_license(&tenant(slug), license_id(license), NOW, 10).await.unwrap();
            found.into_iter().map(|entry| entry.id).collect::<Vec<_>>()
        };
        let id = |number| AuditEntryId::new(Uuid::from_u128(number));
        assert_eq!(ids("acme", 1).await, [id(2), id(1)]);
        assert_eq!(ids("acme", 2).await, [id(3), id(2)]);
        assert_eq!(ids("indie", 1).await, []);
        let late = NOW.plus_days(365).plus_millis(2);
        let found = world.store.audit_entries_of_license(&tenant("acme"), license_id(2), late, 10).await.unwrap();
        assert_eq!(found.len(), 1, "the remint is 365 days old");
    }

    async fn an_entry_of_365_days_is_not_shown(world: World) {
        record(&world, entry(1, NOW)).await;
        let almost = NOW.plus_days(365).plus_millis(-1);
        assert_eq!(world.store.audit_entries(&tenant("acme"), almost, 10).await.unwrap().len(), 1);
        assert!(world.store.audit_entries(&tenant("acme"), NOW.plus_days(365), 10).await.unwrap().is_empty());
    }
}
