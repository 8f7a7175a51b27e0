//! The master key: what seals private signing keys before they reach the database.

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use data_encoding::BASE64;
use futures::FutureExt;
use keywright_store::{Store, StoreError};
use zeroize::Zeroizing;

use crate::rng::Rng;

/// Under this name the database keeps a text that only the right master key opens.
const CHECK_FACT: &str = "master_key_check";

/// What that text says.
const CHECK_TEXT: &[u8] = b"keywright";

/// The cipher's nonce, in bytes: long enough to be random.
const NONCE: usize = 24;

/// 32 secret bytes. It has no `Debug`, `Display` or `Serialize`.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

/// Why there is no usable master key: a sentence for the person who started the program.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// Not 32 bytes of base64.
    #[error(
        "The master key must be 32 bytes in base64 (44 characters). `openssl rand -base64 32` makes one"
    )]
    Malformed,
    /// The database was set up with another one.
    #[error(
        "This is not the master key that this database was set up with. Set KEYWRIGHT_MASTER_KEY or KEYWRIGHT_MASTER_KEY_FILE to that one; without it the signing keys can't be read"
    )]
    Wrong,
    /// The database could not be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The text was not sealed with this key, for this purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this can't be opened with the master key")]
pub struct Unopenable;

impl MasterKey {
    /// From base64, surrounding white space aside.
    pub fn from_base64(text: &str) -> Result<Self, MasterKeyError> {
        let bytes = Zeroizing::new(
            BASE64
                .decode(text.trim().as_bytes())
                .map_err(|_| MasterKeyError::Malformed)?,
        );
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| MasterKeyError::Malformed)?;
        Ok(Self(Zeroizing::new(key)))
    }

    /// A new one.
    pub fn generate(rng: &dyn Rng) -> Self {
        Self(Zeroizing::new(rng.bytes()))
    }

    /// As base64, for the file that keeps it.
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64.encode(self.0.as_slice()))
    }

    /// Whether the database holds anything that a master key sealed. While it does not, any key will do.
    pub async fn is_needed(store: &Store) -> Result<bool, StoreError> {
        store.has_signing_keys().await
    }

    /// This key, once the database agrees that it is the right one. While nothing is sealed, it is whichever comes.
    pub async fn checked(self, store: &Store, rng: &dyn Rng) -> Result<Self, MasterKeyError> {
        let stated = store.server_fact(CHECK_FACT).await?;
        if stated.is_some_and(|stated| self.open(CHECK_FACT, &stated).is_ok()) {
            return Ok(self);
        }
        if Self::is_needed(store).await? {
            return Err(MasterKeyError::Wrong);
        }
        let ours = self.seal(rng, CHECK_FACT, CHECK_TEXT);
        store
            .write(move |tx| async move { tx.restate_server_fact(CHECK_FACT, &ours).await }.boxed())
            .await?;
        Ok(self)
    }

    /// Encrypts `secret`; only the same key opens it, and only for the same `purpose`.
    pub(crate) fn seal(&self, rng: &dyn Rng, purpose: &str, secret: &[u8]) -> String {
        let nonce: [u8; NONCE] = rng.bytes();
        let payload = Payload {
            msg: secret,
            aad: purpose.as_bytes(),
        };
        #[expect(clippy::expect_used, reason = "fails only beyond 256 GiB")]
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a short message");
        BASE64.encode(&[nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts what [`MasterKey::seal`] made.
    pub(crate) fn open(
        &self,
        purpose: &str,
        sealed: &str,
    ) -> Result<Zeroizing<Vec<u8>>, Unopenable> {
        let bytes = BASE64.decode(sealed.as_bytes()).map_err(|_| Unopenable)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or(Unopenable)?;
        let payload = Payload {
            msg: sealed,
            aad: purpose.as_bytes(),
        };
        self.cipher()
            .decrypt(&XNonce::from(*nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| Unopenable)
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
    fn only_the_same_key_and_purpose_open_a_sealed_text() {
        let rng: &dyn Rng = &SystemRng;
        let (key, other) = (MasterKey::generate(rng), MasterKey::generate(rng));
        let sealed = key.seal(rng, "acme/k1", b"secret");
        assert_eq!(key.open("acme/k1", &sealed).unwrap().as_slice(), b"secret");
        assert_eq!(key.open("acme/k2", &sealed), Err(Unopenable));
        assert_eq!(other.open("acme/k1", &sealed), Err(Unopenable));
        assert_eq!(key.open("acme/k1", &sealed[4..]), Err(Unopenable));
        assert_eq!(key.open("acme/k1", ""), Err(Unopenable));
        assert!(!sealed.contains("secret"));
        assert_ne!(
            sealed,
            key.seal(rng, "acme/k1", b"secret"),
            "a fresh nonce each time"
        );
    }

    #[test]
    fn a_key_is_32_bytes_of_base64() {
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
