//! `keywright product …` and `keywright key-type …`.

use keywright_service::{
    Services,
    products::{NewKeyType, NewProduct},
};

use crate::{
    cli::{KeyTypeArgs, ProductArgs},
    commands::{caller_for, explain, say},
    config::DatabaseArgs,
};

pub(crate) async fn add(database: &DatabaseArgs, args: ProductArgs) -> anyhow::Result<()> {
    let services = database.open().await?;
    let added = add_product(&services, &args).await;
    services.close().await;
    added?;
    say(&format!(
        "Made the product {} of {}. Give it a key type next.",
        args.product, args.tenant
    ))
}

pub(crate) async fn add_key_type(database: &DatabaseArgs, args: KeyTypeArgs) -> anyhow::Result<()> {
    let services = database.open().await?;
    let added = add_type(&services, &args).await;
    services.close().await;
    added?;
    say(&format!(
        "Made the key type {} of {}.",
        args.key_type, args.product
    ))
}

async fn add_product(services: &Services, args: &ProductArgs) -> anyhow::Result<()> {
    let caller = caller_for(services, &args.tenant).await?;
    let new = NewProduct {
        id: args.product.clone(),
        name: args
            .name
            .clone()
            .unwrap_or_else(|| args.product.to_string()),
        key_prefix: args.key_prefix.clone(),
    };
    Ok(services.products.add(&caller, new).await?)
}

async fn add_type(services: &Services, args: &KeyTypeArgs) -> anyhow::Result<()> {
    let caller = caller_for(services, &args.tenant).await?;
    let new = NewKeyType {
        product: args.product.clone(),
        id: args.key_type.clone(),
        activation_limit: args.limit,
        duration_days: args.days,
        entitlements: args.entitlements.iter().cloned().collect(),
        fallback: args.fallback,
    };
    match services.products.add_key_type(&caller, new).await {
        Ok(()) => Ok(()),
        Err(error) => Err(explain(services, &caller, error).await),
    }
}
