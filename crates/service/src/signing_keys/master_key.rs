//! The master key, which encrypts private signing keys before they are stored.

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use data_encoding::BASE64;
use futures::FutureExt;
use keywright_store::{Store, StoreError};
use zeroize::Zeroizing;

use crate::rng::Rng;

/// Name of the server metadata entry that holds the sealed [`CHECK_TEXT`], used to verify the
/// master key.
const CHECK_NAME: &str = "master_key_check";

const CHECK_TEXT: &[u8] = b"keywright";

/// Length of the cipher's nonce in bytes. Long enough for random nonces.
const NONCE_BYTES: usize = 24;

/// A 32-byte secret key. It doesn't implement `Debug`, `Display` or `Serialize`.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

/// Why the master key could not be read or does not match. Shown to the person who started the
/// program.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// Not 32 bytes of base64.
    #[error(
        "The master key must be 32 bytes in base64 (44 characters). `openssl rand -base64 32` generates one"
    )]
    Malformed,
    /// The database was set up with a different key.
    #[error(
        "The master key does not match this database. Set KEYWRIGHT_MASTER_KEY or KEYWRIGHT_MASTER_KEY_FILE to the original key; without it the signing keys can't be read"
    )]
    Mismatch,
    /// The database could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The ciphertext was not sealed with this key for this purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("decryption with the master key failed")]
pub struct UnsealError;

impl MasterKey {
    /// Parses base64, ignoring surrounding whitespace.
    pub fn from_base64(text: &str) -> Result<Self, MasterKeyError> {
        let bytes = Zeroizing::new(
            BASE64
                .decode(text.trim().as_bytes())
                .map_err(|_| MasterKeyError::Malformed)?,
        );
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| MasterKeyError::Malformed)?;
        Ok(Self(Zeroizing::new(key)))
    }

    pub fn generate(rng: &dyn Rng) -> Self {
        Self(Zeroizing::new(rng.bytes()))
    }

    /// Returns the key as base64, for storing it in a file.
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64.encode(self.0.as_slice()))
    }

    /// Returns whether the database contains data that was sealed with a master key. Until then,
    /// any key is accepted.
    pub async fn is_in_use(store: &Store) -> Result<bool, StoreError> {
        store.has_signing_keys().await
    }

    /// Returns this key if it matches the database. If nothing has been sealed yet, any key
    /// matches and is recorded.
    pub async fn verify_against_store(
        self,
        store: &Store,
        rng: &dyn Rng,
    ) -> Result<Self, MasterKeyError> {
        let stored = store.server_metadata(CHECK_NAME).await?;
        if stored.is_some_and(|stored| self.open(CHECK_NAME, &stored).is_ok()) {
            return Ok(self);
        }
        if Self::is_in_use(store).await? {
            return Err(MasterKeyError::Mismatch);
        }
        let ours = self.seal(rng, CHECK_NAME, CHECK_TEXT);
        store
            .write(move |tx| async move { tx.set_server_metadata(CHECK_NAME, &ours).await }.boxed())
            .await?;
        Ok(self)
    }

    /// Encrypts `secret`. Only the same key opens it, and only for the same `purpose`.
    pub(crate) fn seal(&self, rng: &dyn Rng, purpose: &str, secret: &[u8]) -> String {
        let nonce: [u8; NONCE_BYTES] = rng.bytes();
        let payload = Payload {
            msg: secret,
            aad: purpose.as_bytes(),
        };
        #[expect(clippy::expect_used, reason = "fails only beyond 256 GiB")]
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .expect("the message is shorter than 256 GiB");
        BASE64.encode(&[nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts the result of [`MasterKey::seal`].
    pub(crate) fn open(
        &self,
        purpose: &str,
        sealed: &str,
    ) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        let bytes = BASE64.decode(sealed.as_bytes()).map_err(|_| UnsealError)?;
        let (nonce, sealed) = bytes
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(UnsealError)?;
        let payload = Payload {
            msg: sealed,
            aad: purpose.as_bytes(),
        };
        self.cipher()
            .decrypt(&XNonce::from(*nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| UnsealError)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SystemRng;

    #[test]
    fn sealed_text_opens_only_with_the_same_key_and_purpose() {
        let rng: &dyn Rng = &SystemRng;
        let (key, other) = (MasterKey::generate(rng), MasterKey::generate(rng));
        let sealed = key.seal(rng, "acme/k1", b"secret");
        assert_eq!(key.open("acme/k1", &sealed).unwrap().as_slice(), b"secret");
        assert_eq!(key.open("acme/k2", &sealed), Err(UnsealError));
        assert_eq!(other.open("acme/k1", &sealed), Err(UnsealError));
        assert_eq!(key.open("acme/k1", &sealed[4..]), Err(UnsealError));
        assert_eq!(key.open("acme/k1", ""), Err(UnsealError));
        assert!(!sealed.contains("secret"));
        assert_ne!(
            sealed,
            key.seal(rng, "acme/k1", b"secret"),
            "every sealing uses a new nonce"
        );
    }

    #[test]
    fn only_32_bytes_of_base64_are_a_valid_key() {
        let key = MasterKey::generate(&SystemRng);
        let text = format!("  {}\n", key.to_base64().as_str());
        assert!(MasterKey::from_base64(&text).is_ok_and(|read| read.0 == key.0));
        for bad in ["", "abc", "AAAA", &"A".repeat(44), &text[..40]] {
            assert!(
                matches!(MasterKey::from_base64(bad), Err(MasterKeyError::Malformed)),
                "{bad}"
            );
        }
    }
}
