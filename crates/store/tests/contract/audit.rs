//! The audit log is append-only, and its filters and pages are exact.

use futures::FutureExt;
use keywright_api_types::{
    audit_log::ActorFilter,
    page::{Count, Cursor, PageRequest},
};
use keywright_domain::{
    audit::{Action, Actor, ActorKind},
    ids::{AuditEntryId, OperatorId},
    license::License,
    license_key::DisplayKey,
    time::Timestamp,
};
use keywright_store::{AuditEntryFilter, NewAuditEntry, RecordedAuditEntry, StoreError};
use keywright_testing::{Engine, EngineFixture, engine_test};
use serde_json::json;
use uuid::Uuid;

use crate::support::{NOW, StoreFixture, license, license_id, tenant};

fn id(number: u128) -> AuditEntryId {
    AuditEntryId::new(Uuid::from_u128(number))
}

fn operator(number: u128) -> OperatorId {
    OperatorId::new(Uuid::from_u128(number))
}

fn entry(number: u128, at: Timestamp) -> NewAuditEntry {
    NewAuditEntry {
        id: id(number),
        tenant_id: tenant("acme"),
        created_at: at,
        actor: Actor {
            kind: ActorKind::Operator,
            id: Some(operator(1).to_string()),
            name: "owner@acme.test".into(),
        },
        action: Action::ManualMint,
        license_id: Some(license_id(1)),
        successor_id: None,
        details: json!({ "display_key": "ACME-XXXX-···-0001" }),
    }
}

async fn record(world: &StoreFixture, entry: NewAuditEntry) {
    world
        .store
        .write(move |tx| async move { tx.insert_audit_entry(&entry).await }.boxed())
        .await
        .map_err(|error: StoreError| error.to_string())
        .unwrap();
}

/// Purges at most `limit` entries, and returns how many.
async fn purge(world: &StoreFixture, outlived_until: Timestamp, limit: u32) -> u64 {
    let purged = world.store.write(move |tx| {
        async move { tx.purge_audit_entries(outlived_until, limit).await }.boxed()
    });
    purged
        .await
        .map_err(|error: StoreError| error.to_string())
        .unwrap()
}

async fn entries(
    world: &StoreFixture,
    slug: &str,
    filter: &AuditEntryFilter,
    now: Timestamp,
) -> Vec<RecordedAuditEntry> {
    world
        .store
        .list_audit_entries(&tenant(slug), filter, PageRequest::First, 1_000, now)
        .await
        .unwrap()
}

async fn ids(
    world: &StoreFixture,
    slug: &str,
    filter: &AuditEntryFilter,
    now: Timestamp,
) -> Vec<u128> {
    let found = entries(world, slug, filter, now).await;
    let count = world
        .store
        .count_audit_entries(&tenant(slug), filter, now)
        .await
        .unwrap();
    assert_eq!(count, Count::Exact(found.len().try_into().unwrap()));
    let ids = found
        .into_iter()
        .map(|entry| Uuid::parse_str(&entry.id.to_string()));
    ids.map(|id| id.unwrap().as_u128()).collect()
}

fn no_filter() -> AuditEntryFilter {
    AuditEntryFilter::default()
}

#[engine_test]
async fn entries_are_newest_first_and_isolated_by_tenant(world: StoreFixture) {
    record(&world, entry(1, NOW)).await;
    record(&world, entry(2, NOW)).await;
    record(&world, entry(3, NOW.plus_millis(1))).await;
    let found = entries(&world, "acme", &no_filter(), NOW).await;
    let expected = [entry(3, NOW.plus_millis(1)), entry(2, NOW), entry(1, NOW)];
    assert_eq!(found.len(), 3);
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.id, expected.id);
        assert_eq!(
            (&found.actor, found.action),
            (&expected.actor, expected.action)
        );
        assert_eq!(
            found.license.as_ref().map(|license| license.id),
            expected.license_id
        );
        assert_eq!(found.details, expected.details);
    }
    assert!(entries(&world, "indie", &no_filter(), NOW).await.is_empty());
}

#[engine_test]
async fn paging_returns_each_entry_once_in_both_directions(world: StoreFixture) {
    for number in 1..=7 {
        // Three at the same time, across a page boundary.
        let at = if (3..=5).contains(&number) { 3 } else { number };
        record(
            &world,
            entry(number, NOW.plus_millis(i64::try_from(at).unwrap())),
        )
        .await;
    }
    let page = async |position, limit| {
        let acme = tenant("acme");
        let found = world
            .store
            .list_audit_entries(&acme, &no_filter(), position, limit, NOW)
            .await
            .unwrap();
        found
            .into_iter()
            .map(|entry| Cursor {
                value: entry.at.millis(),
                id: entry.id,
            })
            .collect::<Vec<_>>()
    };
    let all = page(PageRequest::First, 10).await;
    assert_eq!(all.len(), 7);
    let mut forwards = Vec::new();
    let mut position = PageRequest::First;
    loop {
        let found = page(position, 2).await;
        let Some(last) = found.last() else { break };
        position = PageRequest::After(*last);
        forwards.extend(found);
    }
    assert_eq!(forwards, all);
    let mut backwards = page(PageRequest::Before(all[6]), 10).await;
    backwards.reverse();
    assert_eq!(backwards, all[..6]);
}

#[engine_test]
async fn license_filter_includes_the_remint_that_created_it(world: StoreFixture) {
    let of = |license, successor, number| NewAuditEntry {
        license_id: Some(license_id(license)),
        successor_id: successor,
        action: if successor.is_some() {
            Action::Remint
        } else {
            Action::ManualMint
        },
        ..entry(number, NOW.plus_millis(i64::try_from(number).unwrap()))
    };
    record(&world, of(1, None, 1)).await;
    record(&world, of(1, Some(license_id(2)), 2)).await;
    record(&world, of(2, None, 3)).await;
    record(&world, of(3, None, 4)).await;
    let about = |number| AuditEntryFilter {
        license_ids: Some(vec![license_id(number)]),
        ..no_filter()
    };
    assert_eq!(ids(&world, "acme", &about(1), NOW).await, [2, 1]);
    assert_eq!(ids(&world, "acme", &about(2), NOW).await, [3, 2]);
    assert_eq!(ids(&world, "indie", &about(1), NOW).await, [0; 0]);
    let late = NOW.plus_days(365).plus_millis(2);
    assert_eq!(
        ids(&world, "acme", &about(2), late).await,
        [3],
        "the remint is 365 days old"
    );
}

#[engine_test]
async fn entries_include_the_display_keys_of_their_licenses(world: StoreFixture) {
    // Two tenants may have the same key. Each shows its own display key.
    let foreign = License {
        tenant_id: tenant("indie"),
        display_key: DisplayKey::from_stored("INDI-XXXX-···-0001".to_owned()),
        ..license(1)
    };
    world.add_license(&foreign).await.unwrap();
    world.add_license(&license(1)).await.unwrap();
    world
        .add_license(&License {
            id: license_id(2),
            ..foreign
        })
        .await
        .unwrap();
    record(
        &world,
        NewAuditEntry {
            successor_id: Some(license_id(2)),
            ..entry(1, NOW)
        },
    )
    .await;
    let mut found = entries(&world, "acme", &no_filter(), NOW).await;
    assert_eq!(found.len(), 1);
    let found = found.remove(0);
    assert_eq!(found.license.unwrap().display_key, license(1).display_key);
    let missing = found.successor.unwrap();
    assert_eq!(
        missing.display_key.as_str(),
        license_id(2).to_string(),
        "a missing license is shown by its ID"
    );
}

#[engine_test]
async fn unreadable_entry_does_not_hide_others(world: StoreFixture) {
    record(&world, entry(1, NOW)).await;
    world.database.execute(
        "INSERT INTO audit_entries (tenant_id, id, created_at, actor_kind, actor_name, action, details) VALUES
         ('acme', '00000000-0000-0000-0000-000000000009', 1781000000001, 'token', 'shop', 'license_edit', '{broken')",
    ).await;
    let found = entries(&world, "acme", &no_filter(), NOW).await;
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[0].action, found[0].actor.name.as_str()),
        (Action::Unknown, "shop")
    );
    assert_eq!(found[0].actor.kind, ActorKind::Unknown);
    assert_eq!((found[0].details.is_null(), found[1].id), (true, id(1)));
}

#[engine_test]
async fn filters_select_matching_entries(world: StoreFixture) {
    let license = license(1);
    world.add_license(&license).await.unwrap();
    let by = |kind, id: Option<OperatorId>, number| NewAuditEntry {
        actor: Actor {
            kind,
            id: id.map(|id| id.to_string()),
            name: "somebody".into(),
        },
        license_id: None,
        ..entry(number, NOW.plus_millis(i64::try_from(number).unwrap()))
    };
    record(&world, by(ActorKind::Operator, Some(operator(1)), 1)).await;
    record(&world, by(ActorKind::Operator, Some(operator(2)), 2)).await;
    record(&world, by(ActorKind::CommandLine, None, 3)).await;
    record(
        &world,
        NewAuditEntry {
            action: Action::SigningKeyDrop,
            ..by(ActorKind::System, None, 4)
        },
    )
    .await;
    record(
        &world,
        NewAuditEntry {
            license_id: Some(license.id),
            ..by(ActorKind::CommandLine, None, 5)
        },
    )
    .await;
    let about = |licenses: &[_]| AuditEntryFilter {
        license_ids: Some(licenses.to_vec()),
        ..no_filter()
    };
    let by_actor = |by| AuditEntryFilter {
        actor: Some(by),
        ..no_filter()
    };
    for (filter, expected) in [
        (no_filter(), &[5_u128, 4, 3, 2, 1] as &[u128]),
        (by_actor(ActorFilter::Operator(operator(1))), &[1]),
        (by_actor(ActorFilter::Operator(operator(9))), &[]),
        (by_actor(ActorFilter::CommandLine), &[5, 3]),
        (by_actor(ActorFilter::System), &[4]),
        (
            AuditEntryFilter {
                action: Some(Action::SigningKeyDrop),
                ..no_filter()
            },
            &[4],
        ),
        (
            AuditEntryFilter {
                action: Some(Action::SigningKeyDrop),
                actor: Some(ActorFilter::CommandLine),
                ..no_filter()
            },
            &[],
        ),
        (about(&[license.id]), &[5]),
        (about(&[license_id(9), license.id]), &[5]),
        (about(&[license_id(9)]), &[]),
        (about(&[]), &[]),
        (
            AuditEntryFilter {
                actor: Some(ActorFilter::CommandLine),
                ..about(&[license.id])
            },
            &[5],
        ),
        (
            AuditEntryFilter {
                actor: Some(ActorFilter::System),
                ..about(&[license.id])
            },
            &[],
        ),
    ] {
        assert_eq!(
            ids(&world, "acme", &filter, NOW).await,
            expected,
            "{filter:?}"
        );
    }
}

#[engine_test]
async fn days_begin_and_end_at_midnight_utc(world: StoreFixture) {
    let midnight = "2026-06-10"
        .parse::<keywright_api_types::audit_log::Day>()
        .unwrap()
        .start();
    record(&world, entry(1, midnight.plus_millis(-1))).await;
    record(&world, entry(2, midnight)).await;
    record(&world, entry(3, midnight.plus_days(1).plus_millis(-1))).await;
    record(&world, entry(4, midnight.plus_days(1))).await;
    let between = |from: Option<&str>, to: Option<&str>| AuditEntryFilter {
        from_day: from.map(|day| day.parse().unwrap()),
        to_day: to.map(|day| day.parse().unwrap()),
        ..no_filter()
    };
    for (from, to, expected) in [
        (
            Some("2026-06-10"),
            Some("2026-06-10"),
            &[3_u128, 2] as &[u128],
        ),
        (Some("2026-06-10"), None, &[4, 3, 2]),
        (None, Some("2026-06-10"), &[3, 2, 1]),
        (Some("2026-06-11"), Some("2026-06-10"), &[]),
        (Some("1999-01-01"), None, &[4, 3, 2, 1]),
    ] {
        assert_eq!(
            ids(&world, "acme", &between(from, to), midnight).await,
            expected,
            "{from:?} {to:?}"
        );
    }
    let late = midnight.plus_days(365);
    assert_eq!(
        ids(&world, "acme", &between(Some("1999-01-01"), None), late).await,
        [4, 3],
        "no filter shows entries past their retention"
    );
}

#[engine_test]
async fn entry_is_hidden_and_purged_after_365_days(world: StoreFixture) {
    record(&world, entry(1, NOW)).await;
    let a_second_before = NOW.plus_days(365).plus_millis(-1_000);
    let year = NOW.plus_days(365);
    assert_eq!(purge(&world, a_second_before.minus_days(365), 10).await, 0);
    assert_eq!(
        ids(&world, "acme", &no_filter(), a_second_before).await,
        [1]
    );
    assert_eq!(
        ids(&world, "acme", &no_filter(), year).await,
        [0; 0],
        "hidden even before the purge"
    );
    assert_eq!(purge(&world, year.minus_days(365), 10).await, 1);
    assert_eq!(
        ids(&world, "acme", &no_filter(), NOW).await,
        [0; 0],
        "purged"
    );
}

#[engine_test]
async fn purge_respects_its_limit_and_covers_all_tenants(world: StoreFixture) {
    for number in 1..=5 {
        record(&world, entry(number, NOW)).await;
    }
    record(
        &world,
        NewAuditEntry {
            tenant_id: tenant("indie"),
            ..entry(6, NOW)
        },
    )
    .await;
    record(&world, entry(7, NOW.plus_millis(1))).await;
    assert_eq!(purge(&world, NOW, 4).await, 4);
    assert_eq!(purge(&world, NOW, 4).await, 2);
    assert_eq!(purge(&world, NOW, 4).await, 0);
    assert_eq!(ids(&world, "acme", &no_filter(), NOW).await, [7]);
}

#[engine_test]
async fn database_rejects_changes_to_entries(world: StoreFixture) {
    record(&world, entry(1, NOW)).await;
    for (statement, reason) in [
        (
            "UPDATE audit_entries SET actor_name = 'nobody'",
            "never changed",
        ),
        ("UPDATE audit_entries SET created_at = 0", "never changed"),
        ("DELETE FROM audit_entries", "lives 365 days"),
        ("DELETE FROM audit_horizon", "only rises"),
        ("UPDATE audit_horizon SET outlived_until = -1", "only rises"),
    ] {
        let refused = world.database.try_execute(statement).await.unwrap_err();
        assert!(refused.contains(reason), "{statement}: {refused}");
    }
    assert_eq!(ids(&world, "acme", &no_filter(), NOW).await, [1]);
    assert_eq!(
        entries(&world, "acme", &no_filter(), NOW).await[0]
            .actor
            .name,
        "owner@acme.test"
    );
}

#[engine_test]
async fn database_rejects_deletions_above_the_horizon(world: StoreFixture) {
    record(&world, entry(1, NOW)).await;
    record(&world, entry(2, NOW.plus_millis(1))).await;
    purge(&world, NOW.plus_millis(-1), 10).await;
    let delete = "DELETE FROM audit_entries";
    assert!(
        world.database.try_execute(delete).await.is_err(),
        "neither is past its retention"
    );
    // The horizon rises, and the purge stops halfway.
    assert_eq!(purge(&world, NOW, 0).await, 0);
    assert!(
        world.database.try_execute(delete).await.is_err(),
        "one of them is not past its retention"
    );
    assert_eq!(
        ids(&world, "acme", &no_filter(), NOW).await,
        [2, 1],
        "all or nothing"
    );
    assert!(
        world
            .database
            .try_execute("DELETE FROM audit_entries WHERE actor_id IS NOT NULL AND id LIKE '%1'")
            .await
            .is_ok()
    );
    purge(&world, NOW.plus_millis(-10), 10).await;
    assert_eq!(
        ids(&world, "acme", &no_filter(), NOW).await,
        [2],
        "an earlier time neither lowers the horizon nor deletes anything"
    );
}

#[tokio::test]
async fn sqlite_rejects_replacing_an_entry() {
    let world = StoreFixture::create(Engine::Sqlite).await;
    record(&world, entry(1, NOW)).await;
    let replace = "INSERT OR REPLACE INTO audit_entries (tenant_id, id, created_at, actor_kind, actor_name, action, details)
         SELECT tenant_id, id, 0, actor_kind, 'nobody', action, details FROM audit_entries";
    assert!(
        world
            .database
            .try_execute(replace)
            .await
            .unwrap_err()
            .contains("never changed")
    );
    // By SQLite's `rowid`.
    let by_row = "INSERT OR REPLACE INTO audit_entries (rowid, tenant_id, id, created_at, actor_kind, actor_name, action, details)
         SELECT rowid, tenant_id, 'other', 0, actor_kind, 'nobody', action, details FROM audit_entries";
    assert!(
        world
            .database
            .try_execute(by_row)
            .await
            .unwrap_err()
            .contains("never changed")
    );
    let no_number = "UPDATE audit_horizon SET outlived_until = 'x'";
    assert!(
        world
            .database
            .try_execute(no_number)
            .await
            .unwrap_err()
            .contains("only rises")
    );
    let lower = "INSERT OR REPLACE INTO audit_horizon (id, outlived_until) VALUES (1, 0)";
    assert!(
        world
            .database
            .try_execute(lower)
            .await
            .unwrap_err()
            .contains("only rises")
    );
}

#[tokio::test]
async fn postgres_triggers_cannot_be_bypassed() {
    let world = StoreFixture::create(Engine::Postgres).await;
    record(&world, entry(1, NOW)).await;
    for (bypass, reason) in [
        ("TRUNCATE audit_entries", "lives 365 days"),
        ("TRUNCATE tenants CASCADE", "lives 365 days"),
        ("TRUNCATE audit_horizon", "only rises"),
        // A temporary table that shadows the horizon, and a session in replica mode.
        (
            "CREATE TEMP TABLE audit_horizon AS SELECT 9223372036854775807::bigint AS outlived_until;
             DELETE FROM audit_entries",
            "lives 365 days",
        ),
        (
            "SET session_replication_role = replica; DELETE FROM audit_entries",
            "lives 365 days",
        ),
    ] {
        let refused = world.database.try_execute(bypass).await.unwrap_err();
        assert!(refused.contains(reason), "{bypass}: {refused}");
    }
}
