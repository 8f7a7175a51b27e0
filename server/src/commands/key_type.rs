//! `keywright key-type …`.

use clap::{Args, Subcommand};
use keywright_domain::{
    entitlement::Entitlement,
    ids::{KeyTypeId, ProductId, TenantId},
};
use keywright_service::products::{CreateKeyType, UpdateKeyType};

use crate::{
    commands::{Switch, caller_for, explain, say, with_services},
    config::DatabaseArgs,
};

#[derive(Debug, Subcommand)]
pub(crate) enum KeyTypeCommand {
    /// Make a key type.
    Add(AddArgs),
    /// Change what licenses of a key type are given from now on; those already out keep what they have.
    Change(ChangeArgs),
}

/// The key type to make.
#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// The tenant's slug.
    #[arg(long)]
    tenant: TenantId,
    /// The product's slug.
    #[arg(long)]
    product: ProductId,
    /// The key type's slug: 1 to 32 of a-z 0-9 - _.
    #[arg(long)]
    key_type: KeyTypeId,
    /// Devices that a license may be active on at once.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Days from minting to expiry; lifetime, where left out.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: Option<u32>,
    /// What it unlocks; may be given several times.
    #[arg(long = "entitlement")]
    entitlements: Vec<Entitlement>,
    /// Let the app go on in reduced mode after expiry.
    #[arg(long)]
    fallback: bool,
}

/// The key type to change.
#[derive(Debug, Args)]
pub(crate) struct ChangeArgs {
    /// The tenant's slug.
    #[arg(long)]
    tenant: TenantId,
    /// The product's slug.
    #[arg(long)]
    product: ProductId,
    /// The key type's slug.
    #[arg(long)]
    key_type: KeyTypeId,
    #[command(flatten)]
    change: Change,
}

/// What is to be different; what is left out stays as it is.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Change {
    /// Devices that a license may be active on at once.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// Days from minting to expiry.
    #[arg(long, conflicts_with = "lifetime", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: Option<u32>,
    /// Licenses never expire.
    #[arg(long)]
    lifetime: bool,
    /// What it unlocks, in place of what it unlocked before; may be given several times.
    #[arg(long = "entitlement", conflicts_with = "no_entitlements")]
    entitlements: Vec<Entitlement>,
    /// It unlocks nothing by name.
    #[arg(long)]
    no_entitlements: bool,
    /// Whether the app may go on in reduced mode after expiry: on or off.
    #[arg(long)]
    fallback: Option<Switch>,
}

impl KeyTypeCommand {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        match self {
            Self::Add(args) => add(database, args).await,
            Self::Change(args) => change(database, args).await,
        }
    }
}

async fn add(database: &DatabaseArgs, args: AddArgs) -> anyhow::Result<()> {
    let made = format!("Made the key type {} of {}.", args.key_type, args.product);
    with_services(database, async |services| {
        let caller = caller_for(services, &args.tenant).await?;
        let new = CreateKeyType {
            product: args.product,
            id: args.key_type,
            activation_limit: args.limit,
            duration_days: args.days,
            entitlements: args.entitlements.into_iter().collect(),
            fallback: args.fallback,
        };
        let added = services.products.create_key_type(&caller, new).await;
        explain(services, &caller, added).await
    })
    .await?;
    say(&made)
}

async fn change(database: &DatabaseArgs, args: ChangeArgs) -> anyhow::Result<()> {
    let changed = format!(
        "Changed the key type {} of {}. Licenses already out keep what they have.",
        args.key_type, args.product
    );
    with_services(database, async |services| {
        let caller = caller_for(services, &args.tenant).await?;
        let change = args.change.into();
        let products = &services.products;
        let changed = products.update_key_type(&caller, args.product, args.key_type, change);
        explain(services, &caller, changed.await).await
    })
    .await?;
    say(&changed)
}

impl From<Change> for UpdateKeyType {
    fn from(change: Change) -> Self {
        let names_what_it_unlocks = !change.entitlements.is_empty() || change.no_entitlements;
        Self {
            activation_limit: change.limit,
            // Where lifetime is asked for there are no days: `Some(None)`.
            duration_days: (change.lifetime || change.days.is_some()).then_some(change.days),
            entitlements: names_what_it_unlocks.then(|| change.entitlements.into_iter().collect()),
            fallback: change.fallback.map(|Switch(on)| on),
        }
    }
}
