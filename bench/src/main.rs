//! Measures Keywright. `cargo xtask bench` builds what this needs and runs it; docs/performance.md explains the figures.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks to its user"
)]

mod baseline;
mod clock;
mod dataset;
mod device_load;
mod generator;
mod load;
mod page_load;
mod report;
mod run;
mod server;

use anyhow::Result;
use clap::Parser;
use tokio::net::TcpListener;

use crate::run::RunArgs;

#[derive(Parser)]
enum Command {
    /// Serve the baseline: a validate without storage.
    Baseline,
    /// Make the data sets that are missing, measure, print the table and write it to a file.
    Run(RunArgs),
}

#[tokio::main]
async fn main() -> Result<()> {
    match Command::parse() {
        Command::Baseline => baseline::serve(TcpListener::bind("127.0.0.1:0").await?).await,
        Command::Run(args) => args.run().await,
    }
}
