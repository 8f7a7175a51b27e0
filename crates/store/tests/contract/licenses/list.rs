//! The license list: filters, sorting, pages.

use futures::FutureExt;
use keywright_api_types::{
    license_list::{LicenseFilter, LicenseList, LicenseQuery, LicenseSummary, Sort, SortBy},
    page::{Count, Cursor, MAX_EXACT_COUNT, PAGE_SIZE, PageRequest},
};
use keywright_domain::{
    activation::Activation,
    ids::LicenseId,
    license::{License, LicenseState, Status},
    product::{KeyType, Product},
    product_settings::ProductSettings,
    search::SearchTerm,
    time::Timestamp,
};
use keywright_store::StoreError;
use keywright_testing::{Engine, engine_test};

use crate::{
    statistics,
    support::{NOW, StoreFixture, activation, license, license_id, tenant},
};

async fn list(world: &StoreFixture, query: &LicenseQuery) -> LicenseList {
    let acme = tenant("acme");
    world.store.list_licenses(&acme, query, NOW).await.unwrap()
}

fn filter_query(filter: LicenseFilter) -> LicenseQuery {
    LicenseQuery {
        filter,
        ..LicenseQuery::default()
    }
}

fn query_at(position: PageRequest<LicenseId>) -> LicenseQuery {
    LicenseQuery {
        page: position,
        ..LicenseQuery::default()
    }
}

/// Returns all rows from the first page to the last, and again from the last to the first.
async fn page_forward_and_back(
    world: &StoreFixture,
    query: LicenseQuery,
) -> [Vec<LicenseSummary>; 2] {
    let mut forward = Vec::new();
    let mut position = PageRequest::First;
    let last = loop {
        let query = LicenseQuery {
            page: position,
            ..query.clone()
        };
        let page = list(world, &query).await.page;
        forward.extend(page.items.iter().cloned());
        match page.next {
            Some(cursor) => position = PageRequest::After(cursor),
            None => break page,
        }
    };
    let mut backward: Vec<_> = last.items.into_iter().rev().collect();
    let mut previous = last.previous;
    while let Some(cursor) = previous {
        let query = LicenseQuery {
            page: PageRequest::Before(cursor),
            ..query.clone()
        };
        let page = list(world, &query).await.page;
        assert!(page.next.is_some());
        backward.extend(page.items.into_iter().rev());
        previous = page.previous;
    }
    backward.reverse();
    [forward, backward]
}

/// Each single filter and each sort order, from the start and from a later cursor.
fn list_queries() -> Vec<LicenseQuery> {
    let statuses = Status::ALL.map(|status| LicenseFilter {
        status: Some(status),
        ..LicenseFilter::default()
    });
    let of_product = LicenseFilter {
        product_id: Some("notes".parse().unwrap()),
        ..LicenseFilter::default()
    };
    let filters = statuses
        .into_iter()
        .chain([of_product, LicenseFilter::default()]);
    let cursor = Cursor {
        value: NOW.millis(),
        id: license_id(7),
    };
    let positions = [
        PageRequest::First,
        PageRequest::After(cursor),
        PageRequest::Before(cursor),
    ];
    let mut pages = Vec::new();
    for filter in filters {
        for by in [SortBy::Created, SortBy::Expires, SortBy::Activations] {
            for (descending, position) in [true, false].into_iter().zip(positions) {
                let sort = Sort { by, descending };
                pages.push(LicenseQuery {
                    filter: filter.clone(),
                    sort,
                    page: position,
                });
            }
        }
    }
    pages
}

fn search_query(typed: &str, sort: Sort) -> LicenseQuery {
    LicenseQuery {
        filter: LicenseFilter {
            term: SearchTerm::new(typed),
            ..LicenseFilter::default()
        },
        sort,
        page: PageRequest::First,
    }
}

/// The start of a list, and a later cursor.
fn positions() -> [PageRequest<LicenseId>; 2] {
    let cursor = Cursor {
        value: 7,
        id: license_id(7),
    };
    [PageRequest::First, PageRequest::After(cursor)]
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_search_for_a_frequent_term_checks_each_license() {
    let acme = tenant("acme");
    for world in statistics::worlds_with_statistics(Engine::Sqlite).await {
        for typed in ["acme", "ac", "a"] {
            let query = search_query(typed, Sort::default());
            let plan = world.store.explain_walk(&acme, &query, NOW).await;
            let plan = plan.unwrap().join("\n");
            let of_the_license = "activations_one_per_machine (tenant_id=? AND license_id=?)";
            assert!(plan.contains(of_the_license), "{typed}: {plan}");
            assert!(!plan.contains("id>?"), "{typed}: {plan}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_search_for_a_rare_term_reads_only_matching_licenses() {
    let acme = tenant("acme");
    for world in statistics::worlds_with_statistics(Engine::Sqlite).await {
        for typed in ["acme", "ac", "a"] {
            for by in [SortBy::Created, SortBy::Expires, SortBy::Activations] {
                for position in positions() {
                    let sort = Sort {
                        by,
                        descending: true,
                    };
                    let query = LicenseQuery {
                        page: position,
                        ..search_query(typed, sort)
                    };
                    let plan = world
                        .store
                        .explain_filter_then_sort(&acme, &query, NOW)
                        .await
                        .unwrap();
                    let of_licenses = plan.iter().find(|step| step.starts_with("SEARCH l "));
                    assert!(
                        of_licenses.is_some_and(|step| step.contains("(tenant_id=? AND id=?")),
                        "{query:?}: {plan:?}"
                    );
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_counts_use_a_covering_index() {
    for world in statistics::worlds_with_statistics(Engine::Sqlite).await {
        for status in Status::ALL {
            let filter = LicenseFilter {
                status: Some(status),
                product_id: Some("notes".parse().unwrap()),
                term: None,
            };
            let plan = world
                .store
                .explain_count(&tenant("acme"), &filter, NOW)
                .await;
            let plan = plan.unwrap().join("\n");
            let expected = "COVERING INDEX licenses_by_state_and_expiry (tenant_id=? AND state=?";
            assert!(plan.contains(expected), "{status:?}: {plan}");
        }
    }
}

#[engine_test]
async fn every_filter_and_order_uses_an_index(engine: Engine) {
    for world in statistics::worlds_with_statistics(engine).await {
        world.add_license(&license(1)).await.unwrap();
        for page in list_queries() {
            let plan = world
                .store
                .explain_walk(&tenant("acme"), &page, NOW)
                .await
                .unwrap()
                .join("\n");
            assert!(plan.contains("licenses_by_"), "{page:?}\n{plan}");
            for whole in ["SCAN l", "TEMP B-TREE", "Seq Scan on licenses"] {
                assert!(!plan.contains(whole), "{page:?}\n{plan}");
            }
        }
    }
}

#[engine_test]
async fn status_is_evaluated_when_the_list_is_read(world: StoreFixture) {
    let end = NOW.plus_days(1);
    world
        .add_license(&License {
            expires_at: Some(end),
            ..license(1)
        })
        .await
        .unwrap();
    for (now, status) in [
        (end.plus_millis(-1), Status::Active),
        (end, Status::Expired),
    ] {
        let list = world
            .store
            .list_licenses(&tenant("acme"), &LicenseQuery::default(), now)
            .await
            .unwrap();
        assert_eq!(list.page.items[0].status, status);
        assert_eq!(list.page.items[0].product_name, "Notes");
        assert_eq!(list.now, now);
        let of = |status| {
            filter_query(LicenseFilter {
                status: Some(status),
                ..LicenseFilter::default()
            })
        };
        for wanted in Status::ALL {
            let list = world
                .store
                .list_licenses(&tenant("acme"), &of(wanted), now)
                .await
                .unwrap();
            assert_eq!(
                list.page.items.len(),
                usize::from(wanted == status),
                "{wanted:?} at {now:?}"
            );
        }
    }
}

/// Adds a second product with a key type.
async fn add_studio(world: &StoreFixture) {
    let studio = Product {
        tenant_id: tenant("acme"),
        id: "studio".parse().unwrap(),
        name: "Atelier".into(),
        key_prefix: "STDO".parse().unwrap(),
        settings: ProductSettings::default(),
        created_at: NOW,
    };
    let key_type = KeyType {
        tenant_id: tenant("acme"),
        product_id: studio.id.clone(),
        id: "pro".parse().unwrap(),
        activation_limit: 1,
        duration_days: None,
        entitlements: std::iter::empty().collect(),
        fallback: false,
        created_at: NOW,
    };
    let added = world.store.write(move |tx| {
        async move {
            tx.insert_product(&studio).await?;
            tx.insert_key_type(&key_type).await
        }
        .boxed()
    });
    added.await.map_err(|error: StoreError| error).unwrap();
}

/// Licenses of four statuses in two products: each filter, alone and combined, matches and counts
/// the right licenses.
#[engine_test]
async fn combined_filters_must_all_match(world: StoreFixture) {
    add_studio(&world).await;
    let past = Some(NOW.plus_millis(-1));
    let mut number = 0;
    for product in ["notes", "studio"] {
        for (state, expires_at) in [
            (LicenseState::Active, None),
            (LicenseState::Active, past),
            (LicenseState::Reminted, past),
            (LicenseState::Revoked, None),
        ] {
            number += 1;
            let product = product.parse().unwrap();
            world
                .add_license(&License {
                    state,
                    expires_at,
                    product_id: product,
                    ..license(number)
                })
                .await
                .unwrap();
        }
    }
    for status in [
        None,
        Some(Status::Active),
        Some(Status::Expired),
        Some(Status::Reminted),
        Some(Status::Revoked),
    ] {
        for product in [None, Some("notes"), Some("studio"), Some("nothing")] {
            let filter = LicenseFilter {
                status,
                product_id: product.map(|id| id.parse().unwrap()),
                term: None,
            };
            let found = list(&world, &filter_query(filter)).await;
            let products = match product {
                None => 2,
                Some("nothing") => 0,
                Some(_) => 1,
            };
            let expected = products * if status.is_some() { 1 } else { 4 };
            assert_eq!(
                (found.page.items.len(), found.count),
                (expected as usize, Count::Exact(expected)),
                "{status:?} {product:?}"
            );
            assert_eq!(found.total, Count::Exact(8));
            assert!(
                found
                    .page
                    .items
                    .iter()
                    .all(|row| status.is_none_or(|status| row.status == status))
            );
            let names = |slug| match slug {
                "notes" => "Notes",
                _ => "Atelier",
            };
            assert!(
                found
                    .page
                    .items
                    .iter()
                    .all(|row| product.is_none_or(|slug| row.product_name == names(slug)))
            );
        }
    }
    let products: Vec<_> = list(&world, &LicenseQuery::default()).await.products;
    let names: Vec<_> = products
        .iter()
        .map(|product| (product.id.as_str(), product.name.as_str()))
        .collect();
    assert_eq!(names, [("studio", "Atelier"), ("notes", "Notes")]);
    let elsewhere = world
        .store
        .list_licenses(&tenant("indie"), &LicenseQuery::default(), NOW)
        .await
        .unwrap();
    assert_eq!(
        (elsewhere.total, elsewhere.products.len()),
        (Count::Exact(0), 1)
    );
}

/// Three full pages and a partial one, mostly with equal sort values: in each order every license
/// appears once, forward and backward.
#[engine_test]
async fn every_order_lists_each_license_once_in_both_directions(world: StoreFixture) {
    let total = PAGE_SIZE * 3 + 7;
    for number in 0..total {
        let created_at = Timestamp::from_seconds(NOW.seconds() + i64::from(number / 2));
        let expires_at = (number % 3 != 0).then(|| NOW.plus_days(1 + number % 4));
        let active_count = number % 3;
        world
            .add_license(&License {
                created_at,
                expires_at,
                active_count,
                ..license(number)
            })
            .await
            .unwrap();
    }
    for name in [
        "created",
        "-created",
        "expires",
        "-expires",
        "activations",
        "-activations",
    ] {
        let sort = Sort::from_name(name).unwrap();
        let query = LicenseQuery {
            sort,
            ..LicenseQuery::default()
        };
        assert_eq!(list(&world, &query).await.count, Count::Exact(total));
        let [forward, backward] = page_forward_and_back(&world, query).await;
        assert_eq!(forward.len(), total as usize, "{name}");
        assert_eq!(forward, backward, "{name}");
        let never = Timestamp::from_millis(i64::MAX);
        let value = |row: &LicenseSummary| match name.trim_start_matches('-') {
            "created" => (row.created_at.millis(), 0, row.id),
            "expires" => (row.expires_at.unwrap_or(never).millis(), 0, row.id),
            // Among licenses with the same number of devices, the newest comes last.
            _ => (row.active_count.into(), row.created_at.millis(), row.id),
        };
        let sorted = |pair: &[LicenseSummary]| {
            if sort.descending {
                value(&pair[0]) > value(&pair[1])
            } else {
                value(&pair[0]) < value(&pair[1])
            }
        };
        assert!(
            forward.windows(2).all(sorted),
            "{name}: out of order or duplicate"
        );
    }
}

/// While a reader pages forward and back, 200 licenses are minted and 200 existing ones revoked.
/// Licenses that match throughout appear exactly once.
#[engine_test]
async fn paging_is_stable_while_licenses_are_minted_and_revoked(world: StoreFixture) {
    let is_kept = |number: u32| number.is_multiple_of(2);
    for number in 0..400 {
        world.add_license(&license(number)).await.unwrap();
    }
    let store = world.store.clone();
    let changes = tokio::spawn(async move {
        for number in 0..200_u32 {
            // New licenses are spread over the whole list, not only inserted at the top.
            let created_at = Timestamp::from_seconds(NOW.seconds() + i64::from(number * 2));
            let minted = License {
                created_at,
                ..license(1_000 + number)
            };
            let revoked = license_id(number * 2 + 1);
            let changed = store.write(move |tx| {
                async move {
                    tx.insert_license(&minted).await?;
                    tx.revoke_license(&tenant("acme"), revoked).await
                }
                .boxed()
            });
            changed.await.map_err(|error: StoreError| error).unwrap();
        }
    });
    let active = LicenseFilter {
        status: Some(Status::Active),
        ..LicenseFilter::default()
    };
    let [forward, backward] = page_forward_and_back(&world, filter_query(active)).await;
    changes.await.unwrap();
    for rows in [forward, backward] {
        for number in (0..400).filter(|&number| is_kept(number)) {
            let times = rows
                .iter()
                .filter(|row| row.id == license_id(number))
                .count();
            assert_eq!(times, 1, "license {number}");
        }
        let mut ids: Vec<_> = rows.iter().map(|row| row.id.to_string()).collect();
        let length = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), length, "duplicate row");
    }
}

#[engine_test]
async fn counts_are_capped_at_ten_thousand(world: StoreFixture) {
    let added = world.store.write(|tx| {
        async move {
            for number in 0..=MAX_EXACT_COUNT {
                tx.insert_license(&license(number)).await?;
            }
            Ok::<_, StoreError>(())
        }
        .boxed()
    });
    added.await.unwrap();
    let found = list(&world, &LicenseQuery::default()).await;
    assert_eq!(
        (found.count, found.total),
        (
            Count::MoreThan(MAX_EXACT_COUNT),
            Count::MoreThan(MAX_EXACT_COUNT)
        )
    );
    let everything = LicenseFilter::default();
    let counted = world
        .store
        .count_export(&tenant("acme"), &everything, NOW)
        .await;
    assert_eq!(counted.unwrap(), MAX_EXACT_COUNT + 1, "exports have no cap");
    // A frequent term: part of a key, the beginning of a word, and the prefix of an instance ID.
    world
        .activate(&Activation {
            instance_id: "ac000000-0000-4000-8000-000000000001".parse().unwrap(),
            ..activation(license_id(7), 1)
        })
        .await
        .unwrap();
    for typed in ["acme", "ac"] {
        for by in [SortBy::Created, SortBy::Expires, SortBy::Activations] {
            let query = search_query(
                typed,
                Sort {
                    by,
                    descending: true,
                },
            );
            let found = list(&world, &query).await;
            assert_eq!(
                (found.count, found.page.items.len()),
                (Count::MoreThan(1_000), PAGE_SIZE as usize),
                "{query:?}"
            );
        }
    }
}

#[engine_test]
async fn cursor_past_the_end_shows_the_first_page(world: StoreFixture) {
    world.add_license(&license(1)).await.unwrap();
    let beyond = Cursor {
        value: 0,
        id: license_id(9),
    };
    let before = Cursor {
        value: i64::MAX,
        id: license_id(9),
    };
    for position in [PageRequest::After(beyond), PageRequest::Before(before)] {
        let page = list(&world, &query_at(position)).await.page;
        assert_eq!(
            (page.items.len(), page.previous, page.next),
            (1, None, None)
        );
    }
}
