//! Formats the results as a table and as JSON.

use std::{fs, path::Path};

use anyhow::Result;
use serde::Serialize;

/// Target for a ratio.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// A measurement without a target, for comparison.
    None,
}

/// One measurement.
#[derive(Serialize)]
pub(crate) struct Measurement {
    pub(crate) name: String,
    /// Unit, or the value that a ratio refers to.
    pub(crate) unit: &'static str,
    pub(crate) value: f64,
    pub(crate) goal: Option<String>,
    pub(crate) meets_goal: Option<bool>,
    /// The absolute numbers behind a ratio.
    pub(crate) details: String,
}

/// All measurements of a run.
#[derive(Default, Serialize)]
pub(crate) struct Report {
    rows: Vec<Measurement>,
}

impl Report {
    pub(crate) fn add(
        &mut self,
        what: impl Into<String>,
        measure: &'static str,
        reached: f64,
        goal: Goal,
        absolute: impl Into<String>,
    ) {
        let (goal, is_reached) = match goal {
            Goal::AtLeast(least) => (Some(format!("≥ {least}")), Some(reached >= least)),
            Goal::AtMost(most) => (Some(format!("≤ {most}")), Some(reached <= most)),
            Goal::None => (None, None),
        };
        let row = Measurement {
            name: what.into(),
            unit: measure,
            value: reached,
            goal,
            meets_goal: is_reached,
            details: absolute.into(),
        };
        println!("    {}", line(&row));
        self.rows.push(row);
    }

    /// Writes the results as JSON to `file` and as a table next to it, and prints the table.
    pub(crate) fn finish(&self, file: &Path) -> Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        fs::write(file, text)?;
        let table = file.with_extension("md");
        fs::write(&table, self.table())?;
        println!("\n{}\nWritten to {}.", self.table(), table.display());
        Ok(())
    }

    fn table(&self) -> String {
        let mut table =
            String::from("| measurement | result | goal | | details |\n|---|---|---|---|---|\n");
        for row in &self.rows {
            table.push_str(&line(row));
            table.push('\n');
        }
        table
    }
}

fn line(row: &Measurement) -> String {
    let verdict = match row.meets_goal {
        Some(true) => "✓",
        Some(false) => "✗",
        None => "",
    };
    let goal = row.goal.as_deref().unwrap_or("");
    let Measurement {
        name: what,
        unit: measure,
        value: reached,
        details: absolute,
        ..
    } = row;
    let digits = if *reached < 10.0 { 2 } else { 0 };
    format!("| {what} | {reached:.digits$} {measure} | {goal} | {verdict} | {absolute} |")
}
