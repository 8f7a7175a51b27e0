//! Contents, visibility and retention of the audit log.

use std::time::Duration;

use futures::FutureExt;
use keywright_api_types::{
    audit_log::{ActorFilter, AuditFilter, AuditQuery},
    license_list::LicenseFilter,
    page::{Count, PageRequest},
};
use keywright_domain::{
    audit::Action, ids::LicenseId, license::Customer, license_key::LicenseKey, role::Role,
};
use keywright_service::{
    Caller, Error,
    licenses::MintRequest,
    operators::{ClientInfo, SignInError},
};
use keywright_store::{AuditEntryFilter, RecordedAuditEntry, StoreError};
use keywright_testing::{Engine, NOW, TestContext, engine_test};

use crate::support::{
    PRO_KEY, acme, audit_log, demo_world, license_id, new_entries, operator_with_role,
};

const FALLBACK_KEY: &str = "ACME-FALL-0000-0004";

fn parse_license_id(key: &str) -> LicenseId {
    LicenseKey::parse(key).ok().unwrap().id()
}

/// An action and its expected audit entry.
enum Attempt {
    Mint,
    Deactivate,
    Revoke,
    Remint,
    Export,
    SignIn(&'static str),
}

async fn attempt(world: &TestContext, caller: &Caller, attempt: &Attempt) -> Result<(), Error> {
    let licenses = &world.services.licenses;
    let fallback = parse_license_id(FALLBACK_KEY);
    match attempt {
        Attempt::Mint => {
            let request = MintRequest {
                product_id: "notes".parse().unwrap(),
                key_type_id: Some("pro".parse().unwrap()),
                customer: Customer::default(),
                count: 1,
            };
            licenses.mint(caller, request).await.map(drop)
        }
        Attempt::Deactivate => {
            let devices = world
                .store
                .list_activations(&acme(), fallback)
                .await
                .unwrap();
            let instance = devices[0].instance_id;
            licenses
                .deactivate_instance(caller, fallback, instance)
                .await
        }
        Attempt::Revoke => licenses.revoke(caller, parse_license_id(PRO_KEY)).await,
        Attempt::Remint => licenses.remint(caller, fallback).await.map(drop),
        Attempt::Export => licenses
            .start_export(caller, LicenseFilter::default())
            .await
            .map(drop),
        Attempt::SignIn(password) => {
            let origin = ClientInfo {
                user_agent: "browser".into(),
                address: "192.0.2.1".parse().ok(),
            };
            let operators = &world.services.operators;
            operators
                .sign_in("support@acme.test", password, origin)
                .await
                .map(drop)
                .map_err(|refused| match refused {
                    SignInError::Internal(error) => error,
                    _ => Error::Unauthenticated,
                })
        }
    }
}

/// Waits for new entries, because failed sign-ins are recorded in the background. The timeout
/// keeps a failing test from hanging.
async fn wait_for_new_entries(world: &TestContext, before: usize) -> Vec<RecordedAuditEntry> {
    let found = async {
        loop {
            let entries = new_entries(world, before).await;
            if !entries.is_empty() {
                return entries;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), found)
        .await
        .unwrap()
}

#[engine_test]
async fn successful_actions_are_recorded_once_and_failed_ones_are_not(engine: Engine) {
    let world = TestContext::with_demo(engine).await;
    let support = operator_with_role(Role::Support);
    let fallback = Some(parse_license_id(FALLBACK_KEY));
    for (minute, (done, action, about)) in (1..).zip([
        (Attempt::Mint, Action::ManualMint, None),
        (Attempt::Deactivate, Action::DeactivateInstance, fallback),
        (
            Attempt::Revoke,
            Action::Revoke,
            Some(parse_license_id(PRO_KEY)),
        ),
        (Attempt::Remint, Action::Remint, fallback),
        (Attempt::Export, Action::CsvExport, None),
        (Attempt::SignIn("keywright-demo"), Action::SignIn, None),
    ]) {
        let at = NOW.plus_millis(minute * 60_000);
        world.clock.set(at);
        let before = audit_log(&world).await.len();
        attempt(&world, &support, &done).await.unwrap();
        let entries = new_entries(&world, before).await;
        let [RecordedAuditEntry { actor, license, .. }] = entries.as_slice() else {
            panic!("{action:?} on {engine:?}: {entries:?}")
        };
        assert_eq!((entries[0].action, entries[0].at), (action, at));
        assert_eq!(actor.name, "support@acme.test");
        assert!(actor.id.is_some(), "{action:?}");
        match action {
            Action::ManualMint => assert!(license.is_some()),
            _ => assert_eq!(license_id(license.as_ref()), about, "{action:?}"),
        }
    }
    // Repeated or forbidden actions have no effect and record nothing.
    let before = audit_log(&world).await.len();
    for refused in [Attempt::Deactivate, Attempt::Revoke, Attempt::Remint] {
        let again = attempt(&world, &support, &refused).await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    }
    for refused in [
        Attempt::Mint,
        Attempt::Deactivate,
        Attempt::Revoke,
        Attempt::Remint,
        Attempt::Export,
    ] {
        let forbidden = attempt(&world, &operator_with_role(Role::Viewer), &refused).await;
        assert!(matches!(forbidden, Err(Error::Forbidden)), "{forbidden:?}");
    }
    assert_eq!(audit_log(&world).await.len(), before);
    world.clock.set(NOW.plus_days(1));
    attempt(&world, &support, &Attempt::SignIn("wrong"))
        .await
        .unwrap_err();
    let entries = wait_for_new_entries(&world, before).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].action, entries[0].actor.name.as_str()),
        (Action::SignInRefused, "support@acme.test")
    );
}

#[tokio::test]
async fn operators_read_only_their_own_tenants_log() {
    let world = demo_world().await;
    let indie = Caller::for_command_line("indie".parse().unwrap());
    let own = world
        .services
        .audit
        .list(&indie, &AuditQuery::default())
        .await
        .unwrap();
    let operators: Vec<_> = own
        .operators
        .iter()
        .map(|(_, email)| email.as_str())
        .collect();
    assert_eq!(operators, ["owner@indie.test"]);
    for entry in &own.page.items {
        let email = entry.detail("email").unwrap_or_default();
        assert!(!email.contains("acme"), "{entry:?}");
    }
    let viewer = operator_with_role(Role::Viewer);
    let about = |license| AuditQuery {
        filter: AuditFilter {
            license_id: Some(license),
            ..AuditFilter::default()
        },
        page: PageRequest::First,
    };
    let known = about(parse_license_id(PRO_KEY));
    let found = world.services.audit.list(&viewer, &known).await.unwrap();
    assert_eq!(
        found.license.unwrap().display_key.as_str(),
        "ACME-XXXX-···-0001"
    );
    assert_ne!(found.count, Count::Exact(0));
    let foreign = world.services.audit.list(&indie, &known).await.unwrap();
    assert_eq!((foreign.license, foreign.count), (None, Count::Exact(0)));
}

#[tokio::test]
async fn pages_link_both_ways_and_a_stale_cursor_returns_the_first_page() {
    let world = demo_world().await;
    let viewer = operator_with_role(Role::Viewer);
    let read = async |position| {
        let query = AuditQuery {
            filter: AuditFilter {
                actor: Some(ActorFilter::CommandLine),
                ..AuditFilter::default()
            },
            page: position,
        };
        world
            .services
            .audit
            .list(&viewer, &query)
            .await
            .unwrap()
            .page
    };
    let request = MintRequest {
        product_id: "notes".parse().unwrap(),
        key_type_id: Some("pro".parse().unwrap()),
        customer: Customer::default(),
        count: 30,
    };
    let command_line = Caller::for_command_line(acme());
    world
        .services
        .licenses
        .mint(&command_line, request)
        .await
        .unwrap();
    let first = read(PageRequest::First).await;
    assert_eq!((first.items.len(), first.previous), (25, None));
    let second = read(PageRequest::After(first.next.unwrap())).await;
    let back = read(PageRequest::Before(second.previous.unwrap())).await;
    assert_eq!(back.items, first.items);
    let last = second.items.last().unwrap();
    let beyond = keywright_api_types::page::Cursor {
        value: last.at.millis() - 1_000_000_000_000,
        id: last.id,
    };
    assert_eq!(read(PageRequest::After(beyond)).await.items, first.items);
}

/// Inserts 100,000 entries of `acme` that are past their retention.
async fn insert_expired_entries(world: &TestContext) {
    let add = "WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 100000)
         INSERT INTO audit_entries (tenant_id, id, created_at, actor_kind, actor_name, action, details)
         SELECT 'acme', '00000000-0000-4000-8000-' || (100000000000 + number), number, 'system', 'system', 'revoke', '{}'
         FROM numbers";
    world.database.execute(add).await;
}

/// Counts the entries past their retention that are still in the database, up to 10,001.
async fn count_expired_entries(world: &TestContext) -> Count {
    let everything = AuditEntryFilter::default();
    let as_of = keywright_domain::time::Timestamp::from_millis(1_000_000);
    let to = AuditEntryFilter {
        to_day: Some("1970-01-02".parse().unwrap()),
        ..everything
    };
    world
        .store
        .count_audit_entries(&acme(), &to, as_of)
        .await
        .unwrap()
}

#[engine_test]
async fn purge_does_not_block_writes(engine: Engine) {
    let world = TestContext::with_demo(engine).await;
    let before = audit_log(&world).await.len();
    insert_expired_entries(&world).await;
    assert_eq!(
        audit_log(&world).await.len(),
        before,
        "expired entries are hidden even before they are purged"
    );
    // Cancel the purge halfway, as when the server stops.
    let audit = world.services.audit.clone();
    let purge = tokio::spawn(async move { audit.purge().await });
    let support = operator_with_role(Role::Support);
    attempt(&world, &support, &Attempt::Revoke).await.unwrap();
    purge.abort();
    purge.await.ok();
    assert_ne!(
        count_expired_entries(&world).await,
        Count::Exact(0),
        "the write completed before the purge"
    );
    // Run it again while writing. If writes waited for the purge to finish, there would be at
    // most one.
    let audit = world.services.audit.clone();
    let purge = tokio::spawn(async move { audit.purge().await });
    let mut minted = 0;
    while !purge.is_finished() {
        attempt(&world, &support, &Attempt::Mint).await.unwrap();
        minted += 1;
    }
    assert!(minted > 1, "writes do not wait for the purge to finish");
    purge.await.unwrap().unwrap();
    assert_eq!(count_expired_entries(&world).await, Count::Exact(0));
    assert_eq!(
        audit_log(&world).await.len(),
        before + 1 + minted,
        "no other entries were deleted"
    );
}

#[tokio::test]
async fn maintenance_purges_entries_after_exactly_365_days() {
    let world = demo_world().await;
    let made = audit_log(&world).await;
    let last = made[0].at;
    let all = async || {
        let as_of = last;
        let everything = AuditEntryFilter::default();
        world
            .store
            .count_audit_entries(&acme(), &everything, as_of)
            .await
            .unwrap()
    };
    let total = Count::Exact(made.len().try_into().unwrap());
    world
        .clock
        .set(made[made.len() - 1].at.plus_days(365).plus_millis(-1_000));
    world.services.run_maintenance().await.unwrap();
    assert_eq!(all().await, total, "364 days, 23:59:59");
    world.clock.set(last.plus_days(365).plus_millis(-1));
    world.services.run_maintenance().await.unwrap();
    assert_ne!(all().await, total);
    assert_ne!(
        all().await,
        Count::Exact(0),
        "the newest entry is less than 365 days old"
    );
    world.clock.set(last.plus_days(365));
    world.services.run_maintenance().await.unwrap();
    let left = world
        .store
        .write(|_| async { Ok::<_, StoreError>(()) }.boxed());
    left.await.unwrap();
    assert_eq!(all().await, Count::Exact(0));
}
