//! Licenses, and the list of them.

use futures::FutureExt;
use keywright_domain::{
    license::{Customer, License, LicenseState, Status},
    page::{COUNT_LIMIT, Count, Mark, PAGE_SIZE, Position},
    query::LicenseQuery,
    time::Timestamp,
};
use keywright_store::StoreError;

use crate::{
    on_both_engines,
    world::{NOW, World, license, license_id, tenant},
};

on_both_engines! {
    async fn a_license_is_read_as_it_was_written(world: World) {
        let written = License {
            state: LicenseState::Reminted,
            expires_at: Some(NOW.plus_days(1)),
            active_count: 2,
            entitlements: ["pro", "a.b"].iter().map(|name| name.parse().unwrap()).collect(),
            fallback: true,
            customer: Customer { name: Some("森 明子".into()), email: Some("a'b\"@x.example".into()) },
            predecessor: Some(license_id(8)),
            successor: Some(license_id(9)),
            ..license(1)
        };
        world.add(&written).await.unwrap();
        assert_eq!(world.store.license(&tenant("acme"), written.id).await.unwrap().unwrap(), written);
        world.add(&license(2)).await.unwrap();
        assert_eq!(world.store.license(&tenant("acme"), license_id(2)).await.unwrap().unwrap(), license(2));
    }

    async fn only_an_active_license_is_revoked_and_only_by_its_tenant(world: World) {
        world.add(&license(1)).await.unwrap();
        world.add(&License { state: LicenseState::Reminted, ..license(2) }).await.unwrap();
        let revoke = |slug: &'static str, number: u32| world.store.write(move |tx| {
            async move { tx.revoke_license(&tenant(slug), license_id(number)).await }.boxed()
        });
        for (slug, number, expected) in [("indie", 1, false), ("acme", 1, true), ("acme", 1, false), ("acme", 2, false)] {
            let done: Result<bool, StoreError> = revoke(slug, number).await;
            assert_eq!(done.unwrap(), expected, "{slug} {number}");
        }
        let state = async |number| world.store.license(&tenant("acme"), license_id(number)).await.unwrap().unwrap().state;
        assert_eq!((state(1).await, state(2).await), (LicenseState::Revoked, LicenseState::Reminted));
    }

    async fn another_tenants_license_is_absent(world: World) {
        world.add(&license(1)).await.unwrap();
        let id = license_id(1);
        assert!(world.store.license(&tenant("indie"), id).await.unwrap().is_none());
        assert!(world.store.device_license(&tenant("indie"), id, None).await.unwrap().is_none());
        assert!(world.store.activations(&tenant("indie"), id).await.unwrap().is_empty());
        let list = world.store.list_licenses(&tenant("indie"), &LicenseQuery::default(), NOW).await.unwrap();
        assert_eq!((list.page.items.len(), list.count), (0, Count::Exact(0)));
    }

    async fn the_same_key_twice_in_a_tenant_is_a_conflict_but_not_in_two(world: World) {
        world.add(&license(1)).await.unwrap();
        assert!(matches!(world.add(&license(1)).await, Err(StoreError::Conflict)));
        world.add(&License { tenant: tenant("indie"), ..license(1) }).await.unwrap();
    }

    async fn a_license_needs_its_key_type(world: World) {
        let orphan = License { key_type: "nothing".parse().unwrap(), ..license(1) };
        assert!(matches!(world.add(&orphan).await, Err(StoreError::Conflict)));
    }

    async fn the_list_says_status_at_the_moment_it_is_read(world: World) {
        let end = NOW.plus_days(1);
        world.add(&License { expires_at: Some(end), ..license(1) }).await.unwrap();
        for (now, status) in [(end.plus_millis(-1), Status::Active), (end, Status::Expired)] {
            let list = world.store.list_licenses(&tenant("acme"), &LicenseQuery::default(), now).await.unwrap();
            assert_eq!(list.page.items[0].status, status);
            assert_eq!(list.page.items[0].product_name, "Notes");
            assert_eq!(list.now, now);
        }
    }

    /// Three pages and a rest, half of the rows minted in the same second: each appears once, both ways, in one order.
    async fn paging_shows_every_license_once_in_both_directions(world: World) {
        let total = PAGE_SIZE * 3 + 7;
        for number in 0..total {
            let created_at = Timestamp::from_seconds(NOW.seconds() + i64::from(number / 2));
            world.add(&License { created_at, ..license(number) }).await.unwrap();
        }
        let mut forwards = Vec::new();
        let mut position = Position::Start;
        let last = loop {
            let list = world.store.list_licenses(&tenant("acme"), &LicenseQuery { position }, NOW).await.unwrap();
            assert_eq!(list.count, Count::Exact(total));
            forwards.extend(list.page.items.iter().map(|row| (row.created_at, row.id)));
            match list.page.next {
                Some(mark) => position = Position::After(mark),
                None => break list.page,
            }
        };
        assert_eq!(forwards.len(), total as usize);
        assert!(forwards.windows(2).all(|pair| pair[0] > pair[1]), "newest first, no row twice");

        let mut backwards: Vec<_> = last.items.iter().rev().map(|row| (row.created_at, row.id)).collect();
        let mut previous = last.previous;
        while let Some(mark) = previous {
            let query = LicenseQuery { position: Position::Before(mark) };
            let page = world.store.list_licenses(&tenant("acme"), &query, NOW).await.unwrap().page;
            backwards.extend(page.items.iter().rev().map(|row| (row.created_at, row.id)));
            assert!(page.next.is_some());
            previous = page.previous;
        }
        backwards.reverse();
        assert_eq!(backwards, forwards);
    }

    async fn the_count_stops_past_ten_thousand(world: World) {
        world.store.write(|tx| {
            futures::FutureExt::boxed(async move {
                for number in 0..=COUNT_LIMIT {
                    tx.insert_license(&license(number)).await?;
                }
                Ok::<_, StoreError>(())
            })
        }).await.unwrap();
        let list = world.store.list_licenses(&tenant("acme"), &LicenseQuery::default(), NOW).await.unwrap();
        assert_eq!(list.count, Count::MoreThan(COUNT_LIMIT));
    }

    async fn a_place_beyond_the_end_shows_the_beginning(world: World) {
        world.add(&license(1)).await.unwrap();
        let beyond = Mark { value: 0, id: license_id(9) };
        let before = Mark { value: i64::MAX, id: license_id(9) };
        for position in [Position::After(beyond), Position::Before(before)] {
            let list = world.store.list_licenses(&tenant("acme"), &LicenseQuery { position }, NOW).await.unwrap();
            assert_eq!((list.page.items.len(), list.page.previous, list.page.next), (1, None, None));
        }
    }
}
