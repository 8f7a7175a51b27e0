//! The command line: what there is. What each command takes and does stands in its file in `commands`.

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
    /// Serve the dashboard and the device API until told to stop.
    Serve(ServeArgs),
    /// Write a consistent copy of the SQLite database to a file, while the server runs or not.
    Backup(BackupArgs),
    /// Put a backup in its place. The server must be stopped.
    Restore(RestoreArgs),
    /// Read the whole database through and say what contradicts itself in it; ends with code 1 if anything does.
    Check,
    /// Make a new code for the setup in a browser and print it; earlier ones no longer work.
    SetupCode,
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
    /// Make products and change them.
    #[command(subcommand)]
    Product(ProductCommand),
    /// Make key types, the variants of a product that licenses are minted as, and change them.
    #[command(subcommand)]
    KeyType(KeyTypeCommand),
    /// Make, replace and take over the key that a tenant's apps are built with.
    #[command(subcommand)]
    SdkKey(SdkKeyCommand),
    /// Rotate the keys that sign a tenant's leases.
    #[command(subcommand)]
    SigningKey(SigningKeyCommand),
}

impl Cli {
    /// Does what was asked.
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
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
