//! A sliding-window rate limiter with a counter per key.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

use keywright_domain::time::Timestamp;
use parking_lot::Mutex;

/// Maximum number of tracked keys (≈ 30 MB in the worst case). If it is reached even after idle
/// keys are evicted, all counters are reset.
const MAX_KEYS: usize = 100_000;

pub(super) struct SlidingWindowLimiter<K> {
    /// Maximum number of attempts within the window; 0 for unlimited.
    limit: usize,
    window_millis: i64,
    attempts: Mutex<AttemptsByKey<K>>,
}

type AttemptsByKey<K> = HashMap<K, VecDeque<Timestamp>>;

impl<K: Eq + Hash> SlidingWindowLimiter<K> {
    pub(super) fn new(most: u32, window_millis: i64) -> Self {
        Self {
            limit: most as usize,
            window_millis,
            attempts: Mutex::default(),
        }
    }

    /// Creates a limiter that blocks once more than `most` attempts are recorded, whereas
    /// [`Self::new`] blocks once `most` are.
    pub(super) fn blocking_above(most: u32, window_millis: i64) -> Self {
        let most = if most == 0 { 0 } else { most.saturating_add(1) };
        Self::new(most, window_millis)
    }

    /// Returns the milliseconds until the next attempt is allowed; `None` if it is allowed now.
    pub(super) fn remaining_wait(&self, key: &K, now: Timestamp) -> Option<i64> {
        self.remaining_wait_in(&self.attempts.lock(), key, now)
    }

    /// Records an attempt, even if the limit has been reached.
    pub(super) fn record(&self, key: K, now: Timestamp) {
        self.record_in(&mut self.attempts.lock(), key, now);
    }

    /// Records an attempt if the limit allows it; otherwise fails with the milliseconds until the
    /// next attempt is allowed. Checks and records under one lock, so that concurrent attempts
    /// can't exceed the limit.
    pub(super) fn try_acquire(&self, key: K, now: Timestamp) -> Result<(), i64> {
        let mut by = self.attempts.lock();
        if let Some(wait) = self.remaining_wait_in(&by, &key, now) {
            return Err(wait);
        }
        self.record_in(&mut by, key, now);
        Ok(())
    }

    /// Removes one attempt that was recorded at `noted`, if there is one.
    pub(super) fn release(&self, key: &K, noted: Timestamp) {
        let mut by = self.attempts.lock();
        if let Some(attempts) = by.get_mut(key)
            && let Some(place) = attempts.iter().rposition(|&at| at == noted)
        {
            attempts.remove(place);
            if attempts.is_empty() {
                by.remove(key);
            }
        }
    }

    pub(super) fn evict_idle(&self, now: Timestamp) {
        let mut by = self.attempts.lock();
        by.retain(|_, attempts| attempts.iter().any(|&at| self.is_recent(at, now)));
        by.shrink_to_fit();
    }

    fn remaining_wait_in(&self, by: &AttemptsByKey<K>, key: &K, now: Timestamp) -> Option<i64> {
        let attempts = by.get(key).filter(|_| self.limit > 0)?;
        let recent = attempts.iter().filter(|&&at| self.is_recent(at, now));
        let recent: Vec<_> = recent.collect();
        // Allowed again once the oldest of the last `limit` attempts has left the window.
        let oldest = recent.len().checked_sub(self.limit)?;
        Some(self.window_millis - (now.millis() - recent[oldest].millis()))
    }

    fn record_in(&self, by: &mut AttemptsByKey<K>, key: K, now: Timestamp) {
        if self.limit == 0 {
            return;
        }
        if by.len() >= MAX_KEYS && !by.contains_key(&key) {
            by.retain(|_, attempts| attempts.iter().any(|&at| self.is_recent(at, now)));
            if by.len() >= MAX_KEYS {
                tracing::warn!("rate limiter is full; resetting all counters");
                by.clear();
            }
        }
        let attempts = by.entry(key).or_default();
        attempts.retain(|&at| self.is_recent(at, now));
        if attempts.len() == self.limit {
            attempts.pop_front();
        }
        attempts.push_back(now);
    }

    /// Returns whether an attempt is within the window. Ignores attempts in the future, which were
    /// recorded before the clock was set back.
    fn is_recent(&self, at: Timestamp, now: Timestamp) -> bool {
        (0..self.window_millis).contains(&(now.millis() - at.millis()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_781_000_000);

    fn after(millis: i64) -> Timestamp {
        NOW.plus_millis(millis)
    }

    #[test]
    fn wait_ends_when_the_oldest_attempt_leaves_the_window() {
        let attempts = SlidingWindowLimiter::new(3, 1_000);
        for millis in [0, 300, 600] {
            assert_eq!(attempts.remaining_wait(&"a", after(millis)), None);
            attempts.record("a", after(millis));
        }
        assert_eq!(attempts.remaining_wait(&"a", after(600)), Some(400));
        assert_eq!(attempts.remaining_wait(&"b", after(600)), None);
        assert_eq!(attempts.remaining_wait(&"a", after(999)), Some(1));
        assert_eq!(attempts.remaining_wait(&"a", after(1_000)), None);
        attempts.record("a", after(1_000));
        assert_eq!(attempts.remaining_wait(&"a", after(1_000)), Some(300));
    }

    #[test]
    fn attempts_beyond_the_limit_do_not_shorten_the_wait() {
        let attempts = SlidingWindowLimiter::new(2, 1_000);
        for millis in [0, 100, 200, 300] {
            attempts.record("a", after(millis));
        }
        assert_eq!(attempts.remaining_wait(&"a", after(300)), Some(900));
    }

    #[test]
    fn released_attempt_is_not_counted() {
        let attempts = SlidingWindowLimiter::new(1, 1_000);
        attempts.record("a", NOW);
        attempts.release(&"a", NOW);
        attempts.release(&"a", NOW);
        attempts.release(&"b", NOW);
        assert_eq!(attempts.remaining_wait(&"a", NOW), None);
    }

    #[test]
    fn zero_limit_allows_everything() {
        let attempts = SlidingWindowLimiter::new(0, 1_000);
        assert!((0..1_000).all(|_| attempts.try_acquire("a", NOW).is_ok()));
    }

    #[test]
    fn attempts_from_before_a_clock_rollback_are_ignored() {
        let attempts = SlidingWindowLimiter::new(1, 1_000);
        attempts.record("a", NOW);
        assert_eq!(attempts.remaining_wait(&"a", after(-86_400_000)), None);
        attempts.record("a", after(-86_400_000));
        assert_eq!(
            attempts.remaining_wait(&"a", after(-86_400_000)),
            Some(1_000)
        );
    }

    #[test]
    fn idle_keys_are_evicted_and_a_full_limiter_is_reset() {
        let attempts = SlidingWindowLimiter::new(1, 1_000);
        for number in 0..MAX_KEYS {
            attempts.record(number, NOW);
        }
        assert_eq!(attempts.remaining_wait(&0, NOW), Some(1_000));
        attempts.record(MAX_KEYS, NOW);
        assert_eq!(attempts.attempts.lock().len(), 1);
        attempts.evict_idle(after(999));
        assert_eq!(attempts.attempts.lock().len(), 1);
        attempts.evict_idle(after(1_000));
        assert_eq!(attempts.attempts.lock().len(), 0);
    }
}
