//! `keywright sdk-key …`.

use anyhow::Context;
use clap::{Args, Subcommand};
use keywright_domain::{
    ids::TenantId,
    sdk_key::{OldKeys, SdkKey},
    time::Timestamp,
};
use serde_json::json;

use crate::{
    commands::{caller_for, first_line_of_input, moment, say, with_services},
    config::DatabaseArgs,
};

#[derive(Debug, Subcommand)]
pub(crate) enum SdkKeyCommand {
    /// Make the tenant's first SDK key and print it, this once; from then on its apps need one.
    Set(SetArgs),
    /// Make a new SDK key and print it, this once; the old one keeps working for 30 days.
    Rotate(ReplaceArgs),
    /// Take over an SDK key that apps have already, from the first line of standard input. A key that it takes the
    /// place of keeps working for 30 days.
    Import(ReplaceArgs),
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
        }
    }
}

impl ReplaceArgs {
    fn old_keys(&self) -> OldKeys {
        if self.end_old_now {
            OldKeys::EndNow
        } else {
            OldKeys::KeepForGrace
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
    let made = with_services(database, async |services| {
        let caller = caller_for(services, &args.common.tenant).await?;
        Ok(services.sdk_keys.rotate(&caller, args.old_keys()).await?)
    })
    .await?;
    report(&args.common, Some(&made.key), Some(made.old_key_ends_at))
}

async fn import(database: &DatabaseArgs, args: &ReplaceArgs) -> anyhow::Result<()> {
    let line = first_line_of_input().context("The SDK key can't be read from standard input")?;
    let key: SdkKey = line
        .parse()
        .context("Standard input must begin with the SDK key")?;
    let old_key_ends_at = with_services(database, async |services| {
        let caller = caller_for(services, &args.common.tenant).await?;
        let sdk_keys = &services.sdk_keys;
        Ok(sdk_keys.import(&caller, &key, args.old_keys()).await?)
    })
    .await?;
    report(&args.common, None, old_key_ends_at)
}

/// Says what was done; a key that was made stands in a line of its own, before the rest.
fn report(
    args: &SetArgs,
    made: Option<&SdkKey>,
    old_key_ends_at: Option<Timestamp>,
) -> anyhow::Result<()> {
    if args.json {
        let mut line = json!({ "tenant": args.tenant });
        if let Some(key) = made {
            line["sdk_key"] = json!(key.expose());
        }
        if let Some(end) = old_key_ends_at {
            line["old_key_ends_at"] = json!(end.seconds());
        }
        return say(&line.to_string());
    }
    match made {
        Some(key) => {
            say(key.expose())?;
            say("It is shown this once. Build it into the tenant's apps.")?;
        }
        None => say(&format!("The SDK key is one of {} now.", args.tenant))?,
    }
    match old_key_ends_at {
        Some(end) => say(&format!(
            "The key before works until {}. Apps that have none but that are refused afterwards.",
            moment(end)
        )),
        None => say(&format!(
            "Every device call of {} needs it from now on.",
            args.tenant
        )),
    }
}
