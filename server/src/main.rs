//! `keywright`: serves the dashboard and the device API, and does a few things from the command line.

use std::process::ExitCode;

use clap::Parser;
use keywright::{cli::Cli, telemetry};
use mimalloc::MiMalloc;

/// The usual one spends a tenth of a validate's time: what one thread allocates here another frees.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
#[expect(
    clippy::print_stderr,
    reason = "a sentence for the person who typed the command"
)]
async fn main() -> ExitCode {
    telemetry::start();
    match Cli::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("keywright: {}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

/// What went wrong and why; a cause that has been told already, as part of another, is not told again.
fn sentence(error: &anyhow::Error) -> String {
    error
        .chain()
        .map(ToString::to_string)
        .fold(String::new(), |told, cause| match told.as_str() {
            "" => cause,
            told if told.contains(&cause) => told.to_owned(),
            told => format!("{told}: {cause}"),
        })
}
