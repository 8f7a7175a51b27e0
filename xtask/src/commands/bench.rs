//! `cargo xtask bench`: builds Keywright and the benchmark, installs the tools and runs `bench`.

use std::fs;

use anyhow::Result;

use crate::{
    process,
    programs::{
        binary::{self, Profile},
        postgres::Postgres,
    },
    steps::Steps,
    tools::apt,
    workspace,
};

/// The load generator, and the SQLite shell that the CSV export is compared with.
const TOOLS: [&str; 2] = ["wrk", "sqlite3"];

/// Measures, prints the table and writes it to `bench/results.json`. `options` are those of
/// `keywright-bench run`.
pub(crate) fn run(options: &[&str], steps: &mut Steps) -> Result<()> {
    let missing: Vec<&str> = TOOLS
        .into_iter()
        .filter(|tool| process::find_on_path(tool).is_none())
        .collect();
    if !missing.is_empty() {
        apt::install(&missing, steps)?;
    }
    binary::build_with_site(Profile::Release, steps)?;
    let mut cargo = process::cargo();
    cargo.args(["build", "--release", "--package", "keywright-bench"]);
    steps.run(
        "building the benchmark",
        "a few minutes the first time",
        || process::run(&mut cargo),
    )?;
    let folder = workspace::target().join("bench");
    fs::create_dir_all(&folder)?;
    let postgres = Postgres::start_persistent("bench", steps)?;
    let mut bench = process::command(workspace::target().join("release/keywright-bench"));
    bench.arg("run");
    bench.arg("--binary").arg(binary::path(Profile::Release));
    bench.arg("--folder").arg(&folder);
    bench
        .arg("--results")
        .arg(workspace::root().join("bench/results.json"));
    bench.args(["--postgres", postgres.server_url()]);
    bench.arg("--postgres-binaries").arg(postgres.binaries());
    bench.args(options);
    process::run(&mut bench)
}
