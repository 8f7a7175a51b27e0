//! Product and key type forms: validation, permissions and duplicate submissions.

use keywright_api_types::page::Count;
use keywright_domain::{audit::Action, ids::ProductId, license::Customer, role::Role};
use keywright_service::{
    Caller, Error,
    forms::FormError,
    licenses::MintRequest,
    products::{KeyTypeForm, ProductForm},
};

use crate::support::{audit_log, demo_world, new_entries, operator_with_role};

fn product_form(slug: &str, prefix: &str) -> ProductForm {
    ProductForm {
        name: " Paint ".into(),
        slug: slug.into(),
        key_prefix: prefix.into(),
        trial_days: "14".into(),
        free_tier: "no".into(),
    }
}

fn key_type_form(slug: &str) -> KeyTypeForm {
    KeyTypeForm {
        slug: slug.into(),
        activation_limit: "3".into(),
        duration: "2".into(),
        duration_unit: "years".into(),
        entitlements: "sync, pro pro".into(),
        fallback: "yes".into(),
    }
}

/// Returns the names of the invalid fields.
fn invalid_fields<T: std::fmt::Debug>(refused: Result<T, FormError>) -> Vec<&'static str> {
    let Err(FormError::Invalid(fields)) = refused else {
        panic!("{refused:?}")
    };
    for (name, sentence) in fields.iter() {
        assert!(
            sentence.ends_with('.') && sentence.len() > 10,
            "{name}: {sentence}"
        );
    }
    fields.iter().map(|(name, _)| name).collect()
}

#[tokio::test]
async fn forms_create_and_update_a_product_and_a_key_type() {
    let world = demo_world().await;
    let (products, admin) = (&world.services.products, operator_with_role(Role::Admin));
    let before = audit_log(&world).await.len();
    let id = products
        .create_from_form(&admin, product_form(" paint ", "pnt1"))
        .await
        .unwrap();
    let added = products
        .create_key_type_from_form(&admin, id.clone(), key_type_form("yearly"))
        .await
        .unwrap();
    let (shown, key_types) = products.get(&admin, &id).await.unwrap();
    assert_eq!(
        (shown.name.as_str(), shown.key_prefix.as_str()),
        ("Paint", "PNT1")
    );
    assert_eq!(shown.settings.free_tier, Some(false));
    assert_eq!(key_types.len(), 1);
    assert_eq!(key_types[0].license_count, Count::Exact(0));
    let made = &key_types[0].key_type;
    assert_eq!(
        (
            &made.id,
            made.activation_limit,
            made.duration_days,
            made.fallback
        ),
        (&added, 3, Some(730), true)
    );
    assert_eq!(made.entitlements.to_string(), "pro,sync");
    let actions: Vec<_> = new_entries(&world, before)
        .await
        .iter()
        .map(|entry| entry.action)
        .collect();
    assert_eq!(actions.len(), 2);
    assert!(actions.contains(&Action::ProductCreate) && actions.contains(&Action::KeyTypeCreate));

    let edited = ProductForm {
        name: "Paint 2".into(),
        ..ProductForm::default()
    };
    products
        .update_from_form(&admin, id.clone(), edited)
        .await
        .unwrap();
    let lifetime = KeyTypeForm {
        activation_limit: "5".into(),
        duration_unit: "lifetime".into(),
        ..KeyTypeForm::default()
    };
    products
        .update_key_type_from_form(&admin, id.clone(), added.clone(), lifetime)
        .await
        .unwrap();
    let (shown, _) = products.get(&admin, &id).await.unwrap();
    assert_eq!(
        (shown.name.as_str(), shown.settings.trial_days),
        ("Paint 2", None)
    );
    let changed = products.get_key_type(&admin, &id, &added).await.unwrap();
    assert_eq!(
        (
            changed.activation_limit,
            changed.duration_days,
            changed.fallback
        ),
        (5, None, false)
    );
}

#[tokio::test]
async fn all_invalid_fields_are_reported_and_nothing_is_created() {
    let world = demo_world().await;
    let (products, admin) = (&world.services.products, operator_with_role(Role::Admin));
    let before = audit_log(&world).await.len();
    let nonsense = ProductForm {
        name: "\n".into(),
        slug: "No Slug".into(),
        key_prefix: "acm".into(),
        trial_days: "-1".into(),
        free_tier: "yes".into(),
    };
    let refused = products.create_from_form(&admin, nonsense).await;
    assert_eq!(
        invalid_fields(refused),
        ["name", "slug", "key_prefix", "trial_days"]
    );
    assert_eq!(
        invalid_fields(
            products
                .create_from_form(&admin, product_form("notes", "PNT1"))
                .await
        ),
        ["slug"]
    );
    assert_eq!(
        invalid_fields(
            products
                .create_from_form(&admin, product_form("paint", "ACME"))
                .await
        ),
        ["key_prefix"]
    );
    // Prefixes are unique across tenants.
    assert_eq!(
        invalid_fields(
            products
                .create_from_form(&admin, product_form("paint", "INDI"))
                .await
        ),
        ["key_prefix"]
    );
    let notes = || "notes".parse().unwrap();
    for (typed, fields) in [
        (
            KeyTypeForm::default(),
            &["slug", "activation_limit", "duration_unit"] as &[_],
        ),
        (key_type_form("pro"), &["slug"]),
        (
            KeyTypeForm {
                activation_limit: "0".into(),
                ..key_type_form("x")
            },
            &["activation_limit"],
        ),
        (
            KeyTypeForm {
                duration: "101".into(),
                ..key_type_form("x")
            },
            &["duration"],
        ),
        (
            KeyTypeForm {
                duration_unit: "lifetime".into(),
                ..key_type_form("x")
            },
            &["duration"],
        ),
        (
            KeyTypeForm {
                duration_unit: "eons".into(),
                ..key_type_form("x")
            },
            &["duration_unit"],
        ),
        (
            KeyTypeForm {
                entitlements: "pro, Größe".into(),
                ..key_type_form("x")
            },
            &["entitlements"],
        ),
    ] {
        let refused = products
            .create_key_type_from_form(&admin, notes(), typed.clone())
            .await;
        assert_eq!(invalid_fields(refused), fields, "{typed:?}");
    }
    assert_eq!(audit_log(&world).await.len(), before);
}

#[tokio::test]
async fn access_depends_on_role_plan_and_tenant() {
    let world = demo_world().await;
    let products = &world.services.products;
    let support = operator_with_role(Role::Support);
    // Permissions are checked before the form is validated.
    let refused = products
        .create_from_form(&support, ProductForm::default())
        .await;
    assert!(
        matches!(refused, Err(FormError::Other(Error::Forbidden))),
        "{refused:?}"
    );
    let refused = products
        .create_key_type_from_form(&support, "notes".parse().unwrap(), KeyTypeForm::default())
        .await;
    assert!(
        matches!(refused, Err(FormError::Other(Error::Forbidden))),
        "{refused:?}"
    );
    let viewer = operator_with_role(Role::Viewer);
    let slugs: Vec<_> = products
        .list(&viewer)
        .await
        .unwrap()
        .into_iter()
        .map(|(product, _)| product.id.to_string())
        .collect();
    assert_eq!(slugs, ["notes", "studio"]);
    let indie = Caller::for_command_line("indie".parse().unwrap());
    let full = products
        .create_from_form(&indie, product_form("paint", "PNT1"))
        .await;
    assert!(
        matches!(full, Err(FormError::Other(Error::PlanRequired(_)))),
        "{full:?}"
    );
    let foreign = products.get(&indie, &"notes".parse().unwrap()).await;
    assert!(matches!(foreign, Err(Error::NotFound)), "{foreign:?}");
}

/// As with a double click: later submissions find the product of the first submission.
#[tokio::test]
async fn duplicate_submissions_create_one_product() {
    let world = demo_world().await;
    let (products, admin) = (&world.services.products, operator_with_role(Role::Admin));
    let sent = [0; 4].map(|_| products.create_from_form(&admin, product_form("paint", "PNT1")));
    let answers = futures::future::join_all(sent).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for answer in answers.into_iter().filter_map(Result::err) {
        assert!(
            matches!(answer, FormError::Other(Error::Conflict(_))),
            "{answer:?}"
        );
    }
    let paint = || "paint".parse().unwrap();
    products
        .create_key_type_from_form(&admin, paint(), key_type_form("x"))
        .await
        .unwrap();
    let again = products
        .create_key_type_from_form(&admin, paint(), key_type_form("x"))
        .await;
    assert!(
        matches!(again, Err(FormError::Other(Error::Conflict(_)))),
        "{again:?}"
    );
    assert_eq!(products.list(&admin).await.unwrap().len(), 3);
}

#[tokio::test]
async fn only_an_unused_key_type_can_be_deleted() {
    let world = demo_world().await;
    let (products, admin) = (&world.services.products, operator_with_role(Role::Admin));
    let notes: ProductId = "notes".parse().unwrap();
    let before = audit_log(&world).await.len();
    let (_, shown) = products.get(&admin, &notes).await.unwrap();
    assert_eq!(shown.len(), 4);
    for counted in shown {
        assert_ne!(
            counted.license_count,
            Count::Exact(0),
            "{:?}",
            counted.key_type.id
        );
        let id = counted.key_type.id;
        let refused = products.delete_key_type(&admin, notes.clone(), id).await;
        let message = "This key type can't be deleted because licenses use it";
        assert!(
            matches!(refused, Err(Error::Conflict(said)) if said == message),
            "{refused:?}"
        );
    }
    let added = products
        .create_key_type_from_form(&admin, notes.clone(), key_type_form("x"))
        .await
        .unwrap();
    let delete = async |caller: &Caller| {
        products
            .delete_key_type(caller, notes.clone(), added.clone())
            .await
    };
    assert!(matches!(
        delete(&operator_with_role(Role::Support)).await,
        Err(Error::Forbidden)
    ));
    let indie = Caller::for_command_line("indie".parse().unwrap());
    assert!(matches!(delete(&indie).await, Err(Error::NotFound)));
    delete(&admin).await.unwrap();
    assert!(matches!(delete(&admin).await, Err(Error::NotFound)));
    assert!(matches!(
        products.get_key_type(&admin, &notes, &added).await,
        Err(Error::NotFound)
    ));
    products
        .create_key_type_from_form(&admin, notes.clone(), key_type_form("x"))
        .await
        .unwrap();
    let actions: Vec<_> = new_entries(&world, before)
        .await
        .iter()
        .map(|entry| entry.action)
        .collect();
    let count = |wanted| actions.iter().filter(|&&action| action == wanted).count();
    assert_eq!(
        (
            count(Action::KeyTypeCreate),
            count(Action::KeyTypeDelete),
            actions.len()
        ),
        (2, 1, 3)
    );
}

/// Revoked and reminted licenses still refer to their key type.
#[tokio::test]
async fn key_type_of_an_ended_license_cannot_be_deleted() {
    let world = demo_world().await;
    let (services, admin) = (&world.services, operator_with_role(Role::Admin));
    let notes: ProductId = "notes".parse().unwrap();
    let id = services
        .products
        .create_key_type_from_form(&admin, notes.clone(), key_type_form("x"))
        .await
        .unwrap();
    let order = MintRequest {
        product_id: notes.clone(),
        key_type_id: Some(id.clone()),
        customer: Customer::default(),
        count: 2,
    };
    let minted = services.licenses.mint(&admin, order).await.unwrap();
    services
        .licenses
        .revoke(&admin, minted[0].id)
        .await
        .unwrap();
    services
        .licenses
        .remint(&admin, minted[1].id)
        .await
        .unwrap();
    let (_, shown) = services.products.get(&admin, &notes).await.unwrap();
    let counted = shown
        .iter()
        .find(|counted| counted.key_type.id == id)
        .unwrap();
    assert_eq!(counted.license_count, Count::Exact(3));
    let refused = services.products.delete_key_type(&admin, notes, id).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
}

#[tokio::test]
async fn key_prefix_is_validated_while_typing() {
    let world = demo_world().await;
    let products = &world.services.products;
    let admin = operator_with_role(Role::Admin);
    for (typed, wrong) in [
        ("PNT1", None),
        (" pnt1 ", None),
        ("PN", Some("Enter a prefix of 4 letters or digits.")),
        ("PNT-", Some("Enter a prefix of 4 letters or digits.")),
        (
            "acme",
            Some("Another product on this server has this prefix."),
        ),
        (
            "INDI",
            Some("Another product on this server has this prefix."),
        ),
    ] {
        let checked = products.validate_key_prefix(&admin, typed).await.unwrap();
        assert_eq!(checked.as_deref(), wrong, "{typed}");
    }
    let refused = products
        .validate_key_prefix(&operator_with_role(Role::Support), "PNT1")
        .await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
}
