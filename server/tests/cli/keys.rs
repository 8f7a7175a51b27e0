//! Commands for SDK keys, signing keys, settings and suspension.

use insta::assert_snapshot;
use serde_json::Value;

use keywright_domain::{
    product::{KeyType, Product},
    product_settings::TrialDays,
};
use keywright_store::Store;

use crate::support::instance::{Installation, utf8};

/// Reads product `notes` and its key type `pro` from the database.
fn load_notes_and_pro(installation: &Installation) -> (Product, KeyType) {
    let url = format!(
        "sqlite:{}",
        installation.data_dir().join("keywright.db").display()
    );
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = Store::open(&url).await.unwrap();
        let (acme, notes) = ("acme".parse().unwrap(), "notes".parse().unwrap());
        let product = store.find_product(&acme, &notes).await.unwrap().unwrap();
        let key_types = store.list_key_types(&acme, &notes).await.unwrap();
        store.close().await;
        let pro = key_types
            .into_iter()
            .find(|key_type| key_type.id.as_str() == "pro");
        (product, pro.unwrap())
    })
}

fn parse_json(text: &str) -> Value {
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(text).unwrap()
}

/// Splits the output of a command that creates a key into the key and the lines after it.
fn split_key(printed: &str) -> (String, String) {
    let (key, rest) = printed.split_once('\n').unwrap();
    assert!(key.starts_with("sdk_live_") && key.len() == 73, "{printed}");
    (key.to_owned(), rest.to_owned())
}

#[test]
fn sdk_key_is_created_rotated_and_shown_once() {
    let installation = Installation::with_demo();
    assert_snapshot!(installation.run_err("sdk-key rotate --tenant indie"), @"The tenant has no SDK key yet; create one first");
    let (first, rest) = split_key(&installation.run_ok("sdk-key create --tenant indie"));
    assert_snapshot!(rest, @"
    This key is shown only once. Store it, and build it into the tenant's apps.
    Every device request for indie must now include this key.
    ");
    assert_snapshot!(installation.run_err("sdk-key create --tenant indie"), @"The tenant already has an SDK key; rotate it to get a new one");
    let (second, rest) = split_key(&installation.run_ok("sdk-key rotate --tenant indie"));
    assert_ne!(first, second);
    assert_snapshot!(rest, @"
    This key is shown only once. Store it, and build it into the tenant's apps.
    The replaced key works for 30 more days. After that, requests that send it are refused.
    ");
    let third =
        parse_json(&installation.run_ok("sdk-key rotate --tenant indie --revoke-old --json"));
    assert_eq!(third["tenant"], "indie");
    assert!(third["sdk_key"].as_str().unwrap().starts_with("sdk_live_"));
    assert_eq!(third["old_key_works_for_days"], 0);
    let file = std::fs::read(installation.data_dir().join("keywright.db")).unwrap();
    for key in [&first, &second, third["sdk_key"].as_str().unwrap()] {
        assert!(
            !file
                .windows(key.len())
                .any(|window| window == key.as_bytes())
        );
    }
    assert_snapshot!(installation.run_err("sdk-key create --tenant nobody"), @"Tenant nobody does not exist: create it with `keywright tenant create --tenant nobody`");
}

#[test]
fn old_sdk_key_is_revoked_without_affecting_the_new_one() {
    let installation = Installation::with_demo();
    let end = "sdk-key revoke-old --tenant acme";
    assert_snapshot!(installation.run_err(end), @"There are no replaced SDK keys left to revoke");
    installation.run_ok("sdk-key rotate --tenant acme");
    assert_snapshot!(installation.run_ok(end), @"Earlier SDK keys for acme no longer work. Requests that use one are refused.");
}

#[test]
fn sdk_key_is_imported_from_standard_input() {
    let installation = Installation::with_demo();
    let import = "sdk-key import --tenant acme";
    let key = format!("sdk_live_{}\n", "a".repeat(64));
    for bad in ["", "\n", "sdk_live_abc\n", "sdk_test_0\n"] {
        let refused = installation.run_with_input(import, bad);
        assert!(!refused.status.success());
        let sentence = utf8(&refused.stderr);
        assert!(
            sentence.contains("sdk_live_ followed by 64 lowercase hex digits"),
            "{sentence}"
        );
        assert!(
            bad.len() < 5 || !sentence.contains(bad.trim()),
            "{sentence}"
        );
    }
    let done = installation.run_with_input(import, &key);
    assert!(done.status.success(), "{}", utf8(&done.stderr));
    let output = utf8(&done.stdout);
    assert_snapshot!(output, @"
    acme now accepts this SDK key.
    The replaced key works for 30 more days. After that, requests that send it are refused.
    ");
    let again = installation.run_with_input(import, &key);
    assert!(utf8(&again.stderr).contains("This is already the current SDK key"));
    let demo = format!("sdk_live_{}\n", "0".repeat(64));
    let back = installation.run_with_input(&format!("{import} --revoke-old --json"), &demo);
    let back = parse_json(&utf8(&back.stdout));
    assert!(back["old_key_works_for_days"] == 0 && back.get("sdk_key").is_none());
}

#[test]
fn signing_key_is_rotated_in_two_steps() {
    let installation = Installation::with_demo();
    let added = parse_json(&installation.run_ok("signing-key create --tenant acme --json"));
    assert_eq!(
        (&added["kid"], &added["stage"]),
        (&"k2".into(), &"added".into())
    );
    let promote = "signing-key promote --tenant acme --kid k2";
    assert_snapshot!(installation.run_err(promote), @"Wait 14 more days before promoting this key, so that apps can fetch it. Skip the wait only if the current key has leaked; in that case, add --now");
    let output = installation.run_ok(&format!("{promote} --now"));
    assert!(output.contains("k2 now signs leases for acme."), "{output}");
    assert!(output.contains("k1 stays listed until 2"), "{output}");
    assert_snapshot!(installation.run_err(promote), @"This key is already the signing key");
    let listed = installation.run_ok("signing-key list --tenant acme");
    let lines: Vec<&str> = listed.lines().collect();
    assert!(
        lines[0].starts_with("k1\tretired\t") && lines[0].contains("\tlisted until 2"),
        "{listed}"
    );
    assert!(
        lines[1].starts_with("k2\tsigning\t") && lines.len() == 2,
        "{listed}"
    );
    assert_snapshot!(installation.run_err("signing-key create --tenant acme --kid k1"), @"The tenant has already used this key ID; choose a new ID");
    assert_snapshot!(installation.run_err("signing-key create --tenant acme --kid a|b"), @"
    error: invalid value 'a|b' for '--kid <KID>': a key ID has 1 to 32 characters: A-Z, a-z, 0-9, _ -

    For more information, try '--help'.
    ");
    let own = installation.run_ok("signing-key create --tenant acme --kid vendor-2026");
    assert!(
        own.starts_with("vendor-2026\tadded\t") && own.contains("in 14 days"),
        "{own}"
    );
}

#[test]
fn first_signing_key_can_have_a_custom_id() {
    let installation = Installation::empty();
    installation.run_ok("tenant create --tenant mine --kid kw1");
    let listed = installation.run_ok("signing-key list --tenant mine --json");
    assert_eq!(
        (&parse_json(&listed)["kid"], &parse_json(&listed)["stage"]),
        (&"kw1".into(), &"signing".into())
    );
    let next = parse_json(&installation.run_ok("signing-key create --tenant mine --json"));
    assert_eq!(
        next["kid"], "kw2",
        "the ID continues the sequence of the first key"
    );
}

#[test]
fn tenant_is_suspended_and_resumed() {
    let installation = Installation::with_demo();
    assert_snapshot!(installation.run_ok("tenant suspend --tenant acme"), @"Suspended acme. Its device requests are refused; leases already issued stay valid until they expire.");
    assert_snapshot!(installation.run_err("tenant suspend --tenant acme"), @"The tenant is already suspended");
    installation.run_ok("tenant resume --tenant acme");
    assert_snapshot!(installation.run_err("tenant resume --tenant acme"), @"The tenant is not suspended");
}

#[test]
fn product_is_updated() {
    let installation = Installation::with_demo();
    let product = "product update --tenant acme --product notes";
    let with = |options: &str| format!("{product} {options}");
    assert_snapshot!(installation.run_err(product), @"
    error: the following required arguments were not provided:
      <--name <NAME>|--trial-days <TRIAL_DAYS>|--free-tier <FREE_TIER>>

    Usage: keywright product update --tenant <TENANT> --product <PRODUCT> <--name <NAME>|--trial-days <TRIAL_DAYS>|--free-tier <FREE_TIER>>

    For more information, try '--help'.
    ");
    for bad in ["36501", "'two weeks'", "1.5"] {
        let sentence = installation.run_err(&with(&format!("--trial-days {bad}")));
        assert!(sentence.contains("enter 0 to 36,500 days"), "{sentence}");
    }
    assert_snapshot!(installation.run_err(&with("--free-tier yes")), @"
    error: invalid value 'yes' for '--free-tier <FREE_TIER>': must be on or off

    For more information, try '--help'.
    ");
    installation.run_ok(&with("--trial-days 14 --free-tier on --name 'Notes 2'"));
    let settings = || {
        let (product, _) = load_notes_and_pro(&installation);
        let settings = product.settings;
        (
            product.name,
            settings.trial_days.map(TrialDays::get),
            settings.free_tier,
        )
    };
    assert_eq!(settings(), ("Notes 2".into(), Some(14), Some(true)));
    installation.run_ok(&with("--trial-days unset"));
    assert_eq!(settings(), ("Notes 2".into(), None, Some(true)));
    installation.run_ok(&with("--free-tier unset"));
    assert_eq!(settings(), ("Notes 2".into(), None, None));
    assert_snapshot!(installation.run_err("product update --tenant acme --product other --free-tier on"), @"Product other does not exist: acme has notes, studio");
}

#[test]
fn key_type_is_updated() {
    let installation = Installation::with_demo();
    let key_type = "key-type update --tenant acme --product notes --key-type pro";
    let with = |options: &str| format!("{key_type} {options}");
    assert_snapshot!(installation.run_ok(&with("--fallback on")), @"Updated key type pro for product notes. Existing licenses keep their terms.");
    let shape = || {
        let (_, pro) = load_notes_and_pro(&installation);
        (
            pro.activation_limit,
            pro.duration_days,
            pro.entitlements.to_string(),
            pro.fallback,
        )
    };
    assert_eq!(shape(), (3, None, "pro".into(), true));
    installation.run_ok(&with(
        "--limit 5 --days 30 --no-entitlements --fallback off",
    ));
    assert_eq!(shape(), (5, Some(30), String::new(), false));
    installation.run_ok(&with("--lifetime --entitlement pro --entitlement sync"));
    assert_eq!(shape(), (5, None, "pro,sync".into(), false));
    for bad in ["--lifetime --days 3", "--entitlement pro --no-entitlements"] {
        let sentence = installation.run_err(&with(bad));
        assert!(sentence.contains("cannot be used with"), "{sentence}");
    }
    let unknown = installation
        .run_err("key-type update --tenant acme --product notes --key-type none --fallback on");
    assert!(
        unknown.contains("notes has no key type none: it has pro, solo, team, yearly"),
        "{unknown}"
    );
}
