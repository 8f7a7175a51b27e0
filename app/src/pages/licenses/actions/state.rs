//! Flow for an action on a license's page: confirm, execute, report.
//!
//! The state belongs to the page, not to the loaded license. An open dialog and, above all, a key
//! that is shown only once survive when the license reloads or fails to load.

use keywright_api_types::license_detail::{LicenseDetail, OfflineImpact};
use keywright_domain::{ids::LicenseId, offline_validity::OfflineValidity, time::Timestamp};
use leptos::prelude::*;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        licenses::{NewKey, deactivate_instance, remint_license, revoke_license},
    },
    live_updates::LiveUpdates,
    pages::licenses::actions::action::LicenseAction,
};

/// The pending action on a license's page, and the outcome of the last one.
#[derive(Clone, Copy)]
pub struct ActionFlow {
    /// The license as last loaded.
    pub license: RwSignal<Option<LicenseDetail>>,
    /// The action to confirm.
    pub action: RwSignal<Option<LicenseAction>>,
    /// The step of the pending action.
    pub step: RwSignal<Step>,
    /// Whether a response was lost, which leaves the outcome of the action unknown.
    pub is_outcome_unknown: RwSignal<bool>,
    /// The outcome of the last action.
    pub outcome: RwSignal<Option<Outcome>>,
    live: LiveUpdates,
}

/// The steps of an action.
#[derive(Clone)]
pub enum Step {
    /// The operator is asked to confirm.
    Confirming,
    /// The action is being executed.
    Executing,
    /// The action failed, or its outcome is unknown.
    Failed(ApiError),
    /// The new key is shown.
    KeyShown(NewKey),
    /// The operator has stored the key of the given license.
    KeyStored(LicenseId),
}

/// The result of an action, and how long devices keep running offline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A device was deactivated.
    Deactivated {
        /// Name of the device.
        device_name: String,
        /// Time at which it stops if it stays offline, if that is in the future.
        offline_until: Option<Timestamp>,
    },
    /// The license was revoked.
    Revoked(OfflineImpact),
}

impl ActionFlow {
    /// Creates the flow for a page, and resets it when the page navigates to another license.
    pub fn new(live: LiveUpdates, id: Memo<Option<LicenseId>>) -> Self {
        let flow = Self {
            license: RwSignal::new(None),
            action: RwSignal::new(None),
            step: RwSignal::new(Step::Confirming),
            is_outcome_unknown: RwSignal::new(false),
            outcome: RwSignal::new(None),
            live,
        };
        Effect::new(move |_| {
            id.track();
            if !untrack(|| flow.must_stay_open()) {
                flow.action.set(None);
            }
            flow.outcome.set(None);
        });
        flow
    }

    /// Asks the operator to confirm an action, and clears the last outcome.
    pub fn ask(self, action: LicenseAction) {
        self.outcome.set(None);
        self.is_outcome_unknown.set(false);
        self.step.set(Step::Confirming);
        self.action.set(Some(action));
    }

    /// Returns whether the dialog must stay open: the action is being executed, or its key is not
    /// stored yet.
    pub fn must_stay_open(self) -> bool {
        self.step
            .with(|step| matches!(step, Step::Executing | Step::KeyShown(_)))
    }

    /// Executes the action. Calls `close` if the dialog has nothing to show afterwards.
    pub async fn submit(self, action: LicenseAction, close: impl Fn()) {
        let Some(license) = self.license.get_untracked() else {
            return;
        };
        self.step.set(Step::Executing);
        let outcome = self.execute(action, &license).await;
        // The page and its signals may have been disposed during the request.
        match outcome {
            Ok(None) => {
                self.step.try_set(Step::Confirming);
                close();
            }
            Ok(Some(new_key)) => drop(self.step.try_set(Step::KeyShown(new_key))),
            Err(error) => {
                if error.code == ErrorCode::Unreachable {
                    self.is_outcome_unknown.try_set(true);
                }
                self.step.try_set(Step::Failed(error));
            }
        }
        self.live.refresh();
    }

    async fn execute(
        self,
        action: LicenseAction,
        license: &LicenseDetail,
    ) -> Result<Option<NewKey>, ApiError> {
        let done = match action {
            LicenseAction::Deactivate(instance) => {
                deactivate_instance(license.id, instance).await?;
                let device = license.device(instance);
                let until = device.and_then(|device| match device.offline_validity {
                    OfflineValidity::Until(at) if at > license.now => Some(at),
                    _ => None,
                });
                Outcome::Deactivated {
                    device_name: device.map(|device| device.name.clone()).unwrap_or_default(),
                    offline_until: until,
                }
            }
            LicenseAction::Remint => return remint_license(license.id).await.map(Some),
            LicenseAction::Revoke => {
                revoke_license(license.id).await?;
                Outcome::Revoked(license.offline_impact())
            }
        };
        self.outcome.try_set(Some(done));
        Ok(None)
    }
}
