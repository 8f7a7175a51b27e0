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
    /// Create a product. The number of products depends on the tenant's plan.
    Add(AddArgs),
    /// Update a product's name and app settings.
    Change(ChangeArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// Tenant slug.
    #[arg(long)]
    tenant: TenantId,
    /// Product slug: 1 to 32 characters from a-z, 0-9, - and _. Cannot be changed later.
    #[arg(long)]
    product: ProductId,
    /// Display name; defaults to the slug.
    #[arg(long)]
    name: Option<String>,
    /// Prefix of its license keys: 4 uppercase letters or digits, unique on this server. Cannot
    /// be changed later.
    #[arg(long)]
    key_prefix: KeyPrefix,
    /// Trial length without a key, 0 to 36500 days; if omitted, apps use their built-in value.
    #[arg(long)]
    trial_days: Option<TrialDays>,
    /// Whether the app has a free tier: on or off; if omitted, apps use their built-in value.
    #[arg(long)]
    free_tier: Option<Switch>,
}

#[derive(Debug, Args)]
pub(crate) struct ChangeArgs {
    /// Tenant slug.
    #[arg(long)]
    tenant: TenantId,
    /// Product slug.
    #[arg(long)]
    product: ProductId,
    #[command(flatten)]
    change: Change,
}

/// Fields to update. Omitted fields keep their values.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Change {
    /// Display name.
    #[arg(long)]
    name: Option<String>,
    /// Trial length without a key: 0 to 36500 days, or `unset` to use each app's built-in value.
    #[arg(long)]
    trial_days: Option<Setting<TrialDays>>,
    /// Whether the app has a free tier: on, off, or `unset` to use each app's built-in value.
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
        "Created product {} of {}. Next, create a key type with `keywright key-type add`.",
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
        "Updated product {} of {}. Apps receive the new settings with their next request.",
        args.product, args.tenant
    ))
}
