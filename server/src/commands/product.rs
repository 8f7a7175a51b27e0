//! `keywright product …`.

use clap::{Args, Subcommand};
use keywright_domain::{
    ids::{ProductId, TenantId},
    key::KeyPrefix,
    settings::{ProductSettings, TrialDays},
};
use keywright_service::products::{CreateProduct, UpdateProduct};

use crate::{
    commands::{Setting, Switch, caller_for, explain, say, with_services},
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
    #[arg(long)]
    trial_days: Option<TrialDays>,
    /// Whether its app has a free tier: on or off; apps go by what they were built with, where left out.
    #[arg(long)]
    free_tier: Option<Switch>,
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
    #[arg(long)]
    trial_days: Option<Setting<TrialDays>>,
    /// Whether its app has a free tier: on, off, or `unset` for what each app was built with.
    #[arg(long)]
    free_tier: Option<Setting<Switch>>,
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
    let new = CreateProduct {
        id: args.product.clone(),
        name,
        key_prefix: args.key_prefix,
        settings: ProductSettings {
            trial_days: args.trial_days,
            free_tier: args.free_tier.map(|Switch(on)| on),
        },
    };
    with_services(database, async |services| {
        let caller = caller_for(services, &args.tenant).await?;
        let added = services.products.create(&caller, new).await;
        explain(services, &caller, added).await
    })
    .await?;
    say(&format!(
        "Made the product {} of {}. It needs a key type next: `keywright key-type add`.",
        args.product, args.tenant
    ))
}

async fn change(database: &DatabaseArgs, args: ChangeArgs) -> anyhow::Result<()> {
    let change = UpdateProduct {
        name: args.change.name,
        trial_days: args
            .change
            .trial_days
            .map(|days| days.map_into(|days| days)),
        free_tier: args
            .change
            .free_tier
            .map(|tier| tier.map_into(|Switch(on)| on)),
    };
    let product = args.product.clone();
    with_services(database, async |services| {
        let caller = caller_for(services, &args.tenant).await?;
        let changed = services.products.update(&caller, product, change).await;
        explain(services, &caller, changed).await
    })
    .await?;
    say(&format!(
        "Changed the product {} of {}. Apps learn of it when they next ask the server.",
        args.product, args.tenant
    ))
}
