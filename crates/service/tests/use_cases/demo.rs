//! The demo data matches its documentation.

use keywright_api_types::license_list::LicenseQuery;
use keywright_domain::{
    audit::Action,
    ids::ProductId,
    license::{License, LicenseState, Status},
    license_key::LicenseKey,
    plan::Plan,
    role::Role,
};
use keywright_service::{Caller, demo::DemoError, operators::ClientInfo, tenants::CreateTenant};
use keywright_testing::{Engine, NOW, TestContext};

use crate::support::{acme, demo_world, license_id, operator_with_role};

async fn fixture_license(world: &TestContext, key: &str) -> License {
    let id = LicenseKey::parse(key).ok().unwrap().id();
    world
        .store
        .find_license(&acme(), id)
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn fixture_keys_match_the_documentation() {
    let world = demo_world().await;
    let pro = fixture_license(&world, "ACME-PRO0-0000-0001").await;
    assert_eq!(
        (pro.status(NOW), pro.activation_limit, pro.active_count),
        (Status::Active, 3, 0)
    );
    assert_eq!(
        (pro.entitlements.to_string().as_str(), pro.expires_at),
        ("pro", None)
    );
    assert_eq!(
        fixture_license(&world, "ACME-REVK-0000-0002")
            .await
            .status(NOW),
        Status::Revoked
    );
    let expired = fixture_license(&world, "ACME-EXPD-0000-0003").await;
    assert_eq!(
        (expired.status(NOW), expired.fallback),
        (Status::Expired, false)
    );
    let fallback = fixture_license(&world, "ACME-FALL-0000-0004").await;
    assert_eq!(
        (
            fallback.status(NOW),
            fallback.fallback,
            fallback.active_count
        ),
        (Status::Expired, true, 1)
    );
    let full = fixture_license(&world, "ACME-FULL-0000-0005").await;
    assert_eq!(
        (full.status(NOW), full.activation_limit, full.active_count),
        (Status::Active, 1, 1)
    );
}

#[tokio::test]
async fn report_matches_the_database() {
    let world = demo_world().await;
    let report = world.services.demo.fill().await.unwrap();
    assert_eq!(report.tenants, ["acme", "indie"]);
    assert_eq!(report.sdk_key, format!("sdk_live_{}", "0".repeat(64)));
    for operator in &report.operators {
        let token = world
            .services
            .operators
            .sign_in(operator.email, operator.password, ClientInfo::default())
            .await;
        let session = world
            .services
            .operators
            .get_session(&token.unwrap())
            .await
            .unwrap();
        assert_eq!(
            (session.tenant_id.as_str(), session.role.as_str()),
            (operator.tenant, operator.role)
        );
    }
    for key in &report.keys {
        let license = fixture_license(&world, key.license_key).await;
        assert_eq!(license.id.to_string(), key.id);
        assert_eq!(license.display_key.as_str(), key.display_key);
        assert_eq!(license.status(NOW).as_str(), key.status);
    }
}

#[tokio::test]
async fn filling_twice_changes_nothing() {
    let world = demo_world().await;
    let list = || async {
        world
            .services
            .licenses
            .list(&operator_with_role(Role::Viewer), &LicenseQuery::default())
            .await
            .unwrap()
    };
    let before = (list().await, crate::support::audit_log(&world).await);
    world.services.demo.fill().await.unwrap();
    assert_eq!(
        (list().await, crate::support::audit_log(&world).await),
        before
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_fills_all_succeed() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let world = TestContext::create(engine).await;
        let second_server = world.second_server().await;
        let mut servers = vec![&world];
        // A SQLite file can be served by only one process at a time.
        if engine == Engine::Postgres {
            servers.push(&second_server);
        }
        let fills = (0..6).map(|number| servers[number % servers.len()].services.demo.fill());
        let reports = futures::future::join_all(fills).await;
        for report in &reports {
            assert!(report.is_ok(), "{engine:?}: {reports:?}");
        }
        assert_eq!(world.store.list_tenant_ids().await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn fill_refuses_a_database_with_a_foreign_tenant() {
    let world = TestContext::create(Engine::Sqlite).await;
    world
        .services
        .tenants
        .create(CreateTenant::new(
            "mine".parse().unwrap(),
            "Mine",
            Plan::Pro,
        ))
        .await
        .unwrap();
    let refused = world.services.demo.fill().await;
    assert!(
        matches!(refused, Err(DemoError::ForeignTenant(_))),
        "{refused:?}"
    );
    assert_eq!(
        world.store.list_tenant_ids().await.unwrap().len(),
        1,
        "no partial demo data"
    );
}

#[tokio::test]
async fn demo_licenses_are_consistent_and_cover_every_status() {
    let world = demo_world().await;
    let mut query = LicenseQuery::default();
    let (mut seen, mut statuses, mut lineages) = (0, std::collections::HashSet::new(), 0);
    loop {
        let list = world
            .services
            .licenses
            .list(&operator_with_role(Role::Viewer), &query)
            .await
            .unwrap();
        for row in &list.page.items {
            seen += 1;
            statuses.insert(row.status);
            let devices = world.store.list_activations(&acme(), row.id).await.unwrap();
            let active = devices
                .iter()
                .filter(|device| device.deactivation.is_none())
                .count();
            assert_eq!(active, row.active_count as usize, "{}", row.display_key);
            let license = world
                .store
                .find_license(&acme(), row.id)
                .await
                .unwrap()
                .unwrap();
            if let Some(id) = license.successor_id {
                lineages += 1;
                let successor = world
                    .store
                    .find_license(&acme(), id)
                    .await
                    .unwrap()
                    .unwrap();
                assert_eq!(
                    (license.state, successor.predecessor_id),
                    (LicenseState::Reminted, Some(license.id))
                );
            }
            let mut moments = devices
                .iter()
                .flat_map(|device| [device.created_at, device.last_validated_at]);
            assert!(moments.all(|at| at >= row.created_at && at <= NOW));
        }
        match list.page.next {
            Some(mark) => query.page = keywright_api_types::page::PageRequest::After(mark),
            None => break,
        }
    }
    assert!((100..=125).contains(&seen), "{seen}");
    assert_eq!((statuses.len(), lineages), (4, 2));
}

#[tokio::test]
async fn license_history_is_chronological() {
    let world = demo_world().await;
    for entry in crate::support::audit_log(&world).await {
        let Some(id) = license_id(entry.license.as_ref()) else {
            continue;
        };
        let license = world.store.find_license(&acme(), id).await.unwrap();
        let license = license.expect("acme's log only refers to acme's licenses");
        assert!(
            entry.at >= license.created_at && entry.at <= NOW,
            "{entry:?}"
        );
        if matches!(entry.action, Action::Revoke | Action::Remint) {
            for device in world.store.list_activations(&acme(), id).await.unwrap() {
                assert!(device.created_at <= entry.at && device.last_validated_at <= entry.at);
            }
        }
    }
}

#[tokio::test]
async fn indie_has_the_one_product_its_plan_allows() {
    let world = demo_world().await;
    let indie = Caller::for_command_line("indie".parse().unwrap());
    let products = world.store.list_products(indie.tenant_id()).await.unwrap();
    let slugs: Vec<ProductId> = products.into_iter().map(|product| product.id).collect();
    assert_eq!(slugs, ["pixel".parse().unwrap()]);
}
