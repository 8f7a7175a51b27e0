//! `keywright demo`: loads the demo data and prints its accounts and keys.

use keywright_service::rate_limit::RateLimitConfig;

use crate::{commands::print_line, config::DatabaseArgs};

pub(crate) async fn run(database: &DatabaseArgs, json: bool) -> anyhow::Result<()> {
    let services = database.open_or_create(RateLimitConfig::default()).await?;
    let filled = services.demo.fill().await;
    services.close().await;
    let report = filled?;
    if json {
        return print_line(&serde_json::to_string(&report)?);
    }
    print_line(
        "Loaded the demo data. Sign in with one of these accounts (the last column is the password):",
    )?;
    for operator in &report.operators {
        print_line(&format!(
            "  {:<20} {:<8} {:<6} {}",
            operator.email, operator.role, operator.tenant, operator.password
        ))?;
    }
    print_line("License keys to try in an app:")?;
    for key in &report.keys {
        print_line(&format!("  {:<20} {}", key.license_key, key.status))?;
    }
    print_line(&format!("SDK key for acme: {}", report.sdk_key))
}
