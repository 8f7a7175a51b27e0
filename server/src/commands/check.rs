//! `keywright check`.

use anyhow::bail;

use crate::{
    commands::{say, with_services},
    config::DatabaseArgs,
};

/// Prints a summary and each problem. Returns an error if there are any.
pub(crate) async fn run(database: &DatabaseArgs) -> anyhow::Result<()> {
    let report = with_services(database, async |services| Ok(services.check.run().await?)).await?;
    let counted = report.counted;
    say(&format!(
        "Checked {} licenses, {} activations, {} audit entries and {} signing keys.",
        counted.licenses, counted.activations, counted.audit_entries, report.signing_keys
    ))?;
    for fault in &report.faults {
        say(fault)?;
    }
    match report.faults.len() {
        0 => say("No problems found."),
        1 => bail!("1 problem found: see above"),
        faults => bail!("{faults} problems found: see above"),
    }
}
