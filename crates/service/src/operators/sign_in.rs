//! Operator sign-in.

use std::time::Duration;

use futures::FutureExt;
use keywright_domain::audit::Action;
use keywright_store::{Operator, StoreError};
use serde_json::json;

use super::{Operators, Origin, SessionRows, SessionToken};
use crate::{Caller, Error, email, rate_limit::login::LoginAttempt};

/// Reason for a failed sign-in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Wrong email or password. The error does not reveal which one.
    #[error("Wrong email or password")]
    Wrong,
    /// Too many failed attempts. Even the right password is rejected until this time has passed.
    #[error("Too many failed sign-in attempts")]
    TooMany(Duration),
    /// The credentials could not be checked.
    #[error(transparent)]
    Trouble(#[from] Error),
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl Operators {
    /// Starts a session. An unknown account and a wrong password get the same response after the
    /// same amount of work.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        origin: Origin,
    ) -> Result<SessionToken, SignInError> {
        let (context, limits) = (&self.0, self.0.rate_limiter.logins());
        let mut attempt = LoginAttempt::new(email, origin.address, context.clock.now());
        limits
            .acquire_address(&attempt)
            .map_err(SignInError::TooMany)?;
        let checked = self.check(email, password, &origin, &mut attempt).await;
        if !matches!(checked, Err(SignInError::Wrong)) {
            limits.release(&attempt);
        }
        self.begin_session(&checked?, &origin).await
    }

    /// Returns the operator that the credentials belong to.
    async fn check(
        &self,
        email: &str,
        password: &str,
        origin: &Origin,
        attempt: &mut LoginAttempt,
    ) -> Result<Operator, SignInError> {
        let context = &self.0;
        let operator = match email::check(email) {
            Ok(()) => context.store.operator_by_email(email).await?,
            // No account can have a malformed address.
            Err(_) => None,
        };
        if let Err(wait) = context.rate_limiter.logins().acquire_account(attempt)
            && !self.is_known_there(operator.as_ref(), origin).await?
        {
            return Err(SignInError::TooMany(wait));
        }
        let hash = operator
            .as_ref()
            .map(|operator| operator.password_hash.clone());
        let right = context
            .passwords
            .verify(&*context.rng, password, hash)
            .await?;
        match operator {
            Some(operator) if right => Ok(operator),
            Some(operator) => {
                self.record_refusal(&operator, origin);
                Err(SignInError::Wrong)
            }
            None => {
                let address = origin.address_text();
                tracing::info!(address, "sign-in refused: unknown account");
                Err(SignInError::Wrong)
            }
        }
    }

    /// Returns whether the operator already has a session from this address, which someone
    /// guessing the password does not.
    async fn is_known_there(
        &self,
        operator: Option<&Operator>,
        origin: &Origin,
    ) -> Result<bool, StoreError> {
        let (Some(operator), Some(_)) = (operator, origin.address) else {
            return Ok(false);
        };
        let (store, address) = (&self.0.store, origin.address_text());
        store.has_session_from(operator.id, &address).await
    }

    async fn begin_session(
        &self,
        operator: &Operator,
        origin: &Origin,
    ) -> Result<SessionToken, SignInError> {
        let (token, rows) = SessionRows::new(&self.0, operator, origin);
        let (id, hash) = (operator.id, operator.password_hash.clone());
        let write = self.0.store.write(move |tx| {
            async move {
                // The password was changed while it was being verified, which ended all sessions.
                if !tx.hold_password(id, &hash).await? {
                    return Err(SignInError::Wrong);
                }
                Ok(rows.insert(tx).await?)
            }
            .boxed()
        });
        write.await?;
        Ok(token)
    }

    /// Records a failed sign-in in the background. Waiting for the write would make the response
    /// slower than for an unknown account and so reveal that the account exists.
    fn record_refusal(&self, operator: &Operator, origin: &Origin) {
        let (context, now) = (&self.0, self.0.clock.now());
        let details = json!({ "address": origin.address_text() });
        let caller = Caller::signing_in(operator);
        let entry = context.audit(&caller, now, Action::SignInRefused, None, details);
        self.write_aside("failed to record a refused sign-in", move |tx| {
            async move { tx.record(&entry).await }.boxed()
        });
    }
}
