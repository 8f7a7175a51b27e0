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
    setup::{MOST_WRONG_TRIES, SetupCode, SetupCodeHash},
};
use keywright_store::{Operator, StoreError, StoredSetupCode, Tx};
use serde::Deserialize;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{CreateTenant, TenantRows};
use crate::{
    Caller, Error, Invalid,
    context::Context,
    email,
    forms::FieldErrors,
    name::checked_name,
    operators::{Origin, SessionRows, SessionToken, entry_of_new, password},
};

#[derive(Clone)]
pub struct Setup {
    context: Arc<Context>,
    /// Set once a tenant has been seen and never cleared, so that later requests to the public
    /// setup page do not depend on the database.
    is_done: Arc<AtomicBool>,
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
    /// Wrong setup code.
    #[error("Wrong setup code. {}", tries(*.tries_left))]
    WrongCode {
        /// Remaining attempts before the code becomes void; at least 1.
        tries_left: u32,
    },
    /// There is no valid code.
    #[error(
        "The setup code is void after {MOST_WRONG_TRIES} failed attempts. Run `keywright setup-code` on the server to create a new one"
    )]
    CodeVoid,
    #[error("Keywright is already set up")]
    Done,
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
            is_done: Arc::default(),
        }
    }

    /// Returns whether no tenant exists yet.
    pub async fn is_due(&self) -> Result<bool, Error> {
        if !self.is_done.load(Ordering::Relaxed) {
            let has_tenants = self.context.store.has_tenants().await?;
            self.is_done.fetch_or(has_tenants, Ordering::Relaxed);
        }
        Ok(!self.is_done.load(Ordering::Relaxed))
    }

    /// Returns whether the code is valid.
    pub async fn accepts(&self, code: &SetupCode) -> Result<bool, Error> {
        let stored = self.context.store.setup_code().await?;
        Ok(self.is_due().await? && works(&stored).is_some_and(|right| is_same(&right, code)))
    }

    /// Generates a new code, for the server's administrator. It replaces the previous one.
    pub async fn new_code(&self) -> Result<SetupCode, Error> {
        let code = self.draw_code();
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

    /// Generates a code unless a valid one exists or none is needed. If several servers start
    /// concurrently, only one generates a code.
    pub async fn first_code(&self) -> Result<Option<SetupCode>, Error> {
        let code = self.draw_code();
        let write = self.context.store.write(move |tx| {
            async move {
                let stored = tx.lock_setup_code().await?;
                if works(&stored).is_some() || tx.has_tenants().await? {
                    return Ok(None);
                }
                tx.set_setup_code(Some(code.hash())).await?;
                Ok(Some(code))
            }
            .boxed()
        });
        write.await
    }

    fn draw_code(&self) -> SetupCode {
        SetupCode::generate(self.context.rng.bytes())
    }

    /// Creates the tenant, with the plan for self-hosted servers, and its owner, and signs the
    /// owner in.
    pub async fn run(&self, form: SetupForm, origin: Origin) -> Result<SessionToken, SetupError> {
        if !self.is_due().await? {
            return Err(SetupError::Done);
        }
        let new = ValidSetup::read(form).map_err(SetupError::Invalid)?;
        let context = self.context.clone();
        let write = self.context.store.write(move |tx| {
            async move {
                let stored = tx.lock_setup_code().await?;
                if tx.has_tenants().await? {
                    return Err(SetupError::Done);
                }
                // Return the refusal inside `Ok`, so that the failed attempt is committed.
                if let Err(refusal) = judge(tx, &stored, &new.code).await? {
                    return Ok(Err(refusal));
                }
                Ok(Ok(write_all(tx, &context, new, origin).await?))
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
    tenant: TenantId,
    email: String,
    password: Zeroizing<String>,
}

impl ValidSetup {
    fn read(form: SetupForm) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let code = SetupCode::parse(&form.code).ok_or(Invalid::SetupCodeMissing);
        let code = errors.collect("code", code);
        let tenant_name = errors.collect("tenant_name", checked_name(&form.tenant_name));
        let tenant = form.slug.trim().parse().map_err(Invalid::Slug);
        let tenant = errors.collect("slug", tenant);
        let email = form.email.trim();
        let email = errors.collect("email", email::check(email).map(|()| email.to_owned()));
        let password = password::check_new(&form.password).map(|()| form.password);
        let password = errors.collect("password", password);
        errors.finish(|| {
            Some(Self {
                code: code?,
                tenant_name: tenant_name?,
                tenant: tenant?,
                email: email?,
                password: password?,
            })
        })
    }
}

/// Checks the code and counts a failed attempt.
async fn judge(
    tx: &mut Tx<'_>,
    stored: &StoredSetupCode,
    code: &SetupCode,
) -> Result<Result<(), SetupError>, StoreError> {
    let Some(right) = works(stored) else {
        return Ok(Err(SetupError::CodeVoid));
    };
    if is_same(&right, code) {
        return Ok(Ok(()));
    }
    tx.count_wrong_setup_code().await?;
    Ok(Err(match tries_left(stored).saturating_sub(1) {
        0 => SetupError::CodeVoid,
        tries_left => SetupError::WrongCode { tries_left },
    }))
}

async fn write_all(
    tx: &mut Tx<'_>,
    context: &Context,
    new: ValidSetup,
    origin: Origin,
) -> Result<SessionToken, StoreError> {
    let now = context.clock.now();
    // Hashing fails only when too many sign-ins are queued. The caller can retry, as after any
    // aborted transaction.
    let hashed = context.passwords.hash(&*context.rng, &new.password).await;
    let password_hash = hashed.map_err(|_| StoreError::Aborted)?;
    let owner = Operator {
        id: OperatorId::new(context.rng.uuid()),
        tenant: new.tenant.clone(),
        email: new.email,
        role: Role::Owner,
        password_hash,
        created_at: now,
    };
    // Attributed to the owner: no earlier operator exists.
    let caller = Caller::signing_in(&owner);
    let tenant = CreateTenant::new(new.tenant, &new.tenant_name, Plan::Enterprise);
    let tenant = TenantRows::new(context, &caller, tenant, now);
    let made = entry_of_new(context, &caller, &owner);
    let (token, session) = SessionRows::new(context, &owner, &origin);
    tenant.insert(tx).await?;
    tx.insert_operator(&owner).await?;
    tx.record(&made).await?;
    session.insert(tx).await?;
    tx.set_setup_code(None).await?;
    Ok(token)
}

/// Returns the stored code if it is still valid.
fn works(stored: &StoredSetupCode) -> Option<SetupCodeHash> {
    stored.hash.filter(|_| tries_left(stored) > 0)
}

fn tries_left(stored: &StoredSetupCode) -> u32 {
    let wrong = u32::try_from(stored.wrong_tries).unwrap_or(u32::MAX);
    MOST_WRONG_TRIES.saturating_sub(wrong)
}

fn is_same(right: &SetupCodeHash, code: &SetupCode) -> bool {
    right.as_bytes().ct_eq(code.hash().as_bytes()).into()
}

fn tries(left: u32) -> String {
    match left {
        1 => "1 attempt left".to_owned(),
        left => format!("{left} attempts left"),
    }
}
