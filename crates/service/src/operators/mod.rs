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
pub const SESSION_DAYS: u32 = 30;

/// Idle timeout of a session: 12 hours, in milliseconds.
pub const IDLE_MILLIS: i64 = 12 * 3_600_000;

/// Minimum interval between writes of a session's last-seen time: one minute, in milliseconds.
const SEEN_EVERY_MILLIS: i64 = 60_000;

/// Maximum number of user agent characters that are stored.
const USER_AGENT_LENGTH: usize = 200;

/// A session token: 32 random bytes in base64. Deliberately without `Debug`, `Display` and
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

/// Client information of a sign-in.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    pub user_agent: String,
    /// Client address, if known.
    pub address: Option<IpAddr>,
}

impl Origin {
    /// Returns the address in canonical form, as it is stored; empty if unknown.
    fn address_text(&self) -> String {
        let address = self.address.map(|address| address.to_canonical());
        address.map_or_else(String::new, |address| address.to_string())
    }
}

#[derive(Clone)]
pub struct Operators(pub(crate) Arc<Context>);

impl Operators {
    pub async fn create(
        &self,
        caller: &Caller,
        email: &str,
        role: Role,
        password: &str,
    ) -> Result<(), Error> {
        caller.require(Permission::ManageOperators)?;
        caller.require_reach(role)?;
        email::check(email)?;
        password::check_new(password)?;
        let (context, now) = (&self.0, self.0.clock.now());
        let operator = Operator {
            id: OperatorId::new(context.rng.uuid()),
            tenant: caller.tenant().clone(),
            email: email.to_owned(),
            role,
            password_hash: context.passwords.hash(&*context.rng, password).await?,
            created_at: now,
        };
        let entry = entry_of_new(context, caller, &operator);
        let write = context.store.write(move |tx| {
            async move {
                tx.insert_operator(&operator).await?;
                tx.record(&entry).await
            }
            .boxed()
        });
        write.await.map_err(|error: StoreError| {
            Error::from(error).or_conflict("An account with this email already exists")
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
        password::check_new(password)?;
        let (context, now) = (&self.0, self.0.clock.now());
        let operator = context.store.operator_by_email(email).await?;
        let operator = operator
            .filter(|operator| operator.tenant == *caller.tenant())
            .ok_or(Error::NotFound)?;
        caller.require_reach(operator.role)?;
        let hash = context.passwords.hash(&*context.rng, password).await?;
        let details = json!({ "operator": operator.id, "email": operator.email });
        let action = Action::OperatorPasswordChange;
        let entry = context.audit(caller, now, action, None, details);
        let write = context.store.write(move |tx| {
            async move {
                if !tx
                    .set_password(&operator.tenant, operator.id, &hash)
                    .await?
                {
                    return Err(Error::NotFound);
                }
                tx.delete_sessions_of(operator.id).await?;
                tx.record(&entry).await?;
                tx.announce_everything();
                Ok(())
            }
            .boxed()
        });
        write.await
    }

    /// Returns the account of a valid session and records activity.
    pub async fn session(&self, token: &SessionToken) -> Result<Account, Error> {
        let session = self.find_session(token).await?;
        let (now, hash) = (self.0.clock.now(), token.hash());
        if now >= session.last_seen_at.plus_millis(SEEN_EVERY_MILLIS) {
            // Serve the page even if this write fails.
            self.write_aside("failed to update last-seen time of a session", move |tx| {
                async move { tx.touch_session(&hash, now).await }.boxed()
            });
        }
        Ok(session.account)
    }

    /// Returns the account of a valid session without recording activity: for requests that an
    /// open page makes while its operator may be away.
    pub async fn peek_session(&self, token: &SessionToken) -> Result<Account, Error> {
        Ok(self.find_session(token).await?.account)
    }

    async fn find_session(&self, token: &SessionToken) -> Result<Session, Error> {
        let (store, now) = (&self.0.store, self.0.clock.now());
        let seen_since = now.plus_millis(-IDLE_MILLIS);
        let session = store.session(&token.hash(), now, seen_since).await?;
        session.ok_or(Error::Unauthenticated)
    }

    /// Ends the session.
    pub async fn sign_out(&self, token: &SessionToken) -> Result<(), Error> {
        let hash = token.hash();
        let write = self
            .0
            .store
            .write(move |tx| async move { tx.delete_session(&hash).await }.boxed());
        write.await.map_err(|error: StoreError| error.into())
    }

    /// Writes in the background. The caller does not wait; a failure is only logged.
    fn write_aside<F>(&self, failure: &'static str, work: F)
    where
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<(), StoreError>>
            + Send
            + 'static,
    {
        let store = self.0.store.clone();
        tokio::spawn(async move {
            if let Err(error) = store.write(work).await {
                tracing::error!(%error, "{failure}");
            }
        });
    }
}

/// A new session and its audit entry, to be written in one transaction.
pub(crate) struct SessionRows {
    session: CreateSession,
    entry: NewAuditEntry,
}

impl SessionRows {
    /// Creates a session for the operator, and the token for the browser.
    pub(crate) fn new(
        context: &Context,
        operator: &Operator,
        origin: &Origin,
    ) -> (SessionToken, Self) {
        let now = context.clock.now();
        let token = SessionToken(Zeroizing::new(
            BASE64URL_NOPAD.encode(&context.rng.bytes::<32>()),
        ));
        let session = CreateSession {
            token_hash: token.hash(),
            tenant: operator.tenant.clone(),
            operator: operator.id,
            created_at: now,
            ends_at: now.plus_days(SESSION_DAYS),
            user_agent: printable(&origin.user_agent),
            address: origin.address_text(),
        };
        let details = json!({ "address": session.address });
        let caller = Caller::signing_in(operator);
        let entry = context.audit(&caller, now, Action::SignIn, None, details);
        (token, Self { session, entry })
    }

    pub(crate) async fn insert(self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        tx.insert_session(&self.session).await?;
        tx.record(&self.entry).await
    }
}

/// Creates the audit entry for a new account.
pub(crate) fn entry_of_new(context: &Context, caller: &Caller, new: &Operator) -> NewAuditEntry {
    let details = json!({ "operator": new.id, "email": new.email, "role": new.role.as_str() });
    let now = new.created_at;
    context.audit(caller, now, Action::OperatorCreate, None, details)
}

fn printable(text: &str) -> String {
    text.chars()
        .filter(|symbol| !symbol.is_control())
        .take(USER_AGENT_LENGTH)
        .collect()
}
