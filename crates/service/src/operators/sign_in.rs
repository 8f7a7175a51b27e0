//! Operator sign-in.

use std::time::Duration;

use futures::FutureExt;
use keywright_domain::audit::Action;
use keywright_store::{Operator, StoreError};
use serde_json::json;

use super::{ClientInfo, NewSession, Operators, SessionToken};
use crate::{Caller, Error, email, rate_limit::login::LoginAttempt};

/// Reason for a failed sign-in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Wrong email or password. The error does not reveal which is wrong.
    #[error("Wrong email or password")]
    InvalidCredentials,
    /// Too many failed attempts. Even the right password is rejected until this time has passed.
    #[error("Too many failed sign-in attempts")]
    RateLimited(Duration),
    /// The credentials could not be checked.
    #[error(transparent)]
    Internal(#[from] Error),
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.into())
    }
}

impl Operators {
    /// Starts a session. An unknown account and a wrong password get the same response after the
    /// same amount of work.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        origin: ClientInfo,
    ) -> Result<SessionToken, SignInError> {
        let (context, limiter) = (&self.context, self.context.rate_limiter.logins());
        let mut attempt = LoginAttempt::new(email, origin.address, context.clock.now());
        limiter
            .acquire_address(&attempt)
            .map_err(SignInError::RateLimited)?;
        let checked = self
            .verify_credentials(email, password, &origin, &mut attempt)
            .await;
        if !matches!(checked, Err(SignInError::InvalidCredentials)) {
            limiter.release(&attempt);
        }
        self.start_session(&checked?, &origin).await
    }

    /// Returns the operator that the credentials belong to.
    async fn verify_credentials(
        &self,
        email: &str,
        password: &str,
        origin: &ClientInfo,
        attempt: &mut LoginAttempt,
    ) -> Result<Operator, SignInError> {
        let context = &self.context;
        let operator = match email::validate(email) {
            Ok(()) => context.store.operator_by_email(email).await?,
            // No account can have a malformed address.
            Err(_) => None,
        };
        if let Err(wait) = context.rate_limiter.logins().acquire_account(attempt)
            && !self.has_session_from(operator.as_ref(), origin).await?
        {
            return Err(SignInError::RateLimited(wait));
        }
        let hash = operator
            .as_ref()
            .map(|operator| operator.password_hash.clone());
        let is_correct = context
            .password_hasher
            .verify(&*context.rng, password, hash)
            .await?;
        match operator {
            Some(operator) if is_correct => Ok(operator),
            Some(operator) => {
                self.record_failed_sign_in(&operator, origin);
                Err(SignInError::InvalidCredentials)
            }
            None => {
                let address = origin.canonical_address();
                tracing::info!(address, "sign-in refused: unknown account");
                Err(SignInError::InvalidCredentials)
            }
        }
    }

    /// Returns whether the operator has a session that was started from this address. Such sign-ins
    /// are exempt from the account's limit, so that guessing from other addresses doesn't lock out
    /// the operator.
    async fn has_session_from(
        &self,
        operator: Option<&Operator>,
        origin: &ClientInfo,
    ) -> Result<bool, StoreError> {
        let (Some(operator), Some(_)) = (operator, origin.address) else {
            return Ok(false);
        };
        let (store, address) = (&self.context.store, origin.canonical_address());
        store.has_session_from(operator.id, &address).await
    }

    async fn start_session(
        &self,
        operator: &Operator,
        origin: &ClientInfo,
    ) -> Result<SessionToken, SignInError> {
        let (token, rows) = NewSession::new(&self.context, operator, origin);
        let (id, hash) = (operator.id, operator.password_hash.clone());
        let write = self.context.store.write(move |tx| {
            async move {
                // The password was changed while it was being verified.
                if !tx.lock_password_hash(id, &hash).await? {
                    return Err(SignInError::InvalidCredentials);
                }
                Ok(rows.insert(tx).await?)
            }
            .boxed()
        });
        write.await?;
        Ok(token)
    }

    /// Records a failed sign-in in the background. Waiting for the write would make the response
    /// slower than for an unknown account and reveal that the account exists.
    fn record_failed_sign_in(&self, operator: &Operator, origin: &ClientInfo) {
        let (context, now) = (&self.context, self.context.clock.now());
        let details = json!({ "address": origin.canonical_address() });
        let caller = Caller::for_sign_in(operator);
        let entry = context.new_audit_entry(&caller, now, Action::SignInRefused, None, details);
        self.write_in_background("failed to record a refused sign-in", move |tx| {
            async move { tx.insert_audit_entry(&entry).await }.boxed()
        });
    }
}
