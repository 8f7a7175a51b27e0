//! `keywright tenant …`.

use keywright_domain::{ids::TenantId, plan::Plan};
use keywright_service::Services;

use crate::{
    commands::{caller_for, say},
    config::DatabaseArgs,
};

pub(crate) async fn add(
    database: &DatabaseArgs,
    tenant: TenantId,
    name: Option<String>,
    plan: Plan,
) -> anyhow::Result<()> {
    let services = database.open_or_create().await?;
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
    let changed = change_plan(&services, &tenant, plan).await;
    services.close().await;
    changed?;
    say(&format!(
        "The tenant {tenant} is on the plan {} now.",
        plan.as_str()
    ))
}

async fn change_plan(services: &Services, tenant: &TenantId, plan: Plan) -> anyhow::Result<()> {
    let caller = caller_for(services, tenant).await?;
    Ok(services.tenants.set_plan(&caller, plan).await?)
}
