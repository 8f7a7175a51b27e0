//! Progress output: announces each step with an estimate, and lists the durations at the end.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// The steps of one run, in order of completion.
#[derive(Default)]
pub(crate) struct Steps {
    finished: Vec<FinishedStep>,
}

struct FinishedStep {
    title: String,
    duration: Duration,
    succeeded: bool,
}

impl Steps {
    /// Runs a step. `estimate` is printed with the title, for example "2 min the first time".
    pub(crate) fn run<T>(
        &mut self,
        title: &str,
        estimate: &str,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        println!("\n==> {title} ({estimate})");
        let started = now();
        let outcome = work();
        let took = started.elapsed();
        self.finished.push(FinishedStep {
            title: title.to_owned(),
            duration: took,
            succeeded: outcome.is_ok(),
        });
        if outcome.is_ok() {
            println!("    done in {}", format_duration(took));
        }
        outcome.with_context(|| format!("{title} failed"))
    }

    /// Prints a table of all steps if there was more than one.
    pub(crate) fn print_table(&self) {
        if self.finished.len() < 2 {
            return;
        }
        println!("\nSteps:");
        for step in &self.finished {
            let mark = if step.succeeded { "" } else { "  FAILED" };
            println!(
                "  {:>9}  {}{mark}",
                format_duration(step.duration),
                step.title
            );
        }
        let total = self.finished.iter().map(|step| step.duration).sum();
        println!("  {:>9}  total", format_duration(total));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the only place in xtask that measures time"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

fn format_duration(took: Duration) -> String {
    let seconds = took.as_secs();
    if seconds >= 60 {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    } else {
        format!("{:.1} s", took.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_readable() {
        assert_eq!(format_duration(Duration::from_millis(250)), "0.2 s");
        assert_eq!(format_duration(Duration::from_millis(3_400)), "3.4 s");
        assert_eq!(format_duration(Duration::from_secs(61)), "1 min 01 s");
    }

    #[test]
    fn failed_step_is_named_in_the_error() {
        let mut steps = Steps::default();
        let outcome: Result<()> = steps.run("docs", "a moment", || anyhow::bail!("no"));
        assert_eq!(
            outcome.map_err(|error| format!("{error:#}")),
            Err("docs failed: no".to_owned())
        );
    }
}
