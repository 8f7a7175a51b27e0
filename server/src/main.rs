//! The `keywright` binary.

use std::process::ExitCode;

use clap::Parser;
use keywright::{cli::Cli, telemetry};
use mimalloc::MiMalloc;

/// The default allocator takes about 10% of the time of a validate request, because memory is
/// often freed on a different thread than the one that allocated it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
#[expect(clippy::print_stderr, reason = "error output of a command-line tool")]
async fn main() -> ExitCode {
    telemetry::init();
    match Cli::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("keywright: {}", format_error(&error));
            ExitCode::FAILURE
        }
    }
}

/// Joins an error and its causes with colons. Skips a cause that an outer message already
/// contains.
fn format_error(error: &anyhow::Error) -> String {
    error
        .chain()
        .map(ToString::to_string)
        .fold(String::new(), |message, cause| match message.as_str() {
            "" => cause,
            message if message.contains(&cause) => message.to_owned(),
            message => format!("{message}: {cause}"),
        })
}
