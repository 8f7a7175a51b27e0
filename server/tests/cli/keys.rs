//! SDK keys, signing keys, settings and suspension from the command line.

use serde_json::Value;

use keywright_domain::{
    product::{KeyType, Product},
    settings::TrialDays,
};
use keywright_store::Store;

use crate::support::instance::{Installation, text};

/// What stands in the database after all.
fn notes_and_pro(installation: &Installation) -> (Product, KeyType) {
    let url = format!(
        "sqlite:{}",
        installation.data().join("keywright.db").display()
    );
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = Store::open(&url).await.unwrap();
        let (acme, notes) = ("acme".parse().unwrap(), "notes".parse().unwrap());
        let product = store.product(&acme, &notes).await.unwrap().unwrap();
        let key_types = store.key_types(&acme, &notes).await.unwrap();
        store.close().await;
        let pro = key_types
            .into_iter()
            .find(|key_type| key_type.id.as_str() == "pro");
        (product, pro.unwrap())
    })
}

fn json(text: &str) -> Value {
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(text).unwrap()
}

/// What is printed of a key that was made: the key in a line of its own, then what there is to know.
fn key_and_rest(printed: &str) -> (String, String) {
    let (key, rest) = printed.split_once('\n').unwrap();
    assert!(key.starts_with("sdk_live_") && key.len() == 73, "{printed}");
    (key.to_owned(), rest.to_owned())
}

#[test]
fn an_sdk_key_is_set_rotated_and_shown_once() {
    let installation = Installation::with_demo();
    let sentence = installation.fail(&["sdk-key", "rotate", "--tenant", "indie"]);
    assert_eq!(sentence, "The tenant has no SDK key yet; set one");
    let (first, rest) =
        key_and_rest(&installation.succeed(&["sdk-key", "set", "--tenant", "indie"]));
    assert!(
        rest.contains("shown only once") && rest.contains("Every device call of indie needs it"),
        "{rest}"
    );
    let sentence = installation.fail(&["sdk-key", "set", "--tenant", "indie"]);
    assert_eq!(
        sentence,
        "The tenant has an SDK key already; rotate it to get a new one"
    );
    let (second, rest) =
        key_and_rest(&installation.succeed(&["sdk-key", "rotate", "--tenant", "indie"]));
    assert_ne!(first, second);
    assert!(
        rest.contains("The key that it replaces works for 30 days more"),
        "{rest}"
    );
    let third = json(&installation.succeed(&[
        "sdk-key",
        "rotate",
        "--tenant",
        "indie",
        "--end-old-now",
        "--json",
    ]));
    assert_eq!(third["tenant"], "indie");
    assert!(third["sdk_key"].as_str().unwrap().starts_with("sdk_live_"));
    assert_eq!(third["old_key_works_for_days"], 0);
    let file = std::fs::read(installation.data().join("keywright.db")).unwrap();
    for key in [&first, &second, third["sdk_key"].as_str().unwrap()] {
        assert!(
            !file
                .windows(key.len())
                .any(|window| window == key.as_bytes())
        );
    }
    let unknown = installation.fail(&["sdk-key", "set", "--tenant", "nobody"]);
    assert!(
        unknown.contains("There is no tenant nobody") && unknown.contains("tenant add"),
        "{unknown}"
    );
}

#[test]
fn a_leaked_old_sdk_key_is_ended_without_touching_the_new_one() {
    let installation = Installation::with_demo();
    let end = ["sdk-key", "end-old", "--tenant", "acme"];
    assert_eq!(
        installation.fail(&end),
        "No replaced SDK key works any more"
    );
    installation.succeed(&["sdk-key", "rotate", "--tenant", "acme"]);
    let said = installation.succeed(&end);
    assert!(
        said.contains("Earlier SDK keys of acme no longer work"),
        "{said}"
    );
}

#[test]
fn an_sdk_key_is_imported_from_standard_input() {
    let installation = Installation::with_demo();
    let import = ["sdk-key", "import", "--tenant", "acme"];
    let key = format!("sdk_live_{}\n", "a".repeat(64));
    for bad in ["", "\n", "sdk_live_abc\n", "sdk_test_0\n"] {
        let refused = installation.run_with_input(&import, bad);
        assert!(!refused.status.success());
        let sentence = text(&refused.stderr);
        assert!(
            sentence.contains("sdk_live_ followed by 64 lower-case hex digits"),
            "{sentence}"
        );
        assert!(
            bad.len() < 5 || !sentence.contains(bad.trim()),
            "{sentence}"
        );
    }
    let done = installation.run_with_input(&import, &key);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let said = text(&done.stdout);
    assert!(
        said.contains("acme accepts this SDK key from now on.") && !said.contains(key.trim()),
        "{said}"
    );
    let again = installation.run_with_input(&import, &key);
    assert!(text(&again.stderr).contains("This is the tenant's SDK key already"));
    let demo = format!("sdk_live_{}\n", "0".repeat(64));
    let back =
        installation.run_with_input(&[&import[..], &["--end-old-now", "--json"]].concat(), &demo);
    let back = json(&text(&back.stdout));
    assert!(back["old_key_works_for_days"] == 0 && back.get("sdk_key").is_none());
}

#[test]
fn a_signing_key_is_rotated_in_two_steps() {
    let installation = Installation::with_demo();
    let added = json(&installation.succeed(&["signing-key", "add", "--tenant", "acme", "--json"]));
    assert_eq!(
        (&added["kid"], &added["stage"]),
        (&"k2".into(), &"added".into())
    );
    let promote = ["signing-key", "promote", "--tenant", "acme", "--kid", "k2"];
    let sentence = installation.fail(&promote);
    assert!(
        sentence.contains("wait 14 more, unless the key that signs has leaked; then add --now"),
        "{sentence}"
    );
    let said = installation.succeed(&[&promote[..], &["--now"]].concat());
    assert!(
        said.contains("k2 signs the leases of acme from now on."),
        "{said}"
    );
    assert!(said.contains("k1 stays listed until 2"), "{said}");
    assert_eq!(installation.fail(&promote), "This key signs already");
    let listed = installation.succeed(&["signing-key", "list", "--tenant", "acme"]);
    let lines: Vec<&str> = listed.lines().collect();
    assert!(
        lines[0].starts_with("k1\tretired\t") && lines[0].contains("\tlisted until 2"),
        "{listed}"
    );
    assert!(
        lines[1].starts_with("k2\tsigning\t") && lines.len() == 2,
        "{listed}"
    );
    let taken = installation.fail(&["signing-key", "add", "--tenant", "acme", "--kid", "k1"]);
    assert!(taken.contains("name one that was never used"), "{taken}");
    let malformed = installation.fail(&["signing-key", "add", "--tenant", "acme", "--kid", "a|b"]);
    assert!(malformed.contains("a key id has 1 to 32"), "{malformed}");
    let own = installation.succeed(&[
        "signing-key",
        "add",
        "--tenant",
        "acme",
        "--kid",
        "vendor-2026",
    ]);
    assert!(
        own.starts_with("vendor-2026\tadded\t") && own.contains("in 14 days"),
        "{own}"
    );
}

#[test]
fn a_tenants_first_signing_key_may_have_a_name_of_its_own() {
    let installation = Installation::empty();
    installation.succeed(&["tenant", "add", "--tenant", "mine", "--kid", "kw1"]);
    let listed = installation.succeed(&["signing-key", "list", "--tenant", "mine", "--json"]);
    assert_eq!(
        (&json(&listed)["kid"], &json(&listed)["stage"]),
        (&"kw1".into(), &"signing".into())
    );
    let next = json(&installation.succeed(&["signing-key", "add", "--tenant", "mine", "--json"]));
    assert_eq!(
        next["kid"], "kw2",
        "apart from the names that another server gave"
    );
}

#[test]
fn a_tenant_is_suspended_and_resumed() {
    let installation = Installation::with_demo();
    let said = installation.succeed(&["tenant", "suspend", "--tenant", "acme"]);
    assert!(said.contains("Leases that are out stay valid"), "{said}");
    assert_eq!(
        installation.fail(&["tenant", "suspend", "--tenant", "acme"]),
        "The tenant is suspended already"
    );
    installation.succeed(&["tenant", "resume", "--tenant", "acme"]);
    assert_eq!(
        installation.fail(&["tenant", "resume", "--tenant", "acme"]),
        "The tenant is not suspended"
    );
}

#[test]
fn a_product_is_changed() {
    let installation = Installation::with_demo();
    let product = [
        "product",
        "change",
        "--tenant",
        "acme",
        "--product",
        "notes",
    ];
    let with = |more: &[&'static str]| [&product[..], more].concat();
    let nothing = installation.fail(&product);
    assert!(
        nothing.contains("required arguments were not provided"),
        "{nothing}"
    );
    for bad in ["36501", "two weeks", "1.5"] {
        let sentence = installation.fail(&[&product[..], &["--trial-days", bad]].concat());
        assert!(
            sentence.contains("a trial has 0 to 36500 days"),
            "{sentence}"
        );
    }
    let sentence = installation.fail(&with(&["--free-tier", "yes"]));
    assert!(sentence.contains("must be on or off"), "{sentence}");
    installation.succeed(&with(&[
        "--trial-days",
        "14",
        "--free-tier",
        "on",
        "--name",
        "Notes 2",
    ]));
    let settings = || {
        let (product, _) = notes_and_pro(&installation);
        let settings = product.settings;
        (
            product.name,
            settings.trial_days.map(TrialDays::get),
            settings.free_tier,
        )
    };
    assert_eq!(settings(), ("Notes 2".into(), Some(14), Some(true)));
    installation.succeed(&with(&["--trial-days", "unset"]));
    assert_eq!(settings(), ("Notes 2".into(), None, Some(true)));
    installation.succeed(&with(&["--free-tier", "unset"]));
    assert_eq!(settings(), ("Notes 2".into(), None, None));
    let unknown = installation.fail(&[
        "product",
        "change",
        "--tenant",
        "acme",
        "--product",
        "other",
        "--free-tier",
        "on",
    ]);
    assert!(
        unknown.contains("There is no product other: acme has notes, studio"),
        "{unknown}"
    );
}

#[test]
fn a_key_type_is_changed() {
    let installation = Installation::with_demo();
    let key_type = [
        "key-type",
        "change",
        "--tenant",
        "acme",
        "--product",
        "notes",
        "--key-type",
        "pro",
    ];
    let with = |more: &[&'static str]| [&key_type[..], more].concat();
    let said = installation.succeed(&with(&["--fallback", "on"]));
    assert!(
        said.contains("Licenses already out keep what they have"),
        "{said}"
    );
    let shape = || {
        let (_, pro) = notes_and_pro(&installation);
        (
            pro.activation_limit,
            pro.duration_days,
            pro.entitlements.to_string(),
            pro.fallback,
        )
    };
    assert_eq!(shape(), (3, None, "pro".into(), true));
    installation.succeed(&with(&[
        "--limit",
        "5",
        "--days",
        "30",
        "--no-entitlements",
        "--fallback",
        "off",
    ]));
    assert_eq!(shape(), (5, Some(30), String::new(), false));
    installation.succeed(&with(&[
        "--lifetime",
        "--entitlement",
        "pro",
        "--entitlement",
        "sync",
    ]));
    assert_eq!(shape(), (5, None, "pro,sync".into(), false));
    for bad in [
        &["--lifetime", "--days", "3"][..],
        &["--entitlement", "pro", "--no-entitlements"],
    ] {
        let sentence = installation.fail(&[&key_type[..], bad].concat());
        assert!(sentence.contains("cannot be used with"), "{sentence}");
    }
    let unknown = installation.fail(&[
        "key-type",
        "change",
        "--tenant",
        "acme",
        "--product",
        "notes",
        "--key-type",
        "none",
        "--fallback",
        "on",
    ]);
    assert!(
        unknown.contains("notes has no key type none: it has pro, solo, team, yearly"),
        "{unknown}"
    );
}
