//! Tenants, SDK keys, products and key types.

use futures::FutureExt;
use keywright_domain::{plan::Plan, product::Product, sdk_key::SdkKey};
use keywright_store::{SealedSigningKey, StoreError};

use crate::{
    on_both_engines,
    world::{NOW, World, tenant},
};

on_both_engines! {
    async fn a_tenant_is_read_as_it_was_written(world: World) {
        let found = world.store.tenant(&tenant("acme")).await.unwrap().unwrap();
        assert_eq!((found.name.as_str(), found.plan, found.suspended_at), ("acme", Plan::Free, None));
        assert!(world.store.tenant(&tenant("nobody")).await.unwrap().is_none());
        assert_eq!(world.store.tenant_ids().await.unwrap(), [tenant("acme"), tenant("indie")]);
    }

    async fn the_plan_can_be_changed(world: World) {
        let change = |slug: &'static str| {
            world.store.write(move |tx| {
                async move { tx.set_plan(&tenant(slug), Plan::Pro).await }.boxed()
            })
        };
        assert_eq!(change("acme").await.map_err(|error: StoreError| error.to_string()), Ok(true));
        assert_eq!(change("nobody").await.map_err(|error: StoreError| error.to_string()), Ok(false));
        assert_eq!(world.store.tenant(&tenant("acme")).await.unwrap().unwrap().plan, Plan::Pro);
        assert_eq!(world.store.tenant(&tenant("indie")).await.unwrap().unwrap().plan, Plan::Free);
    }

    async fn sdk_keys_belong_to_their_tenant(world: World) {
        let hash = SdkKey::generate([7; 32]).hash();
        world.store.write(move |tx| {
            async move { tx.insert_sdk_key(&tenant("acme"), hash, NOW).await }.boxed()
        }).await.unwrap();
        let acme = world.store.device_tenant(&tenant("acme"), NOW).await.unwrap().unwrap();
        let indie = world.store.device_tenant(&tenant("indie"), NOW).await.unwrap().unwrap();
        assert_eq!(acme.sdk_keys[0].as_bytes(), hash.as_bytes());
        assert!(!acme.suspended);
        assert!(indie.sdk_keys.is_empty());
        assert!(world.store.device_tenant(&tenant("nobody"), NOW).await.unwrap().is_none());
    }

    async fn a_key_prefix_is_unique_on_the_server(world: World) {
        let twin = Product {
            tenant: tenant("indie"),
            id: "twin".parse().unwrap(),
            name: "Twin".into(),
            key_prefix: "ACME".parse().unwrap(),
            created_at: NOW,
        };
        let added = world.store.write(move |tx| async move { tx.insert_product(&twin).await }.boxed()).await;
        assert!(matches!(added, Err(StoreError::Conflict)), "{added:?}");
    }

    async fn key_types_keep_what_a_license_is_given(world: World) {
        let found = world.store.key_types(&tenant("acme"), &"notes".parse().unwrap()).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].entitlements.to_string(), "pro,sync");
        assert_eq!((found[0].activation_limit, found[0].duration_days, found[0].fallback), (3, Some(365), true));
    }

    async fn a_tenant_signs_with_one_key_at_a_time(world: World) {
        let add = |kid: &'static str| {
            let key = SealedSigningKey {
                kid: kid.parse().unwrap(),
                public_key: "public".into(),
                sealed_private_key: "sealed".into(),
            };
            world.store.write(move |tx| {
                async move { tx.insert_primary_signing_key(&tenant("acme"), &key, NOW).await }.boxed()
            })
        };
        add("k1").await.unwrap();
        assert!(matches!(add("k2").await, Err(StoreError::Conflict)));
        let keys = world.store.public_keys(&tenant("acme")).await.unwrap();
        assert_eq!(keys.len(), 1);
        assert!(keys[0].is_primary);
        let primary = world.store.primary_signing_key(&tenant("acme")).await.unwrap().unwrap();
        assert_eq!(primary.sealed_private_key, "sealed");
        assert!(world.store.primary_signing_key(&tenant("indie")).await.unwrap().is_none());
    }

    async fn a_server_fact_is_stated_once(world: World) {
        let state = |value: &'static str| world.store.write(move |tx| {
            async move { tx.state_server_fact("made_by", value).await }.boxed()
        });
        assert_eq!(state("first").await.map_err(|error: StoreError| error.to_string()).unwrap(), "first");
        assert_eq!(state("second").await.map_err(|error: StoreError| error.to_string()).unwrap(), "first");
        assert_eq!(world.store.server_fact("made_by").await.unwrap().as_deref(), Some("first"));
        assert_eq!(world.store.server_fact("unheard_of").await.unwrap(), None);
    }
}
