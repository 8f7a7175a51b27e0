//! What is asked on a license's page, what is done when the answer is yes, and what is said of it then.

use keywright_domain::{
    detail::{LicenseDetail, RunOut},
    offline::OfflineUntil,
    time::Timestamp,
};
use leptos::{html, prelude::*};

use crate::{
    api::{
        error::ApiError,
        licenses::{NewKey, deactivate_instance, remint_license, revoke_license},
    },
    live::Live,
    pages::licenses::question::Question,
    ui::{notice::DoneNotice, time::ExactMinute},
};

/// What is asked on a license's page, and what was done there last.
#[derive(Clone, Copy)]
pub struct Asking {
    /// The license as it is now.
    pub license: Memo<LicenseDetail>,
    /// The question that is open.
    pub question: RwSignal<Option<Question>>,
    done: RwSignal<Option<Done>>,
    /// How the page hears of changes.
    pub live: Live,
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
    pub fn about(license: Memo<LicenseDetail>, live: Live) -> Self {
        let asking = Self {
            license,
            question: RwSignal::new(None),
            done: RwSignal::new(None),
            live,
        };
        let id = Memo::new(move |_| license.with(|license| license.id));
        Effect::new(move |before: Option<_>| {
            let now = id.get();
            if before.is_some_and(|before| before != now) {
                asking.question.set(None);
                asking.done.set(None);
            }
            now
        });
        asking
    }

    /// Asks.
    pub fn ask(self, question: Question) {
        self.question.set(Some(question));
    }

    /// Does what was asked, and says what to show of it.
    pub async fn carry_out(self, question: Question) -> Result<Option<NewKey>, ApiError> {
        let license = self.license.get_untracked();
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
        self.done.set(Some(done));
        Ok(None)
    }
}

/// What was done last on this page.
#[component]
pub fn LastDone(asking: Asking) -> impl IntoView {
    move || {
        asking.done.get().map(|done| {
            let node = NodeRef::<html::Div>::new();
            node.on_load(|notice| {
                // What was pressed may be gone: the focus would be, too.
                notice.focus().ok();
            });
            view! { <DoneNotice node>{report(done)}</DoneNotice> }
        })
    }
}

fn report(done: Done) -> AnyView {
    match done {
        Done::Deactivated { device, until } => {
            let until = until.map(|at| {
                view! { ", at the latest on " <strong><ExactMinute at/></strong> }
            });
            view! {
                "Deactivated " <strong><bdi dir="auto">{device}</bdi></strong>
                ". Its slot is free; it stops at its next refresh" {until} "."
            }
            .into_any()
        }
        Done::Revoked(RunOut {
            latest: Some(at), ..
        }) => view! {
            "Revoked. Devices that stay offline can go on, the last one until "
            <strong><ExactMinute at/></strong> "."
        }
        .into_any(),
        Done::Revoked(RunOut { latest: None, .. }) => {
            "Revoked. No device can go on offline.".into_any()
        }
    }
}
