//! `cargo xtask stress`: repeats the race and crash tests in an optimized build, sends the
//! requests that schemathesis generates from `/openapi.json`, and prints a table of the results.

mod schemathesis;

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, bail};

use crate::{
    interrupt, process,
    programs::postgres::{self, Postgres},
    steps::{Steps, now},
};

/// Substrings of the paths of the tests to repeat, which cover concurrency and failures.
const TEST_PATH_PATTERNS: [&str; 4] = ["concurren", "backup::", "crash_recovery::", "faults::"];

/// Number of times that the crash tests kill the server in each run.
const KILLS_PER_RUN: &str = "10";

const DEFAULT_MINUTES: u64 = 10;

/// Generated requests to each endpoint, for each minute of the run.
const EXAMPLES_PER_MINUTE: u64 = 50;

/// Results of one test on one engine.
#[derive(Default)]
struct Tally {
    runs: u32,
    failures: u32,
}

/// Repeats the tests until the time is up, prints the table, and fails if any test failed.
pub(crate) fn run(minutes: Option<&str>, steps: &mut Steps) -> Result<()> {
    let minutes = match minutes {
        Some(minutes) => minutes
            .parse()
            .with_context(|| format!("`{minutes}` is not a number of minutes"))?,
        None => DEFAULT_MINUTES,
    };
    if process::find_on_path("cargo-nextest").is_none() {
        bail!("cargo-nextest is required: run `cargo install cargo-nextest --locked`");
    }
    let postgres = Postgres::prepare(steps)?;
    let end = now() + Duration::from_secs(minutes * 60);
    let mut tallies = BTreeMap::new();
    let mut iterations = 0;
    while iterations == 0 || now() < end {
        run_tests(&postgres, &mut tallies)?;
        iterations += 1;
        println!("    iteration {iterations} finished");
    }
    let conforms = schemathesis::run(EXAMPLES_PER_MINUTE * minutes.max(1), steps)?;
    let tally = tallies
        .entry(("schemathesis".into(), "sqlite".into()))
        .or_default();
    tally.runs += 1;
    tally.failures += u32::from(!conforms);
    print_table(&tallies);
    let failures: u32 = tallies.values().map(|tally| tally.failures).sum();
    if failures > 0 {
        bail!("{failures} test runs failed");
    }
    Ok(())
}

fn run_tests(postgres: &Postgres, tallies: &mut BTreeMap<(String, String), Tally>) -> Result<()> {
    let filter = format!("test(/{}/)", TEST_PATH_PATTERNS.join("|"));
    let mut nextest = process::cargo();
    nextest
        .args(["nextest", "run", "--package", "keywright", "--no-fail-fast"])
        .args(["--cargo-profile", "stress"])
        .args(["--status-level", "all", "--color", "never", "-E", &filter])
        .env(postgres::URL_VARIABLE, postgres.url())
        .env("KEYWRIGHT_KILLS_PER_RUN", KILLS_PER_RUN);
    let output = nextest.output().context("can't start cargo nextest")?;
    if interrupt::requested() {
        bail!("stopped by Ctrl-C");
    }
    let output_text = String::from_utf8_lossy(&output.stderr);
    for (case, engine, passed) in output_text.lines().filter_map(parse_outcome) {
        let tally = tallies.entry((case, engine)).or_default();
        tally.runs += 1;
        tally.failures += u32::from(!passed);
    }
    let has_run = |subject: &str| tallies.keys().any(|(case, _)| case.contains(subject));
    if let Some(missing) = TEST_PATH_PATTERNS.iter().find(|subject| !has_run(subject)) {
        bail!("no test has `{missing}` in its path:\n{output_text}");
    }
    if !output.status.success() {
        println!("{output_text}");
    }
    Ok(())
}

/// Parses a line such as `PASS [ 1.2s] keywright::all device_api::concurrency::one::sqlite` into
/// the case, the engine and whether it passed.
fn parse_outcome(line: &str) -> Option<(String, String, bool)> {
    let (passed, rest) = match line.trim_start().split_once(' ')? {
        ("PASS", rest) => (true, rest),
        ("FAIL" | "TIMEOUT" | "SIGABRT" | "SIGSEGV", rest) => (false, rest),
        _ => return None,
    };
    let name = rest.split_whitespace().last()?;
    let engine = ["sqlite", "postgres"]
        .into_iter()
        .find(|engine| name.ends_with(engine));
    let case = match engine {
        Some(engine) => name
            .trim_end_matches(engine)
            .trim_end_matches("::")
            .trim_end_matches("_on_"),
        None => name,
    };
    Some((
        case.to_owned(),
        engine.unwrap_or("sqlite").to_owned(),
        passed,
    ))
}

fn print_table(tallies: &BTreeMap<(String, String), Tally>) {
    println!("\n| test | engine | runs | failures |\n|---|---|---|---|");
    for (
        (case, engine),
        Tally {
            runs: tries,
            failures,
        },
    ) in tallies
    {
        println!("| `{case}` | {engine} | {tries} | {failures} |");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest_lines_are_parsed() {
        for (line, expected) in [
            (
                "        PASS [   0.046s] (1/9) keywright::all device_api::concurrency::limit::sqlite",
                Some(("device_api::concurrency::limit", "sqlite", true)),
            ),
            (
                "        FAIL [   4.5s] keywright::all cli::faults::gone_on_postgres",
                Some(("cli::faults::gone", "postgres", false)),
            ),
            (
                "        PASS [   0.1s] (2/9) keywright::all cli::backup::whole",
                Some(("cli::backup::whole", "sqlite", true)),
            ),
            ("     Summary [   4.983s] 9 tests run: 9 passed", None),
            ("", None),
        ] {
            let expected =
                expected.map(|(case, engine, passed)| (case.to_owned(), engine.to_owned(), passed));
            assert_eq!(parse_outcome(line), expected, "{line}");
        }
    }
}
