//! Notice about the last action on a license's page.

use leptos::{html, prelude::*};

use crate::{
    pages::licenses::actions::{
        consequences::offline_summary,
        state::{ActionFlow, Outcome},
    },
    ui::{display::time::ExactMinute, dynamic::dynamic, feedback::notice::DoneNotice},
};

/// The outcome of the last action on this page.
#[component]
pub fn LastDone(flow: ActionFlow) -> impl IntoView {
    dynamic(move || {
        flow.outcome.get().map(|done| {
            let node = NodeRef::<html::Div>::new();
            node.on_load(|notice| {
                // The pressed button may be gone, which would lose the focus.
                notice.focus().ok();
            });
            view! { <DoneNotice node>{report(done)}</DoneNotice> }
        })
    })
}

fn report(done: Outcome) -> AnyView {
    match done {
        Outcome::Deactivated { device, until } => {
            let until = until.map(|at| {
                view! {
                    ", no later than "
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
                ". Its slot is free. The device stops at its next check-in" {until} "."
            }
            .into_any()
        }
        Outcome::Revoked(run_out) => view! { "Revoked. " {offline_summary(run_out)} }.into_any(),
    }
}
