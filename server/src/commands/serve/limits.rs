//! The limits, as the command line and the environment set them.

use clap::Args;
use keywright_service::rate_limit::LimitSettings;

/// How much may be asked from one address. 0 switches a limit off.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Limits of one address; 0 switches one off")]
pub(crate) struct LimitArgs {
    /// Device calls within a second.
    #[arg(long = "limit-requests", env = "KEYWRIGHT_LIMIT_REQUESTS", default_value_t = LimitSettings::default().requests)]
    requests: u32,
    /// Answers within a minute that a key is unknown, before it is not told any more whether one is.
    #[arg(long = "limit-failed-lookups", env = "KEYWRIGHT_LIMIT_FAILED_LOOKUPS", default_value_t = LimitSettings::default().failed_lookups)]
    failed_lookups: u32,
    /// New installs without a key within an hour, for each tenant.
    #[arg(long = "limit-keyless-installs", env = "KEYWRIGHT_LIMIT_KEYLESS_INSTALLS", default_value_t = LimitSettings::default().keyless_installs)]
    keyless_installs: u32,
    /// Wrong passwords for one account within 15 minutes; three times as many for all accounts together. Of all addresses together
    /// ten times as many are taken for one account.
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
