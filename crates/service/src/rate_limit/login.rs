//! Wrong passwords: by address, by account, and by both together.

use std::{net::IpAddr, time::Duration};

use keywright_domain::time::Timestamp;

use super::{network::network, sliding_window::SlidingWindowLimiter};

const MINUTE: i64 = 60_000;

/// Wrong passwords are counted for so long.
pub const SIGN_IN_MINUTES: u32 = 15;

/// An address may be wrong about all accounts together so many times as often as about one.
const ACCOUNTS_OF_ONE_ADDRESS: u32 = 3;

/// Of all addresses together so many times as many wrong passwords are taken for an account as of one. It costs a guesser as many
/// addresses to hold up somebody who signs in for the first time from where they are.
const ADDRESSES_OF_ONE_ACCOUNT: u32 = 10;

/// No account's address is longer; what is longer is counted together.
const MOST_BYTES: usize = 254;

/// What was counted so far.
pub(crate) struct LoginLimiter {
    pairs: SlidingWindowLimiter<(String, IpAddr)>,
    addresses: SlidingWindowLimiter<IpAddr>,
    accounts: SlidingWindowLimiter<String>,
}

/// One try to sign in.
pub(crate) struct LoginAttempt {
    account: String,
    address: Option<IpAddr>,
    at: Timestamp,
    /// Whether it counts for its account: not for whoever is known to sign in from where they are.
    counts_for_account: bool,
}

impl LoginAttempt {
    /// At the account of that e-mail, whether or not there is one.
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

    /// Counts it as wrong for its address, until it is known to be right: many at once are counted all. An error says how long to
    /// wait where the address was wrong too often.
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

    /// The same for its account, for which all addresses together were wrong too often. Whoever is known to sign in from where
    /// they are need not wait.
    pub(crate) fn acquire_account(&self, attempt: &mut LoginAttempt) -> Result<(), Duration> {
        let noted = self
            .accounts
            .try_acquire(attempt.account.clone(), attempt.at);
        attempt.counts_for_account = noted.is_ok();
        noted.map_err(duration)
    }

    /// It was right, or never looked at.
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
