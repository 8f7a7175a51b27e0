//! Leases, which devices store and verify offline, and the bytes that are signed.

use serde::Serialize;

use crate::{
    entitlement::Entitlements,
    ids::{InstanceId, Kid, LicenseId},
    license::LeaseInputs,
    named_enum,
    time::Timestamp,
};

/// Maximum lifetime of a lease: seven days, in seconds.
pub const MAX_LEASE_SECONDS: i64 = 604_800;

/// Clock skew that clients tolerate, in seconds: they treat a lease as expired once
/// `now > expiresAt + 300`.
pub const CLOCK_SKEW_SECONDS: i64 = 300;

named_enum! {
    /// Mode in which a lease allows the app to run.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
    #[serde(rename_all = "snake_case")]
    pub enum LeaseStatus {
        /// Full operation, with all entitlements of the license.
        Active = "active",
        /// The app must stop, because the license has expired.
        Expired = "expired",
        /// Reduced mode, because the license has expired and its key type allows fallback.
        Fallback = "fallback",
    }
}

/// The unsigned contents of a lease. Times are whole Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeaseClaims {
    /// ID of the signing key.
    pub kid: Kid,
    /// ID of the license.
    pub license_key_hash: LicenseId,
    /// ID of the device slot.
    pub instance_id: InstanceId,
    /// Time of signing.
    pub issued_at: i64,
    /// Expiry of the lease, before clients add [`CLOCK_SKEW_SECONDS`].
    pub expires_at: i64,
    /// Mode in which the app may run.
    pub status: LeaseStatus,
    /// Entitlements; empty unless the lease is active.
    pub entitlements: Entitlements,
}

impl LeaseClaims {
    /// Creates the claims for an instance of `license` at `now`.
    ///
    /// A lease lasts seven days, but an active lease never outlives its license.
    pub fn new(
        license: &LeaseInputs,
        instance_id: InstanceId,
        kid: Kid,
        status: LeaseStatus,
        now: Timestamp,
    ) -> Self {
        let issued_at = now.seconds();
        let seven_days = issued_at.saturating_add(MAX_LEASE_SECONDS);
        let (expires_at, entitlements) = match (status, license.expires_at) {
            (LeaseStatus::Active, Some(end)) => {
                (seven_days.min(end.seconds()), license.entitlements.clone())
            }
            (LeaseStatus::Active, None) => (seven_days, license.entitlements.clone()),
            (LeaseStatus::Expired | LeaseStatus::Fallback, _) => {
                (seven_days, Entitlements::empty())
            }
        };
        Self {
            kid,
            license_key_hash: license.id,
            instance_id,
            issued_at,
            expires_at,
            status,
            entitlements,
        }
    }

    /// Returns the UTF-8 bytes that Ed25519 signs: `v3` and the seven claims, separated by `|`,
    /// with no trailing newline.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let Self {
            kid,
            license_key_hash,
            instance_id,
            issued_at,
            expires_at,
            status,
            entitlements,
        } = self;
        let status = status.as_str();
        format!("v3|{kid}|{license_key_hash}|{instance_id}|{issued_at}|{expires_at}|{status}|{entitlements}")
            .into_bytes()
    }
}

/// A signed lease in wire format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lease {
    /// The signed contents.
    #[serde(flatten)]
    pub claims: LeaseClaims,
    /// Standard base64 of the 64-byte signature.
    pub signature: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{license::License, testing};

    fn license(expires_at: Option<i64>) -> License {
        License {
            expires_at: expires_at.map(Timestamp::from_seconds),
            entitlements: ["sync", "pro"]
                .iter()
                .map(|name| name.parse().unwrap())
                .collect(),
            ..testing::license()
        }
    }

    fn claims(expires_at: Option<i64>, status: LeaseStatus, now: i64) -> LeaseClaims {
        let instance = "00000000-0000-4000-8000-000000000001".parse().unwrap();
        let kid = "k1".parse().unwrap();
        LeaseClaims::new(
            &license(expires_at).lease_inputs(),
            instance,
            kid,
            status,
            Timestamp::from_seconds(now),
        )
    }

    #[test]
    fn active_lease_lasts_seven_days_but_never_outlives_its_license() {
        use LeaseStatus::{Active, Expired, Fallback};
        for (license_end, status, lease_end) in [
            (None, Active, 604_900),
            (Some(1_000_000), Active, 604_900),
            (Some(604_900), Active, 604_900),
            (Some(604_899), Active, 604_899),
            (Some(101), Active, 101),
            (Some(100), Expired, 604_900),
            (Some(50), Fallback, 604_900),
        ] {
            let found = claims(license_end, status, 100).expires_at;
            assert_eq!(found, lease_end, "{license_end:?} {status:?}");
        }
    }

    #[test]
    fn only_active_leases_carry_sorted_entitlements() {
        assert_eq!(
            claims(None, LeaseStatus::Active, 0)
                .entitlements
                .to_string(),
            "pro,sync"
        );
        assert_eq!(
            claims(Some(0), LeaseStatus::Expired, 0).entitlements,
            Entitlements::empty()
        );
        assert_eq!(
            claims(Some(0), LeaseStatus::Fallback, 0).entitlements,
            Entitlements::empty()
        );
    }

    #[test]
    fn serialized_fields_match_the_wire_format() {
        let lease = Lease {
            claims: claims(None, LeaseStatus::Active, 100),
            signature: "c2ln".into(),
        };
        let id = license(None).id;
        assert_eq!(
            serde_json::to_value(lease).unwrap(),
            serde_json::json!({
                "kid": "k1",
                "licenseKeyHash": id.to_string(),
                "instanceId": "00000000-0000-4000-8000-000000000001",
                "issuedAt": 100,
                "expiresAt": 604_900,
                "status": "active",
                "entitlements": ["pro", "sync"],
                "signature": "c2ln",
            })
        );
    }
}
