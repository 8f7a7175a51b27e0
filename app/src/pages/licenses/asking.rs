//! What is asked on a license's page, what is done when the answer is yes, and what is said of it then.
//!
//! It belongs to the page, not to the license that the page shows at the moment: a question and, above all, a key that is shown
//! once stay while the license is loaded anew, and when it can't be.

use keywright_domain::{
    detail::{LicenseDetail, RunOut},
    ids::LicenseId,
    offline::OfflineUntil,
    time::Timestamp,
};
use leptos::{html, prelude::*};

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        licenses::{NewKey, deactivate_instance, remint_license, revoke_license},
    },
    live::Live,
    pages::licenses::question::{Question, goes_on},
    ui::{changing::changing, notice::DoneNotice, time::ExactMinute},
};

/// What is asked on a license's page, and what was done there last.
#[derive(Clone, Copy)]
pub struct Asking {
    /// The license as it was when it was last there to be shown.
    pub license: RwSignal<Option<LicenseDetail>>,
    /// The question that is open.
    pub question: RwSignal<Option<Question>>,
    /// How far it has come.
    pub progress: RwSignal<Progress>,
    /// Whether an answer to it got lost, so that nobody knows whether it was done.
    pub is_uncertain: RwSignal<bool>,
    done: RwSignal<Option<Done>>,
    live: Live,
}

/// How far a question has come.
#[derive(Clone)]
pub enum Progress {
    /// It is asked.
    Asked,
    /// The answer is yes, and it is being done.
    Sent,
    /// It was not done, or nobody knows.
    Failed(ApiError),
    /// There is a new key to be stored.
    Shown(NewKey),
    /// It is stored; this is its license.
    Stored(LicenseId),
}

/// What was done, and what still goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Done {
    Deactivated {
        device: String,
        until: Option<Timestamp>,
    },
    Revoked(RunOut),
}

impl Asking {
    /// Nothing is asked and nothing done; so it is again when the page turns to another license.
    pub fn on_page(live: Live, id: Memo<Option<LicenseId>>) -> Self {
        let asking = Self {
            license: RwSignal::new(None),
            question: RwSignal::new(None),
            progress: RwSignal::new(Progress::Asked),
            is_uncertain: RwSignal::new(false),
            done: RwSignal::new(None),
            live,
        };
        Effect::new(move |_| {
            id.track();
            if !untrack(|| asking.stays()) {
                asking.question.set(None);
            }
            asking.done.set(None);
        });
        asking
    }

    /// Asks; what was done before is old news.
    pub fn ask(self, question: Question) {
        self.done.set(None);
        self.is_uncertain.set(false);
        self.progress.set(Progress::Asked);
        self.question.set(Some(question));
    }

    /// Whether the question must not be closed: it is being answered, or its key is yet to be stored.
    pub fn stays(self) -> bool {
        self.progress
            .with(|progress| matches!(progress, Progress::Sent | Progress::Shown(_)))
    }

    /// Does what was asked. The dialog closes by `close` once there is nothing more to show in it.
    pub async fn answer(self, question: Question, close: impl Fn()) {
        let Some(license) = self.license.get_untracked() else {
            return;
        };
        self.progress.set(Progress::Sent);
        let outcome = self.carry_out(question, &license).await;
        // The page may be gone by now, and its signals with it.
        match outcome {
            Ok(None) => {
                self.progress.try_set(Progress::Asked);
                close();
            }
            Ok(Some(new_key)) => drop(self.progress.try_set(Progress::Shown(new_key))),
            Err(error) => {
                if error.code == ErrorCode::Unreachable {
                    self.is_uncertain.try_set(true);
                }
                self.progress.try_set(Progress::Failed(error));
            }
        }
        self.live.refresh();
    }

    async fn carry_out(
        self,
        question: Question,
        license: &LicenseDetail,
    ) -> Result<Option<NewKey>, ApiError> {
        let done = match question {
            Question::Deactivate(instance) => {
                deactivate_instance(license.id, instance).await?;
                let device = license.device(instance);
                let until = device.and_then(|device| match device.offline_until {
                    OfflineUntil::Until(at) if at > license.now => Some(at),
                    _ => None,
                });
                Done::Deactivated {
                    device: device.map(|device| device.name.clone()).unwrap_or_default(),
                    until,
                }
            }
            Question::Remint => return remint_license(license.id).await.map(Some),
            Question::Revoke => {
                revoke_license(license.id).await?;
                Done::Revoked(license.run_out())
            }
        };
        self.done.try_set(Some(done));
        Ok(None)
    }
}

/// What was done last on this page.
#[component]
pub fn LastDone(asking: Asking) -> impl IntoView {
    changing(move || {
        asking.done.get().map(|done| {
            let node = NodeRef::<html::Div>::new();
            node.on_load(|notice| {
                // What was pressed may be gone: the focus would be, too.
                notice.focus().ok();
            });
            view! { <DoneNotice node>{report(done)}</DoneNotice> }
        })
    })
}

fn report(done: Done) -> AnyView {
    match done {
        Done::Deactivated { device, until } => {
            let until = until.map(|at| {
                view! {
                    ", at the latest on "
                    <strong>
                        <ExactMinute at/>
                    </strong>
                }
            });
            view! {
                "Deactivated "
                <strong>
                    <bdi dir="auto">{device}</bdi>
                </strong>
                ". Its slot is free; it stops at its next refresh" {until} "."
            }
            .into_any()
        }
        Done::Revoked(run_out) => view! { "Revoked. " {goes_on(run_out)} }.into_any(),
    }
}
