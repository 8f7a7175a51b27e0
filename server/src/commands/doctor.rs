//! `keywright doctor`: checks the database for inconsistencies.

use anyhow::bail;

use crate::{
    commands::{print_line, with_services},
    config::DatabaseArgs,
};

/// Prints a summary and each problem. Returns an error if there are any.
pub(crate) async fn run(database: &DatabaseArgs) -> anyhow::Result<()> {
    let report = with_services(database, async |services| Ok(services.check.run().await?)).await?;
    let counted = report.counts;
    print_line(&format!(
        "Checked {} licenses, {} activations, {} audit entries and {} signing keys.",
        counted.license_count,
        counted.activation_count,
        counted.audit_entry_count,
        report.signing_key_count
    ))?;
    for fault in &report.faults {
        print_line(fault)?;
    }
    match report.faults.len() {
        0 => print_line("No problems found."),
        1 => bail!("1 problem found: see above"),
        faults => bail!("{faults} problems found: see above"),
    }
}
