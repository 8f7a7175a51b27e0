//! Products and key types as they are typed.

use keywright_domain::{audit::Action, role::Role};
use keywright_service::{
    Caller, Error,
    products::{FormError, TypedKeyType, TypedProduct},
};

use crate::world::{log, new_entries, somebody, world};

fn product(slug: &str, prefix: &str) -> TypedProduct {
    TypedProduct {
        name: " Paint ".into(),
        slug: slug.into(),
        key_prefix: prefix.into(),
        trial_days: "14".into(),
        free_tier: "no".into(),
    }
}

fn key_type(slug: &str) -> TypedKeyType {
    TypedKeyType {
        slug: slug.into(),
        activation_limit: "3".into(),
        duration: "2".into(),
        duration_unit: "years".into(),
        entitlements: "sync, pro pro".into(),
        fallback: "yes".into(),
    }
}

/// The names of the fields that are wrong.
fn wrong<T: std::fmt::Debug>(refused: Result<T, FormError>) -> Vec<&'static str> {
    let Err(FormError::Wrong(fields)) = refused else {
        panic!("{refused:?}")
    };
    for (name, sentence) in &fields.0 {
        assert!(
            sentence.ends_with('.') && sentence.len() > 10,
            "{name}: {sentence}"
        );
    }
    fields.0.into_iter().map(|(name, _)| name).collect()
}

#[tokio::test]
async fn what_is_typed_becomes_a_product_and_a_key_type() {
    let world = world().await;
    let (products, admin) = (&world.services.products, somebody(Role::Admin));
    let before = log(&world).await.len();
    let id = products
        .add_typed(&admin, product(" paint ", "pnt1"))
        .await
        .unwrap();
    let added = products
        .add_key_type_typed(&admin, id.clone(), key_type("yearly"))
        .await
        .unwrap();
    let (shown, key_types) = products.show(&admin, &id).await.unwrap();
    assert_eq!(
        (shown.name.as_str(), shown.key_prefix.as_str()),
        ("Paint", "PNT1")
    );
    assert_eq!(shown.settings.free_tier, Some(false));
    assert_eq!(key_types.len(), 1);
    let made = &key_types[0];
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

    let edited = TypedProduct {
        name: "Paint 2".into(),
        ..TypedProduct::default()
    };
    products
        .change_typed(&admin, id.clone(), edited)
        .await
        .unwrap();
    let lifetime = TypedKeyType {
        activation_limit: "5".into(),
        duration_unit: "lifetime".into(),
        ..TypedKeyType::default()
    };
    products
        .change_key_type_typed(&admin, id.clone(), added.clone(), lifetime)
        .await
        .unwrap();
    let (shown, _) = products.show(&admin, &id).await.unwrap();
    assert_eq!(
        (shown.name.as_str(), shown.settings.trial_days),
        ("Paint 2", None)
    );
    let changed = products.show_key_type(&admin, &id, &added).await.unwrap();
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
async fn everything_that_is_wrong_is_told_at_once_and_nothing_is_made() {
    let world = world().await;
    let (products, admin) = (&world.services.products, somebody(Role::Admin));
    let before = log(&world).await.len();
    let nonsense = TypedProduct {
        name: "\n".into(),
        slug: "No Slug".into(),
        key_prefix: "acm".into(),
        trial_days: "-1".into(),
        free_tier: "yes".into(),
    };
    let refused = products.add_typed(&admin, nonsense).await;
    assert_eq!(wrong(refused), ["name", "slug", "key_prefix", "trial_days"]);
    assert_eq!(
        wrong(products.add_typed(&admin, product("notes", "PNT1")).await),
        ["slug"]
    );
    assert_eq!(
        wrong(products.add_typed(&admin, product("paint", "ACME")).await),
        ["key_prefix"]
    );
    // Another tenant's prefix is taken, too.
    assert_eq!(
        wrong(products.add_typed(&admin, product("paint", "INDI")).await),
        ["key_prefix"]
    );
    let notes = || "notes".parse().unwrap();
    for (typed, fields) in [
        (
            TypedKeyType::default(),
            &["slug", "activation_limit", "duration_unit"] as &[_],
        ),
        (key_type("pro"), &["slug"]),
        (
            TypedKeyType {
                activation_limit: "0".into(),
                ..key_type("x")
            },
            &["activation_limit"],
        ),
        (
            TypedKeyType {
                duration: "101".into(),
                ..key_type("x")
            },
            &["duration"],
        ),
        (
            TypedKeyType {
                duration_unit: "lifetime".into(),
                ..key_type("x")
            },
            &["duration"],
        ),
        (
            TypedKeyType {
                duration_unit: "eons".into(),
                ..key_type("x")
            },
            &["duration_unit"],
        ),
        (
            TypedKeyType {
                entitlements: "pro, Größe".into(),
                ..key_type("x")
            },
            &["entitlements"],
        ),
    ] {
        let refused = products
            .add_key_type_typed(&admin, notes(), typed.clone())
            .await;
        assert_eq!(wrong(refused), fields, "{typed:?}");
    }
    assert_eq!(log(&world).await.len(), before);
}

#[tokio::test]
async fn roles_plans_and_tenants_decide() {
    let world = world().await;
    let products = &world.services.products;
    let support = somebody(Role::Support);
    // Before anything that was typed is looked at.
    let refused = products.add_typed(&support, TypedProduct::default()).await;
    assert!(
        matches!(refused, Err(FormError::Other(Error::Forbidden))),
        "{refused:?}"
    );
    let refused = products
        .add_key_type_typed(&support, "notes".parse().unwrap(), TypedKeyType::default())
        .await;
    assert!(
        matches!(refused, Err(FormError::Other(Error::Forbidden))),
        "{refused:?}"
    );
    let viewer = somebody(Role::Viewer);
    let slugs: Vec<_> = products
        .list(&viewer)
        .await
        .unwrap()
        .into_iter()
        .map(|(product, _)| product.id.to_string())
        .collect();
    assert_eq!(slugs, ["notes", "studio"]);
    let indie = Caller::command_line("indie".parse().unwrap());
    let full = products.add_typed(&indie, product("paint", "PNT1")).await;
    assert!(
        matches!(full, Err(FormError::Other(Error::PlanRequired(_)))),
        "{full:?}"
    );
    let foreign = products.show(&indie, &"notes".parse().unwrap()).await;
    assert!(matches!(foreign, Err(Error::NotFound)), "{foreign:?}");
}

/// As by a double click: the second finds what the first has made, and says so.
#[tokio::test]
async fn the_same_form_sent_twice_makes_one() {
    let world = world().await;
    let (products, admin) = (&world.services.products, somebody(Role::Admin));
    let sent = [0; 4].map(|_| products.add_typed(&admin, product("paint", "PNT1")));
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
        .add_key_type_typed(&admin, paint(), key_type("x"))
        .await
        .unwrap();
    let again = products
        .add_key_type_typed(&admin, paint(), key_type("x"))
        .await;
    assert!(
        matches!(again, Err(FormError::Other(Error::Conflict(_)))),
        "{again:?}"
    );
    assert_eq!(products.list(&admin).await.unwrap().len(), 3);
}
