//! `keywright key-type`: creates and updates key types.

use clap::{Args, Subcommand};
use keywright_domain::{
    entitlement::Entitlement,
    ids::{KeyTypeId, ProductId, TenantId},
};
use keywright_service::products::{CreateKeyType, UpdateKeyType};

use crate::{
    commands::{OnOff, add_hint, caller_for, print_line, with_services},
    config::DatabaseArgs,
};

#[derive(Debug, Subcommand)]
pub(crate) enum KeyTypeCommand {
    /// Create a key type.
    #[command(alias = "add")]
    Create(CreateArgs),
    /// Update a key type. Existing licenses keep their terms.
    #[command(alias = "change")]
    Update(UpdateArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// Tenant slug.
    #[arg(long)]
    tenant: TenantId,
    /// Product slug.
    #[arg(long)]
    product: ProductId,
    /// Key type slug: 1 to 32 characters from a-z, 0-9, - and _.
    #[arg(long)]
    key_type: KeyTypeId,
    /// Maximum number of active devices per license.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Days from minting to expiry; if omitted, licenses never expire.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: Option<u32>,
    /// Entitlement to grant. Can be repeated.
    #[arg(long = "entitlement")]
    entitlements: Vec<Entitlement>,
    /// Let the app keep running in reduced mode after expiry.
    #[arg(long)]
    fallback: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UpdateArgs {
    /// Tenant slug.
    #[arg(long)]
    tenant: TenantId,
    /// Product slug.
    #[arg(long)]
    product: ProductId,
    /// Key type slug.
    #[arg(long)]
    key_type: KeyTypeId,
    #[command(flatten)]
    change: UpdateFields,
}

/// Fields to update. Omitted fields keep their values.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct UpdateFields {
    /// Maximum number of active devices per license.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// Days from minting to expiry.
    #[arg(long, conflicts_with = "lifetime", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: Option<u32>,
    /// Mint licenses that never expire.
    #[arg(long)]
    lifetime: bool,
    /// Entitlement to grant; replaces the current ones. Can be repeated.
    #[arg(long = "entitlement", conflicts_with = "no_entitlements")]
    entitlements: Vec<Entitlement>,
    /// Remove all entitlements.
    #[arg(long)]
    no_entitlements: bool,
    /// Whether the app keeps running in reduced mode after expiry: on or off.
    #[arg(long)]
    fallback: Option<OnOff>,
}

impl KeyTypeCommand {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        match self {
            Self::Create(args) => create(database, args).await,
            Self::Update(args) => update(database, args).await,
        }
    }
}

async fn create(database: &DatabaseArgs, args: CreateArgs) -> anyhow::Result<()> {
    let message = format!(
        "Created key type {} for product {}.",
        args.key_type, args.product
    );
    with_services(database, async |services| {
        let caller = caller_for(services, &args.tenant).await?;
        let new = CreateKeyType {
            product_id: args.product,
            id: args.key_type,
            activation_limit: args.limit,
            duration_days: args.days,
            entitlements: args.entitlements.into_iter().collect(),
            fallback: args.fallback,
        };
        let added = services.products.create_key_type(&caller, new).await;
        add_hint(services, &caller, added).await
    })
    .await?;
    print_line(&message)
}

async fn update(database: &DatabaseArgs, args: UpdateArgs) -> anyhow::Result<()> {
    let message = format!(
        "Updated key type {} for product {}. Existing licenses keep their terms.",
        args.key_type, args.product
    );
    with_services(database, async |services| {
        let caller = caller_for(services, &args.tenant).await?;
        let change = args.change.into();
        let products = &services.products;
        let message = products.update_key_type(&caller, args.product, args.key_type, change);
        add_hint(services, &caller, message.await).await
    })
    .await?;
    print_line(&message)
}

impl From<UpdateFields> for UpdateKeyType {
    fn from(change: UpdateFields) -> Self {
        let sets_entitlements = !change.entitlements.is_empty() || change.no_entitlements;
        Self {
            activation_limit: change.limit,
            // `--lifetime` implies that `days` is `None`, which yields `Some(None)`.
            duration_days: (change.lifetime || change.days.is_some()).then_some(change.days),
            entitlements: sets_entitlements.then(|| change.entitlements.into_iter().collect()),
            fallback: change.fallback.map(|OnOff(on)| on),
        }
    }
}
