//! Confirms an action in a dialog over the license's page, and shows the outcome. Without a script the confirmation is a page of
//! its own.

use keywright_api_types::license_detail::LicenseDetail;
use leptos::{html, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::{
    api::error::{ApiError, ErrorCode},
    pages::{
        licenses::actions::{
            action::LicenseAction,
            new_key::{self, ShownKey},
            state::{ActionFlow, Step},
        },
        shared::failure::FailureAlert,
    },
    routes,
    stale_resource::latest_or,
    ui::{
        dynamic::dynamic,
        feedback::notice::Alert,
        overlays::{confirm::ConfirmActions, dialog::Dialog},
    },
};

/// The dialog, while there is an action to confirm.
#[component]
pub fn ConfirmDialog(flow: ActionFlow) -> impl IntoView {
    dynamic(move || {
        let action = flow.action.get()?;
        let first = flow.license.get_untracked()?;
        let license = latest_or(first, move || flow.license.get());
        Some(view! { <OpenDialog flow license action/> })
    })
}

#[component]
fn OpenDialog(
    flow: ActionFlow,
    license: Memo<LicenseDetail>,
    action: LicenseAction,
) -> impl IntoView {
    let step = flow.step;
    let node = NodeRef::<html::Dialog>::new();
    let close = move || {
        if let Some(dialog) = node.get_untracked() {
            dialog.close();
        }
    };
    let confirm = move |()| spawn_local(flow.answer(action, close));
    let navigate = use_navigate();
    let closed = move |()| {
        flow.action.set(None);
        if let Step::Stored(license) = step.get_untracked() {
            navigate(&routes::license(license), NavigateOptions::default());
        }
    };
    let is_shown =
        Memo::new(move |_| step.with(|step| matches!(step, Step::Shown(_) | Step::Stored(_))));
    let title = dynamic(move || {
        if is_shown.get() {
            new_key::TITLE.into_any()
        } else {
            license.with(|license| action.title(license))
        }
    });
    let body = dynamic(move || {
        if is_shown.get() {
            view! { <Shown flow license close/> }.into_any()
        } else {
            view! { <Asked flow license action confirm close/> }.into_any()
        }
    });
    let stays = Signal::derive(move || flow.stays());
    view! {
        <Dialog id="question" title=title.into_any() node stays on_close=closed>
            {body}
        </Dialog>
    }
}

/// The confirmation. It follows the license, which someone else may change meanwhile.
#[component]
fn Asked(
    flow: ActionFlow,
    license: Memo<LicenseDetail>,
    action: LicenseAction,
    confirm: impl Fn(()) + Send + Sync + Clone + 'static,
    close: impl Fn() + Send + Sync + Copy + 'static,
) -> impl IntoView {
    let step = flow.step;
    let busy = Signal::derive(move || step.with(|step| matches!(step, Step::Sent)));
    let failed = Memo::new(move |_| {
        step.with(|step| match step {
            Step::Failed(error) => Some(error.clone()),
            _ => None,
        })
    });
    let settled = Memo::new(move |_| {
        let is_sent = busy.get();
        license
            .with(|license| action.already_done(license))
            .filter(|_| !is_sent)
    });
    let trouble = dynamic(move || match (failed.get(), settled.get()) {
        (Some(error), _) => Some(failure(action, error, flow.is_uncertain.get())),
        (None, Some(sentence)) => {
            let alert = view! { <Alert><p>{sentence} ". Nothing was changed by you."</p></Alert> };
            Some(alert.into_any())
        }
        (None, None) => None,
    });
    let is_over = Memo::new(move |_| {
        let is_late = failed.with(|failed| {
            failed
                .as_ref()
                .is_some_and(|error| error.code == ErrorCode::Conflict)
        });
        is_late || settled.with(Option::is_some)
    });
    let consequences = dynamic(move || {
        let is_over = is_over.get();
        (!is_over).then(|| license.with(|license| action.consequences(license)))
    });
    let actions = dynamic(move || {
        if is_over.get() {
            view! { <CloseAction label="Close" focused=true on_press=move |()| close()/> }
                .into_any()
        } else {
            let confirm = confirm.clone();
            view! {
                <ConfirmActions
                    verb=action.verb()
                    busy
                    on_confirm=confirm
                    on_cancel=move |()| close()
                />
            }
            .into_any()
        }
    });
    view! {
        {trouble}
        {consequences}
        {actions}
    }
}

/// Why the action failed, as far as it is known.
fn failure(action: LicenseAction, error: ApiError, is_uncertain: bool) -> AnyView {
    let more = match (action, error.code) {
        (LicenseAction::Remint, _) if is_uncertain => {
            "An answer got lost, and with it the new key, if it was done. If the license turns out to be reminted, remint \
             its successor."
        }
        (_, ErrorCode::Conflict) if is_uncertain => "It may have been you: an answer got lost.",
        (_, ErrorCode::Conflict) => "Nothing was changed by you.",
        (_, ErrorCode::Unreachable) => "Nobody knows whether it was done: the answer got lost.",
        _ => return view! { <FailureAlert error/> }.into_any(),
    };
    let more = view! { <p>{more}</p> }.into_any();
    view! { <FailureAlert error more/> }.into_any()
}

/// The new key.
#[component]
fn Shown(
    flow: ActionFlow,
    license: Memo<LicenseDetail>,
    close: impl Fn() + Send + Sync + Copy + 'static,
) -> impl IntoView {
    let new_key = flow.step.with_untracked(|step| match step {
        Step::Shown(new_key) => Some(new_key.clone()),
        _ => None,
    });
    new_key.map(|new_key| {
        let stored = move |()| {
            flow.step.set(Step::Stored(new_key.license));
            close();
        };
        view! {
            <ShownKey license=license.get_untracked() key=new_key.key.clone()/>
            <CloseAction label="I have stored it" on_press=stored/>
        }
    })
}

#[component]
fn CloseAction(
    label: &'static str,
    /// Whether the focus goes here: to where nothing is lost by pressing it.
    #[prop(optional)]
    focused: bool,
    #[prop(into)] on_press: Callback<()>,
) -> impl IntoView {
    let node = NodeRef::<html::Button>::new();
    node.on_load(move |button| {
        if focused {
            button.focus().ok();
        }
    });
    view! {
        <div class="dialog-actions">
            <button class="button" type="button" node_ref=node on:click=move |_| on_press.run(())>
                {label}
            </button>
        </div>
    }
}
