//! The baseline: the cost of a validate request without storage. An axum handler parses the same
//! JSON, hashes the key, signs a lease with Ed25519 and responds. Other results are ratios to the
//! baseline in the same run.

use std::sync::Arc;

use anyhow::Result;
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use data_encoding::BASE64;
use ed25519_dalek::{Signer, SigningKey};
use keywright_domain::{
    entitlement::Entitlements,
    ids::{InstanceId, Kid},
    lease::{Lease, LeaseClaims, LeaseStatus},
    license::{LeaseInputs, LicenseState},
    license_key::LicenseKey,
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::clock;

struct Baseline {
    key: SigningKey,
    license: LeaseInputs,
}

/// The fields that the handler reads; all others are ignored.
#[derive(Deserialize)]
struct ValidateRequest {
    license_key: String,
    instance_id: InstanceId,
}

#[derive(Serialize)]
struct ValidateResponse {
    valid: bool,
    license_expires_at: Option<i64>,
    lease: Lease,
}

/// Serves until the process is killed.
pub(crate) async fn serve(listener: TcpListener) -> Result<()> {
    let baseline = Baseline {
        key: SigningKey::from_bytes(&[7; 32]),
        license: license()?,
    };
    println!("listening on http://{}", listener.local_addr()?);
    let router = Router::new()
        .route("/ready", get(|| async {}))
        .route("/{tenant}/{product}/validate", post(validate))
        .with_state(Arc::new(baseline));
    Ok(axum::serve(listener, router).await?)
}

async fn validate(
    State(baseline): State<Arc<Baseline>>,
    Json(question): Json<ValidateRequest>,
) -> Result<Json<ValidateResponse>, StatusCode> {
    let key = LicenseKey::parse(&question.license_key).map_err(|_| StatusCode::NOT_FOUND)?;
    let license = LeaseInputs {
        id: key.id(),
        ..baseline.license.clone()
    };
    let (status, kid) = (LeaseStatus::Active, Kid::first());
    let claims = LeaseClaims::new(&license, question.instance_id, kid, status, clock::now());
    let signature = baseline.key.sign(&claims.signed_bytes());
    Ok(Json(ValidateResponse {
        valid: true,
        license_expires_at: None,
        lease: Lease {
            claims,
            signature: BASE64.encode(&signature.to_bytes()),
        },
    }))
}

/// Returns the license that every request gets a lease for.
fn license() -> Result<LeaseInputs> {
    let key = LicenseKey::parse("ACME-0000-0000-0000-0000")?;
    Ok(LeaseInputs {
        id: key.id(),
        product_id: "notes".parse()?,
        state: LicenseState::Active,
        expires_at: None,
        entitlements: ["pro".parse()?].into_iter().collect::<Entitlements>(),
        fallback: false,
    })
}
