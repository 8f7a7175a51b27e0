//! One module per command. A command that fails prints one error message that says what to do.

pub(crate) mod backup;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod key_type;
pub(crate) mod license;
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
use keywright_service::{Caller, Error, InvalidInputError, Services};

use crate::config::DatabaseArgs;

/// Runs `work` on an existing database, and closes the database even on error.
async fn with_services<T>(
    database: &DatabaseArgs,
    work: impl AsyncFnOnce(&Services) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let services = database.open().await?;
    let done = work(&services).await;
    services.close().await;
    done
}

/// Prints a line to standard output. Unlike `println!`, returns an error instead of panicking if
/// standard output is closed.
fn print_line(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// Reads a secret from a terminal without echo, otherwise from the first line of standard input.
/// An argument would end up in the shell history and the process list.
fn read_secret(prompt: &str) -> std::io::Result<String> {
    if std::io::stdin().is_terminal() {
        // Standard output is for results and may be redirected.
        let config = rpassword::ConfigBuilder::new().output_writer(std::io::stderr());
        return rpassword::prompt_password_with_config(format!("{prompt}: "), config.build());
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Option value that sets or clears a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Update<T> {
    Set(T),
    Clear,
}

impl<T> Update<T> {
    fn into_option<U>(self, into: impl FnOnce(T) -> U) -> Option<U> {
        match self {
            Self::Set(value) => Some(into(value)),
            Self::Clear => None,
        }
    }
}

impl<T: FromStr> FromStr for Update<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        match text {
            "unset" => Ok(Self::Clear),
            text => text.parse().map(Self::Set),
        }
    }
}

/// Option value `on` or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OnOff(bool);

impl FromStr for OnOff {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text {
            "on" => Ok(Self(true)),
            "off" => Ok(Self(false)),
            _ => Err("must be on or off"),
        }
    }
}

/// Returns a command-line caller for an existing tenant.
async fn caller_for(services: &Services, tenant_id: &TenantId) -> anyhow::Result<Caller> {
    match services.tenants.get(tenant_id).await {
        Ok(_) => Ok(Caller::for_command_line(tenant_id.clone())),
        Err(error @ Error::Invalid(InvalidInputError::UnknownTenant(_))) => Err(anyhow!(
            "{error}: create it with `keywright tenant create --tenant {tenant_id}`"
        )),
        Err(other) => Err(other.into()),
    }
}

/// Adds a hint to an error, such as the list of known names for an unknown name.
async fn add_hint<T>(
    services: &Services,
    caller: &Caller,
    done: Result<T, Error>,
) -> anyhow::Result<T> {
    let error = match done {
        Ok(done) => return Ok(done),
        Err(error) => error,
    };
    let tenant = caller.tenant_id();
    Err(match &error {
        Error::Invalid(InvalidInputError::UnknownProduct(_)) => {
            let known = services
                .products
                .list_slugs(caller)
                .await
                .unwrap_or_default();
            let what = list_known(
                tenant.as_str(),
                &known,
                "create one with `keywright product create`",
            );
            anyhow!("{error}: {what}")
        }
        Error::Invalid(
            InvalidInputError::UnknownKeyType(product, _)
            | InvalidInputError::KeyTypeRequired(product),
        ) => {
            let key_types = services.products.list_key_type_slugs(caller, product).await;
            let known = key_types.unwrap_or_default();
            let what = list_known("it", &known, "create one with `keywright key-type create`");
            anyhow!("{error}: {what}")
        }
        Error::Invalid(InvalidInputError::UnknownKid(_)) => {
            anyhow!("{error}: list the keys with `keywright signing-key list --tenant {tenant}`")
        }
        Error::Invalid(InvalidInputError::KeyTooNew { .. }) => {
            anyhow!("{error}; in that case, add --now")
        }
        Error::PlanRequired(plan) => anyhow!(
            "{error}: change it with `keywright tenant set-plan --tenant {tenant} --plan {}`",
            plan.as_str()
        ),
        _ => error.into(),
    })
}

fn list_known(whose: &str, known: &[String], otherwise: &str) -> String {
    if known.is_empty() {
        return format!("{whose} has none; {otherwise}");
    }
    format!("{whose} has {}", known.join(", "))
}
