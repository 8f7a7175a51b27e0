//! `keywright signing-key`: lists and rotates the keys that sign leases.

use clap::Subcommand;
use keywright_app::format;
use keywright_domain::{
    ids::{Kid, TenantId},
    signing_key::{KeyStage, ListedKey, PromotionReason, RECOMMENDED_WAIT_DAYS, drop_time},
};
use serde_json::json;

use crate::{
    commands::{add_hint, caller_for, print_line, with_services},
    config::DatabaseArgs,
};

#[derive(Debug, Subcommand)]
pub(crate) enum SigningKeyCommand {
    /// Step 1 of a rotation: create a key that apps can fetch but that does not sign yet.
    #[command(alias = "add")]
    Create {
        /// Tenant slug.
        #[arg(long)]
        tenant: TenantId,
        /// Key ID; defaults to the next of k1, k2, … An ID is never reused.
        #[arg(long)]
        kid: Option<Kid>,
        /// Print the result as one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Step 2 of a rotation: sign with the key. Wait 14 days after step 1, so that apps have
    /// fetched it.
    Promote {
        /// Tenant slug.
        #[arg(long)]
        tenant: TenantId,
        /// Key ID.
        #[arg(long)]
        kid: Kid,
        /// Skip the 14-day wait because the current signing key has leaked. Apps refuse leases
        /// signed with the new key until they have fetched it.
        #[arg(long)]
        now: bool,
    },
    /// List the keys that apps may verify leases with: ID, stage and public key in base64.
    List {
        /// Tenant slug.
        #[arg(long)]
        tenant: TenantId,
        /// Print one JSON object per line.
        #[arg(long)]
        json: bool,
    },
}

impl SigningKeyCommand {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        match self {
            Self::Create { tenant, kid, json } => create(database, &tenant, kid, json).await,
            Self::Promote { tenant, kid, now } => {
                let urgency = if now {
                    PromotionReason::Leak
                } else {
                    PromotionReason::Planned
                };
                promote(database, &tenant, kid, urgency).await
            }
            Self::List { tenant, json } => list(database, &tenant, json).await,
        }
    }
}

async fn create(
    database: &DatabaseArgs,
    tenant_id: &TenantId,
    kid: Option<Kid>,
    json: bool,
) -> anyhow::Result<()> {
    let key = with_services(database, async |services| {
        let caller = caller_for(services, tenant_id).await?;
        Ok(services.signing_keys.add(&caller, kid).await?)
    })
    .await?;
    print_key(&key, json)?;
    if json {
        return Ok(());
    }
    print_line(&format!(
        "Apps that fetch {tenant_id}'s keys will now receive this key; apps that pin keys need a new build. Promote it in {RECOMMENDED_WAIT_DAYS} days."
    ))
}

async fn promote(
    database: &DatabaseArgs,
    tenant_id: &TenantId,
    kid: Kid,
    urgency: PromotionReason,
) -> anyhow::Result<()> {
    let promoted = format!("{kid} now signs leases for {tenant_id}.");
    let listed = with_services(database, async |services| {
        let caller = caller_for(services, tenant_id).await?;
        let signing_keys = &services.signing_keys;
        let promoted = signing_keys.promote(&caller, kid, urgency).await;
        add_hint(services, &caller, promoted).await?;
        Ok(signing_keys.list(&caller).await?)
    })
    .await?;
    print_line(&promoted)?;
    for key in listed {
        if let KeyStage::Retired(at) = key.stage {
            print_line(&format!(
                "{} stays listed until {}, so that apps can verify the leases that it signed.",
                key.kid,
                format::iso(drop_time(at))
            ))?;
        }
    }
    Ok(())
}

async fn list(database: &DatabaseArgs, tenant_id: &TenantId, json: bool) -> anyhow::Result<()> {
    let listed = with_services(database, async |services| {
        let caller = caller_for(services, tenant_id).await?;
        Ok(services.signing_keys.list(&caller).await?)
    })
    .await?;
    listed.iter().try_for_each(|key| print_key(key, json))
}

fn print_key(key: &ListedKey, json: bool) -> anyhow::Result<()> {
    let (stage, until) = match key.stage {
        KeyStage::Added => ("added", None),
        KeyStage::Signing => ("signing", None),
        KeyStage::Retired(at) => ("retired", Some(drop_time(at))),
    };
    if !json {
        let until = until.map_or_else(String::new, |end| {
            format!("\tlisted until {}", format::iso(end))
        });
        return print_line(&format!("{}\t{stage}\t{}{until}", key.kid, key.public_key));
    }
    let mut line = json!({
        "kid": key.kid, "stage": stage, "public_key": key.public_key, "created_at": key.created_at.seconds(),
    });
    if let Some(end) = until {
        line["listed_until"] = json!(end.seconds());
    }
    print_line(&line.to_string())
}
