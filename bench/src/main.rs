//! Benchmarks of Keywright. `cargo xtask bench` builds the dependencies and runs it;
//! `docs/performance.md` explains the results.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "command-line tools print to the terminal"
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
    /// Serve the baseline: a validate request without storage.
    Baseline,
    /// Generate missing data sets, measure, print the table and write the results to a file.
    Run(RunArgs),
}

#[tokio::main]
async fn main() -> Result<()> {
    match Command::parse() {
        Command::Baseline => baseline::serve(TcpListener::bind("127.0.0.1:0").await?).await,
        Command::Run(args) => args.run().await,
    }
}
