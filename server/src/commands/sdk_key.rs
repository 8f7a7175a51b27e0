//! `keywright sdk-key`: creates, rotates, imports and revokes SDK keys.

use anyhow::Context;
use clap::{Args, Subcommand};
use keywright_domain::{
    ids::TenantId,
    sdk_key::{GracePeriod, SdkKey},
};
use serde_json::json;

use crate::{
    commands::{caller_for, print_line, read_secret, with_services},
    config::DatabaseArgs,
};

#[derive(Debug, Subcommand)]
pub(crate) enum SdkKeyCommand {
    /// Create a tenant's first SDK key and print it once. After that, every device request must
    /// send it.
    #[command(alias = "set")]
    Create(CreateArgs),
    /// Create a new SDK key and print it once. The old key keeps working for 30 days.
    Rotate(ReplaceKeyArgs),
    /// Import an SDK key that apps already use. Prompts for it, or reads it from standard input.
    /// A key that it replaces keeps working for 30 days.
    Import(ReplaceKeyArgs),
    /// Revoke all replaced SDK keys that still work, for example after a leak. The current key
    /// stays valid.
    #[command(alias = "end-old")]
    RevokeOld {
        /// Tenant slug.
        #[arg(long)]
        tenant: TenantId,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// Tenant slug.
    #[arg(long)]
    tenant: TenantId,
    /// Print the result as one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReplaceKeyArgs {
    #[command(flatten)]
    common: CreateArgs,
    /// Revoke all earlier keys immediately, for example after a leak. Requests from apps built
    /// with them are refused.
    #[arg(long, alias = "end-old-now")]
    revoke_old: bool,
}

impl SdkKeyCommand {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        match self {
            Self::Create(args) => create(database, &args).await,
            Self::Rotate(args) => rotate(database, &args).await,
            Self::Import(args) => import(database, &args).await,
            Self::RevokeOld { tenant } => revoke_old(database, &tenant).await,
        }
    }
}

impl ReplaceKeyArgs {
    fn old_keys(&self) -> GracePeriod {
        if self.revoke_old {
            GracePeriod::NONE
        } else {
            GracePeriod::DEFAULT
        }
    }
}

async fn create(database: &DatabaseArgs, args: &CreateArgs) -> anyhow::Result<()> {
    let key = with_services(database, async |services| {
        let caller = caller_for(services, &args.tenant).await?;
        Ok(services.sdk_keys.create(&caller).await?)
    })
    .await?;
    print_result(args, Some(&key), None)
}

async fn rotate(database: &DatabaseArgs, args: &ReplaceKeyArgs) -> anyhow::Result<()> {
    let key = with_services(database, async |services| {
        let caller = caller_for(services, &args.common.tenant).await?;
        Ok(services.sdk_keys.rotate(&caller, args.old_keys()).await?)
    })
    .await?;
    print_result(&args.common, Some(&key), Some(args.old_keys()))
}

async fn import(database: &DatabaseArgs, args: &ReplaceKeyArgs) -> anyhow::Result<()> {
    let line = read_secret("SDK key").context("can't read the SDK key from standard input")?;
    let key: SdkKey = line
        .parse()
        .context("invalid SDK key on the first line of standard input")?;
    let replaced = with_services(database, async |services| {
        let caller = caller_for(services, &args.common.tenant).await?;
        let sdk_keys = &services.sdk_keys;
        Ok(sdk_keys.import(&caller, &key, args.old_keys()).await?)
    })
    .await?;
    print_result(&args.common, None, replaced.then(|| args.old_keys()))
}

async fn revoke_old(database: &DatabaseArgs, tenant_id: &TenantId) -> anyhow::Result<()> {
    with_services(database, async |services| {
        let caller = caller_for(services, tenant_id).await?;
        Ok(services.sdk_keys.revoke_replaced(&caller).await?)
    })
    .await?;
    print_line(&format!(
        "Earlier SDK keys for {tenant_id} no longer work. Requests that use one are refused."
    ))
}

/// Prints the result. A new key is printed first, on its own line. `replaced` is the grace period
/// of the earlier keys, if any.
fn print_result(
    args: &CreateArgs,
    made: Option<&SdkKey>,
    replaced: Option<GracePeriod>,
) -> anyhow::Result<()> {
    let tenant = &args.tenant;
    if args.json {
        let mut line = json!({ "tenant": tenant });
        if let Some(key) = made {
            line["sdk_key"] = json!(key.expose());
        }
        if let Some(old_keys) = replaced {
            line["old_key_works_for_days"] = json!(old_keys.days());
        }
        return print_line(&line.to_string());
    }
    if let Some(key) = made {
        print_line(key.expose()).context(
            "the SDK key was created but could not be printed: rotate it to get a new key",
        )?;
        print_line("This key is shown only once. Store it, and build it into the tenant's apps.")?;
    } else {
        print_line(&format!("{tenant} now accepts this SDK key."))?;
    }
    print_line(&match replaced {
        None => format!("Every device request for {tenant} must now include this key."),
        Some(GracePeriod::NONE) => {
            "Earlier keys no longer work. Requests that use one are refused.".to_owned()
        }
        Some(old_keys) => format!(
            "The replaced key works for {} more days. After that, requests that send it are refused.",
            old_keys.days()
        ),
    })
}
