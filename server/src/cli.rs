//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use keywright_domain::{
    entitlement::Entitlement,
    ids::{KeyTypeId, ProductId, TenantId},
    key::KeyPrefix,
    plan::Plan,
    role::Role,
};

use crate::{commands, config::DatabaseArgs};

/// A self-hostable license server with an operator dashboard.
#[derive(Parser)]
#[command(name = "keywright", version)]
pub struct Cli {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the dashboard and the device API until told to stop.
    Serve(ServeArgs),
    /// Write the demo data and exit; a second time changes nothing.
    Demo {
        /// Say what was written as one line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// Mint licenses and print their keys, which are shown this once.
    Mint(MintArgs),
    /// Make tenants and change them.
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Make accounts.
    #[command(subcommand)]
    Operator(OperatorCommand),
    /// Make products.
    #[command(subcommand)]
    Product(ProductCommand),
    /// Make key types: the variants of a product that licenses are minted as.
    #[command(subcommand)]
    KeyType(KeyTypeCommand),
}

/// How to serve.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Address and port to listen on.
    #[arg(long, env = "KEYWRIGHT_LISTEN", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// The URL under which browsers and apps reach this server; begin it with https:// where a proxy in front speaks
    /// TLS, so that cookies are sent over nothing else.
    #[arg(long, env = "KEYWRIGHT_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Folder of the built site, where the binary does not carry it.
    #[arg(long, env = "KEYWRIGHT_SITE_DIR", default_value = "target/site/pkg")]
    pub site_dir: PathBuf,
}

/// What to mint.
#[derive(Debug, Args)]
pub struct MintArgs {
    /// The tenant's slug.
    #[arg(long)]
    pub tenant: TenantId,
    /// The product's slug.
    #[arg(long)]
    pub product: ProductId,
    /// The key type's slug; may be left out where the product has one.
    #[arg(long)]
    pub key_type: Option<KeyTypeId>,
    /// Where the customer is written to.
    #[arg(long)]
    pub customer_email: Option<String>,
    /// How many licenses.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub count: u32,
    /// Print one JSON object a line: `license_key`, `id`, `display_key`.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
enum TenantCommand {
    /// Make a tenant, with its first signing key.
    Add {
        /// Its slug: 3 to 40 of a-z 0-9 - _; it never changes.
        #[arg(long)]
        tenant: TenantId,
        /// Its name on pages; the slug, where left out.
        #[arg(long)]
        name: Option<String>,
        /// Its plan.
        #[arg(long, default_value = "enterprise", value_parser = plan)]
        plan: Plan,
    },
    /// Put a tenant on a plan.
    Plan {
        /// Its slug.
        #[arg(long)]
        tenant: TenantId,
        /// free, starter, pro or enterprise.
        #[arg(long, value_parser = plan)]
        plan: Plan,
    },
}

#[derive(Debug, Subcommand)]
enum OperatorCommand {
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

#[derive(Debug, Subcommand)]
enum ProductCommand {
    /// Make a product, as far as the tenant's plan goes.
    Add(ProductArgs),
}

/// The product to make.
#[derive(Debug, Args)]
pub struct ProductArgs {
    /// The tenant's slug.
    #[arg(long)]
    pub tenant: TenantId,
    /// The product's slug: 1 to 32 of a-z 0-9 - _; it never changes.
    #[arg(long)]
    pub product: ProductId,
    /// Its name on pages; the slug, where left out.
    #[arg(long)]
    pub name: Option<String>,
    /// What its keys begin with: 4 upper-case letters or digits, unique on the server.
    #[arg(long)]
    pub key_prefix: KeyPrefix,
}

#[derive(Debug, Subcommand)]
enum KeyTypeCommand {
    /// Make a key type.
    Add(KeyTypeArgs),
}

/// The key type to make.
#[derive(Debug, Args)]
pub struct KeyTypeArgs {
    /// The tenant's slug.
    #[arg(long)]
    pub tenant: TenantId,
    /// The product's slug.
    #[arg(long)]
    pub product: ProductId,
    /// The key type's slug: 1 to 32 of a-z 0-9 - _.
    #[arg(long)]
    pub key_type: KeyTypeId,
    /// Devices that a license may be active on at once.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// Days from minting to expiry; lifetime, where left out.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub days: Option<u32>,
    /// What it unlocks; may be given several times.
    #[arg(long = "entitlement")]
    pub entitlements: Vec<Entitlement>,
    /// Let the app go on in reduced mode after expiry.
    #[arg(long)]
    pub fallback: bool,
}

impl Cli {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        let database = &self.database;
        match self.command {
            Command::Serve(args) => commands::serve::run(database, args).await,
            Command::Demo { json } => commands::demo::run(database, json).await,
            Command::Mint(args) => commands::mint::run(database, args).await,
            Command::Tenant(TenantCommand::Add { tenant, name, plan }) => {
                commands::tenant::add(database, tenant, name, plan).await
            }
            Command::Tenant(TenantCommand::Plan { tenant, plan }) => {
                commands::tenant::plan(database, tenant, plan).await
            }
            Command::Product(ProductCommand::Add(args)) => {
                commands::product::add(database, args).await
            }
            Command::KeyType(KeyTypeCommand::Add(args)) => {
                commands::product::add_key_type(database, args).await
            }
            Command::Operator(OperatorCommand::Add {
                tenant,
                email,
                role,
            }) => commands::operator::add(database, tenant, &email, role).await,
        }
    }
}

fn plan(name: &str) -> Result<Plan, &'static str> {
    Plan::from_name(name).ok_or("a plan is free, starter, pro or enterprise")
}

fn role(name: &str) -> Result<Role, &'static str> {
    Role::from_name(name).ok_or("a role is viewer, support, admin or owner")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
