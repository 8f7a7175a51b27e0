//! Password hashing with Argon2id, limited to two hashes at a time.

use std::{hint::black_box, sync::Arc};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier, phc::PasswordHash},
};
use tokio::{sync::Semaphore, task::spawn_blocking};
use zeroize::Zeroizing;

use crate::{Error, InvalidInputError, rng::Rng};

/// Maximum number of concurrent hashes. Each takes 19 MiB and one core for about 20 ms, and
/// sign-ins must not starve device requests.
const MAX_CONCURRENT_HASHES: usize = 2;

/// Maximum number of queued hashes, about a third of a second of work. Beyond it, requests fail
/// immediately with [`Error::Busy`].
const MAX_QUEUED_HASHES: usize = 32;

/// Allowed length of a new password, in characters.
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 10..=200;

/// Hashes passwords with Argon2id and the crate's default parameters: 19 MiB, 2 passes, 1 lane,
/// as OWASP recommends.
pub(crate) struct PasswordHasher {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl Default for PasswordHasher {
    fn default() -> Self {
        Self {
            running: Arc::new(Semaphore::new(MAX_CONCURRENT_HASHES)),
            admitted: Arc::new(Semaphore::new(MAX_CONCURRENT_HASHES + MAX_QUEUED_HASHES)),
        }
    }
}

pub(crate) fn validate_new_password(password: &str) -> Result<(), InvalidInputError> {
    if PASSWORD_CHARS.contains(&password.chars().count()) {
        Ok(())
    } else {
        Err(InvalidInputError::PasswordLength {
            min: *PASSWORD_CHARS.start(),
            max: *PASSWORD_CHARS.end(),
        })
    }
}

impl PasswordHasher {
    /// Returns the password's hash in PHC string format.
    pub(crate) async fn hash(&self, rng: &dyn Rng, password: &str) -> Result<String, Error> {
        let (salt, password) = (rng.bytes::<16>(), Zeroizing::new(password.to_owned()));
        self.run(move || hash(&password, &salt)).await
    }

    /// Returns whether the password matches the hash. Without a hash, does the same work and
    /// returns `false`.
    pub(crate) async fn verify(
        &self,
        rng: &dyn Rng,
        password: &str,
        stored_hash: Option<String>,
    ) -> Result<bool, Error> {
        let password = Zeroizing::new(password.to_owned());
        let salt = rng.bytes::<16>();
        self.run(move || {
            if let Some(stored_hash) = stored_hash {
                return verify(&password, &stored_hash);
            }
            // Do the same work for an unknown account.
            black_box(hash(&password, &salt));
            false
        })
        .await
    }

    /// Runs `work` once a permit is free. `work` owns the permits, so that canceling the caller
    /// does not release them while the hash is still running.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let admission_permit = self.admitted.clone().try_acquire_owned();
        let admission_permit = admission_permit.map_err(|_| Error::Busy)?;
        #[expect(
            clippy::expect_used,
            reason = "the semaphore is never closed, and hashing does not panic"
        )]
        {
            let run_permit = self
                .running
                .clone()
                .acquire_owned()
                .await
                .expect("the semaphore is never closed");
            let work = move || {
                let _permits = (admission_permit, run_permit);
                work()
            };
            Ok(spawn_blocking(work).await.expect("hashing does not panic"))
        }
    }
}

fn hash(password: &str, salt: &[u8]) -> String {
    #[expect(
        clippy::expect_used,
        reason = "fails only for invalid salt and password lengths"
    )]
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), salt)
        .expect("salt and password have valid lengths")
        .to_string()
}

fn verify(password: &str, stored_hash: &str) -> bool {
    PasswordHash::new(stored_hash).is_ok_and(|stored_hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &stored_hash)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use super::*;
    use crate::rng::SystemRng;

    #[tokio::test]
    async fn only_the_correct_password_verifies() {
        let (hasher, rng) = (PasswordHasher::default(), SystemRng);
        let stored = hasher.hash(&rng, "correct horse").await.unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        let verify = async |password, stored| hasher.verify(&rng, password, stored).await.unwrap();
        assert!(verify("correct horse", Some(stored.clone())).await);
        let long = "x".repeat(10_000);
        for wrong in ["", "correct hors", "correct horse ", "Correct horse", &long] {
            assert!(!verify(wrong, Some(stored.clone())).await, "{wrong}");
        }
        assert!(!verify("", None).await, "no account");
    }

    /// Requests beyond the queue limit fail immediately, and capacity is available again
    /// afterwards.
    #[tokio::test]
    async fn concurrent_and_queued_hashes_are_limited() {
        let hasher = PasswordHasher::default();
        let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (running, most) = (Arc::new(running), Arc::new(most));
        let work = || {
            let (running, most) = (running.clone(), most.clone());
            move || {
                most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
                hash("correct horse", &[0; 16]);
                running.fetch_sub(1, SeqCst);
            }
        };
        let results = futures::future::join_all((0..60).map(|_| hasher.run(work()))).await;
        let served = results.iter().filter(|done| done.is_ok()).count();
        assert_eq!(served, MAX_CONCURRENT_HASHES + MAX_QUEUED_HASHES);
        assert_eq!(most.load(SeqCst), MAX_CONCURRENT_HASHES);
        assert!(hasher.run(work()).await.is_ok());
    }

    #[test]
    fn new_password_must_have_10_to_200_characters() {
        for good in ["0123456789", &"ж".repeat(200)] {
            assert_eq!(validate_new_password(good), Ok(()));
        }
        for bad in ["", "012345678", &"x".repeat(201)] {
            assert_eq!(
                validate_new_password(bad),
                Err(InvalidInputError::PasswordLength { min: 10, max: 200 })
            );
        }
    }
}
