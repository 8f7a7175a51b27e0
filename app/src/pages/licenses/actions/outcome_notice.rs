//! Notice about the last action on a license's page.

use leptos::{html, prelude::*};

use crate::{
    pages::licenses::actions::{
        consequences::offline_summary,
        state::{ActionFlow, Outcome},
    },
    ui::{display::time::FullTimeToMinute, dynamic::dynamic, feedback::notice::SuccessNotice},
};

/// The outcome of the last action on this page.
#[component]
pub fn OutcomeNotice(flow: ActionFlow) -> impl IntoView {
    dynamic(move || {
        flow.outcome.get().map(|done| {
            let node = NodeRef::<html::Div>::new();
            node.on_load(|notice| {
                // The pressed button may have been removed, and the focus with it.
                notice.focus().ok();
            });
            view! { <SuccessNotice node>{describe_outcome(done)}</SuccessNotice> }
        })
    })
}

fn describe_outcome(done: Outcome) -> AnyView {
    match done {
        Outcome::Deactivated {
            device_name: device,
            offline_until: until,
        } => {
            let until = until.map(|at| {
                view! {
                    ", no later than "
                    <strong>
                        <FullTimeToMinute at/>
                    </strong>
                }
            });
            view! {
                "Deactivated "
                <strong>
                    <bdi dir="auto">{device}</bdi>
                </strong>
                ". Its slot is free. The device stops at its next check-in" {until} "."
            }
            .into_any()
        }
        Outcome::Revoked(run_out) => view! { "Revoked. " {offline_summary(run_out)} }.into_any(),
    }
}
