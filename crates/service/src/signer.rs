//! A tenant's private key at work.

use data_encoding::BASE64;
use ed25519_dalek::{Signer, SigningKey};
use keywright_domain::{
    ids::{Kid, TenantId},
    lease::{Lease, LeaseClaims},
    settings::SettingsClaims,
};
use keywright_store::SealedSigningKey;
use zeroize::Zeroizing;

use crate::context::Context;
#[cfg(feature = "testing")]
use crate::master_key::MasterKey;

/// A key that signs.
pub(crate) struct TenantSigner {
    kid: Kid,
    key: SigningKey,
}

impl TenantSigner {
    pub(crate) fn kid(&self) -> &Kid {
        &self.kid
    }

    pub(crate) fn lease(&self, claims: LeaseClaims) -> Lease {
        let signature = self.sign(&claims.signed_bytes());
        Lease { claims, signature }
    }

    /// Standard base64 of the signature over the settings' bytes.
    pub(crate) fn settings(&self, claims: &SettingsClaims) -> String {
        self.sign(&claims.signed_bytes())
    }

    fn sign(&self, bytes: &[u8]) -> String {
        BASE64.encode(&self.key.sign(bytes).to_bytes())
    }
}

impl Context {
    /// The tenant's key at work, if the master key opens it.
    pub(crate) fn signer(
        &self,
        tenant: &TenantId,
        sealed: &SealedSigningKey,
    ) -> Option<TenantSigner> {
        Some(TenantSigner {
            kid: sealed.kid.clone(),
            key: self.unseal(tenant, sealed)?,
        })
    }

    /// Whether the key can be used: the master key opens it, and it belongs to its public half.
    pub(crate) fn opens(&self, tenant: &TenantId, sealed: &SealedSigningKey) -> bool {
        self.unseal(tenant, sealed)
            .is_some_and(|key| BASE64.encode(key.verifying_key().as_bytes()) == sealed.public_key)
    }

    fn unseal(&self, tenant: &TenantId, sealed: &SealedSigningKey) -> Option<SigningKey> {
        let purpose = purpose(tenant, &sealed.kid);
        let bytes = self.master_key.open(&purpose, &sealed.sealed_private_key);
        let secret = <[u8; 32]>::try_from(bytes.ok()?.as_slice()).ok()?;
        Some(SigningKey::from_bytes(&Zeroizing::new(secret)))
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

/// The private half of a sealed key, to look for where it must not be.
#[cfg(feature = "testing")]
pub(crate) fn private_half(
    master_key: &MasterKey,
    tenant: &TenantId,
    sealed: &SealedSigningKey,
) -> Option<Zeroizing<Vec<u8>>> {
    let purpose = purpose(tenant, &sealed.kid);
    master_key.open(&purpose, &sealed.sealed_private_key).ok()
}

/// Ties a sealed key to its place: copied to another row, it does not open.
fn purpose(tenant: &TenantId, kid: &Kid) -> String {
    format!("signing key {tenant}/{kid}")
}
