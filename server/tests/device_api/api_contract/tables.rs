//! Reads the response tables in `docs/api.md`, and verifies its worked examples.

use std::collections::{BTreeSet, HashMap};

use data_encoding::BASE64;
use keylight::{SKEW_SECONDS, verify_lease};
use keywright_testing::NOW;
use serde_json::Value;
use uuid::Uuid;

const API_DOCS: &str = include_str!("../../../../docs/api.md");

/// One row of a response table.
pub(crate) struct ResponseRow {
    pub(crate) condition: String,
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// Returns the rows of the table under the heading `### Responses: <title>`.
pub(crate) fn response_rows(title: &str) -> Vec<ResponseRow> {
    let text = API_DOCS;
    let heading = format!("### Responses: {title}\n");
    let (_, below) = text
        .split_once(&heading)
        .unwrap_or_else(|| panic!("no table titled {title}"));
    let lines = below
        .lines()
        .skip_while(|line| !line.starts_with("|---"))
        .skip(1);
    let rows: Vec<ResponseRow> = lines
        .take_while(|line| line.starts_with('|'))
        .map(parse_row)
        .collect();
    assert!(!rows.is_empty(), "{title}");
    rows
}

fn parse_row(line: &str) -> ResponseRow {
    let cells: Vec<&str> = line
        .trim_matches('|')
        .splitn(3, '|')
        .map(str::trim)
        .collect();
    let [when, status, body] = cells[..] else {
        panic!("expected three cells: {line}");
    };
    ResponseRow {
        condition: when.to_owned(),
        status: status.parse().unwrap(),
        body: serde_json::from_str(body.trim_matches('`')).unwrap(),
    }
}

pub(crate) const EVERY_ENDPOINT: &str = "every endpoint below `/{tenant}/{product}`";
pub(crate) const EVERY_BODY: &str = "every endpoint that takes a body";
pub(crate) const KEYSET: &str = "keylight-keys";

/// Rows that the document must have, by table.
const REQUIRED_ROWS: [(&str, &[&str]); 8] = [
    (
        EVERY_ENDPOINT,
        &[
            "the method is not allowed",
            "the path is unknown",
            "the SDK key is missing",
            "the SDK key is wrong",
            "the tenant is unknown",
            "the tenant is suspended",
            "the product is unknown",
            "the database is unavailable",
        ],
    ),
    (
        EVERY_BODY,
        &[
            "the body is longer than 64 KiB",
            "the body is not a JSON object",
            "a field name occurs twice, at any depth",
            "the body is nested deeper than 128 levels",
        ],
    ),
    (
        "activate",
        &[
            "a slot is free",
            "the license has an expiry date",
            "the license is full, but this device already holds a slot",
            "`license_key` is missing or malformed",
            "`machine_hash` is malformed",
            "the key is unknown",
            "the key is another product's",
            "the key is another tenant's",
            "the license is revoked",
            "the license is reminted",
            "the license has expired",
            "every slot is taken",
        ],
    ),
    (
        "validate",
        &[
            "the instance is active",
            "the product has settings",
            "`license_key` is missing or malformed",
            "`instance_id` is missing or malformed",
            "`machine_hash` is malformed",
            "the key is unknown",
            "the key is another product's",
            "the key is another tenant's",
            "the license is revoked",
            "the license is reminted",
            "the instance is unknown",
            "the instance is another license's",
            "the instance is deactivated",
            "the license has expired",
            "the license has expired and allows reduced mode",
        ],
    ),
    (
        "deactivate",
        &[
            "the instance is active",
            "the instance is already deactivated",
            "the license is revoked",
            "the license has expired",
            "`license_key` is missing or malformed",
            "`instance_id` is missing or malformed",
            "the key is unknown",
            "the key is another product's",
            "the key is another tenant's",
            "the instance is unknown",
            "the instance is another license's",
        ],
    ),
    (
        "config",
        &[
            "nothing is set",
            "only the free tier is set",
            "only a trial is set",
            "both are set",
        ],
    ),
    (
        "keyless",
        &[
            "the request is well-formed",
            "the product has settings",
            "`instance_id` is missing or malformed",
            "`state` is missing or malformed",
            "`machine_hash` is malformed",
        ],
    ),
    (
        KEYSET,
        &[
            "the tenant signs with its first key",
            "a second key is listed",
            "the second key signs",
            "the last lease of the first key has expired",
            "the tenant is suspended",
            "the tenant is unknown",
        ],
    ),
];

/// The document and [`REQUIRED_ROWS`] have the same tables and rows.
#[test]
fn document_has_every_required_row() {
    let titles = API_DOCS
        .lines()
        .filter_map(|line| line.strip_prefix("### Responses: "));
    assert_eq!(
        titles.collect::<Vec<_>>(),
        REQUIRED_ROWS.map(|(title, _)| title)
    );
    for (title, required) in REQUIRED_ROWS {
        let documented: BTreeSet<String> = response_rows(title)
            .into_iter()
            .map(|row| row.condition)
            .collect();
        let required = required.iter().map(|&when| when.to_owned()).collect();
        assert_eq!(documented, required, "{title}");
    }
}

/// Public keys by key ID.
pub(crate) type TrustedKeys = HashMap<String, String>;

/// Returns whether `found` matches the documented value. A placeholder such as `<uuid>` matches
/// any valid value of its kind.
pub(crate) fn matches(documented: &Value, found: &Value, trusted: &TrustedKeys) -> bool {
    match (documented, found) {
        (Value::Object(documented), Value::Object(found)) => {
            documented.len() == found.len()
                && documented.iter().all(|(name, value)| {
                    found
                        .get(name)
                        .is_some_and(|found| matches(value, found, trusted))
                })
        }
        (Value::Array(documented), Value::Array(found)) => {
            documented.len() == found.len()
                && documented
                    .iter()
                    .zip(found)
                    .all(|(value, found)| matches(value, found, trusted))
        }
        (Value::String(text), found) if text.starts_with('<') => {
            match text.trim_matches(['<', '>']) {
                "uuid" => found.as_str().is_some_and(is_uuid),
                "seconds" => found.is_i64(),
                "kid" => found.as_str().is_some_and(|kid| trusted.contains_key(kid)),
                "base64" => found
                    .as_str()
                    .is_some_and(|text| BASE64.decode(text.as_bytes()).is_ok()),
                lease => is_lease(lease.strip_prefix("lease ").unwrap(), found, trusted),
            }
        }
        (documented, found) => documented == found,
    }
}

fn is_uuid(text: &str) -> bool {
    Uuid::parse_str(text).is_ok_and(|uuid| uuid.hyphenated().to_string() == text)
}

/// Returns whether `found` is a lease with `status` that a listed key has signed, valid for seven
/// days or until its license expires in one day.
fn is_lease(status: &str, found: &Value, trusted: &TrustedKeys) -> bool {
    let fields = found.as_object().unwrap();
    let lease: keylight::Lease = serde_json::from_value(found.clone()).unwrap();
    let now = NOW.seconds();
    let verified = verify_lease(&lease, trusted, now, SKEW_SECONDS);
    let entitlements: &[&str] = if status == "active" { &["pro"] } else { &[] };
    fields.len() == 8
        && verified.is_trusted()
        && !verified.expired
        && lease.status == status
        && lease.entitlements == entitlements
        && lease.issued_at == now
        && (lease.expires_at == now + 604_800
            || (status == "active" && lease.expires_at == now + 86_400))
}

/// Checks the lease, the signed bytes and the key of the worked example.
#[test]
fn worked_example_verifies() {
    let text = API_DOCS;
    let (_, example) = text.split_once("### A worked example").unwrap();
    let block = |language| code_block(example, language);
    let lease: keylight::Lease = serde_json::from_str(block("json")).unwrap();
    assert_eq!(lease.payload(), block("text"));
    let (_, key) = example.split_once("public key `").unwrap();
    let key = key.split_once('`').unwrap().0.to_owned();
    let trusted = TrustedKeys::from([(lease.kid.clone(), key)]);
    assert!(verify_lease(&lease, &trusted, lease.issued_at, SKEW_SECONDS).is_trusted());
}

fn code_block<'a>(text: &'a str, language: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("\n```").unwrap().0
}

/// Checks the signed bytes, the signature and the key of the documented settings.
#[test]
fn documented_settings_verify() {
    let text = API_DOCS;
    let bytes = code_block(text, "cfg");
    let quoted = |before: &str| {
        let (_, rest) = text.split_once(before).unwrap();
        rest.split_once('`').unwrap().0.to_owned()
    };
    let [
        _,
        kid,
        tenant,
        product,
        issued_at,
        expires_at,
        days,
        free_tier,
    ] = bytes.split('|').collect::<Vec<_>>()[..]
    else {
        panic!("{bytes}");
    };
    let fields = keylight::ProductConfigFields {
        trial_duration_days: days.parse().ok(),
        free_tier_enabled: free_tier.parse().ok(),
        issued_at: issued_at.parse().ok(),
        expires_at: expires_at.parse().ok(),
        kid: Some(kid.to_owned()),
        signature: Some(quoted("with the signature `")),
    };
    let trusted = TrustedKeys::from([(kid.to_owned(), quoted("verifies with the key `"))]);
    let now = fields.issued_at.unwrap();
    let verifies =
        |fields| keylight::verify_config(fields, tenant, product, &trusted, now, SKEW_SECONDS);
    assert!(verifies(&fields));
    let other = keylight::ProductConfigFields {
        trial_duration_days: Some(99),
        ..fields.clone()
    };
    assert!(!verifies(&other));
}
