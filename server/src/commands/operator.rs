//! `keywright operator …`.

use anyhow::{Context, anyhow};
use clap::Subcommand;
use keywright_domain::{ids::TenantId, role::Role};
use keywright_service::Error;

use crate::{
    commands::{caller_for, read_secret, say, with_services},
    config::DatabaseArgs,
};

#[derive(Debug, Subcommand)]
pub(crate) enum OperatorCommand {
    /// Make an account; its password is read from standard input.
    Add {
        /// The tenant's slug.
        #[arg(long)]
        tenant: TenantId,
        /// The e-mail to sign in with.
        #[arg(long)]
        email: String,
        /// viewer, support, admin or owner.
        #[arg(long, value_parser = role)]
        role: Role,
    },
    /// Give an account another password, which is read from standard input. Whoever is signed in with it is signed out.
    Password {
        /// The tenant's slug.
        #[arg(long)]
        tenant: TenantId,
        /// The account's e-mail.
        #[arg(long)]
        email: String,
    },
}

impl OperatorCommand {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        let password =
            read_secret("Password").context("The password can't be read from standard input")?;
        match self {
            Self::Add {
                tenant,
                email,
                role,
            } => add(database, &tenant, &email, role, &password).await,
            Self::Password { tenant, email } => change(database, &tenant, &email, &password).await,
        }
    }
}

async fn add(
    database: &DatabaseArgs,
    tenant: &TenantId,
    email: &str,
    role: Role,
    password: &str,
) -> anyhow::Result<()> {
    with_services(database, async |services| {
        let caller = caller_for(services, tenant).await?;
        Ok(services
            .operators
            .create(&caller, email, role, password)
            .await?)
    })
    .await?;
    let role = role.as_str();
    say(&format!("Made the account {email} ({role} of {tenant})."))
}

async fn change(
    database: &DatabaseArgs,
    tenant: &TenantId,
    email: &str,
    password: &str,
) -> anyhow::Result<()> {
    with_services(database, async |services| {
        let caller = caller_for(services, tenant).await?;
        let changed = services
            .operators
            .set_password(&caller, email, password)
            .await;
        changed.map_err(|error| match error {
            Error::NotFound => anyhow!("{tenant} has no account {email}"),
            other => other.into(),
        })
    })
    .await?;
    say(&format!(
        "Changed the password of {email}, and ended its sessions."
    ))
}

fn role(name: &str) -> Result<Role, &'static str> {
    Role::from_name(name).ok_or("a role is viewer, support, admin or owner")
}
