//! `keywright tenant …`.

use clap::Subcommand;
use keywright_domain::{
    ids::{Kid, TenantId},
    plan::Plan,
};
use keywright_service::{rate_limit::LimitSettings, tenants::CreateTenant};

use crate::{
    commands::{caller_for, say, with_services},
    config::DatabaseArgs,
};

#[derive(Debug, Subcommand)]
pub(crate) enum TenantCommand {
    /// Make a tenant, with its first signing key.
    Add {
        /// Its slug: 3 to 40 of a-z 0-9 - _; it never changes.
        #[arg(long)]
        tenant: TenantId,
        /// Its name on pages; the slug, where left out.
        #[arg(long)]
        name: Option<String>,
        /// Its plan: free, starter, pro or enterprise.
        #[arg(long, default_value = "enterprise", value_parser = plan)]
        plan: Plan,
        /// The name of its first signing key; k1, where left out.
        #[arg(long)]
        kid: Option<Kid>,
    },
    /// Put a tenant on a plan.
    Plan {
        /// Its slug.
        #[arg(long)]
        tenant: TenantId,
        /// free, starter, pro or enterprise.
        #[arg(long, value_parser = plan)]
        plan: Plan,
    },
    /// Refuse the device calls of a tenant; leases that are out stay valid.
    Suspend {
        /// Its slug.
        #[arg(long)]
        tenant: TenantId,
    },
    /// Answer the device calls of a suspended tenant again.
    Resume {
        /// Its slug.
        #[arg(long)]
        tenant: TenantId,
    },
}

impl TenantCommand {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        match self {
            Self::Add {
                tenant,
                name,
                plan,
                kid,
            } => {
                let name = name.unwrap_or_else(|| tenant.to_string());
                let new = CreateTenant {
                    first_kid: kid,
                    ..CreateTenant::new(tenant, &name, plan)
                };
                add(database, new).await
            }
            Self::Plan { tenant, plan } => change_plan(database, tenant, plan).await,
            Self::Suspend { tenant } => suspend(database, tenant).await,
            Self::Resume { tenant } => resume(database, tenant).await,
        }
    }
}

async fn add(database: &DatabaseArgs, new: CreateTenant) -> anyhow::Result<()> {
    let services = database.open_or_create(LimitSettings::default()).await?;
    let made = format!(
        "Made the tenant {} on the plan {}.",
        new.id,
        new.plan.as_str()
    );
    let added = services.tenants.create(new).await;
    services.close().await;
    added?;
    say(&made)
}

async fn change_plan(database: &DatabaseArgs, tenant: TenantId, plan: Plan) -> anyhow::Result<()> {
    with_services(database, async |services| {
        let caller = caller_for(services, &tenant).await?;
        Ok(services.tenants.set_plan(&caller, plan).await?)
    })
    .await?;
    say(&format!(
        "The tenant {tenant} is on the plan {} now.",
        plan.as_str()
    ))
}

async fn suspend(database: &DatabaseArgs, tenant: TenantId) -> anyhow::Result<()> {
    with_services(database, async |services| {
        let caller = caller_for(services, &tenant).await?;
        Ok(services.tenants.suspend(&caller).await?)
    })
    .await?;
    say(&format!(
        "Suspended {tenant}: its device calls are refused. Leases that are out stay valid until they end."
    ))
}

async fn resume(database: &DatabaseArgs, tenant: TenantId) -> anyhow::Result<()> {
    with_services(database, async |services| {
        let caller = caller_for(services, &tenant).await?;
        Ok(services.tenants.resume(&caller).await?)
    })
    .await?;
    say(&format!(
        "Resumed {tenant}: its device calls are answered again."
    ))
}

fn plan(name: &str) -> Result<Plan, &'static str> {
    Plan::from_name(name).ok_or("a plan is free, starter, pro or enterprise")
}
