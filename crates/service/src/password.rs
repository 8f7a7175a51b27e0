//! Passwords: hashed with Argon2id, two at a time.

use std::{hint::black_box, sync::Arc};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier, phc::PasswordHash},
};
use tokio::{sync::Semaphore, task::spawn_blocking};
use zeroize::Zeroizing;

use crate::{Invalid, rng::Rng};

/// Hashes at once: each takes 19 MiB and a core for some 20 ms, and sign-ins must not starve the devices.
const AT_ONCE: usize = 2;

/// Fewest and most characters of a new password.
const LENGTH: std::ops::RangeInclusive<usize> = 10..=200;

/// Argon2id with the crate's default parameters: 19 MiB, 2 passes, 1 lane, as OWASP advises.
pub(crate) struct PasswordHasher {
    turns: Arc<Semaphore>,
}

impl Default for PasswordHasher {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

/// Checks a new password's length.
pub(crate) fn check_new(password: &str) -> Result<(), Invalid> {
    if LENGTH.contains(&password.chars().count()) {
        Ok(())
    } else {
        Err(Invalid::Password {
            min: *LENGTH.start(),
            max: *LENGTH.end(),
        })
    }
}

impl PasswordHasher {
    /// The hash of a password, in the PHC string format.
    pub(crate) async fn hash(&self, rng: &dyn Rng, password: &str) -> String {
        let (salt, password) = (rng.bytes::<16>(), Zeroizing::new(password.to_owned()));
        self.run(move || hash(&password, &salt)).await
    }

    /// Whether the password is the one that was hashed. With no hash it takes as long, and says no.
    pub(crate) async fn verify(
        &self,
        rng: &dyn Rng,
        password: &str,
        hashed: Option<String>,
    ) -> bool {
        let password = Zeroizing::new(password.to_owned());
        let salt = rng.bytes::<16>();
        self.run(move || {
            if let Some(hashed) = hashed {
                return verify(&password, &hashed);
            }
            // The same work for an account that is not there.
            black_box(hash(&password, &salt));
            false
        })
        .await
    }

    /// The work holds its turn itself: a caller who hangs up does not make room for one more.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        #[expect(
            clippy::expect_used,
            reason = "the semaphore is never closed, and hashing does not panic"
        )]
        {
            let turn = self
                .turns
                .clone()
                .acquire_owned()
                .await
                .expect("an open semaphore");
            let work = move || {
                let _turn = turn;
                work()
            };
            spawn_blocking(work).await.expect("hashing")
        }
    }
}

fn hash(password: &str, salt: &[u8]) -> String {
    #[expect(
        clippy::expect_used,
        reason = "fails only for salts and passwords of impossible length"
    )]
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), salt)
        .expect("a hash")
        .to_string()
}

fn verify(password: &str, hashed: &str) -> bool {
    PasswordHash::new(hashed).is_ok_and(|hashed| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hashed)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::SeededRng;

    #[tokio::test]
    async fn only_the_right_password_verifies() {
        let (hasher, rng) = (PasswordHasher::default(), SeededRng::new(1));
        let stored = hasher.hash(&rng, "correct horse").await;
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(
            hasher
                .verify(&rng, "correct horse", Some(stored.clone()))
                .await
        );
        for wrong in [
            "",
            "correct hors",
            "correct horse ",
            "Correct horse",
            &"x".repeat(10_000),
        ] {
            assert!(
                !hasher.verify(&rng, wrong, Some(stored.clone())).await,
                "{wrong}"
            );
        }
        assert!(!hasher.verify(&rng, "", None).await, "no account");
    }

    #[test]
    fn new_passwords_have_10_to_200_characters() {
        for good in ["0123456789", &"ж".repeat(200)] {
            assert_eq!(check_new(good), Ok(()));
        }
        for bad in ["", "012345678", &"x".repeat(201)] {
            assert_eq!(check_new(bad), Err(Invalid::Password { min: 10, max: 200 }));
        }
    }
}
