//! Form idempotency: submitting the same form twice takes effect once.

use futures::FutureExt;
use keywright_domain::ids::FormId;
use keywright_store::StoreError;

use super::{error::FormError, result::IdempotentResult};
use crate::{Caller, Error, InvalidInputError, context::Context};

/// How long results of submitted forms are kept: twice the maximum session lifetime.
const RESULT_RETENTION_DAYS: u32 = 60;

impl Context {
    /// Returns the idempotency key for a new form.
    pub(crate) fn new_form_id(&self) -> FormId {
        FormId::new(self.rng.uuid_v4())
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

    /// Returns the result of the form's earlier submission, or `None` if it was not submitted yet.
    pub(crate) async fn previous_result(
        &self,
        caller: &Caller,
        form: FormId,
    ) -> Result<Option<IdempotentResult>, Error> {
        let stored = self
            .store
            .idempotent_result(caller.tenant_id(), form)
            .await?;
        let result = stored.map(|result| {
            serde_json::from_value(result).map_err(|_| StoreError::Corrupt {
                table: "used_forms",
                column: "made",
            })
        });
        Ok(result.transpose()?)
    }

    /// Deletes results that are older than [`RESULT_RETENTION_DAYS`].
    pub(crate) async fn purge_idempotency_keys(&self) -> Result<(), Error> {
        let used_before = self.clock.now().minus_days(RESULT_RETENTION_DAYS);
        self.purge_in_batches("used_forms", move |tx, most| {
            tx.purge_idempotency_keys(used_before, most).boxed()
        })
        .await
    }
}

pub(crate) fn parse_form_id(text: &str) -> Result<FormId, InvalidInputError> {
    text.parse().map_err(|_| InvalidInputError::InvalidFormId)
}
