//! One file per command. Each ends with its work done, or with a sentence that says what to do and nothing half-made.

pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod demo;
pub(crate) mod key_type;
pub(crate) mod mint;
pub(crate) mod operator;
pub(crate) mod product;
pub(crate) mod sdk_key;
pub(crate) mod serve;
pub(crate) mod setup_code;
pub(crate) mod signing_key;
pub(crate) mod tenant;

use std::{
    io::{IsTerminal, Write},
    str::FromStr,
};

use anyhow::anyhow;
use keywright_domain::ids::TenantId;
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

/// Reads a secret: without an echo from a person at a terminal, else the first line of standard input. As an argument it
/// would be in the shell's history and in the list of processes.
fn read_secret(prompt: &str) -> std::io::Result<String> {
    if std::io::stdin().is_terminal() {
        // Standard output may be redirected, and is for results.
        let config = rpassword::ConfigBuilder::new().output_writer(std::io::stderr());
        return rpassword::prompt_password_with_config(format!("{prompt}: "), config.build());
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// A setting that an option gives: a value, or nothing again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting<T> {
    To(T),
    Unset,
}

impl<T> Setting<T> {
    fn map_into<U>(self, into: impl FnOnce(T) -> U) -> Option<U> {
        match self {
            Self::To(value) => Some(into(value)),
            Self::Unset => None,
        }
    }
}

impl<T: FromStr> FromStr for Setting<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        match text {
            "unset" => Ok(Self::Unset),
            text => text.parse().map(Self::To),
        }
    }
}

/// A flag that an option gives: `on` or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Switch(bool);

impl FromStr for Switch {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text {
            "on" => Ok(Self(true)),
            "off" => Ok(Self(false)),
            _ => Err("must be on or off"),
        }
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

/// Says what there is, where what was named is not, and what else may help.
async fn explain<T>(
    services: &Services,
    caller: &Caller,
    done: Result<T, Error>,
) -> anyhow::Result<T> {
    let error = match done {
        Ok(done) => return Ok(done),
        Err(error) => error,
    };
    let tenant = caller.tenant();
    Err(match &error {
        Error::Invalid(Invalid::UnknownProduct(_)) => {
            let known = services.products.slugs(caller).await.unwrap_or_default();
            let what = what_there_is(tenant.as_str(), &known, "`keywright product add` makes one");
            anyhow!("{error}: {what}")
        }
        Error::Invalid(Invalid::UnknownKeyType(product, _) | Invalid::KeyTypeNeeded(product)) => {
            let key_types = services.products.key_type_slugs(caller, product).await;
            let known = key_types.unwrap_or_default();
            let what = what_there_is("it", &known, "`keywright key-type add` makes one");
            anyhow!("{error}: {what}")
        }
        Error::Invalid(Invalid::UnknownKid(_)) => {
            anyhow!("{error}: `keywright signing-key list --tenant {tenant}` shows those there are")
        }
        Error::Invalid(Invalid::KeyTooNew { .. }) => anyhow!("{error}; then add --now"),
        Error::PlanRequired(plan) => anyhow!(
            "{error}: `keywright tenant plan --tenant {tenant} --plan {}` changes it",
            plan.as_str()
        ),
        _ => error.into(),
    })
}

fn what_there_is(whose: &str, known: &[String], otherwise: &str) -> String {
    if known.is_empty() {
        return format!("{whose} has none, {otherwise}");
    }
    format!("{whose} has {}", known.join(", "))
}
