//! The limiter for sign-in attempts: per address, per account, and per pair of both.

use std::{net::IpAddr, time::Duration};

use keywright_domain::time::Timestamp;

use super::{network::network, sliding_window::SlidingWindowLimiter};

const MINUTE: i64 = 60_000;

/// Length of the window in which wrong passwords are counted, in minutes.
pub const SIGN_IN_MINUTES: u32 = 15;

/// Limit per address across all accounts, as a multiple of the limit per address and account.
const ACCOUNTS_OF_ONE_ADDRESS: u32 = 3;

/// Limit per account across all addresses, as a multiple of the limit per address and account. An
/// attacker needs this many addresses to block the account's owner from signing in at a new
/// address.
const ADDRESSES_OF_ONE_ACCOUNT: u32 = 10;

/// Maximum length of an account's email in bytes. All longer ones share a counter.
const MOST_BYTES: usize = 254;

pub(crate) struct LoginLimiter {
    pairs: SlidingWindowLimiter<(String, IpAddr)>,
    addresses: SlidingWindowLimiter<IpAddr>,
    accounts: SlidingWindowLimiter<String>,
}

/// A sign-in attempt.
pub(crate) struct LoginAttempt {
    account: String,
    address: Option<IpAddr>,
    at: Timestamp,
    /// Whether the attempt is counted against its account. `false` if the account's limit was
    /// already reached.
    counts_for_account: bool,
}

impl LoginAttempt {
    /// Creates an attempt for the account with this email, whether or not it exists.
    pub(crate) fn new(email: &str, address: Option<IpAddr>, at: Timestamp) -> Self {
        let account = if email.len() > MOST_BYTES { "" } else { email };
        Self {
            account: account.to_lowercase(),
            address: address.map(network),
            at,
            counts_for_account: false,
        }
    }
}

impl LoginLimiter {
    pub(super) fn new(most: u32) -> Self {
        let window = i64::from(SIGN_IN_MINUTES) * MINUTE;
        Self {
            pairs: SlidingWindowLimiter::new(most, window),
            addresses: SlidingWindowLimiter::new(
                most.saturating_mul(ACCOUNTS_OF_ONE_ADDRESS),
                window,
            ),
            accounts: SlidingWindowLimiter::new(
                most.saturating_mul(ADDRESSES_OF_ONE_ACCOUNT),
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
        let both = (attempt.account.clone(), address);
        let noted = self.pairs.try_acquire(both.clone(), attempt.at);
        noted.map_err(duration)?;
        let noted = self.addresses.try_acquire(address, attempt.at);
        noted.map_err(|wait| {
            self.pairs.release(&both, attempt.at);
            duration(wait)
        })
    }

    /// Counts the attempt as failed for its account across all addresses. Returns the time to
    /// wait if the account has too many failures; callers ignore that for an operator who is
    /// already signed in from the same address.
    pub(crate) fn acquire_account(&self, attempt: &mut LoginAttempt) -> Result<(), Duration> {
        let noted = self
            .accounts
            .try_acquire(attempt.account.clone(), attempt.at);
        attempt.counts_for_account = noted.is_ok();
        noted.map_err(duration)
    }

    /// Releases an attempt that succeeded or was never checked.
    pub(crate) fn release(&self, attempt: &LoginAttempt) {
        if let Some(address) = attempt.address {
            let both = (attempt.account.clone(), address);
            self.pairs.release(&both, attempt.at);
            self.addresses.release(&address, attempt.at);
        }
        if attempt.counts_for_account {
            self.accounts.release(&attempt.account, attempt.at);
        }
    }

    pub(super) fn evict_idle(&self, now: Timestamp) {
        self.pairs.evict_idle(now);
        self.addresses.evict_idle(now);
        self.accounts.evict_idle(now);
    }
}

fn duration(millis: i64) -> Duration {
    Duration::from_millis(millis.try_into().unwrap_or_default())
}
