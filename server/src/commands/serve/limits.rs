//! Rate limit options of `serve`.

use clap::Args;
use keywright_service::rate_limit::LimitSettings;

/// Rate limits per client address. 0 disables a limit.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Rate limits per client address (0 disables a limit)")]
pub(crate) struct LimitArgs {
    /// Device requests per second.
    #[arg(long = "limit-requests", env = "KEYWRIGHT_LIMIT_REQUESTS", default_value_t = LimitSettings::default().requests)]
    requests: u32,
    /// Failed key lookups per minute; beyond that, responses no longer reveal whether a key
    /// exists.
    #[arg(long = "limit-failed-lookups", env = "KEYWRIGHT_LIMIT_FAILED_LOOKUPS", default_value_t = LimitSettings::default().failed_lookups)]
    failed_lookups: u32,
    /// New installs without a license key, per hour and tenant.
    #[arg(long = "limit-keyless-installs", env = "KEYWRIGHT_LIMIT_KEYLESS_INSTALLS", default_value_t = LimitSettings::default().keyless_installs)]
    keyless_installs: u32,
    /// Wrong passwords per account and 15 minutes. The limit is 3 times as high across all
    /// accounts, and 10 times as high for one account across all addresses.
    #[arg(long = "limit-sign-ins", env = "KEYWRIGHT_LIMIT_SIGN_INS", default_value_t = LimitSettings::default().sign_ins)]
    sign_ins: u32,
}

impl From<LimitArgs> for LimitSettings {
    fn from(args: LimitArgs) -> Self {
        Self {
            requests: args.requests,
            failed_lookups: args.failed_lookups,
            keyless_installs: args.keyless_installs,
            sign_ins: args.sign_ins,
        }
    }
}
