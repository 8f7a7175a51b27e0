//! Operator accounts and their sessions.

pub(crate) mod password;
mod sign_in;

use std::{net::IpAddr, sync::Arc};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use futures::{FutureExt, future::BoxFuture};
use keywright_api_types::account::Account;
use keywright_domain::{
    audit::Action,
    ids::OperatorId,
    role::{Permission, Role},
};
use keywright_store::{CreateSession, NewAuditEntry, Operator, Session, StoreError, Tx};
use serde_json::json;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{Caller, Error, context::Context, email};

pub use sign_in::SignInError;

/// Maximum session lifetime after sign-in, in days.
pub const SESSION_LIFETIME_DAYS: u32 = 30;

/// Idle timeout of a session: 12 hours, in milliseconds.
pub const IDLE_TIMEOUT_MILLIS: i64 = 12 * 3_600_000;

/// Minimum interval between writes of a session's last-seen time: one minute, in milliseconds.
const LAST_SEEN_INTERVAL_MILLIS: i64 = 60_000;

/// Maximum number of user agent characters that are stored.
const MAX_USER_AGENT_CHARS: usize = 200;

/// A session token: 32 random bytes in base64. It doesn't implement `Debug`, `Display` or
/// `Serialize`.
pub struct SessionToken(Zeroizing<String>);

impl SessionToken {
    /// Wraps the value of a session cookie.
    pub fn from_cookie(value: &str) -> Self {
        Self(Zeroizing::new(value.to_owned()))
    }

    /// Returns the token. Only for writing the session cookie.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the hash, which is stored instead of the token.
    fn hash(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(self.0.as_bytes()))
    }
}

/// The client that signs in, as recorded with its session.
#[derive(Debug, Clone, Default)]
pub struct ClientInfo {
    pub user_agent: String,
    /// Client address, if known.
    pub address: Option<IpAddr>,
}

impl ClientInfo {
    /// Returns the address in canonical form, as it is stored; empty if unknown.
    fn canonical_address(&self) -> String {
        let address = self.address.map(|address| address.to_canonical());
        address.map_or_else(String::new, |address| address.to_string())
    }
}

#[derive(Clone)]
pub struct Operators {
    pub(crate) context: Arc<Context>,
}

impl Operators {
    pub async fn create(
        &self,
        caller: &Caller,
        email: &str,
        role: Role,
        password: &str,
    ) -> Result<(), Error> {
        caller.require(Permission::ManageOperators)?;
        caller.require_can_manage(role)?;
        email::validate(email)?;
        password::validate_new_password(password)?;
        let (context, now) = (&self.context, self.context.clock.now());
        let operator = Operator {
            id: OperatorId::new(context.rng.uuid_v4()),
            tenant_id: caller.tenant_id().clone(),
            email: email.to_owned(),
            role,
            password_hash: context
                .password_hasher
                .hash(&*context.rng, password)
                .await?,
            created_at: now,
        };
        let entry = creation_entry(context, caller, &operator);
        let write = context.store.write(move |tx| {
            async move {
                tx.insert_operator(&operator).await?;
                tx.insert_audit_entry(&entry).await
            }
            .boxed()
        });
        write.await.map_err(|error: StoreError| {
            Error::from(error).with_conflict_message("An account with this email already exists")
        })
    }

    /// Sets an account's password, ends all of its sessions, and disconnects the pages that use
    /// them.
    pub async fn set_password(
        &self,
        caller: &Caller,
        email: &str,
        password: &str,
    ) -> Result<(), Error> {
        caller.require(Permission::ManageOperators)?;
        password::validate_new_password(password)?;
        let (context, now) = (&self.context, self.context.clock.now());
        let operator = context.store.operator_by_email(email).await?;
        let operator = operator
            .filter(|operator| operator.tenant_id == *caller.tenant_id())
            .ok_or(Error::NotFound)?;
        caller.require_can_manage(operator.role)?;
        let hash = context
            .password_hasher
            .hash(&*context.rng, password)
            .await?;
        let details = json!({ "operator": operator.id, "email": operator.email });
        let action = Action::OperatorPasswordChange;
        let entry = context.new_audit_entry(caller, now, action, None, details);
        let write = context.store.write(move |tx| {
            async move {
                if !tx
                    .update_password_hash(&operator.tenant_id, operator.id, &hash)
                    .await?
                {
                    return Err(Error::NotFound);
                }
                tx.delete_operator_sessions(operator.id).await?;
                tx.insert_audit_entry(&entry).await?;
                tx.mark_everything_changed();
                Ok(())
            }
            .boxed()
        });
        write.await
    }

    /// Returns the account of a valid session and records activity. Fails with
    /// [`Error::Unauthenticated`] if the session has expired or does not exist.
    pub async fn get_session(&self, token: &SessionToken) -> Result<Account, Error> {
        let session = self.find_session(token).await?;
        let (now, hash) = (self.context.clock.now(), token.hash());
        if now >= session.last_seen_at.plus_millis(LAST_SEEN_INTERVAL_MILLIS) {
            // Serve the page even if this write fails.
            self.write_in_background("failed to update last-seen time of a session", move |tx| {
                async move { tx.touch_session(&hash, now).await }.boxed()
            });
        }
        Ok(session.account)
    }

    /// Returns the account of a valid session without recording activity, for requests that an open
    /// page makes automatically.
    pub async fn peek_session(&self, token: &SessionToken) -> Result<Account, Error> {
        Ok(self.find_session(token).await?.account)
    }

    async fn find_session(&self, token: &SessionToken) -> Result<Session, Error> {
        let (store, now) = (&self.context.store, self.context.clock.now());
        let seen_since = now.plus_millis(-IDLE_TIMEOUT_MILLIS);
        let session = store.find_session(&token.hash(), now, seen_since).await?;
        session.ok_or(Error::Unauthenticated)
    }

    /// Deletes the session. Succeeds if there is no such session.
    pub async fn sign_out(&self, token: &SessionToken) -> Result<(), Error> {
        let hash = token.hash();
        let write = self
            .context
            .store
            .write(move |tx| async move { tx.delete_session(&hash).await }.boxed());
        write.await.map_err(|error: StoreError| error.into())
    }

    /// Writes without making the caller wait. A failure is only logged.
    fn write_in_background<F>(&self, failure_message: &'static str, work: F)
    where
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<(), StoreError>>
            + Send
            + 'static,
    {
        let store = self.context.store.clone();
        tokio::spawn(async move {
            if let Err(error) = store.write(work).await {
                tracing::error!(%error, "{failure_message}");
            }
        });
    }
}

/// A new session and its audit entry, to be written in one transaction.
pub(crate) struct NewSession {
    session: CreateSession,
    entry: NewAuditEntry,
}

impl NewSession {
    /// Creates a session for the operator, and the token for the browser.
    pub(crate) fn new(
        context: &Context,
        operator: &Operator,
        origin: &ClientInfo,
    ) -> (SessionToken, Self) {
        let now = context.clock.now();
        let token = SessionToken(Zeroizing::new(
            BASE64URL_NOPAD.encode(&context.rng.bytes::<32>()),
        ));
        let session = CreateSession {
            token_hash: token.hash(),
            tenant_id: operator.tenant_id.clone(),
            operator_id: operator.id,
            created_at: now,
            expires_at: now.plus_days(SESSION_LIFETIME_DAYS),
            user_agent: sanitize_user_agent(&origin.user_agent),
            address: origin.canonical_address(),
        };
        let details = json!({ "address": session.address });
        let caller = Caller::for_sign_in(operator);
        let entry = context.new_audit_entry(&caller, now, Action::SignIn, None, details);
        (token, Self { session, entry })
    }

    pub(crate) async fn insert(self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        tx.insert_session(&self.session).await?;
        tx.insert_audit_entry(&self.entry).await
    }
}

/// Creates the audit entry for a new account.
pub(crate) fn creation_entry(context: &Context, caller: &Caller, new: &Operator) -> NewAuditEntry {
    let details = json!({ "operator": new.id, "email": new.email, "role": new.role.as_str() });
    let now = new.created_at;
    context.new_audit_entry(caller, now, Action::OperatorCreate, None, details)
}

fn sanitize_user_agent(text: &str) -> String {
    text.chars()
        .filter(|symbol| !symbol.is_control())
        .take(MAX_USER_AGENT_CHARS)
        .collect()
}
