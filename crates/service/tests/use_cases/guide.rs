//! Progress of a tenant through the getting-started guide.

use keywright_domain::{license::Customer, plan::Plan, role::Role};
use keywright_service::{Caller, Error, licenses::MintRequest, tenants::CreateTenant};
use keywright_testing::{Engine, NOW, TestContext};

use crate::support::{demo_world, operator_with_role};

#[tokio::test]
async fn guide_shows_the_product_of_the_newest_license() {
    let world = demo_world().await;
    let (services, admin) = (&world.services, operator_with_role(Role::Admin));
    for (days, product, key_type) in [(1, "studio", "default"), (2, "notes", "team")] {
        let order = MintRequest {
            product_id: product.parse().unwrap(),
            key_type_id: Some(key_type.parse().unwrap()),
            customer: Customer::default(),
            count: 1,
        };
        world.clock.set(NOW.plus_days(days));
        services.licenses.mint(&admin, order).await.unwrap();
        let progress = services.guide.progress(&admin).await.unwrap();
        assert_eq!(progress.product.unwrap().id.as_str(), product);
        assert_eq!(progress.key_type.unwrap().id.as_str(), key_type);
        assert!(progress.has_sdk_key && progress.has_license && progress.has_device);
    }
}

#[tokio::test]
async fn guide_of_a_new_tenant_shows_no_progress() {
    let world = TestContext::create(Engine::Sqlite).await;
    let (tenant, services) = ("mine".parse().unwrap(), &world.services);
    let new = CreateTenant::new(tenant, "Mine", Plan::Pro);
    services.tenants.create(new).await.unwrap();
    let owner = Caller::for_command_line("mine".parse().unwrap());
    let progress = services.guide.progress(&owner).await.unwrap();
    assert_eq!((&progress.product, &progress.key_type), (&None, &None));
    assert!(!progress.has_sdk_key && !progress.has_license && !progress.has_device);
    assert_eq!(progress.signing_key.unwrap().kid.to_string(), "k1");
    for role in [Role::Viewer, Role::Support] {
        let refused = services.guide.progress(&operator_with_role(role)).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
        assert!(matches!(
            services.guide.dismiss(&operator_with_role(role)).await,
            Err(Error::Forbidden)
        ));
    }
}
