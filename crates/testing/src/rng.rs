//! Reproducible randomness for tests.

use std::sync::atomic::{AtomicU64, Ordering};

use keywright_service::rng::Rng;
use sha2::{Digest, Sha256};

/// Generator whose bytes depend only on the seed.
#[derive(Debug)]
pub struct SeededRng {
    seed: u64,
    block_counter: AtomicU64,
}

impl SeededRng {
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            block_counter: AtomicU64::new(0),
        }
    }
}

impl Rng for SeededRng {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let number = self.block_counter.fetch_add(1, Ordering::SeqCst);
            let block = Sha256::new()
                .chain_update(self.seed.to_le_bytes())
                .chain_update(number.to_le_bytes());
            chunk.copy_from_slice(&block.finalize()[..chunk.len()]);
        }
    }
}
