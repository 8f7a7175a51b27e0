//! `keywright mint`.

use clap::Args;
use keywright_domain::{
    ids::{KeyTypeId, ProductId, TenantId},
    license::Customer,
};
use keywright_service::{
    Services,
    licenses::{MAX_MINTED_AT_ONCE, MintRequest, Minted},
};

use crate::{
    commands::{caller_for, explain, say, with_services},
    config::DatabaseArgs,
};

/// What to mint.
#[derive(Debug, Args)]
pub(crate) struct MintArgs {
    /// The tenant's slug.
    #[arg(long)]
    tenant: TenantId,
    /// The product's slug.
    #[arg(long)]
    product: ProductId,
    /// The key type's slug; may be left out where the product has only one.
    #[arg(long)]
    key_type: Option<KeyTypeId>,
    /// The customer's e-mail address.
    #[arg(long)]
    customer_email: Option<String>,
    /// How many licenses.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
    /// Print one JSON object a line: `license_key`, `id`, `display_key`, and `customer_email` where one is given.
    #[arg(long)]
    json: bool,
}

impl MintArgs {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        with_services(database, async |services| mint(services, &self).await).await
    }
}

/// In batches, each of which is minted whole and then printed: what is printed is there.
async fn mint(services: &Services, args: &MintArgs) -> anyhow::Result<()> {
    let caller = caller_for(services, &args.tenant).await?;
    let mut left = args.count;
    while left > 0 {
        let count = left.min(MAX_MINTED_AT_ONCE);
        let order = MintRequest {
            product: args.product.clone(),
            key_type: args.key_type.clone(),
            customer: Customer {
                name: None,
                email: args.customer_email.clone(),
            },
            count,
        };
        let minted = services.licenses.mint(&caller, order).await;
        let minted = explain(services, &caller, minted).await?;
        for license in minted {
            print(&license, args)?;
        }
        left -= count;
    }
    Ok(())
}

fn print(minted: &Minted, args: &MintArgs) -> anyhow::Result<()> {
    if !args.json {
        return say(minted.key.expose());
    }
    let mut line = serde_json::json!({
        "license_key": minted.key.expose(), "id": minted.id, "display_key": minted.display_key,
    });
    if let Some(email) = &args.customer_email {
        line["customer_email"] = email.as_str().into();
    }
    say(&line.to_string())
}
