//! `keywright mint`.

use keywright_domain::license::Customer;
use keywright_service::{
    Services,
    licenses::{MOST_AT_ONCE, MintOrder, Minted},
};

use crate::{
    cli::MintArgs,
    commands::{caller_for, explain, say},
    config::DatabaseArgs,
};

pub(crate) async fn run(database: &DatabaseArgs, args: MintArgs) -> anyhow::Result<()> {
    let services = database.open().await?;
    let done = mint(&services, &args).await;
    services.close().await;
    done
}

/// In batches, each of which is minted whole and then printed: what is printed is there.
async fn mint(services: &Services, args: &MintArgs) -> anyhow::Result<()> {
    let caller = caller_for(services, &args.tenant).await?;
    let mut left = args.count;
    while left > 0 {
        let count = left.min(MOST_AT_ONCE);
        let order = MintOrder {
            product: args.product.clone(),
            key_type: args.key_type.clone(),
            customer: Customer {
                name: None,
                email: args.customer_email.clone(),
            },
            count,
        };
        let minted = match services.licenses.mint(&caller, order).await {
            Ok(minted) => minted,
            Err(error) => return Err(explain(services, &caller, error).await),
        };
        for license in minted {
            print(&license, args.json)?;
        }
        left -= count;
    }
    Ok(())
}

fn print(minted: &Minted, json: bool) -> anyhow::Result<()> {
    if !json {
        return say(minted.key.expose());
    }
    let line = serde_json::json!({
        "license_key": minted.key.expose(), "id": minted.id, "display_key": minted.display_key,
    });
    say(&line.to_string())
}
