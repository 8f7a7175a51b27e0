//! `keywright license`: mints licenses.

use clap::{Args, Subcommand};
use keywright_domain::{
    ids::{KeyTypeId, ProductId, TenantId},
    license::Customer,
};
use keywright_service::{
    Services,
    licenses::{MAX_LICENSES_PER_MINT, MintRequest, MintedLicense},
};

use crate::{
    commands::{add_hint, caller_for, print_line, with_services},
    config::DatabaseArgs,
};

#[derive(Debug, Subcommand)]
pub(crate) enum LicenseCommand {
    /// Mint licenses and print their keys, which cannot be shown again.
    Mint(MintArgs),
}

#[derive(Debug, Args)]
pub(crate) struct MintArgs {
    /// Tenant slug.
    #[arg(long)]
    tenant: TenantId,
    /// Product slug.
    #[arg(long)]
    product: ProductId,
    /// Key type slug. Optional if the product has only one.
    #[arg(long)]
    key_type: Option<KeyTypeId>,
    /// Customer's email address.
    #[arg(long)]
    customer_email: Option<String>,
    /// Number of licenses to mint.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
    /// Print one JSON object per line: `license_key`, `id`, `display_key` and, if given,
    /// `customer_email`.
    #[arg(long)]
    json: bool,
}

impl MintArgs {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        with_services(database, async |services| mint(services, &self).await).await
    }
}

/// Mints in batches. Prints each batch after its commit, so every printed key is valid.
async fn mint(services: &Services, args: &MintArgs) -> anyhow::Result<()> {
    let caller = caller_for(services, &args.tenant).await?;
    let mut remaining = args.count;
    while remaining > 0 {
        let count = remaining.min(MAX_LICENSES_PER_MINT);
        let request = MintRequest {
            product_id: args.product.clone(),
            key_type_id: args.key_type.clone(),
            customer: Customer {
                name: None,
                email: args.customer_email.clone(),
            },
            count,
        };
        let minted = services.licenses.mint(&caller, request).await;
        let minted = add_hint(services, &caller, minted).await?;
        for license in minted {
            print_license(&license, args)?;
        }
        remaining -= count;
    }
    Ok(())
}

fn print_license(minted: &MintedLicense, args: &MintArgs) -> anyhow::Result<()> {
    if !args.json {
        return print_line(minted.key.expose());
    }
    let mut line = serde_json::json!({
        "license_key": minted.key.expose(), "id": minted.id, "display_key": minted.display_key,
    });
    if let Some(email) = &args.customer_email {
        line["customer_email"] = email.as_str().into();
    }
    print_line(&line.to_string())
}
