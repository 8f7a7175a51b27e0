//! Searching licenses by key, customer and device.

use futures::FutureExt;
use keywright_api_types::{
    license_list::{LicenseFilter, LicenseQuery},
    page::Count,
};
use keywright_domain::{
    activation::Activation,
    license::{Customer, License},
    search::SearchTerm,
};
use keywright_store::{Store, StoreError};
use keywright_testing::{Engine, TestDatabase, engine_test};

use crate::support::{NOW, StoreFixture, activation, instance_id, license, license_id, tenant};

/// Returns the numbers, out of 1 to 9, of the licenses of `acme` that a term matches.
async fn search(store: &Store, typed: &str) -> Vec<u32> {
    let filter = LicenseFilter {
        term: SearchTerm::new(typed),
        ..LicenseFilter::default()
    };
    assert!(filter.term.is_some(), "{typed:?}");
    let query = LicenseQuery {
        filter,
        ..LicenseQuery::default()
    };
    let list = store
        .list_licenses(&tenant("acme"), &query, NOW)
        .await
        .unwrap();
    let found = (1..10).filter(|&number| {
        let has =
            |row: &keywright_api_types::license_list::LicenseSummary| row.id == license_id(number);
        list.page.items.iter().any(has)
    });
    let found: Vec<u32> = found.collect();
    assert_eq!(list.page.items.len(), found.len());
    assert_eq!(
        list.count,
        Count::Exact(u32::try_from(found.len()).unwrap())
    );
    found
}

fn license_of_customer(number: u32, name: &str, email: &str) -> License {
    License {
        customer: Customer {
            name: Some(name.into()),
            email: Some(email.into()),
        },
        ..license(number)
    }
}

fn activation_named(number: u32, device_name: &str) -> Activation {
    Activation {
        device_name: device_name.into(),
        ..activation(license_id(number), number)
    }
}

async fn fill(world: &StoreFixture) {
    let first = license_of_customer(1, "Akiko Mori", "it@hoshino-lab.example");
    let second = license_of_customer(2, "Élodie O'Neill", "50%_off@qamar.example");
    for license in [first, second, license(3)] {
        world.add_license(&license).await.unwrap();
    }
    for device in [
        activation_named(1, "ELODIES-MAC"),
        activation_named(3, "山本 ThinkPad \"X1\""),
    ] {
        world.activate(&device).await.unwrap();
    }
    let foreign = License {
        tenant_id: tenant("indie"),
        ..license_of_customer(4, "Akiko Mori", "it@hoshino-lab.example")
    };
    world.add_license(&foreign).await.unwrap();
}

#[engine_test]
async fn license_is_found_by_any_substring(world: StoreFixture) {
    fill(&world).await;
    for (typed, expected) in [
        // Display keys: ACME-XXXX-···-0001 and so on.
        ("0001", &[1_u32] as &[u32]),
        ("ACME-XXXX-···-0002", &[2]),
        ("·-0003", &[3]),
        ("acme-", &[1, 2, 3]),
        // Customers, ignoring case.
        ("hoshino", &[1]),
        ("SHINO-LAB", &[1]),
        ("akiko", &[1]),
        ("ÉLODIE", &[2]),
        // Device names, and instance IDs by prefix.
        ("elodies", &[1]),
        ("odies-mac", &[1]),
        ("山本 think", &[3]),
        ("00000000-0000-0000-0000-000000000003", &[3]),
        ("00000000-0000-0000-0000-00000000000", &[1, 3]),
        ("0000-", &[]),
        ("00000000-0000-0000-0000-0000000000030", &[]),
        // Characters with a special meaning in SQL, which match literally.
        ("50%_off", &[2]),
        ("o'neill", &[2]),
        ("\"x1\"", &[3]),
        ("___", &[]),
        ("%%%", &[]),
        ("mori*", &[]),
        ("akiko OR elodies", &[]),
        ("' OR 1=1 --", &[]),
        ("mori it@hoshino", &[]),
    ] {
        assert_eq!(search(&world.store, typed).await, expected, "{typed:?}");
    }
}

#[engine_test]
async fn short_term_matches_the_beginning_of_words(world: StoreFixture) {
    fill(&world).await;
    for (typed, expected) in [
        ("it", &[1_u32] as &[u32]),
        ("IT", &[1]),
        ("la", &[1]),
        ("x1", &[3]),
        ("山", &[3]),
        ("él", &[2]),
        ("ab", &[]),
        ("ko", &[]),
        ("-", &[]),
        ("'*", &[]),
    ] {
        assert_eq!(search(&world.store, typed).await, expected, "{typed:?}");
    }
}

#[engine_test]
async fn device_is_found_by_its_current_name(world: StoreFixture) {
    fill(&world).await;
    let renamed = world.store.write(|tx| {
        async move {
            tx.update_reactivated_instance(
                &tenant("acme"),
                license_id(1),
                instance_id(1),
                Some("Studio Türmchen"),
                None,
            )
            .await?;
            tx.update_reactivated_instance(
                &tenant("acme"),
                license_id(3),
                instance_id(3),
                None,
                None,
            )
            .await
        }
        .boxed()
    });
    renamed.await.map_err(|error: StoreError| error).unwrap();
    for (typed, expected) in [
        ("TÜRM", &[1_u32] as &[u32]),
        ("elodies", &[]),
        ("thinkpad", &[3]),
        ("st", &[1]),
    ] {
        assert_eq!(search(&world.store, typed).await, expected, "{typed:?}");
    }
}

/// A database without the extension `pg_trgm`: all terms match only the beginnings of words.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_without_trigrams_matches_the_beginning_of_words() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let store = database.open().await;
    store.close().await;
    database.execute("DROP EXTENSION pg_trgm CASCADE").await;
    let world = StoreFixture::with_database(database).await;
    fill(&world).await;
    for (typed, expected) in [
        ("hoshino", &[1_u32] as &[u32]),
        ("it@hoshino-lab", &[1]),
        ("oshino", &[]),
        ("0002", &[2]),
        ("' | 'zz':*", &[]),
    ] {
        let found = search(&world.store, typed).await;
        assert_eq!(found, expected, "{typed:?}");
    }
}
