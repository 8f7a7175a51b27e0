//! A tenant's signing keys: made, listed, used.

use std::sync::Arc;

use data_encoding::BASE64;
use ed25519_dalek::{Signer, SigningKey};
use keywright_domain::{
    ids::{Kid, TenantId},
    lease::{Lease, LeaseClaims},
};
use keywright_store::{PublicKey, SealedSigningKey, StoreError};
use zeroize::Zeroizing;

use crate::{Error, context::Context};

/// The name of a tenant's first key, unless it asks for another.
pub const FIRST_KID: &str = "k1";

/// What apps need to verify leases offline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyset {
    /// The key that signs now.
    pub primary: Kid,
    /// Every key that may verify a lease that is still out, the oldest first.
    pub keys: Vec<PublicKey>,
}

/// Use cases around signing keys.
#[derive(Clone)]
pub struct SigningKeys(pub(crate) Arc<Context>);

impl SigningKeys {
    /// The tenant's public keys; the same while the tenant is suspended, for leases that are out stay valid.
    pub async fn keyset(&self, tenant: &TenantId) -> Result<Keyset, Error> {
        let keys = self.0.store.public_keys(tenant).await?;
        let primary = keys
            .iter()
            .find(|key| key.is_primary)
            .ok_or(Error::NotFound)?
            .kid
            .clone();
        Ok(Keyset { primary, keys })
    }
}

/// A private key at work: what signs one answer's lease.
pub(crate) struct LeaseSigner {
    kid: Kid,
    key: SigningKey,
}

impl LeaseSigner {
    pub(crate) fn kid(&self) -> &Kid {
        &self.kid
    }

    pub(crate) fn sign(&self, claims: LeaseClaims) -> Lease {
        let signature = self.key.sign(&claims.signed_bytes());
        Lease {
            claims,
            signature: BASE64.encode(&signature.to_bytes()),
        }
    }
}

impl Context {
    /// The key that signs the tenant's leases now.
    pub(crate) async fn lease_signer(&self, tenant: &TenantId) -> Result<LeaseSigner, Error> {
        let corrupt = Error::Internal(StoreError::Corrupt {
            table: "signing_keys",
            column: "sealed_private_key",
        });
        let sealed = self
            .store
            .primary_signing_key(tenant)
            .await?
            .ok_or(corrupt.clone())?;
        let opened = self
            .master_key
            .open(&purpose(tenant, &sealed.kid), &sealed.sealed_private_key);
        let secret = opened.ok().and_then(|bytes| {
            <[u8; 32]>::try_from(bytes.as_slice())
                .ok()
                .map(Zeroizing::new)
        });
        let secret = secret.ok_or(corrupt)?;
        Ok(LeaseSigner {
            kid: sealed.kid,
            key: SigningKey::from_bytes(&secret),
        })
    }

    /// A new key pair for the tenant, its private half sealed.
    pub(crate) fn new_signing_key(&self, tenant: &TenantId, kid: Kid) -> SealedSigningKey {
        let secret = Zeroizing::new(self.rng.bytes::<32>());
        let public = SigningKey::from_bytes(&secret).verifying_key();
        SealedSigningKey {
            public_key: BASE64.encode(public.as_bytes()),
            sealed_private_key: self.master_key.seal(
                &*self.rng,
                &purpose(tenant, &kid),
                secret.as_slice(),
            ),
            kid,
        }
    }
}

/// Ties a sealed key to its place: copied to another row, it does not open.
fn purpose(tenant: &TenantId, kid: &Kid) -> String {
    format!("signing key {tenant}/{kid}")
}
