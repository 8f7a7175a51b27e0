//! The table of figures, for people and for programs.

use std::{fs, path::Path};

use anyhow::Result;
use serde::Serialize;

/// What a ratio should be.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// There is none: it stands beside others.
    None,
}

/// One figure.
#[derive(Serialize)]
pub(crate) struct Row {
    pub(crate) what: String,
    /// What it is a ratio to, or the unit that it is in.
    pub(crate) measure: &'static str,
    pub(crate) reached: f64,
    pub(crate) goal: Option<String>,
    pub(crate) is_reached: Option<bool>,
    /// The numbers behind it.
    pub(crate) absolute: String,
}

/// All of a run.
#[derive(Default, Serialize)]
pub(crate) struct Report {
    rows: Vec<Row>,
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
        let row = Row {
            what: what.into(),
            measure,
            reached,
            goal,
            is_reached,
            absolute: absolute.into(),
        };
        println!("    {}", line(&row));
        self.rows.push(row);
    }

    /// Writes the file and prints the table.
    pub(crate) fn finish(&self, file: &Path) -> Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        fs::write(file, text)?;
        println!("\n| what | reached | goal | | absolute |\n|---|---|---|---|---|");
        for row in &self.rows {
            println!("{}", line(row));
        }
        println!("\nIn {}, too.", file.display());
        Ok(())
    }
}

fn line(row: &Row) -> String {
    let verdict = match row.is_reached {
        Some(true) => "✓",
        Some(false) => "✗",
        None => "",
    };
    let goal = row.goal.as_deref().unwrap_or("");
    let Row {
        what,
        measure,
        reached,
        absolute,
        ..
    } = row;
    let digits = if *reached < 10.0 { 2 } else { 0 };
    format!("| {what} | {reached:.digits$} {measure} | {goal} | {verdict} | {absolute} |")
}
