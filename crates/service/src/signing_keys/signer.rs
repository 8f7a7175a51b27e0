//! Signing with a tenant's private key.

use data_encoding::BASE64;
use ed25519_dalek::{Signer, SigningKey};
use keywright_domain::{
    ids::{Kid, TenantId},
    lease::{Lease, LeaseClaims},
    product_settings::SettingsClaims,
};
use keywright_store::SealedSigningKey;
use zeroize::Zeroizing;

use super::master_key::MasterKey;
use crate::rng::Rng;

/// An opened signing key.
pub(crate) struct TenantSigner {
    kid: Kid,
    key: SigningKey,
}

impl TenantSigner {
    /// Opens a tenant's sealed key; `None` if the master key does not match.
    pub(crate) fn open(
        master_key: &MasterKey,
        tenant_id: &TenantId,
        sealed: &SealedSigningKey,
    ) -> Option<Self> {
        Some(Self {
            kid: sealed.kid.clone(),
            key: unseal(master_key, tenant_id, sealed)?,
        })
    }

    pub(crate) fn kid(&self) -> &Kid {
        &self.kid
    }

    pub(crate) fn sign_lease(&self, claims: LeaseClaims) -> Lease {
        let signature = self.sign(&claims.signed_bytes());
        Lease { claims, signature }
    }

    /// Returns the signature over the settings, in standard base64.
    pub(crate) fn sign_settings(&self, claims: &SettingsClaims) -> String {
        self.sign(&claims.signed_bytes())
    }

    fn sign(&self, bytes: &[u8]) -> String {
        BASE64.encode(&self.key.sign(bytes).to_bytes())
    }
}

/// Returns whether the master key opens the sealed key and the result matches its public key.
pub(crate) fn is_usable(
    master_key: &MasterKey,
    tenant_id: &TenantId,
    sealed: &SealedSigningKey,
) -> bool {
    unseal(master_key, tenant_id, sealed)
        .is_some_and(|key| BASE64.encode(key.verifying_key().as_bytes()) == sealed.public_key)
}

fn unseal(
    master_key: &MasterKey,
    tenant_id: &TenantId,
    sealed: &SealedSigningKey,
) -> Option<SigningKey> {
    let bytes = master_key.open(
        &seal_purpose(tenant_id, &sealed.kid),
        &sealed.sealed_private_key,
    );
    let secret = <[u8; 32]>::try_from(bytes.ok()?.as_slice()).ok()?;
    Some(SigningKey::from_bytes(&Zeroizing::new(secret)))
}

/// Generates a key pair for the tenant and seals the private key.
pub(crate) fn generate(
    master_key: &MasterKey,
    rng: &dyn Rng,
    tenant_id: &TenantId,
    kid: Kid,
) -> SealedSigningKey {
    let secret = Zeroizing::new(rng.bytes::<32>());
    let public = SigningKey::from_bytes(&secret).verifying_key();
    SealedSigningKey {
        public_key: BASE64.encode(public.as_bytes()),
        sealed_private_key: master_key.seal(rng, &seal_purpose(tenant_id, &kid), secret.as_slice()),
        kid,
    }
}

/// Returns the private key, so that tests can search for leaks of it.
#[cfg(feature = "testing")]
pub(crate) fn private_key(
    master_key: &MasterKey,
    tenant_id: &TenantId,
    sealed: &SealedSigningKey,
) -> Option<Zeroizing<Vec<u8>>> {
    let purpose = seal_purpose(tenant_id, &sealed.kid);
    master_key.open(&purpose, &sealed.sealed_private_key).ok()
}

/// Binds a sealed key to its row. A copy in another row can't be opened.
fn seal_purpose(tenant_id: &TenantId, kid: &Kid) -> String {
    format!("signing key {tenant_id}/{kid}")
}
