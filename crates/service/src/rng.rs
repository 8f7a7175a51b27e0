//! Source of random bytes, which tests replace.

use keywright_domain::time::Timestamp;
use uuid::{Builder, Uuid};

/// A cryptographically secure source of random bytes.
pub trait Rng: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's random number generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    /// # Panics
    ///
    /// Panics if the operating system can't provide randomness.
    fn fill(&self, bytes: &mut [u8]) {
        #[expect(
            clippy::disallowed_methods,
            reason = "the only place that reads the operating system's randomness"
        )]
        #[expect(
            clippy::expect_used,
            reason = "stopping is safer than continuing with guessable keys"
        )]
        getrandom::fill(bytes).expect("the operating system provides randomness");
    }
}

impl dyn Rng + '_ {
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    pub fn uuid_v4(&self) -> Uuid {
        Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// Returns a UUID that sorts by time (version 7).
    pub fn uuid_v7(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }
}
