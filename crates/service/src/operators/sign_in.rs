//! Signing in: who may try, and who gets in.

use std::time::Duration;

use futures::FutureExt;
use keywright_domain::audit::Action;
use keywright_store::{Operator, StoreError};
use serde_json::json;

use super::{Operators, Origin, SessionRows, SessionToken};
use crate::{Caller, Error, email, rate_limit::login::LoginAttempt};

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No account has this address and password; which of them is wrong is not said.
    #[error("Wrong e-mail or password")]
    Wrong,
    /// There were too many wrong passwords; even the right one is of no use for so long.
    #[error("Too many wrong passwords")]
    TooMany(Duration),
    /// It could not be checked.
    #[error(transparent)]
    Trouble(#[from] Error),
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> Self {
        Self::Trouble(error.into())
    }
}

impl Operators {
    /// Begins a session. An unknown account and a wrong password get the same answer, after the same work.
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

    /// Whose e-mail and password that is.
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
            // What can't be an address is nobody's.
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
                tracing::info!(address, "sign-in refused: no such account");
                Err(SignInError::Wrong)
            }
        }
    }

    /// Whether the operator is signed in from there already, with another browser: others, who guess, are elsewhere.
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
                // It was changed while it was checked, and every session of it ended.
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

    /// Recorded in its own time: the answer does not wait for it, for it would come later than to an unknown account.
    fn record_refusal(&self, operator: &Operator, origin: &Origin) {
        let (context, now) = (&self.0, self.0.clock.now());
        let details = json!({ "address": origin.address_text() });
        let caller = Caller::signing_in(operator);
        let entry = context.audit(&caller, now, Action::SignInRefused, None, details);
        self.write_aside("a refused sign-in was not recorded", move |tx| {
            async move { tx.record(&entry).await }.boxed()
        });
    }
}
