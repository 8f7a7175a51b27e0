//! Micro-benchmarks for the steps of a validate request: `cargo bench --package keywright-bench`.

#![expect(missing_docs, reason = "criterion generates the entry point")]
#![expect(clippy::unwrap_used, reason = "benchmarks fail by panicking")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ed25519_dalek::{Signer, SigningKey};
use keywright_domain::{
    ids::{InstanceId, Kid},
    lease::{LeaseClaims, LeaseStatus},
    license_key::LicenseKey,
    sdk_key::SdkKeyHash,
    search,
};
use uuid::Uuid;

const KEY: &str = "ACME-QUYZ-NKVJ-2NT2-G8UC";

fn claims() -> LeaseClaims {
    LeaseClaims {
        kid: Kid::first(),
        license_key_hash: "7".repeat(64).parse().unwrap(),
        instance_id: InstanceId::new(Uuid::from_u128(7)),
        issued_at: 1_795_000_000,
        expires_at: 1_795_604_800,
        status: LeaseStatus::Active,
        entitlements: ["pro".parse().unwrap()].into_iter().collect(),
    }
}

fn micro(criterion: &mut Criterion) {
    criterion.bench_function("license key to license ID", |bencher| {
        bencher.iter(|| LicenseKey::parse(black_box(KEY)).ok().map(|key| key.id()));
    });
    criterion.bench_function("SDK key hash", |bencher| {
        let key = format!("sdk_live_{}", "0".repeat(64));
        bencher.iter(|| SdkKeyHash::compute(black_box(key.as_bytes())));
    });
    let claims = claims();
    criterion.bench_function("signed bytes of a lease", |bencher| {
        bencher.iter(|| black_box(&claims).signed_bytes());
    });
    let (key, bytes) = (SigningKey::from_bytes(&[7; 32]), claims.signed_bytes());
    criterion.bench_function("Ed25519 signature of a lease", |bencher| {
        bencher.iter(|| key.sign(black_box(&bytes)));
    });
    criterion.bench_function("search folding of a name", |bencher| {
        bencher.iter(|| search::fold(black_box("Yılmaz & Söhne, Büro 3")));
    });
}

criterion_group!(benches, micro);
criterion_main!(benches);
