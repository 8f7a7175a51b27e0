//! `keywright operator …`.

use anyhow::Context;
use keywright_domain::{ids::TenantId, role::Role};
use keywright_service::Services;

use crate::{
    commands::{caller_for, say},
    config::DatabaseArgs,
};

pub(crate) async fn add(
    database: &DatabaseArgs,
    tenant: TenantId,
    email: &str,
    role: Role,
) -> anyhow::Result<()> {
    let password = password()?;
    let services = database.open().await?;
    let added = add_account(&services, &tenant, email, role, &password).await;
    services.close().await;
    added?;
    say(&format!(
        "Made the account {email} ({} of {tenant}).",
        role.as_str()
    ))
}

async fn add_account(
    services: &Services,
    tenant: &TenantId,
    email: &str,
    role: Role,
    password: &str,
) -> anyhow::Result<()> {
    let caller = caller_for(services, tenant).await?;
    Ok(services
        .operators
        .add(&caller, email, role, password)
        .await?)
}

/// The first line of standard input: an argument would stand in the shell's history and in the list of processes.
fn password() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .context("The password can't be read from standard input")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
