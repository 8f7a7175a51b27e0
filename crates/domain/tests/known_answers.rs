//! Known-answer tests: signatures, hashes and masks that clients and servers must agree on.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use data_encoding::BASE64;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use keywright_domain::{
    entitlement::Entitlements,
    ids::InstanceId,
    lease::{CLOCK_SKEW_SECONDS, LeaseClaims, LeaseStatus},
    license::{LicenseState, Status},
    license_key::{KeyPrefix, LicenseKey},
    machine_hash::MachineHash,
    product_settings::SettingsClaims,
    time::Timestamp,
};
use proptest::prelude::*;
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("known_answers.json")).unwrap()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field]
        .as_str()
        .unwrap_or_else(|| panic!("{field} of {value}"))
}

fn number(value: &Value, field: &str) -> i64 {
    value[field]
        .as_i64()
        .unwrap_or_else(|| panic!("{field} of {value}"))
}

fn verifies(public_key: &str, message: &[u8], signature: &str) -> bool {
    let key: [u8; 32] = BASE64
        .decode(public_key.as_bytes())
        .unwrap()
        .try_into()
        .unwrap();
    let signature: [u8; 64] = BASE64
        .decode(signature.as_bytes())
        .unwrap()
        .try_into()
        .unwrap();
    VerifyingKey::from_bytes(&key)
        .unwrap()
        .verify_strict(message, &Signature::from_bytes(&signature))
        .is_ok()
}

fn claims(lease: &Value) -> LeaseClaims {
    let entitlements: Entitlements = lease["entitlements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap().parse().unwrap())
        .collect();
    LeaseClaims {
        kid: text(lease, "kid").parse().unwrap(),
        license_key_hash: text(lease, "licenseKeyHash").parse().unwrap(),
        instance_id: text(lease, "instanceId").parse().unwrap(),
        issued_at: number(lease, "issuedAt"),
        expires_at: number(lease, "expiresAt"),
        status: LeaseStatus::from_name(text(lease, "status")).unwrap(),
        entitlements,
    }
}

#[test]
fn lease_signatures_match_the_vectors() {
    let vectors = vectors();
    for case in vectors["leases"].as_array().unwrap() {
        let (name, lease) = (text(case, "name"), &case["lease"]);
        let trusted = vectors["trusted_keys"][text(lease, "kid")].as_str();
        assert_eq!(
            trusted.is_some(),
            case["kid_known"].as_bool().unwrap(),
            "{name}: kid"
        );
        let claims = claims(lease);
        let valid = trusted
            .is_some_and(|key| verifies(key, &claims.signed_bytes(), text(lease, "signature")));
        assert_eq!(
            valid,
            case["signature_valid"].as_bool().unwrap(),
            "{name}: signature"
        );
        let expired = number(case, "now") > claims.expires_at + CLOCK_SKEW_SECONDS;
        assert_eq!(
            expired,
            case["expired"].as_bool().unwrap(),
            "{name}: expired"
        );
    }
}

#[test]
fn settings_signatures_match_the_vectors() {
    let vectors = vectors();
    let config = &vectors["config"];
    let claims = SettingsClaims {
        kid: "k1".parse().unwrap(),
        tenant_id: "anotheragence".parse().unwrap(),
        product_id: "getbarry".parse().unwrap(),
        issued_at: 1_788_695_996,
        expires_at: 1_788_782_396,
        trial_duration_days: 1,
        free_tier_enabled: true,
    };
    assert_eq!(claims.signed_bytes(), text(config, "payload").as_bytes());
    assert!(verifies(
        text(config, "public_key"),
        &claims.signed_bytes(),
        text(config, "signature")
    ));
}

#[test]
fn key_hashes_match_the_vectors() {
    for case in vectors()["keys"].as_array().unwrap() {
        let key = LicenseKey::parse(text(case, "typed")).unwrap();
        assert_eq!(key.id().to_string(), text(case, "sha256"), "{case}");
        let normalised = LicenseKey::parse(text(case, "normalised")).unwrap();
        assert!(key.id() == normalised.id(), "{case}");
    }
}

#[test]
fn display_keys_match_the_vectors() {
    for case in vectors()["display"].as_array().unwrap() {
        let prefix: KeyPrefix = text(case, "prefix").parse().unwrap();
        let display = LicenseKey::parse(text(case, "key"))
            .unwrap()
            .display_key(&prefix);
        assert_eq!(display.as_str(), text(case, "display"));
    }
}

#[test]
fn expiry_matches_the_vectors() {
    for case in vectors()["expiry"].as_array().unwrap() {
        let end = Timestamp::from_seconds(number(case, "expires_at"));
        let status =
            LicenseState::Active.status(Some(end), Timestamp::from_seconds(number(case, "now")));
        assert_eq!(
            status == Status::Expired,
            case["expired"].as_bool().unwrap(),
            "{case}"
        );
    }
}

#[test]
fn machine_hash_matches_the_clients() {
    let vectors = vectors();
    let case = &vectors["machine_hash"];
    let hash = MachineHash::compute(
        &text(case, "tenant").parse().unwrap(),
        &text(case, "product").parse().unwrap(),
        text(case, "stable_id"),
    );
    assert_eq!(hash.as_str(), text(case, "hash"));
}

/// Flips each bit of the signed bytes and of the signature.
#[test]
fn any_flipped_bit_invalidates_a_lease() {
    let vectors = vectors();
    let (lease, public_key) = (
        &vectors["leases"][0]["lease"],
        text(&vectors["trusted_keys"], "k1"),
    );
    let signed = claims(lease).signed_bytes();
    let signature = BASE64.decode(text(lease, "signature").as_bytes()).unwrap();
    assert!(verifies(public_key, &signed, &BASE64.encode(&signature)));
    for bit in 0..signed.len() * 8 {
        assert!(
            !verifies(
                public_key,
                &flip_bit(&signed, bit),
                &BASE64.encode(&signature)
            ),
            "bit {bit} of the lease"
        );
    }
    for bit in 0..signature.len() * 8 {
        let changed = BASE64.encode(&flip_bit(&signature, bit));
        assert!(
            !verifies(public_key, &signed, &changed),
            "bit {bit} of the signature"
        );
    }
}

fn flip_bit(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    changed[bit / 8] ^= 1 << (bit % 8);
    changed
}

fn any_claims() -> impl Strategy<Value = LeaseClaims> {
    (
        "[A-Za-z0-9_-]{1,32}",
        any::<[u8; 32]>(),
        any::<u128>(),
        any::<(i64, i64)>(),
        0..3_usize,
        proptest::collection::vec("[a-z0-9_.:-]{1,64}", 0..4),
    )
        .prop_map(
            |(kid, hash, instance, (issued_at, expires_at), status, entitlements)| LeaseClaims {
                kid: kid.parse().unwrap(),
                license_key_hash: data_encoding::HEXLOWER.encode(&hash).parse().unwrap(),
                instance_id: InstanceId::new(uuid::Uuid::from_u128(instance)),
                issued_at,
                expires_at,
                status: LeaseStatus::ALL[status],
                entitlements: entitlements
                    .iter()
                    .map(|name| name.parse().unwrap())
                    .collect(),
            },
        )
}

proptest! {
    /// The signature of any lease verifies, and verification fails after any bit flip.
    #[test]
    fn random_flipped_bit_invalidates_any_lease(lease in any_claims(), secret: [u8; 32], bit_index: prop::sample::Index) {
        let key = SigningKey::from_bytes(&secret);
        let public_key = BASE64.encode(key.verifying_key().as_bytes());
        let signed = lease.signed_bytes();
        let signature = key.sign(&signed).to_bytes();
        prop_assert!(verifies(&public_key, &signed, &BASE64.encode(&signature)));
        let changed = flip_bit(&signed, bit_index.index(signed.len() * 8));
        prop_assert!(!verifies(&public_key, &changed, &BASE64.encode(&signature)));
        let changed = flip_bit(&signature, bit_index.index(signature.len() * 8));
        prop_assert!(!verifies(&public_key, &signed, &BASE64.encode(&changed)));
    }

    /// Leases that differ in any one field have different signed bytes.
    #[test]
    fn changed_field_changes_the_signed_bytes(lease in any_claims(), other in any_claims(), field in 0..7_usize) {
        let mut changed = lease.clone();
        match field {
            0 => changed.kid = other.kid,
            1 => changed.license_key_hash = other.license_key_hash,
            2 => changed.instance_id = other.instance_id,
            3 => changed.issued_at = other.issued_at,
            4 => changed.expires_at = other.expires_at,
            5 => changed.status = other.status,
            _ => changed.entitlements = other.entitlements,
        }
        prop_assert_eq!(changed == lease, changed.signed_bytes() == lease.signed_bytes());
    }
}
