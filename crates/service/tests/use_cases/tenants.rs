//! Tenants, products and key types.

use keywright_domain::{
    audit::Action, entitlement::Entitlements, license::Customer, plan::Plan,
    product_settings::ProductSettings, role::Role,
};
use keywright_service::{
    Caller, Error, InvalidInputError,
    device::{DeviceCredentials, DeviceError},
    licenses::MintRequest,
    products::{CreateKeyType, CreateProduct, UpdateKeyType, UpdateProduct},
    tenants::CreateTenant,
};
use keywright_testing::NOW;

use crate::support::{acme, audit_log, demo_world, new_entries, operator_with_role};

const DEMO_SDK_KEY: &[u8] =
    b"sdk_live_0000000000000000000000000000000000000000000000000000000000000000";

fn product(slug: &str, prefix: &str) -> CreateProduct {
    CreateProduct {
        id: slug.parse().unwrap(),
        name: "Name".into(),
        key_prefix: prefix.parse().unwrap(),
        settings: ProductSettings::default(),
    }
}

#[tokio::test]
async fn new_tenant_has_a_signing_key_and_a_unique_slug() {
    let world = demo_world().await;
    let add = |name: &'static str| {
        let services = world.services.clone();
        async move {
            services
                .tenants
                .create(CreateTenant::new(
                    "fresh".parse().unwrap(),
                    name,
                    Plan::Enterprise,
                ))
                .await
        }
    };
    assert!(matches!(
        add(" \t").await,
        Err(Error::Invalid(InvalidInputError::InvalidName { .. }))
    ));
    add("Fresh").await.unwrap();
    assert!(matches!(add("Fresh").await, Err(Error::Conflict(_))));
    let keyset = world
        .services
        .signing_keys
        .keyset(&"fresh".parse().unwrap())
        .await
        .unwrap();
    assert_eq!((keyset.signing_kid.as_str(), keyset.keys.len()), ("k1", 1));
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
async fn plan_change_is_recorded_with_the_previous_plan() {
    let world = demo_world().await;
    let before = audit_log(&world).await.len();
    world
        .services
        .tenants
        .set_plan(&Caller::for_command_line(acme()), Plan::Pro)
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
        .set_plan(&operator_with_role(Role::Admin), Plan::Free)
        .await;
    assert!(matches!(refused, Err(Error::Forbidden)));
}

#[tokio::test]
async fn plan_limits_the_number_of_products() {
    let world = demo_world().await;
    let products = &world.services.products;
    let indie = Caller::for_command_line("indie".parse().unwrap());
    let refused = products.create(&indie, product("second", "SECO")).await;
    assert!(
        matches!(refused, Err(Error::PlanRequired(Plan::Starter))),
        "{refused:?}"
    );
    let acme = operator_with_role(Role::Admin);
    products
        .create(&acme, product("third", "THRD"))
        .await
        .unwrap();
    for (slug, prefix) in [("third", "FRTH"), ("fourth", "THRD"), ("fourth", "INDI")] {
        assert!(matches!(
            products.create(&acme, product(slug, prefix)).await,
            Err(Error::Conflict(_))
        ));
    }
    let support = products
        .create(
            &operator_with_role(Role::Support),
            product("fourth", "FRTH"),
        )
        .await;
    assert!(matches!(support, Err(Error::Forbidden)));
}

#[tokio::test]
async fn key_type_requires_an_existing_product() {
    let world = demo_world().await;
    let new = |product: &str| CreateKeyType {
        product_id: product.parse().unwrap(),
        id: "lite".parse().unwrap(),
        activation_limit: 2,
        duration_days: None,
        entitlements: Entitlements::empty(),
        fallback: false,
    };
    let caller = Caller::for_command_line(acme());
    assert!(
        world
            .services
            .products
            .create_key_type(&caller, new("notes"))
            .await
            .is_ok()
    );
    assert!(matches!(
        world
            .services
            .products
            .create_key_type(&caller, new("notes"))
            .await,
        Err(Error::Conflict(_))
    ));
    let unknown = world
        .services
        .products
        .create_key_type(&caller, new("pixel"))
        .await;
    assert!(
        matches!(
            unknown,
            Err(Error::Invalid(InvalidInputError::UnknownProduct(_)))
        ),
        "another tenant's product"
    );
}

#[tokio::test]
async fn suspended_tenant_rejects_devices_but_serves_its_keyset() {
    let world = demo_world().await;
    let before = audit_log(&world).await.len();
    let (tenants, activations) = (&world.services.tenants, &world.services.devices);
    let notes = DeviceCredentials::new("acme", "notes", Some(DEMO_SDK_KEY));
    let pixel = DeviceCredentials::new("indie", "pixel", None);
    let owner = operator_with_role(Role::Owner);
    assert!(matches!(
        tenants.suspend(&operator_with_role(Role::Admin)).await,
        Err(Error::Forbidden)
    ));
    assert!(matches!(
        tenants.resume(&owner).await,
        Err(Error::Conflict("The tenant is not suspended"))
    ));
    tenants.suspend(&owner).await.unwrap();
    assert!(matches!(
        tenants.suspend(&owner).await,
        Err(Error::Conflict("The tenant is already suspended"))
    ));
    let refused = activations.admit(&notes).await;
    assert!(matches!(refused, Err(DeviceError::Suspended)));
    assert!(activations.admit(&pixel).await.is_ok());
    assert!(world.services.signing_keys.keyset(&acme()).await.is_ok());
    tenants.resume(&owner).await.unwrap();
    assert!(activations.admit(&notes).await.is_ok());
    let actions: Vec<Action> = new_entries(&world, before)
        .await
        .iter()
        .map(|entry| entry.action)
        .collect();
    assert_eq!(actions, [Action::TenantResume, Action::TenantSuspend]);
}

#[tokio::test]
async fn product_settings_can_be_set_and_unset_individually() {
    let world = demo_world().await;
    let before = audit_log(&world).await.len();
    let (products, notes) = (&world.services.products, "notes".parse().unwrap());
    let days = |days: i64| Some(days.try_into().unwrap());
    for (change, expected) in [
        (
            UpdateProduct {
                trial_days: Some(days(14)),
                ..UpdateProduct::default()
            },
            (days(14), None),
        ),
        (
            UpdateProduct {
                free_tier: Some(Some(false)),
                ..UpdateProduct::default()
            },
            (days(14), Some(false)),
        ),
        (
            UpdateProduct {
                name: Some("Notes 2".into()),
                ..UpdateProduct::default()
            },
            (days(14), Some(false)),
        ),
        (
            UpdateProduct {
                trial_days: Some(None),
                ..UpdateProduct::default()
            },
            (None, Some(false)),
        ),
    ] {
        products
            .update(
                &operator_with_role(Role::Admin),
                "notes".parse().unwrap(),
                change,
            )
            .await
            .unwrap();
        let device = world.store.tenant_config(&acme()).await.unwrap().unwrap();
        let found = device.products[&notes];
        assert_eq!((found.trial_days, found.free_tier), expected);
    }
    let product = world
        .store
        .find_product(&acme(), &notes)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(product.name, "Notes 2");
    assert_eq!(new_entries(&world, before).await.len(), 4);
    let refused = products
        .update(
            &operator_with_role(Role::Support),
            notes,
            UpdateProduct::default(),
        )
        .await;
    assert!(matches!(refused, Err(Error::Forbidden)));
    let unknown = products
        .update(
            &operator_with_role(Role::Admin),
            "other".parse().unwrap(),
            UpdateProduct::default(),
        )
        .await;
    assert!(matches!(
        unknown,
        Err(Error::Invalid(InvalidInputError::UnknownProduct(_)))
    ));
    let nameless = UpdateProduct {
        name: Some(" ".into()),
        ..UpdateProduct::default()
    };
    let nameless = products
        .update(
            &operator_with_role(Role::Admin),
            "notes".parse().unwrap(),
            nameless,
        )
        .await;
    assert!(matches!(
        nameless,
        Err(Error::Invalid(InvalidInputError::InvalidName { .. }))
    ));
}

#[tokio::test]
async fn key_type_change_does_not_affect_existing_licenses() {
    let world = demo_world().await;
    let (products, admin) = (&world.services.products, operator_with_role(Role::Admin));
    let order = || MintRequest {
        product_id: "notes".parse().unwrap(),
        key_type_id: "pro".parse().ok(),
        customer: Customer::default(),
        count: 1,
    };
    let minted = world.services.licenses.mint(&admin, order()).await.unwrap();
    let change = UpdateKeyType {
        activation_limit: Some(1),
        duration_days: Some(Some(30)),
        entitlements: Some(Entitlements::empty()),
        fallback: Some(true),
    };
    let change_it = |product: &str, key_type: &str| {
        products.update_key_type(
            &admin,
            product.parse().unwrap(),
            key_type.parse().unwrap(),
            change.clone(),
        )
    };
    assert!(matches!(
        change_it("other", "pro").await,
        Err(Error::Invalid(InvalidInputError::UnknownProduct(_)))
    ));
    assert!(matches!(
        change_it("notes", "other").await,
        Err(Error::Invalid(InvalidInputError::UnknownKeyType(..)))
    ));
    change_it("notes", "pro").await.unwrap();
    let later = world.services.licenses.mint(&admin, order()).await.unwrap();
    let shape = async |id| {
        let license = world
            .store
            .find_license(&acme(), id)
            .await
            .unwrap()
            .unwrap();
        (
            license.activation_limit,
            license.expires_at,
            license.entitlements.to_string(),
            license.fallback,
        )
    };
    assert_eq!(shape(minted[0].id).await, (3, None, "pro".into(), false));
    assert_eq!(
        shape(later[0].id).await,
        (1, Some(NOW.plus_days(30)), String::new(), true)
    );
    // Omitted fields keep their values.
    let off = UpdateKeyType {
        fallback: Some(false),
        ..UpdateKeyType::default()
    };
    products
        .update_key_type(
            &admin,
            "notes".parse().unwrap(),
            "pro".parse().unwrap(),
            off,
        )
        .await
        .unwrap();
    let found = world
        .store
        .list_key_types(&acme(), &"notes".parse().unwrap())
        .await
        .unwrap();
    let pro = found
        .iter()
        .find(|key_type| key_type.id.as_str() == "pro")
        .unwrap();
    assert_eq!(
        (pro.activation_limit, pro.duration_days, pro.fallback),
        (1, Some(30), false)
    );
}
