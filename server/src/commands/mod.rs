//! One file per command. Each ends with its work done, or with a sentence that says what to do and nothing half-made.

pub(crate) mod demo;
pub(crate) mod mint;
pub(crate) mod operator;
pub(crate) mod product;
pub(crate) mod serve;
pub(crate) mod tenant;

use std::io::Write;

use anyhow::anyhow;
use keywright_domain::ids::TenantId;
use keywright_service::{Caller, Error, Invalid, Services};

/// Prints a line; an error where nobody reads it any more.
fn say(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// The command line in the name of a tenant that is there.
async fn caller_for(services: &Services, tenant: &TenantId) -> anyhow::Result<Caller> {
    match services.tenants.get(tenant).await {
        Ok(_) => Ok(Caller::command_line(tenant.clone())),
        Err(error @ Error::Invalid(Invalid::UnknownTenant(_))) => Err(anyhow!(
            "{error}: `keywright tenant add --tenant {tenant}` makes it"
        )),
        Err(other) => Err(other.into()),
    }
}

/// Says what there is, where what was named is not.
async fn explain(services: &Services, caller: &Caller, error: Error) -> anyhow::Error {
    match &error {
        Error::Invalid(Invalid::UnknownProduct(_)) => {
            let known = services.products.slugs(caller).await.unwrap_or_default();
            anyhow!(
                "{error}: {}",
                among(
                    caller.tenant().as_str(),
                    &known,
                    "`keywright product add` makes one"
                )
            )
        }
        Error::Invalid(Invalid::UnknownKeyType(product, _) | Invalid::KeyTypeNeeded(product)) => {
            let known = services
                .products
                .key_type_slugs(caller, product)
                .await
                .unwrap_or_default();
            anyhow!(
                "{error}: {}",
                among(
                    product.as_str(),
                    &known,
                    "`keywright key-type add` makes one"
                )
            )
        }
        _ => error.into(),
    }
}

fn among(whose: &str, known: &[String], otherwise: &str) -> String {
    if known.is_empty() {
        return format!("{whose} has none, {otherwise}");
    }
    format!("{whose} has {}", known.join(", "))
}
