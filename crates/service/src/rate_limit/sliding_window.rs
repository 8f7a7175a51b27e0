//! A limit within a window of time that ends now.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

use keywright_domain::time::Timestamp;
use parking_lot::Mutex;

/// Most that are told apart: some 30 MB, if each has many attempts. Beyond that all counts begin anew, which helps a guesser who
/// has so many addresses no more than having them does.
const MOST: usize = 100_000;

/// Counts attempts, and says how long to wait where there were too many.
pub(super) struct SlidingWindowLimiter<K> {
    /// Most within the window; 0 for any number.
    most: usize,
    window_millis: i64,
    by: Mutex<ByKey<K>>,
}

type ByKey<K> = HashMap<K, VecDeque<Timestamp>>;

impl<K: Eq + Hash> SlidingWindowLimiter<K> {
    pub(super) fn new(most: u32, window_millis: i64) -> Self {
        Self {
            most: most as usize,
            window_millis,
            by: Mutex::default(),
        }
    }

    /// For a limit that may be gone beyond by one.
    pub(super) fn more_than(most: u32, window_millis: i64) -> Self {
        let most = if most == 0 { 0 } else { most.saturating_add(1) };
        Self::new(most, window_millis)
    }

    /// For how many milliseconds whoever this is has to wait for the next one, if at all.
    pub(super) fn wait(&self, key: &K, now: Timestamp) -> Option<i64> {
        self.wait_in(&self.by.lock(), key, now)
    }

    /// Notes one, whether or not there were too many.
    pub(super) fn record(&self, key: K, now: Timestamp) {
        self.record_in(&mut self.by.lock(), key, now);
    }

    /// Notes one if there is no need to wait for it, and gives the milliseconds to wait otherwise. Of many at once no more are
    /// noted than may be.
    pub(super) fn try_acquire(&self, key: K, now: Timestamp) -> Result<(), i64> {
        let mut by = self.by.lock();
        if let Some(wait) = self.wait_in(&by, &key, now) {
            return Err(wait);
        }
        self.record_in(&mut by, key, now);
        Ok(())
    }

    /// Takes back what was noted for then.
    pub(super) fn release(&self, key: &K, noted: Timestamp) {
        let mut by = self.by.lock();
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
        let mut by = self.by.lock();
        by.retain(|_, attempts| attempts.iter().any(|&at| self.is_recent(at, now)));
        by.shrink_to_fit();
    }

    fn wait_in(&self, by: &ByKey<K>, key: &K, now: Timestamp) -> Option<i64> {
        let attempts = by.get(key).filter(|_| self.most > 0)?;
        let recent = attempts.iter().filter(|&&at| self.is_recent(at, now));
        let recent: Vec<_> = recent.collect();
        // Free once the oldest of the last `most` has left the window.
        let oldest = recent.len().checked_sub(self.most)?;
        Some(self.window_millis - (now.millis() - recent[oldest].millis()))
    }

    fn record_in(&self, by: &mut ByKey<K>, key: K, now: Timestamp) {
        if self.most == 0 {
            return;
        }
        if by.len() >= MOST && !by.contains_key(&key) {
            by.retain(|_, attempts| attempts.iter().any(|&at| self.is_recent(at, now)));
            if by.len() >= MOST {
                tracing::warn!("too many addresses to count attempts of: the counts begin anew");
                by.clear();
            }
        }
        let attempts = by.entry(key).or_default();
        attempts.retain(|&at| self.is_recent(at, now));
        // Older ones make no difference.
        if attempts.len() == self.most {
            attempts.pop_front();
        }
        attempts.push_back(now);
    }

    /// What is of the future was noted before the clock was set back: nobody waits for that.
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
    fn whoever_had_three_waits_until_the_first_is_a_second_old() {
        let attempts = SlidingWindowLimiter::new(3, 1_000);
        for millis in [0, 300, 600] {
            assert_eq!(attempts.wait(&"a", after(millis)), None);
            attempts.record("a", after(millis));
        }
        assert_eq!(attempts.wait(&"a", after(600)), Some(400));
        assert_eq!(attempts.wait(&"b", after(600)), None);
        assert_eq!(attempts.wait(&"a", after(999)), Some(1));
        assert_eq!(attempts.wait(&"a", after(1_000)), None);
        attempts.record("a", after(1_000));
        assert_eq!(attempts.wait(&"a", after(1_000)), Some(300));
    }

    #[test]
    fn what_is_noted_beyond_the_limit_makes_the_wait_no_shorter() {
        let attempts = SlidingWindowLimiter::new(2, 1_000);
        for millis in [0, 100, 200, 300] {
            attempts.record("a", after(millis));
        }
        assert_eq!(attempts.wait(&"a", after(300)), Some(900));
    }

    #[test]
    fn one_that_is_taken_back_counts_no_more() {
        let attempts = SlidingWindowLimiter::new(1, 1_000);
        attempts.record("a", NOW);
        attempts.release(&"a", NOW);
        attempts.release(&"a", NOW);
        attempts.release(&"b", NOW);
        assert_eq!(attempts.wait(&"a", NOW), None);
    }

    #[test]
    fn a_limit_of_none_counts_nothing() {
        let attempts = SlidingWindowLimiter::new(0, 1_000);
        assert!((0..1_000).all(|_| attempts.try_acquire("a", NOW).is_ok()));
    }

    #[test]
    fn a_clock_that_is_set_back_holds_nobody_up() {
        let attempts = SlidingWindowLimiter::new(1, 1_000);
        attempts.record("a", NOW);
        assert_eq!(attempts.wait(&"a", after(-86_400_000)), None);
        attempts.record("a", after(-86_400_000));
        assert_eq!(attempts.wait(&"a", after(-86_400_000)), Some(1_000));
    }

    #[test]
    fn the_quiet_are_forgotten_and_so_is_everybody_if_there_are_too_many() {
        let attempts = SlidingWindowLimiter::new(1, 1_000);
        for number in 0..MOST {
            attempts.record(number, NOW);
        }
        assert_eq!(attempts.wait(&0, NOW), Some(1_000));
        attempts.record(MOST, NOW);
        assert_eq!(attempts.by.lock().len(), 1);
        attempts.evict_idle(after(999));
        assert_eq!(attempts.by.lock().len(), 1);
        attempts.evict_idle(after(1_000));
        assert_eq!(attempts.by.lock().len(), 0);
    }
}
