//! Form idempotency: submitting the same form twice takes effect once.

use futures::FutureExt;
use keywright_domain::ids::FormId;
use keywright_store::StoreError;

use super::{error::FormError, result::IdempotentResult};
use crate::{Caller, Error, Invalid, context::Context};

/// How long results of submitted forms are kept: twice the maximum session lifetime.
const RETENTION_DAYS: u32 = 60;

impl Context {
    /// Returns the idempotency key for a new form.
    pub(crate) fn new_form(&self) -> FormId {
        FormId::new(self.rng.uuid())
    }

    /// Returns [`FormError::Duplicate`] if the conflict was caused by an earlier submission of
    /// the same form, and the original error otherwise.
    pub(crate) async fn classify_conflict(
        &self,
        caller: &Caller,
        form: FormId,
        error: Error,
    ) -> FormError {
        let Error::Conflict(_) = error else {
            return error.into();
        };
        match self.previous_result(caller, form).await {
            Ok(Some(result)) => FormError::Duplicate(result),
            Ok(None) => error.into(),
            Err(lookup_error) => lookup_error.into(),
        }
    }

    /// Returns the form's result if it was already submitted.
    pub(crate) async fn previous_result(
        &self,
        caller: &Caller,
        form: FormId,
    ) -> Result<Option<IdempotentResult>, Error> {
        let stored = self.store.used_form(caller.tenant(), form).await?;
        let result = stored.map(|result| {
            serde_json::from_value(result).map_err(|_| StoreError::Corrupt {
                table: "used_forms",
                column: "made",
            })
        });
        Ok(result.transpose()?)
    }

    /// Deletes results of forms that can no longer be submitted.
    pub(crate) async fn purge_used_forms(&self) -> Result<(), Error> {
        let used_before = self.clock.now().minus_days(RETENTION_DAYS);
        self.purge("used_forms", move |tx, most| {
            tx.purge_used_forms(used_before, most).boxed()
        })
        .await
    }
}

pub(crate) fn parse_form_id(text: &str) -> Result<FormId, Invalid> {
    text.parse().map_err(|_| Invalid::FormId)
}
