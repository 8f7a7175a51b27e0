//! Rate limit options of `serve`.

use clap::Args;
use keywright_service::rate_limit::RateLimitConfig;

/// Rate limits per client address. 0 disables a limit.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Rate limits per client address (0 disables a limit)")]
pub(crate) struct RateLimitArgs {
    /// Device requests per second.
    #[arg(long = "limit-requests", env = "KEYWRIGHT_LIMIT_REQUESTS", default_value_t = RateLimitConfig::default().requests_per_second)]
    requests: u32,
    /// Failed key lookups per minute; beyond that, responses no longer reveal whether a key
    /// exists.
    #[arg(long = "limit-failed-lookups", env = "KEYWRIGHT_LIMIT_FAILED_LOOKUPS", default_value_t = RateLimitConfig::default().failed_lookups_per_minute)]
    failed_lookups: u32,
    /// New installs without a license key per tenant per hour.
    #[arg(long = "limit-keyless-installs", env = "KEYWRIGHT_LIMIT_KEYLESS_INSTALLS", default_value_t = RateLimitConfig::default().keyless_installs_per_hour)]
    keyless_installs: u32,
    /// Failed sign-ins per account per 15 minutes. The limit is 3 times as high across all
    /// accounts, and 10 times as high for one account across all addresses.
    #[arg(long = "limit-sign-ins", env = "KEYWRIGHT_LIMIT_SIGN_INS", default_value_t = RateLimitConfig::default().failed_logins)]
    sign_ins: u32,
}

impl From<RateLimitArgs> for RateLimitConfig {
    fn from(args: RateLimitArgs) -> Self {
        Self {
            requests_per_second: args.requests,
            failed_lookups_per_minute: args.failed_lookups,
            keyless_installs_per_hour: args.keyless_installs,
            failed_logins: args.sign_ins,
        }
    }
}
