//! The limiter for sign-in attempts: per address, per account, and per pair of address and account.

use std::{net::IpAddr, time::Duration};

use keywright_domain::time::Timestamp;

use super::{network::client_network, sliding_window::SlidingWindowLimiter};

const MINUTE: i64 = 60_000;

/// Length of the window in which failed sign-ins are counted, in minutes.
pub const LOGIN_WINDOW_MINUTES: u32 = 15;

/// Limit per address across all accounts, as a multiple of the limit per address and account.
const ADDRESS_LIMIT_FACTOR: u32 = 3;

/// Limit per account across all addresses, as a multiple of the limit per address and account. An
/// attacker needs this many addresses to block the account's owner from signing in from a new
/// address.
const ACCOUNT_LIMIT_FACTOR: u32 = 10;

/// Maximum length of an account's email in bytes. All longer emails share a counter.
const MAX_EMAIL_BYTES: usize = 254;

pub(crate) struct LoginLimiter {
    by_account_and_address: SlidingWindowLimiter<(String, IpAddr)>,
    by_address: SlidingWindowLimiter<IpAddr>,
    by_account: SlidingWindowLimiter<String>,
}

/// A sign-in attempt.
pub(crate) struct LoginAttempt {
    account: String,
    address: Option<IpAddr>,
    at: Timestamp,
    /// Whether the attempt is counted against its account. `false` if the account's limit was
    /// already reached.
    is_counted_for_account: bool,
}

impl LoginAttempt {
    /// Creates an attempt for the account with this email, whether or not it exists.
    pub(crate) fn new(email: &str, address: Option<IpAddr>, at: Timestamp) -> Self {
        let account = if email.len() > MAX_EMAIL_BYTES {
            ""
        } else {
            email
        };
        Self {
            account: account.to_lowercase(),
            address: address.map(client_network),
            at,
            is_counted_for_account: false,
        }
    }
}

impl LoginLimiter {
    pub(super) fn new(limit: u32) -> Self {
        let window = i64::from(LOGIN_WINDOW_MINUTES) * MINUTE;
        Self {
            by_account_and_address: SlidingWindowLimiter::new(limit, window),
            by_address: SlidingWindowLimiter::new(
                limit.saturating_mul(ADDRESS_LIMIT_FACTOR),
                window,
            ),
            by_account: SlidingWindowLimiter::new(
                limit.saturating_mul(ACCOUNT_LIMIT_FACTOR),
                window,
            ),
        }
    }

    /// Counts the attempt as failed for its address. Successful attempts are released afterwards,
    /// so that concurrent attempts are all counted. Returns the time to wait if the address has
    /// too many failures.
    pub(crate) fn acquire_address(&self, attempt: &LoginAttempt) -> Result<(), Duration> {
        let Some(address) = attempt.address else {
            return Ok(());
        };
        let pair = (attempt.account.clone(), address);
        let result = self
            .by_account_and_address
            .try_acquire(pair.clone(), attempt.at);
        result.map_err(millis_to_duration)?;
        let result = self.by_address.try_acquire(address, attempt.at);
        result.map_err(|wait| {
            self.by_account_and_address.release(&pair, attempt.at);
            millis_to_duration(wait)
        })
    }

    /// Counts the attempt as failed for its account across all addresses. Returns the time to
    /// wait if the account has too many failures; callers ignore that for an operator who is
    /// already signed in from the same address.
    pub(crate) fn acquire_account(&self, attempt: &mut LoginAttempt) -> Result<(), Duration> {
        let result = self
            .by_account
            .try_acquire(attempt.account.clone(), attempt.at);
        attempt.is_counted_for_account = result.is_ok();
        result.map_err(millis_to_duration)
    }

    /// Releases an attempt that succeeded or was never checked.
    pub(crate) fn release(&self, attempt: &LoginAttempt) {
        if let Some(address) = attempt.address {
            let pair = (attempt.account.clone(), address);
            self.by_account_and_address.release(&pair, attempt.at);
            self.by_address.release(&address, attempt.at);
        }
        if attempt.is_counted_for_account {
            self.by_account.release(&attempt.account, attempt.at);
        }
    }

    pub(super) fn evict_idle(&self, now: Timestamp) {
        self.by_account_and_address.evict_idle(now);
        self.by_address.evict_idle(now);
        self.by_account.evict_idle(now);
    }
}

fn millis_to_duration(millis: i64) -> Duration {
    Duration::from_millis(millis.try_into().unwrap_or_default())
}
