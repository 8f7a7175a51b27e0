//! Dialog on the license's page that asks to confirm an action and shows its outcome. Without a
//! script, `confirm_page` takes its place.

use keywright_api_types::license_detail::LicenseDetail;
use leptos::{html, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::{
    api::error::{ApiError, ErrorCode},
    pages::{
        licenses::actions::{
            action::LicenseAction,
            new_key::{self, NewKeyDetails},
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

/// The dialog, rendered while there is an action to confirm.
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
    let confirm = move |()| spawn_local(flow.submit(action, close));
    let navigate = use_navigate();
    let closed = move |()| {
        flow.action.set(None);
        if let Step::KeyStored(license) = step.get_untracked() {
            navigate(&routes::license(license), NavigateOptions::default());
        }
    };
    let is_shown = Memo::new(move |_| {
        step.with(|step| matches!(step, Step::KeyShown(_) | Step::KeyStored(_)))
    });
    let title = dynamic(move || {
        if is_shown.get() {
            new_key::TITLE.into_any()
        } else {
            license.with(|license| action.title(license))
        }
    });
    let body = dynamic(move || {
        if is_shown.get() {
            view! { <NewKeyStep flow license close/> }.into_any()
        } else {
            view! { <Confirmation flow license action confirm close/> }.into_any()
        }
    });
    let stays = Signal::derive(move || flow.must_stay_open());
    view! {
        <Dialog id="question" title=title.into_any() node stays on_close=closed>
            {body}
        </Dialog>
    }
}

/// The confirmation. It tracks the license, which may change while the dialog is open.
#[component]
fn Confirmation(
    flow: ActionFlow,
    license: Memo<LicenseDetail>,
    action: LicenseAction,
    confirm: impl Fn(()) + Send + Sync + Clone + 'static,
    close: impl Fn() + Send + Sync + Copy + 'static,
) -> impl IntoView {
    let step = flow.step;
    let busy = Signal::derive(move || step.with(|step| matches!(step, Step::Executing)));
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
        (Some(error), _) => Some(failure_alert(action, error, flow.is_outcome_unknown.get())),
        (None, Some(sentence)) => {
            let alert = view! { <Alert><p>{sentence} ". You didn't change anything."</p></Alert> };
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
                    verb=action.button_label()
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

/// Explains why the action failed, or that its outcome is unknown.
fn failure_alert(action: LicenseAction, error: ApiError, is_uncertain: bool) -> AnyView {
    let more = match (action, error.code) {
        (LicenseAction::Remint, _) if is_uncertain => {
            "We didn't get a reply, so the license may or may not have been reminted. If it was, the \
             new key is lost: remint the new license to get another."
        }
        (_, ErrorCode::Conflict) if is_uncertain => {
            "This may have been your own earlier attempt, whose reply was lost."
        }
        (_, ErrorCode::Conflict) => "You didn't change anything.",
        (_, ErrorCode::Unreachable) => {
            "We didn't get a reply. The change may have gone through: check the status before you try \
             again."
        }
        _ => return view! { <FailureAlert error/> }.into_any(),
    };
    let more = view! { <p>{more}</p> }.into_any();
    view! { <FailureAlert error more/> }.into_any()
}

/// The new key and the button that confirms that it is stored.
#[component]
fn NewKeyStep(
    flow: ActionFlow,
    license: Memo<LicenseDetail>,
    close: impl Fn() + Send + Sync + Copy + 'static,
) -> impl IntoView {
    let new_key = flow.step.with_untracked(|step| match step {
        Step::KeyShown(new_key) => Some(new_key.clone()),
        _ => None,
    });
    new_key.map(|new_key| {
        let stored = move |()| {
            flow.step.set(Step::KeyStored(new_key.license_id));
            close();
        };
        view! {
            <NewKeyDetails license=license.get_untracked() key=new_key.key.clone()/>
            <CloseAction label="I have stored it" on_press=stored/>
        }
    })
}

#[component]
fn CloseAction(
    label: &'static str,
    /// Whether the button takes the initial focus. Set it only if pressing the button by accident
    /// is harmless.
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
