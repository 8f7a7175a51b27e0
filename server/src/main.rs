//! `keywright`: serves the dashboard and the device API, and does a few things from the command line.

use std::process::ExitCode;

use clap::Parser;
use keywright::cli::Cli;

#[tokio::main]
#[expect(
    clippy::print_stderr,
    reason = "a sentence for the person who typed the command"
)]
async fn main() -> ExitCode {
    match Cli::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("keywright: {error:#}");
            ExitCode::FAILURE
        }
    }
}
