//! Load generation with wrk: each connection sends its next request after the previous response.

use std::{process::Command, time::Duration};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// The wrk script. Its header documents the arguments.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/wrk/load.lua");

/// Parameters of a wrk run.
pub(crate) struct Load {
    pub(crate) url: String,
    pub(crate) arguments: Vec<String>,
    pub(crate) connections: u32,
}

/// Results of one wrk run.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct RoundResult {
    pub(crate) requests: u64,
    microseconds: u64,
    failed: u64,
    refused: u64,
    p50: u64,
    p99: u64,
}

/// Medians over several rounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoadSummary {
    /// Responses per second.
    pub(crate) rate: f64,
    /// Median latency in microseconds.
    pub(crate) p50: f64,
    /// 99th-percentile latency in microseconds.
    pub(crate) p99: f64,
}

impl Load {
    /// Generates load for this duration. Fails if any response is an error, because errors are
    /// cheaper to serve.
    pub(crate) fn run(&self, time: Duration) -> Result<RoundResult> {
        let mut wrk = Command::new("wrk");
        wrk.args(["--threads", "1", "--timeout", "10s"]);
        wrk.args(["--connections", &self.connections.to_string()]);
        wrk.args(["--duration", &format!("{}s", time.as_secs())]);
        wrk.arg("--script").arg(SCRIPT).arg(&self.url);
        wrk.arg("--").args(&self.arguments);
        let output = wrk.output().context("can't start wrk")?;
        let said = String::from_utf8_lossy(&output.stdout);
        let line = said.lines().find(|line| line.starts_with('{'));
        let Some(line) = line else {
            bail!("wrk: {said}{}", String::from_utf8_lossy(&output.stderr));
        };
        let round: RoundResult = serde_json::from_str(line)?;
        if round.failed + round.refused > 0 || round.requests == 0 {
            bail!("{}: some requests failed: {round:?}", self.url);
        }
        Ok(round)
    }
}

impl LoadSummary {
    pub(crate) fn of(rounds: &[RoundResult]) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "the values are far below 2^52")]
        let median_of = |figure: fn(&RoundResult) -> (u64, u64)| {
            median(rounds.iter().map(|round| {
                let (part, whole) = figure(round);
                part as f64 / whole as f64
            }))
        };
        Self {
            rate: 1e6 * median_of(|round| (round.requests, round.microseconds)),
            p50: median_of(|round| (round.p50, 1)),
            p99: median_of(|round| (round.p99, 1)),
        }
    }
}

/// Returns the upper median, or NaN without values.
pub(crate) fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
