//! `keywright tenant …`.

use keywright_domain::{ids::TenantId, plan::Plan};
use keywright_service::Caller;

use crate::{commands::say, config::DatabaseArgs};

pub(crate) async fn add(
    database: &DatabaseArgs,
    tenant: TenantId,
    name: Option<String>,
    plan: Plan,
) -> anyhow::Result<()> {
    let services = database.open().await?;
    let name = name.unwrap_or_else(|| tenant.to_string());
    let added = services.tenants.add(tenant.clone(), &name, plan).await;
    services.close().await;
    added?;
    say(&format!(
        "Made the tenant {tenant} on the plan {}.",
        plan.as_str()
    ))
}

pub(crate) async fn plan(
    database: &DatabaseArgs,
    tenant: TenantId,
    plan: Plan,
) -> anyhow::Result<()> {
    let services = database.open().await?;
    let changed = services
        .tenants
        .set_plan(&Caller::command_line(tenant.clone()), plan)
        .await;
    services.close().await;
    changed?;
    say(&format!(
        "The tenant {tenant} is on the plan {} now.",
        plan.as_str()
    ))
}
