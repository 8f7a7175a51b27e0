//! Tenants, products and key types.

use keywright_domain::{
    audit::Action, entitlement::Entitlements, plan::Plan, role::Role, settings::ProductSettings,
};
use keywright_service::{
    Caller, Error, Invalid,
    products::{NewKeyType, NewProduct},
    tenants::NewTenant,
};

use crate::world::{acme, log, new_entries, somebody, world};

fn product(slug: &str, prefix: &str) -> NewProduct {
    NewProduct {
        id: slug.parse().unwrap(),
        name: "Name".into(),
        key_prefix: prefix.parse().unwrap(),
        settings: ProductSettings::default(),
    }
}

#[tokio::test]
async fn a_new_tenant_can_sign_and_its_slug_is_taken_once() {
    let world = world().await;
    let add = |name: &'static str| {
        let services = world.services.clone();
        async move {
            services
                .tenants
                .add(NewTenant::new(
                    "fresh".parse().unwrap(),
                    name,
                    Plan::Enterprise,
                ))
                .await
        }
    };
    assert!(matches!(
        add(" \t").await,
        Err(Error::Invalid(Invalid::Name { .. }))
    ));
    add("Fresh").await.unwrap();
    assert!(matches!(add("Fresh").await, Err(Error::Conflict(_))));
    let keyset = world
        .services
        .signing_keys
        .keyset(&"fresh".parse().unwrap())
        .await
        .unwrap();
    assert_eq!((keyset.primary.as_str(), keyset.keys.len()), ("k1", 1));
    assert!(
        world
            .services
            .signing_keys
            .keyset(&"nobody".parse().unwrap())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_changed_plan_is_recorded_with_what_it_was() {
    let world = world().await;
    let before = log(&world).await.len();
    world
        .services
        .tenants
        .set_plan(&Caller::command_line(acme()), Plan::Pro)
        .await
        .unwrap();
    assert_eq!(
        world.services.tenants.get(&acme()).await.unwrap().plan,
        Plan::Pro
    );
    let entries = new_entries(&world, before).await;
    assert_eq!((entries.len(), entries[0].action), (1, Action::PlanChange));
    assert_eq!(
        entries[0].details,
        serde_json::json!({ "from": "enterprise", "to": "pro" })
    );
    let refused = world
        .services
        .tenants
        .set_plan(&somebody(Role::Admin), Plan::Free)
        .await;
    assert!(matches!(refused, Err(Error::Forbidden)));
}

#[tokio::test]
async fn products_end_where_the_plan_does() {
    let world = world().await;
    let products = &world.services.products;
    let indie = Caller::command_line("indie".parse().unwrap());
    let refused = products.add(&indie, product("second", "SECO")).await;
    assert!(
        matches!(refused, Err(Error::PlanRequired(Plan::Starter))),
        "{refused:?}"
    );
    let acme = somebody(Role::Admin);
    products.add(&acme, product("third", "THRD")).await.unwrap();
    for (slug, prefix) in [("third", "FRTH"), ("fourth", "THRD"), ("fourth", "INDI")] {
        assert!(matches!(
            products.add(&acme, product(slug, prefix)).await,
            Err(Error::Conflict(_))
        ));
    }
    let support = products
        .add(&somebody(Role::Support), product("fourth", "FRTH"))
        .await;
    assert!(matches!(support, Err(Error::Forbidden)));
}

#[tokio::test]
async fn a_key_type_belongs_to_a_product_that_is_there() {
    let world = world().await;
    let new = |product: &str| NewKeyType {
        product: product.parse().unwrap(),
        id: "lite".parse().unwrap(),
        activation_limit: 2,
        duration_days: None,
        entitlements: Entitlements::none(),
        fallback: false,
    };
    let caller = Caller::command_line(acme());
    assert!(
        world
            .services
            .products
            .add_key_type(&caller, new("notes"))
            .await
            .is_ok()
    );
    assert!(matches!(
        world
            .services
            .products
            .add_key_type(&caller, new("notes"))
            .await,
        Err(Error::Conflict(_))
    ));
    let unknown = world
        .services
        .products
        .add_key_type(&caller, new("pixel"))
        .await;
    assert!(
        matches!(unknown, Err(Error::Invalid(Invalid::UnknownProduct(_)))),
        "another tenant's product"
    );
}
