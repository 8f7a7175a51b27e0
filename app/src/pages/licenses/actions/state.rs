//! The flow of an action on a license's page: confirm, execute, report.
//!
//! It belongs to the page, not to the license that is loaded at the moment: an open dialog and, above all, a key that is shown once
//! stay while the license reloads, and when it can't be loaded.

use keywright_api_types::license_detail::{LicenseDetail, RunOut};
use keywright_domain::{ids::LicenseId, offline::OfflineUntil, time::Timestamp};
use leptos::prelude::*;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        licenses::{NewKey, deactivate_instance, remint_license, revoke_license},
    },
    live_updates::LiveUpdates,
    pages::licenses::actions::action::LicenseAction,
};

/// The open action of a license's page, and the outcome of the last one.
#[derive(Clone, Copy)]
pub struct ActionFlow {
    /// The license as it was last loaded.
    pub license: RwSignal<Option<LicenseDetail>>,
    /// The action to confirm.
    pub action: RwSignal<Option<LicenseAction>>,
    /// The step that it is at.
    pub step: RwSignal<Step>,
    /// Whether a response was lost, so that the outcome of the action is unknown.
    pub is_uncertain: RwSignal<bool>,
    /// The outcome of the last action.
    pub outcome: RwSignal<Option<Outcome>>,
    live: LiveUpdates,
}

/// The steps of an action.
#[derive(Clone)]
pub enum Step {
    /// The operator is asked to confirm.
    Asked,
    /// It is being executed.
    Sent,
    /// It failed, or its outcome is unknown.
    Failed(ApiError),
    /// The new key is shown.
    Shown(NewKey),
    /// The operator has stored the key of this license.
    Stored(LicenseId),
}

/// What was done, and what continues offline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A device was deactivated.
    Deactivated {
        /// Its name.
        device: String,
        /// Until when it can go on offline.
        until: Option<Timestamp>,
    },
    /// The license was revoked.
    Revoked(RunOut),
}

impl ActionFlow {
    /// The flow of a page. It is reset when the page turns to another license.
    pub fn on_page(live: LiveUpdates, id: Memo<Option<LicenseId>>) -> Self {
        let flow = Self {
            license: RwSignal::new(None),
            action: RwSignal::new(None),
            step: RwSignal::new(Step::Asked),
            is_uncertain: RwSignal::new(false),
            outcome: RwSignal::new(None),
            live,
        };
        Effect::new(move |_| {
            id.track();
            if !untrack(|| flow.stays()) {
                flow.action.set(None);
            }
            flow.outcome.set(None);
        });
        flow
    }

    /// Asks to confirm an action, and clears the last outcome.
    pub fn ask(self, action: LicenseAction) {
        self.outcome.set(None);
        self.is_uncertain.set(false);
        self.step.set(Step::Asked);
        self.action.set(Some(action));
    }

    /// Whether the dialog must stay open: the action is being executed, or its key is not stored yet.
    pub fn stays(self) -> bool {
        self.step
            .with(|step| matches!(step, Step::Sent | Step::Shown(_)))
    }

    /// Executes the action. `close` is called once the dialog has nothing more to show.
    pub async fn answer(self, action: LicenseAction, close: impl Fn()) {
        let Some(license) = self.license.get_untracked() else {
            return;
        };
        self.step.set(Step::Sent);
        let outcome = self.execute(action, &license).await;
        // The page may be gone by now, and its signals with it.
        match outcome {
            Ok(None) => {
                self.step.try_set(Step::Asked);
                close();
            }
            Ok(Some(new_key)) => drop(self.step.try_set(Step::Shown(new_key))),
            Err(error) => {
                if error.code == ErrorCode::Unreachable {
                    self.is_uncertain.try_set(true);
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
                let until = device.and_then(|device| match device.offline_until {
                    OfflineUntil::Until(at) if at > license.now => Some(at),
                    _ => None,
                });
                Outcome::Deactivated {
                    device: device.map(|device| device.name.clone()).unwrap_or_default(),
                    until,
                }
            }
            LicenseAction::Remint => return remint_license(license.id).await.map(Some),
            LicenseAction::Revoke => {
                revoke_license(license.id).await?;
                Outcome::Revoked(license.run_out())
            }
        };
        self.outcome.try_set(Some(done));
        Ok(None)
    }
}
