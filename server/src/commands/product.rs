//! `keywright product …`.

use clap::{Args, Subcommand};
use keywright_domain::{
    ids::{ProductId, TenantId},
    key::KeyPrefix,
    settings::{ProductSettings, TrialDays},
};
use keywright_service::products::{NewProduct, ProductChange};

use crate::{
    commands::{Setting, caller_for, explain, on_or_off, or_unset, say, with_services},
    config::DatabaseArgs,
};

#[derive(Debug, Subcommand)]
pub(crate) enum ProductCommand {
    /// Make a product, as far as the tenant's plan goes.
    Add(AddArgs),
    /// Change a product's name and what its apps are told.
    Change(ChangeArgs),
}

/// The product to make.
#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// The tenant's slug.
    #[arg(long)]
    tenant: TenantId,
    /// The product's slug: 1 to 32 of a-z 0-9 - _; it never changes.
    #[arg(long)]
    product: ProductId,
    /// Its name on pages; the slug, where left out.
    #[arg(long)]
    name: Option<String>,
    /// What its keys begin with: 4 upper-case letters or digits, unique on the server.
    #[arg(long)]
    key_prefix: KeyPrefix,
    /// How long its app may be tried without a key, 0 to 36500 days; apps go by what they were built with, where left
    /// out.
    #[arg(long, value_parser = trial_days)]
    trial_days: Option<TrialDays>,
    /// Whether its app has a free tier: on or off; apps go by what they were built with, where left out.
    #[arg(long, value_parser = on_or_off)]
    free_tier: Option<bool>,
}

/// The product to change.
#[derive(Debug, Args)]
pub(crate) struct ChangeArgs {
    /// The tenant's slug.
    #[arg(long)]
    tenant: TenantId,
    /// The product's slug.
    #[arg(long)]
    product: ProductId,
    #[command(flatten)]
    change: Change,
}

/// What is to be different; what is left out stays as it is.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Change {
    /// Its name on pages.
    #[arg(long)]
    name: Option<String>,
    /// How long its app may be tried without a key: 0 to 36500 days, or `unset` for what each app was built with.
    #[arg(long, value_parser = or_unset(trial_days))]
    trial_days: Option<Setting<TrialDays>>,
    /// Whether its app has a free tier: on, off, or `unset` for what each app was built with.
    #[arg(long, value_parser = or_unset(on_or_off))]
    free_tier: Option<Setting<bool>>,
}

impl ProductCommand {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        match self {
            Self::Add(args) => add(database, args).await,
            Self::Change(args) => change(database, args).await,
        }
    }
}

async fn add(database: &DatabaseArgs, args: AddArgs) -> anyhow::Result<()> {
    let name = args.name.unwrap_or_else(|| args.product.to_string());
    let new = NewProduct {
        id: args.product.clone(),
        name,
        key_prefix: args.key_prefix,
        settings: ProductSettings {
            trial_days: args.trial_days,
            free_tier: args.free_tier,
        },
    };
    with_services(database, async |services| {
        let caller = caller_for(services, &args.tenant).await?;
        Ok(services.products.add(&caller, new).await?)
    })
    .await?;
    say(&format!(
        "Made the product {} of {}. Give it a key type next.",
        args.product, args.tenant
    ))
}

async fn change(database: &DatabaseArgs, args: ChangeArgs) -> anyhow::Result<()> {
    let change = ProductChange {
        name: args.change.name,
        trial_days: args.change.trial_days.map(Setting::into_option),
        free_tier: args.change.free_tier.map(Setting::into_option),
    };
    let product = args.product.clone();
    with_services(database, async |services| {
        let caller = caller_for(services, &args.tenant).await?;
        let changed = services.products.change(&caller, product, change).await;
        match changed {
            Ok(()) => Ok(()),
            Err(error) => Err(explain(services, &caller, error).await),
        }
    })
    .await?;
    say(&format!(
        "Changed the product {} of {}. Apps learn of it within a day.",
        args.product, args.tenant
    ))
}

fn trial_days(text: &str) -> Result<TrialDays, String> {
    const NUMBER: &str = "a trial has 0 to 36500 days";
    let days: i64 = text.parse().map_err(|_| NUMBER)?;
    days.try_into().map_err(|_| NUMBER.to_owned())
}
