//! First-run setup: the setup code authorizes creating the first tenant and its owner's account.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use futures::FutureExt;
use keywright_domain::{
    ids::{OperatorId, TenantId},
    plan::Plan,
    role::Role,
    setup_code::{MAX_WRONG_ATTEMPTS, SetupCode, SetupCodeHash},
};
use keywright_store::{Operator, StoreError, StoredSetupCode, Tx};
use serde::Deserialize;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{CreateTenant, NewTenantRows};
use crate::{
    Caller, Error, InvalidInputError,
    context::Context,
    email,
    forms::FieldErrors,
    name::validate_name,
    operators::{ClientInfo, NewSession, SessionToken, creation_entry, password},
};

#[derive(Clone)]
pub struct Setup {
    context: Arc<Context>,
    /// Whether a tenant has been found. Once set, requests to the public setup page no longer query
    /// the database.
    has_tenant: Arc<AtomicBool>,
}

/// The submitted setup form. No `Debug`, because it contains a password and the setup code.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SetupForm {
    pub code: Zeroizing<String>,
    /// Display name of the tenant.
    pub tenant_name: String,
    pub slug: String,
    /// Email of the owner's account.
    pub email: String,
    /// Password of the owner's account.
    pub password: Zeroizing<String>,
}

/// Reason for a failed setup.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SetupError {
    /// Some fields are invalid. This does not count as a failed attempt.
    #[error("Setup failed: some fields are invalid")]
    Invalid(FieldErrors),
    #[error("Wrong setup code. {}", format_attempts(*.tries_left))]
    WrongCode {
        /// Attempts left before the code becomes void; at least 1.
        tries_left: u32,
    },
    /// There is no valid code.
    #[error(
        "The setup code is void after {MAX_WRONG_ATTEMPTS} failed attempts. Run `keywright setup-code` on the server to create a new one"
    )]
    CodeVoid,
    #[error("Keywright is already set up")]
    AlreadySetUp,
    /// Failure unrelated to the form's contents.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<StoreError> for SetupError {
    fn from(error: StoreError) -> Self {
        Self::Other(error.into())
    }
}

impl Setup {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self {
            context,
            has_tenant: Arc::default(),
        }
    }

    /// Returns whether no tenant exists yet.
    pub async fn is_required(&self) -> Result<bool, Error> {
        if !self.has_tenant.load(Ordering::Relaxed) {
            let has_tenants = self.context.store.has_tenants().await?;
            self.has_tenant.fetch_or(has_tenants, Ordering::Relaxed);
        }
        Ok(!self.has_tenant.load(Ordering::Relaxed))
    }

    /// Returns whether the code currently authorizes setup. Does not count as an attempt.
    pub async fn is_valid_code(&self, code: &SetupCode) -> Result<bool, Error> {
        let stored = self.context.store.decode_setup_code().await?;
        Ok(self.is_required().await?
            && valid_code_hash(&stored).is_some_and(|valid_hash| matches(&valid_hash, code)))
    }

    /// Generates a new code, for the server's administrator. It replaces the previous one.
    pub async fn regenerate_code(&self) -> Result<SetupCode, Error> {
        let code = self.generate_code();
        let write = self.context.store.write(move |tx| {
            async move {
                tx.lock_setup_code().await?;
                if tx.has_tenants().await? {
                    return Err(Error::Conflict(
                        "Keywright is already set up; no setup code is needed",
                    ));
                }
                tx.set_setup_code(Some(code.hash())).await?;
                Ok(code)
            }
            .boxed()
        });
        write.await
    }

    /// Generates a code, unless a valid code exists or a tenant exists. If several servers start
    /// concurrently, only one generates a code.
    pub async fn ensure_code(&self) -> Result<Option<SetupCode>, Error> {
        let code = self.generate_code();
        let write = self.context.store.write(move |tx| {
            async move {
                let stored = tx.lock_setup_code().await?;
                if valid_code_hash(&stored).is_some() || tx.has_tenants().await? {
                    return Ok(None);
                }
                tx.set_setup_code(Some(code.hash())).await?;
                Ok(Some(code))
            }
            .boxed()
        });
        write.await
    }

    fn generate_code(&self) -> SetupCode {
        SetupCode::generate(self.context.rng.bytes())
    }

    /// Creates the tenant with the Enterprise plan and its owner, and signs the owner in.
    pub async fn run(
        &self,
        form: SetupForm,
        origin: ClientInfo,
    ) -> Result<SessionToken, SetupError> {
        if !self.is_required().await? {
            return Err(SetupError::AlreadySetUp);
        }
        let new = ValidSetup::validate(form).map_err(SetupError::Invalid)?;
        let context = self.context.clone();
        let write = self.context.store.write(move |tx| {
            async move {
                let stored = tx.lock_setup_code().await?;
                if tx.has_tenants().await? {
                    return Err(SetupError::AlreadySetUp);
                }
                // Return the refusal inside `Ok`, so that the failed attempt is committed.
                if let Err(refusal) = check_code(tx, &stored, &new.code).await? {
                    return Ok(Err(refusal));
                }
                Ok(Ok(insert_all(tx, &context, new, origin).await?))
            }
            .boxed()
        });
        write.await?
    }
}

/// A setup form whose fields are all valid.
struct ValidSetup {
    code: SetupCode,
    tenant_name: String,
    tenant_id: TenantId,
    email: String,
    password: Zeroizing<String>,
}

impl ValidSetup {
    fn validate(form: SetupForm) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let code = SetupCode::parse(&form.code).ok_or(InvalidInputError::SetupCodeMissing);
        let code = errors.collect("code", code);
        let tenant_name = errors.collect("tenant_name", validate_name(&form.tenant_name));
        let tenant = form
            .slug
            .trim()
            .parse()
            .map_err(InvalidInputError::InvalidSlug);
        let tenant = errors.collect("slug", tenant);
        let email = form.email.trim();
        let email = errors.collect("email", email::validate(email).map(|()| email.to_owned()));
        let password = password::validate_new_password(&form.password).map(|()| form.password);
        let password = errors.collect("password", password);
        errors.finish(|| {
            Some(Self {
                code: code?,
                tenant_name: tenant_name?,
                tenant_id: tenant?,
                email: email?,
                password: password?,
            })
        })
    }
}

/// Checks the code and counts a failed attempt.
async fn check_code(
    tx: &mut Tx<'_>,
    stored: &StoredSetupCode,
    code: &SetupCode,
) -> Result<Result<(), SetupError>, StoreError> {
    let Some(valid_hash) = valid_code_hash(stored) else {
        return Ok(Err(SetupError::CodeVoid));
    };
    if matches(&valid_hash, code) {
        return Ok(Ok(()));
    }
    tx.record_failed_setup_attempt().await?;
    Ok(Err(match attempts_left(stored).saturating_sub(1) {
        0 => SetupError::CodeVoid,
        tries_left => SetupError::WrongCode { tries_left },
    }))
}

async fn insert_all(
    tx: &mut Tx<'_>,
    context: &Context,
    new: ValidSetup,
    origin: ClientInfo,
) -> Result<SessionToken, StoreError> {
    let now = context.clock.now();
    // Hashing fails if too many hashes are queued. The caller can retry.
    let hashed = context
        .password_hasher
        .hash(&*context.rng, &new.password)
        .await;
    let password_hash = hashed.map_err(|_| StoreError::Aborted)?;
    let owner = Operator {
        id: OperatorId::new(context.rng.uuid_v4()),
        tenant_id: new.tenant_id.clone(),
        email: new.email,
        role: Role::Owner,
        password_hash,
        created_at: now,
    };
    // Attributed to the owner, because no other operator exists.
    let caller = Caller::for_sign_in(&owner);
    let tenant = CreateTenant::new(new.tenant_id, &new.tenant_name, Plan::Enterprise);
    let tenant = NewTenantRows::new(context, &caller, tenant, now);
    let made = creation_entry(context, &caller, &owner);
    let (token, session) = NewSession::new(context, &owner, &origin);
    tenant.insert(tx).await?;
    tx.insert_operator(&owner).await?;
    tx.insert_audit_entry(&made).await?;
    session.insert(tx).await?;
    tx.set_setup_code(None).await?;
    Ok(token)
}

/// Returns the stored code if it is still valid.
fn valid_code_hash(stored: &StoredSetupCode) -> Option<SetupCodeHash> {
    stored.hash.filter(|_| attempts_left(stored) > 0)
}

fn attempts_left(stored: &StoredSetupCode) -> u32 {
    let wrong = u32::try_from(stored.failed_attempts).unwrap_or(u32::MAX);
    MAX_WRONG_ATTEMPTS.saturating_sub(wrong)
}

fn matches(valid_hash: &SetupCodeHash, code: &SetupCode) -> bool {
    valid_hash.as_bytes().ct_eq(code.hash().as_bytes()).into()
}

fn format_attempts(left: u32) -> String {
    match left {
        1 => "1 attempt left".to_owned(),
        left => format!("{left} attempts left"),
    }
}
