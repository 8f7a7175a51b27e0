//! `keywright operator`: creates accounts and sets passwords.

use anyhow::{Context, anyhow};
use clap::Subcommand;
use keywright_domain::{ids::TenantId, role::Role};
use keywright_service::Error;

use crate::{
    commands::{caller_for, print_line, read_secret, with_services},
    config::DatabaseArgs,
};

#[derive(Debug, Subcommand)]
pub(crate) enum OperatorCommand {
    /// Create an account. Prompts for the password, or reads it from standard input.
    #[command(alias = "add")]
    Create {
        /// Tenant slug.
        #[arg(long)]
        tenant: TenantId,
        /// Email address to sign in with.
        #[arg(long)]
        email: String,
        /// Role: viewer, support, admin or owner.
        #[arg(long, value_parser = parse_role)]
        role: Role,
    },
    /// Set an account's password and end its sessions. Prompts for the password, or reads it from
    /// standard input.
    #[command(alias = "password")]
    SetPassword {
        /// Tenant slug.
        #[arg(long)]
        tenant: TenantId,
        /// The account's email address.
        #[arg(long)]
        email: String,
    },
}

impl OperatorCommand {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        let password =
            read_secret("Password").context("can't read the password from standard input")?;
        match self {
            Self::Create {
                tenant,
                email,
                role,
            } => create(database, &tenant, &email, role, &password).await,
            Self::SetPassword { tenant, email } => {
                set_password(database, &tenant, &email, &password).await
            }
        }
    }
}

async fn create(
    database: &DatabaseArgs,
    tenant_id: &TenantId,
    email: &str,
    role: Role,
    password: &str,
) -> anyhow::Result<()> {
    with_services(database, async |services| {
        let caller = caller_for(services, tenant_id).await?;
        Ok(services
            .operators
            .create(&caller, email, role, password)
            .await?)
    })
    .await?;
    let role = role.as_str();
    print_line(&format!("Created account {email} ({role} at {tenant_id})."))
}

async fn set_password(
    database: &DatabaseArgs,
    tenant_id: &TenantId,
    email: &str,
    password: &str,
) -> anyhow::Result<()> {
    with_services(database, async |services| {
        let caller = caller_for(services, tenant_id).await?;
        let changed = services
            .operators
            .set_password(&caller, email, password)
            .await;
        changed.map_err(|error| match error {
            Error::NotFound => anyhow!("{tenant_id} has no account {email}"),
            other => other.into(),
        })
    })
    .await?;
    print_line(&format!(
        "Changed the password for {email} and ended all of its sessions."
    ))
}

fn parse_role(name: &str) -> Result<Role, &'static str> {
    Role::from_name(name).ok_or("must be viewer, support, admin or owner")
}
