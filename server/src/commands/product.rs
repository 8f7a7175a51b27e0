//! `keywright product`: creates and updates products.

use clap::{Args, Subcommand};
use keywright_domain::{
    ids::{ProductId, TenantId},
    license_key::KeyPrefix,
    product_settings::{ProductSettings, TrialDays},
};
use keywright_service::products::{CreateProduct, UpdateProduct};

use crate::{
    commands::{OnOff, Update, add_hint, caller_for, print_line, with_services},
    config::DatabaseArgs,
};

#[derive(Debug, Subcommand)]
pub(crate) enum ProductCommand {
    /// Create a product. The tenant's plan limits the number of products.
    #[command(alias = "add")]
    Create(CreateArgs),
    /// Update a product's name and app settings.
    #[command(alias = "change")]
    Update(UpdateArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// Tenant slug.
    #[arg(long)]
    tenant: TenantId,
    /// Product slug: 1 to 32 characters from a-z, 0-9, - and _. Cannot be changed later.
    #[arg(long)]
    product: ProductId,
    /// Display name; defaults to the slug.
    #[arg(long)]
    name: Option<String>,
    /// License key prefix: 4 uppercase letters or digits, unique on this server. Cannot
    /// be changed later.
    #[arg(long)]
    key_prefix: KeyPrefix,
    /// Length of the keyless trial in days, 0 to 36500; if omitted, apps use their built-in value.
    #[arg(long)]
    trial_days: Option<TrialDays>,
    /// Whether the app has a free tier: on or off; if omitted, apps use their built-in value.
    #[arg(long)]
    free_tier: Option<OnOff>,
}

#[derive(Debug, Args)]
pub(crate) struct UpdateArgs {
    /// Tenant slug.
    #[arg(long)]
    tenant: TenantId,
    /// Product slug.
    #[arg(long)]
    product: ProductId,
    #[command(flatten)]
    change: UpdateFields,
}

/// Fields to update. Omitted fields keep their values.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct UpdateFields {
    /// Display name.
    #[arg(long)]
    name: Option<String>,
    /// Length of the keyless trial in days, 0 to 36500, or `unset` to use each app's built-in
    /// value.
    #[arg(long)]
    trial_days: Option<Update<TrialDays>>,
    /// Whether the app has a free tier: on, off, or `unset` to use each app's built-in value.
    #[arg(long)]
    free_tier: Option<Update<OnOff>>,
}

impl ProductCommand {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        match self {
            Self::Create(args) => create(database, args).await,
            Self::Update(args) => update(database, args).await,
        }
    }
}

async fn create(database: &DatabaseArgs, args: CreateArgs) -> anyhow::Result<()> {
    let name = args.name.unwrap_or_else(|| args.product.to_string());
    let new = CreateProduct {
        id: args.product.clone(),
        name,
        key_prefix: args.key_prefix,
        settings: ProductSettings {
            trial_days: args.trial_days,
            free_tier: args.free_tier.map(|OnOff(on)| on),
        },
    };
    with_services(database, async |services| {
        let caller = caller_for(services, &args.tenant).await?;
        let added = services.products.create(&caller, new).await;
        add_hint(services, &caller, added).await
    })
    .await?;
    print_line(&format!(
        "Created product {} for tenant {}. Next, create a key type with `keywright key-type create`.",
        args.product, args.tenant
    ))
}

async fn update(database: &DatabaseArgs, args: UpdateArgs) -> anyhow::Result<()> {
    let change = UpdateProduct {
        name: args.change.name,
        trial_days: args
            .change
            .trial_days
            .map(|days| days.into_option(|days| days)),
        free_tier: args
            .change
            .free_tier
            .map(|tier| tier.into_option(|OnOff(on)| on)),
    };
    let product = args.product.clone();
    with_services(database, async |services| {
        let caller = caller_for(services, &args.tenant).await?;
        let changed = services.products.update(&caller, product, change).await;
        add_hint(services, &caller, changed).await
    })
    .await?;
    print_line(&format!(
        "Updated product {} for tenant {}. Apps receive the new settings when they next validate or fetch their settings.",
        args.product, args.tenant
    ))
}
