//! `keywright operator …`.

use anyhow::Context;
use clap::Subcommand;
use keywright_domain::{ids::TenantId, role::Role};

use crate::{
    commands::{caller_for, first_line_of_input, say, with_services},
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
}

impl OperatorCommand {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        let Self::Add {
            tenant,
            email,
            role,
        } = self;
        let password = first_line_of_input("Password")
            .context("The password can't be read from standard input")?;
        with_services(database, async |services| {
            let caller = caller_for(services, &tenant).await?;
            let operators = &services.operators;
            Ok(operators.add(&caller, &email, role, &password).await?)
        })
        .await?;
        say(&format!(
            "Made the account {email} ({} of {tenant}).",
            role.as_str()
        ))
    }
}

fn role(name: &str) -> Result<Role, &'static str> {
    Role::from_name(name).ok_or("a role is viewer, support, admin or owner")
}
