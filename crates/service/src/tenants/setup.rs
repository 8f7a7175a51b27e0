//! The first run: whoever knows the setup code makes the first tenant and the account of its owner.

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

/// Use cases around the first run.
#[derive(Clone)]
pub struct Setup {
    context: Arc<Context>,
    /// Set once a tenant was seen. It stays, so the question is not asked again: a stranger's page is not to wait for a
    /// database that does not answer.
    is_done: Arc<AtomicBool>,
}

/// The form of the first run as submitted. No `Debug`: it holds a password and the setup code.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SetupForm {
    /// The setup code.
    pub code: Zeroizing<String>,
    /// How the tenant is called on pages.
    pub tenant_name: String,
    /// Its slug.
    pub slug: String,
    /// What its owner signs in with.
    pub email: String,
    /// And the password that goes with it.
    pub password: Zeroizing<String>,
}

/// Why nothing was set up.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SetupError {
    /// Some fields are invalid. This does not count as a try.
    #[error("Nothing was set up: a field is not right yet")]
    Invalid(FieldErrors),
    /// Another code than the one that works.
    #[error("This is not the setup code; {}", tries(*.tries_left))]
    WrongCode {
        /// How often one may try before the right one is void, too; at least once.
        tries_left: u32,
    },
    /// No code works at the moment.
    #[error(
        "The setup code is void after {MOST_WRONG_TRIES} wrong tries. Run `keywright setup-code` on the server to make another"
    )]
    CodeVoid,
    /// There is a tenant already.
    #[error("Keywright is set up already")]
    Done,
    /// Trouble that has nothing to do with what was typed.
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

    /// Whether there is no tenant yet.
    pub async fn is_due(&self) -> Result<bool, Error> {
        if !self.is_done.load(Ordering::Relaxed) {
            let has_tenants = self.context.store.has_tenants().await?;
            self.is_done.fetch_or(has_tenants, Ordering::Relaxed);
        }
        Ok(!self.is_done.load(Ordering::Relaxed))
    }

    /// Whether that is the code which works now.
    pub async fn accepts(&self, code: &SetupCode) -> Result<bool, Error> {
        let stored = self.context.store.setup_code().await?;
        Ok(self.is_due().await? && works(&stored).is_some_and(|right| is_same(&right, code)))
    }

    /// Makes a code in the place of any earlier one, for whoever runs the server.
    pub async fn new_code(&self) -> Result<SetupCode, Error> {
        let code = self.draw_code();
        let write = self.context.store.write(move |tx| {
            async move {
                tx.lock_setup_code().await?;
                if tx.has_tenants().await? {
                    return Err(Error::Conflict(
                        "Keywright is set up already: there is a tenant, so no setup code is needed",
                    ));
                }
                tx.set_setup_code(Some(code.hash())).await?;
                Ok(code)
            }
            .boxed()
        });
        write.await
    }

    /// Makes a code unless one works already, or none is needed: of several servers that start at once, one makes it.
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

    /// Makes the tenant, on the plan of those who host themselves, and its owner, who is signed in at once.
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
                // Kept and answered: the count of a wrong try is to stay.
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

/// Refuses any code but the one that works, and counts the try.
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
    // Too many sign in at this moment: whoever sets up tries again, as after any other trouble.
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
    // In the owner's own name: there was nobody before.
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

/// The code that works, if one does.
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
        1 => "one try is left".to_owned(),
        left => format!("{left} tries are left"),
    }
}
