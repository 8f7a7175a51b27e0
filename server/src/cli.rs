//! The command line. Each command has its own module in `commands`.

use clap::{Parser, Subcommand};

use crate::{
    commands::{
        backup::{BackupArgs, RestoreArgs},
        check, demo,
        key_type::KeyTypeCommand,
        mint::MintArgs,
        operator::OperatorCommand,
        product::ProductCommand,
        sdk_key::SdkKeyCommand,
        serve::ServeArgs,
        setup_code,
        signing_key::SigningKeyCommand,
        tenant::TenantCommand,
    },
    config::DatabaseArgs,
};

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
    /// Run the server: the dashboard and the device API.
    Serve(ServeArgs),
    /// Write a consistent backup of the SQLite database to a file, even while the server is
    /// running.
    Backup(BackupArgs),
    /// Restore a backup of the SQLite database. Stop the server first.
    Restore(RestoreArgs),
    /// Check the database for inconsistencies. Exits with status 1 if it finds any.
    Check,
    /// Create and print a new code for browser setup. Earlier codes stop working.
    SetupCode,
    /// Load the demo data. Running it again changes nothing.
    Demo {
        /// Print the result as one line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// Mint licenses and print their keys, which cannot be shown again.
    Mint(MintArgs),
    /// Create and manage tenants.
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Create operator accounts and set passwords.
    #[command(subcommand)]
    Operator(OperatorCommand),
    /// Create and update products.
    #[command(subcommand)]
    Product(ProductCommand),
    /// Create and update key types, the variants of a product that licenses are minted from.
    #[command(subcommand)]
    KeyType(KeyTypeCommand),
    /// Create, rotate, import and revoke the SDK keys that apps are built with.
    #[command(subcommand)]
    SdkKey(SdkKeyCommand),
    /// List and rotate the keys that sign leases.
    #[command(subcommand)]
    SigningKey(SigningKeyCommand),
}

impl Cli {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let database = &self.database;
        match self.command {
            Command::Serve(args) => args.run(database).await,
            Command::Backup(args) => args.run(database).await,
            Command::Restore(args) => args.run(database).await,
            Command::Check => check::run(database).await,
            Command::SetupCode => setup_code::run(database).await,
            Command::Demo { json } => demo::run(database, json).await,
            Command::Mint(args) => args.run(database).await,
            Command::Tenant(command) => command.run(database).await,
            Command::Operator(command) => command.run(database).await,
            Command::Product(command) => command.run(database).await,
            Command::KeyType(command) => command.run(database).await,
            Command::SdkKey(command) => command.run(database).await,
            Command::SigningKey(command) => command.run(database).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn command_line_definition_is_valid() {
        Cli::command().debug_assert();
    }
}
