//! `keywright demo`.

use keywright_service::rate_limit::LimitSettings;

use crate::{commands::say, config::DatabaseArgs};

pub(crate) async fn run(database: &DatabaseArgs, json: bool) -> anyhow::Result<()> {
    let services = database.open_or_create(LimitSettings::default()).await?;
    let filled = services.demo.fill().await;
    services.close().await;
    let report = filled?;
    if json {
        return say(&serde_json::to_string(&report)?);
    }
    say(
        "Loaded the demo data. Sign in with one of these accounts (the last column is the password):",
    )?;
    for operator in &report.operators {
        say(&format!(
            "  {:<20} {:<8} {:<6} {}",
            operator.email, operator.role, operator.tenant, operator.password
        ))?;
    }
    say("License keys to try in an app:")?;
    for key in &report.keys {
        say(&format!("  {:<20} {}", key.license_key, key.status))?;
    }
    say(&format!("SDK key for acme: {}", report.sdk_key))
}
