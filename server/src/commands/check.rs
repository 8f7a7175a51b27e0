//! `keywright check`.

use anyhow::bail;

use crate::{
    commands::{say, with_services},
    config::DatabaseArgs,
};

/// Prints what was looked at and each fault; an error where there is one.
pub(crate) async fn run(database: &DatabaseArgs) -> anyhow::Result<()> {
    let report = with_services(database, async |services| Ok(services.check.run().await?)).await?;
    let counted = report.counted;
    say(&format!(
        "Looked at {} licenses, {} activations, {} audit entries and {} signing keys.",
        counted.licenses, counted.activations, counted.audit_entries, report.signing_keys
    ))?;
    for fault in &report.faults {
        say(fault)?;
    }
    match report.faults.len() {
        0 => say("No faults."),
        1 => bail!("1 fault was found: see above"),
        faults => bail!("{faults} faults were found: see above"),
    }
}
