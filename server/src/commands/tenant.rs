//! `keywright tenant`: creates, suspends and resumes tenants, and changes their plan.

use clap::Subcommand;
use keywright_domain::{
    ids::{Kid, TenantId},
    plan::Plan,
};
use keywright_service::{rate_limit::RateLimitConfig, tenants::CreateTenant};

use crate::{
    commands::{caller_for, print_line, with_services},
    config::DatabaseArgs,
};

#[derive(Debug, Subcommand)]
pub(crate) enum TenantCommand {
    /// Create a tenant and its first signing key.
    #[command(alias = "add")]
    Create {
        /// Tenant slug: 3 to 40 characters from a-z, 0-9, - and _. Cannot be changed later.
        #[arg(long)]
        tenant: TenantId,
        /// Display name; defaults to the slug.
        #[arg(long)]
        name: Option<String>,
        /// Plan: free, starter, pro or enterprise.
        #[arg(long, default_value = "enterprise", value_parser = parse_plan)]
        plan: Plan,
        /// ID of the first signing key; defaults to k1.
        #[arg(long)]
        kid: Option<Kid>,
    },
    /// Change a tenant's plan.
    #[command(alias = "plan")]
    SetPlan {
        /// Tenant slug.
        #[arg(long)]
        tenant: TenantId,
        /// New plan: free, starter, pro or enterprise.
        #[arg(long, value_parser = parse_plan)]
        plan: Plan,
    },
    /// Refuse a tenant's device requests. Leases already issued stay valid.
    Suspend {
        /// Tenant slug.
        #[arg(long)]
        tenant: TenantId,
    },
    /// Accept a suspended tenant's device requests again.
    Resume {
        /// Tenant slug.
        #[arg(long)]
        tenant: TenantId,
    },
}

impl TenantCommand {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        match self {
            Self::Create {
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
                create(database, new).await
            }
            Self::SetPlan { tenant, plan } => set_plan(database, tenant, plan).await,
            Self::Suspend { tenant } => suspend(database, tenant).await,
            Self::Resume { tenant } => resume(database, tenant).await,
        }
    }
}

async fn create(database: &DatabaseArgs, new: CreateTenant) -> anyhow::Result<()> {
    let services = database.open_or_create(RateLimitConfig::default()).await?;
    let made = format!(
        "Created tenant {} on the {} plan.",
        new.id,
        new.plan.as_str()
    );
    let added = services.tenants.create(new).await;
    services.close().await;
    added?;
    print_line(&made)
}

async fn set_plan(database: &DatabaseArgs, tenant_id: TenantId, plan: Plan) -> anyhow::Result<()> {
    with_services(database, async |services| {
        let caller = caller_for(services, &tenant_id).await?;
        Ok(services.tenants.set_plan(&caller, plan).await?)
    })
    .await?;
    print_line(&format!(
        "Tenant {tenant_id} is now on the {} plan.",
        plan.as_str()
    ))
}

async fn suspend(database: &DatabaseArgs, tenant_id: TenantId) -> anyhow::Result<()> {
    with_services(database, async |services| {
        let caller = caller_for(services, &tenant_id).await?;
        Ok(services.tenants.suspend(&caller).await?)
    })
    .await?;
    print_line(&format!(
        "Suspended {tenant_id}. Its device requests are refused; leases already issued stay valid until they expire."
    ))
}

async fn resume(database: &DatabaseArgs, tenant_id: TenantId) -> anyhow::Result<()> {
    with_services(database, async |services| {
        let caller = caller_for(services, &tenant_id).await?;
        Ok(services.tenants.resume(&caller).await?)
    })
    .await?;
    print_line(&format!(
        "Resumed {tenant_id}. Its device requests are accepted again."
    ))
}

fn parse_plan(name: &str) -> Result<Plan, &'static str> {
    Plan::from_name(name).ok_or("must be free, starter, pro or enterprise")
}
