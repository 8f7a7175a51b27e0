//! The command line. Each command has its own module in `commands`.

use clap::{Parser, Subcommand};

use crate::{
    commands::{
        backup::{BackupArgs, RestoreArgs},
        demo, doctor,
        key_type::KeyTypeCommand,
        license::{LicenseCommand, MintArgs},
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
    #[command(alias = "check")]
    Doctor,
    /// Create and print a new code for browser setup. Earlier codes stop working.
    SetupCode,
    /// Load the demo data. Running it again changes nothing.
    Demo {
        /// Print the result as one line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// Mint licenses.
    #[command(subcommand)]
    License(LicenseCommand),
    /// The former name of `license mint`, for scripts that use it.
    #[command(hide = true)]
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
            Command::Doctor => doctor::run(database).await,
            Command::SetupCode => setup_code::run(database).await,
            Command::Demo { json } => demo::run(database, json).await,
            Command::License(LicenseCommand::Mint(args)) | Command::Mint(args) => {
                args.run(database).await
            }
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
    use clap::{CommandFactory, error::ErrorKind};

    use super::*;

    #[test]
    fn command_line_definition_is_valid() {
        Cli::command().debug_assert();
    }

    #[test]
    fn former_command_names_still_work() {
        for (former, current) in [
            ("check", "doctor"),
            ("mint", "license mint"),
            ("tenant add", "tenant create"),
            ("tenant plan", "tenant set-plan"),
            ("operator add", "operator create"),
            ("operator password", "operator set-password"),
            ("product add", "product create"),
            ("product change", "product update"),
            ("key-type add", "key-type create"),
            ("key-type change", "key-type update"),
            ("sdk-key set", "sdk-key create"),
            ("sdk-key end-old", "sdk-key revoke-old"),
            (
                "sdk-key rotate --end-old-now",
                "sdk-key rotate --revoke-old",
            ),
            ("signing-key add", "signing-key create"),
        ] {
            let parse = |command: &str| {
                let words = ["keywright"].into_iter().chain(command.split(' '));
                match Cli::try_parse_from(words) {
                    Ok(_) => ErrorKind::DisplayHelp,
                    Err(error) => error.kind(),
                }
            };
            assert_eq!(parse(former), parse(current), "{former}");
            assert_ne!(parse(former), ErrorKind::InvalidSubcommand, "{former}");
            assert_ne!(parse(former), ErrorKind::UnknownArgument, "{former}");
        }
    }
}
