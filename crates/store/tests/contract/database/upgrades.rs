//! Upgrades: `tests/released` has a small database of every released schema. Each is migrated and
//! read.

use std::{fs, path::Path};

use keywright_api_types::{
    license_list::{LicenseFilter, LicenseQuery},
    page::PageRequest,
};
use keywright_domain::{license::LicenseState, search::SearchTerm};
use keywright_store::{AuditEntryFilter, Store, copy_database, inspect_backup};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, any::install_default_drivers};

use crate::support::tenant;

/// Each file was created by the version that released its schema, in November 2026. It has one
/// tenant with a product, three licenses, one device and two SDK keys. The first database has no
/// SDK keys, because that version could not create them.
async fn assert_readable(store: &Store, name: &str) {
    let expected_sdk_keys = if name == "0001" { 0 } else { 2 };
    let acme = tenant("acme");
    assert_eq!(
        store.check_rows().await.unwrap(),
        Vec::<String>::new(),
        "{name}"
    );
    assert_eq!(
        store.check_file().await.unwrap(),
        Vec::<String>::new(),
        "{name}"
    );
    assert_eq!(
        store.check_audit_entries().await.unwrap(),
        Vec::<String>::new(),
        "{name}"
    );
    let products = store.list_products(&acme).await.unwrap();
    assert_eq!(
        (products.len(), products[0].name.as_str()),
        (1, "Notes"),
        "{name}"
    );
    let key_types = store.list_all_key_types(&acme).await.unwrap();
    assert_eq!(
        (key_types.len(), key_types[0].duration_days),
        (1, Some(365)),
        "{name}"
    );
    let now = key_types[0].created_at.plus_days(1);
    let found = LicenseQuery {
        filter: LicenseFilter {
            term: SearchTerm::new("ada@example"),
            ..LicenseFilter::default()
        },
        ..LicenseQuery::default()
    };
    let list = store.list_licenses(&acme, &found, now).await.unwrap();
    assert_eq!(list.page.items.len(), 3, "{name}");
    let mut devices = 0;
    for license in list.page.items {
        let whole = store
            .find_license(&acme, license.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(whole.state, LicenseState::Active, "{name}");
        for device in store.list_activations(&acme, license.id).await.unwrap() {
            devices += 1;
            let id = device.instance_id.to_string();
            for typed in [&device.device_name, &id[..9], &id] {
                let term = SearchTerm::new(typed).unwrap();
                let found = store.search_license_ids(&acme, &term, 10).await.unwrap();
                assert!(found.contains(&license.id), "{name}: {typed}");
            }
        }
    }
    assert_eq!(devices, 1, "{name}");
    let keys = store.tenant_config(&acme).await.unwrap().unwrap();
    assert_eq!(keys.sdk_keys.len(), expected_sdk_keys, "{name}");
    assert!(store.has_activations(&acme).await.unwrap(), "{name}");
    let entries = store
        .list_audit_entries(
            &acme,
            &AuditEntryFilter::default(),
            PageRequest::First,
            100,
            now,
        )
        .await;
    assert!(entries.unwrap().len() >= 8, "{name}");
}

fn url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_released_schema_can_be_upgraded() {
    let released = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/released");
    let mut schemas = Vec::new();
    for entry in fs::read_dir(released).unwrap() {
        let released_file = entry.unwrap().path();
        let name = released_file
            .file_stem()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keywright.db");
        fs::copy(&released_file, &file).unwrap();
        let copied = inspect_backup(&url(&file)).await.unwrap();
        assert_eq!(
            (
                copied.schema_version,
                copied.tenant_count,
                copied.license_count
            ),
            (name.parse().unwrap(), 1, 3)
        );
        // A backup keeps its schema. Opening it migrates it.
        let backup = folder.path().join("backup.db");
        copy_database(&url(&file), &backup).await.unwrap();
        assert_eq!(inspect_backup(&url(&backup)).await.unwrap(), copied);
        for file in [file, backup] {
            let store = Store::open(&url(&file)).await.unwrap();
            assert_readable(&store, &name).await;
            store.close().await;
        }
        schemas.push(copied.schema_version);
    }
    schemas.sort_unstable();
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let newest = i64::try_from(fs::read_dir(migrations).unwrap().count()).unwrap();
    assert!(
        schemas.into_iter().eq(1..=newest),
        "add a database of the newest schema to tests/released"
    );
}

/// Schema 10 is the last with a validation log. Its rows can be newer or older than the table's.
#[tokio::test(flavor = "multi_thread")]
async fn the_validation_log_is_merged_into_its_table() {
    let released = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/released/0010.db");
    let later =
        |millis: i64| format!("(SELECT MAX(last_validated_at) + {millis} FROM activations)");
    let row = |millis: i64| {
        let at = later(millis);
        format!("(SELECT MAX(number) FROM activations), {at}, 'fallback', {at} + 7")
    };
    for (table, log, expected) in [
        (vec![], vec![10, 30, 20], 30),
        (vec![50], vec![10, 30], 50),
        (vec![5], vec![10, 30], 30),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keywright.db");
        fs::copy(&released, &file).unwrap();
        install_default_drivers();
        let mut connection = AnyConnection::connect(&url(&file)).await.unwrap();
        for clear in ["DELETE FROM validations", "DELETE FROM validations_log"] {
            connection.execute(clear).await.unwrap();
        }
        let before = "SELECT MAX(last_validated_at) FROM activations";
        let before: i64 = sqlx::query_scalar(before)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        let tables = [("validations", table), ("validations_log", log)];
        for (name, millis) in tables {
            for millis in millis {
                let insert = format!("INSERT INTO {name} SELECT {}", row(millis));
                let insert = AssertSqlSafe(insert);
                connection.execute(insert).await.unwrap();
            }
        }
        connection.close().await.unwrap();
        let store = Store::open(&url(&file)).await.unwrap();
        let acme = tenant("acme");
        let mut devices = Vec::new();
        for license in store
            .search_license_ids(&acme, &SearchTerm::new("ada@example").unwrap(), 10)
            .await
            .unwrap()
        {
            devices.extend(store.list_activations(&acme, license).await.unwrap());
        }
        let device = devices
            .iter()
            .max_by_key(|device| device.last_validated_at)
            .unwrap();
        assert_eq!(device.last_validated_at.millis(), before + expected);
        assert_eq!(device.last_lease.expires_at.millis(), before + expected + 7);
        store.close().await;
    }
}
