//! Wrong passwords: by address, by account, and by both together.

use std::{net::IpAddr, time::Duration};

use keywright_domain::time::Timestamp;

use super::{MINUTE, attempts::Attempts, network};

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
pub(crate) struct SignIns {
    pairs: Attempts<(String, IpAddr)>,
    addresses: Attempts<IpAddr>,
    accounts: Attempts<String>,
}

/// One try to sign in.
pub(crate) struct SignInAttempt {
    account: String,
    address: Option<IpAddr>,
    at: Timestamp,
    /// Whether it counts for its account: not for whoever is known to sign in from where they are.
    is_noted_for_account: bool,
}

impl SignInAttempt {
    /// At the account of that e-mail, whether or not there is one.
    pub(crate) fn new(email: &str, address: Option<IpAddr>, at: Timestamp) -> Self {
        let account = if email.len() > MOST_BYTES { "" } else { email };
        Self {
            account: account.to_lowercase(),
            address: address.map(network),
            at,
            is_noted_for_account: false,
        }
    }
}

impl SignIns {
    pub(super) fn new(most: u32) -> Self {
        let window = i64::from(SIGN_IN_MINUTES) * MINUTE;
        Self {
            pairs: Attempts::new(most, window),
            addresses: Attempts::new(most.saturating_mul(ACCOUNTS_OF_ONE_ADDRESS), window),
            accounts: Attempts::new(most.saturating_mul(ADDRESSES_OF_ONE_ACCOUNT), window),
        }
    }

    /// Counts it as wrong for its address, until it is known to be right: many at once are counted all. An error says how long to
    /// wait where the address was wrong too often.
    pub(crate) fn note_address(&self, attempt: &SignInAttempt) -> Result<(), Duration> {
        let Some(address) = attempt.address else {
            return Ok(());
        };
        let both = (attempt.account.clone(), address);
        let noted = self.pairs.try_note(both.clone(), attempt.at);
        noted.map_err(duration)?;
        let noted = self.addresses.try_note(address, attempt.at);
        noted.map_err(|wait| {
            self.pairs.take_back(&both, attempt.at);
            duration(wait)
        })
    }

    /// The same for its account, for which all addresses together were wrong too often. Whoever is known to sign in from where
    /// they are need not wait.
    pub(crate) fn note_account(&self, attempt: &mut SignInAttempt) -> Result<(), Duration> {
        let noted = self.accounts.try_note(attempt.account.clone(), attempt.at);
        attempt.is_noted_for_account = noted.is_ok();
        noted.map_err(duration)
    }

    /// It was right, or never looked at.
    pub(crate) fn take_back(&self, attempt: &SignInAttempt) {
        if let Some(address) = attempt.address {
            let both = (attempt.account.clone(), address);
            self.pairs.take_back(&both, attempt.at);
            self.addresses.take_back(&address, attempt.at);
        }
        if attempt.is_noted_for_account {
            self.accounts.take_back(&attempt.account, attempt.at);
        }
    }

    pub(super) fn forget_the_quiet(&self, now: Timestamp) {
        self.pairs.forget_the_quiet(now);
        self.addresses.forget_the_quiet(now);
        self.accounts.forget_the_quiet(now);
    }
}

fn duration(millis: i64) -> Duration {
    Duration::from_millis(millis.try_into().unwrap_or_default())
}
