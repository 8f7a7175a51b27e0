//! One file per command. Each ends with its work done, or with a sentence that says what to do and nothing half-made.

pub(crate) mod demo;
pub(crate) mod key_type;
pub(crate) mod mint;
pub(crate) mod operator;
pub(crate) mod product;
pub(crate) mod sdk_key;
pub(crate) mod serve;
pub(crate) mod signing_key;
pub(crate) mod tenant;

use std::io::Write;

use anyhow::anyhow;
use keywright_domain::{ids::TenantId, time::Timestamp};
use keywright_service::{Caller, Error, Invalid, Services};

use crate::config::DatabaseArgs;

/// Works with a database that is there, and lets go of it however that ends.
async fn with_services<T>(
    database: &DatabaseArgs,
    work: impl AsyncFnOnce(&Services) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let services = database.open().await?;
    let done = work(&services).await;
    services.close().await;
    done
}

/// Prints a line; an error where nobody reads it any more.
fn say(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// The first line of standard input: a secret that is an argument stands in the shell's history and in the list of
/// processes.
fn first_line_of_input() -> std::io::Result<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// A moment to the second, in UTC.
fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.seconds()).map_or_else(
        |_| format!("{} s after 1970", at.seconds()),
        |at| at.to_string(),
    )
}

/// A setting that an option gives: a value, or nothing again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting<T> {
    To(T),
    Unset,
}

impl<T> Setting<T> {
    fn into_option(self) -> Option<T> {
        match self {
            Self::To(value) => Some(value),
            Self::Unset => None,
        }
    }
}

/// Reads a value, or the word `unset`.
fn or_unset<T>(
    value: impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static,
) -> impl Fn(&str) -> Result<Setting<T>, String> + Clone + Send + Sync + 'static {
    move |text| match text {
        "unset" => Ok(Setting::Unset),
        text => value(text).map(Setting::To),
    }
}

fn on_or_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("must be on or off".to_owned()),
    }
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
