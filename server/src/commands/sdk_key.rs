//! `keywright sdk-key …`.

use anyhow::Context;
use clap::{Args, Subcommand};
use keywright_domain::{
    ids::TenantId,
    sdk_key::{OldKeys, SdkKey},
};
use serde_json::json;

use crate::{
    commands::{caller_for, read_secret, say, with_services},
    config::DatabaseArgs,
};

#[derive(Debug, Subcommand)]
pub(crate) enum SdkKeyCommand {
    /// Make the tenant's first SDK key and print it, only this once; from then on its apps need one.
    Set(SetArgs),
    /// Make a new SDK key and print it, only this once; the old one keeps working for 30 days.
    Rotate(ReplaceArgs),
    /// Take over an SDK key that apps have already, from the first line of standard input. A key that it replaces
    /// keeps working for 30 days.
    Import(ReplaceArgs),
    /// End the keys that were replaced and work still, because one of them has leaked. The current one stays.
    EndOld {
        /// The tenant's slug.
        #[arg(long)]
        tenant: TenantId,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SetArgs {
    /// The tenant's slug.
    #[arg(long)]
    tenant: TenantId,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReplaceArgs {
    #[command(flatten)]
    common: SetArgs,
    /// End every earlier key at once, because one has leaked: apps that were built with it are refused from then on.
    #[arg(long)]
    end_old_now: bool,
}

impl SdkKeyCommand {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        match self {
            Self::Set(args) => set(database, &args).await,
            Self::Rotate(args) => rotate(database, &args).await,
            Self::Import(args) => import(database, &args).await,
            Self::EndOld { tenant } => end_old(database, &tenant).await,
        }
    }
}

impl ReplaceArgs {
    fn old_keys(&self) -> OldKeys {
        if self.end_old_now {
            OldKeys::END_NOW
        } else {
            OldKeys::KEEP_FOR_GRACE
        }
    }
}

async fn set(database: &DatabaseArgs, args: &SetArgs) -> anyhow::Result<()> {
    let key = with_services(database, async |services| {
        let caller = caller_for(services, &args.tenant).await?;
        Ok(services.sdk_keys.set(&caller).await?)
    })
    .await?;
    report(args, Some(&key), None)
}

async fn rotate(database: &DatabaseArgs, args: &ReplaceArgs) -> anyhow::Result<()> {
    let key = with_services(database, async |services| {
        let caller = caller_for(services, &args.common.tenant).await?;
        Ok(services.sdk_keys.rotate(&caller, args.old_keys()).await?)
    })
    .await?;
    report(&args.common, Some(&key), Some(args.old_keys()))
}

async fn import(database: &DatabaseArgs, args: &ReplaceArgs) -> anyhow::Result<()> {
    let line = read_secret("SDK key").context("The SDK key can't be read from standard input")?;
    let key: SdkKey = line
        .parse()
        .context("Standard input must begin with the SDK key")?;
    let replaced = with_services(database, async |services| {
        let caller = caller_for(services, &args.common.tenant).await?;
        let sdk_keys = &services.sdk_keys;
        Ok(sdk_keys.import(&caller, &key, args.old_keys()).await?)
    })
    .await?;
    report(&args.common, None, replaced.then(|| args.old_keys()))
}

async fn end_old(database: &DatabaseArgs, tenant: &TenantId) -> anyhow::Result<()> {
    with_services(database, async |services| {
        let caller = caller_for(services, tenant).await?;
        Ok(services.sdk_keys.end_replaced(&caller).await?)
    })
    .await?;
    say(&format!(
        "Earlier SDK keys of {tenant} no longer work. Apps that send one are refused."
    ))
}

/// Says what was done; a key that was made stands in a line of its own, before the rest. `replaced` says what becomes of
/// the keys before it, where there are any.
fn report(args: &SetArgs, made: Option<&SdkKey>, replaced: Option<OldKeys>) -> anyhow::Result<()> {
    let tenant = &args.tenant;
    if args.json {
        let mut line = json!({ "tenant": tenant });
        if let Some(key) = made {
            line["sdk_key"] = json!(key.expose());
        }
        if let Some(old_keys) = replaced {
            line["old_key_works_for_days"] = json!(old_keys.days());
        }
        return say(&line.to_string());
    }
    if let Some(key) = made {
        say(key.expose()).context(
            "The SDK key was made but could not be shown, and is lost: rotate it to get another",
        )?;
        say("It is shown only once: keep it, and build it into the tenant's apps.")?;
    } else {
        say(&format!("{tenant} accepts this SDK key from now on."))?;
    }
    say(&match replaced {
        None => format!("Every device call of {tenant} needs it from now on."),
        Some(OldKeys::END_NOW) => {
            "Earlier keys no longer work. Apps that send one are refused.".to_owned()
        }
        Some(old_keys) => format!(
            "The key that it replaces works for {} days more; apps that still send it are refused after that.",
            old_keys.days()
        ),
    })
}
