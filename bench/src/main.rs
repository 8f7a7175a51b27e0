//! Measures Keywright. `cargo xtask bench` builds what this needs and runs it; docs/performance.md explains the figures.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks to its user"
)]

mod believable;
mod clock;
mod dataset;
mod devices;
mod floor;
mod load;
mod pages;
mod report;
mod run;
mod server;

use anyhow::Result;
use clap::Parser;
use tokio::net::TcpListener;

use crate::run::RunArgs;

#[derive(Parser)]
enum Command {
    /// Serve what a validate costs with no storage.
    Floor,
    /// Make the data sets that are missing, measure, print the table and write it to a file.
    Run(RunArgs),
}

#[tokio::main]
async fn main() -> Result<()> {
    match Command::parse() {
        Command::Floor => floor::serve(TcpListener::bind("127.0.0.1:0").await?).await,
        Command::Run(args) => args.run().await,
    }
}
