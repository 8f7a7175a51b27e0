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
    say("The demo data is there. Sign in with one of these; the password is in the last column:")?;
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
    say(&format!("SDK key of acme: {}", report.sdk_key))
}
