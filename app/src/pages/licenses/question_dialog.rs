//! A question about a license in a dialog over its page, and what comes of the answer. Without a script the same question is
//! a page of its own.

use keywright_domain::detail::LicenseDetail;
use leptos::{html, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        licenses::NewKey,
    },
    pages::licenses::{
        asking::Asking,
        question::Question,
        shown::{self, ShownKey},
    },
    routes,
    ui::{confirm::ConfirmActions, dialog::Dialog, notice::Alert},
};

/// How far a question has come.
#[derive(Clone)]
enum Progress {
    Asked,
    Sent,
    Failed(ApiError),
    Shown(NewKey),
}

/// The dialog, while a question is open.
#[component]
pub fn QuestionDialog(asking: Asking) -> impl IntoView {
    move || {
        let question = asking.question.get()?;
        Some(view! { <OpenDialog asking question/> })
    }
}

#[component]
fn OpenDialog(asking: Asking, question: Question) -> impl IntoView {
    let Asking { license, live, .. } = asking;
    let progress = RwSignal::new(Progress::Asked);
    let node = NodeRef::<html::Dialog>::new();
    let close = move || {
        if let Some(dialog) = node.get_untracked() {
            dialog.close();
        }
    };
    let confirm = move |()| {
        progress.set(Progress::Sent);
        spawn_local(async move {
            let outcome = asking.carry_out(question).await;
            live.refresh();
            match outcome {
                Ok(None) => close(),
                Ok(Some(new_key)) => progress.set(Progress::Shown(new_key)),
                Err(error) => progress.set(Progress::Failed(error)),
            }
        });
    };
    let navigate = use_navigate();
    let closed = move |()| {
        asking.question.set(None);
        if let Progress::Shown(new_key) = progress.get_untracked() {
            navigate(
                &routes::license(new_key.license),
                NavigateOptions::default(),
            );
        }
    };
    let is_shown =
        Memo::new(move |_| progress.with(|progress| matches!(progress, Progress::Shown(_))));
    let title = move || {
        if is_shown.get() {
            shown::TITLE.into_any()
        } else {
            license.with(|license| question.title(license))
        }
    };
    // What was answered can't be taken back, and a key that is shown once is not to be lost by a slip.
    let escapes = Signal::derive(move || {
        progress.with(|progress| matches!(progress, Progress::Asked | Progress::Failed(_)))
    });
    let body = move || {
        if is_shown.get() {
            view! { <Shown license progress close/> }.into_any()
        } else {
            view! { <Asked license question progress confirm close/> }.into_any()
        }
    };
    view! {
        <Dialog id="question" title=title.into_any() node escapes on_close=closed>
            {body}
        </Dialog>
    }
}

/// The question itself. What it says follows the license: somebody else may be quicker.
#[component]
fn Asked(
    license: Memo<LicenseDetail>,
    question: Question,
    progress: RwSignal<Progress>,
    confirm: impl Fn(()) + Send + Sync + Clone + 'static,
    close: impl Fn() + Send + Sync + Copy + 'static,
) -> impl IntoView {
    let busy = Signal::derive(move || progress.with(|progress| matches!(progress, Progress::Sent)));
    let settled = Memo::new(move |_| {
        let is_sent = busy.get();
        license
            .with(|license| question.settled(license))
            .filter(|_| !is_sent)
    });
    let trouble = move || {
        let failed = progress.with(|progress| match progress {
            Progress::Failed(error) => Some(error.clone()),
            _ => None,
        });
        match (failed, settled.get()) {
            (Some(error), _) => Some(failure(question, error)),
            (None, Some(sentence)) => {
                let alert =
                    view! { <Alert><p>{sentence} ". Nothing was changed by you."</p></Alert> };
                Some(alert.into_any())
            }
            (None, None) => None,
        }
    };
    let is_over = Memo::new(move |_| {
        let lost = progress.with(|progress| match progress {
            Progress::Failed(error) => error.code == ErrorCode::Conflict,
            _ => false,
        });
        lost || settled.with(Option::is_some)
    });
    let consequences = move || {
        let is_over = is_over.get();
        (!is_over).then(|| license.with(|license| question.consequences(license)))
    };
    let actions = move || {
        if is_over.get() {
            view! { <CloseAction label="Close" focused=true close/> }.into_any()
        } else {
            let confirm = confirm.clone();
            view! {
                <ConfirmActions
                    verb=question.verb()
                    busy
                    on_confirm=confirm
                    on_cancel=move |()| close()
                />
            }
            .into_any()
        }
    };
    view! {
        {trouble}
        {consequences}
        {actions}
    }
}

/// Why it was not done, as far as anybody knows.
fn failure(question: Question, error: ApiError) -> AnyView {
    let request = error
        .request_id
        .map(|id| view! { <p>"Request " <code>{id}</code></p> });
    let lost_key = (error.code == ErrorCode::Unreachable && question == Question::Remint).then(|| {
        view! {
            <p>
                "The answer got lost, and with it the new key if there is one. If the license turns out to be reminted, \
                remint its successor."
            </p>
        }
    });
    let nothing = (error.code == ErrorCode::Conflict).then_some(" Nothing was changed by you.");
    view! {
        <Alert>
            <p>{error.message} {nothing}</p>
            {lost_key}
            {request}
        </Alert>
    }
    .into_any()
}

/// The new key.
#[component]
fn Shown(
    license: Memo<LicenseDetail>,
    progress: RwSignal<Progress>,
    close: impl Fn() + Send + Sync + Copy + 'static,
) -> impl IntoView {
    let key = progress.with_untracked(|progress| match progress {
        Progress::Shown(new_key) => new_key.key.clone(),
        _ => String::new(),
    });
    view! {
        <ShownKey license=license.get_untracked() key/>
        <CloseAction label="I have stored it" close/>
    }
}

#[component]
fn CloseAction(
    label: &'static str,
    /// Whether the focus goes here: to where nothing is lost by pressing it.
    #[prop(optional)]
    focused: bool,
    close: impl Fn() + Send + Sync + Copy + 'static,
) -> impl IntoView {
    let node = NodeRef::<html::Button>::new();
    node.on_load(move |button| {
        if focused {
            button.focus().ok();
        }
    });
    view! {
        <div class="dialog-actions">
            <button class="button" type="button" node_ref=node on:click=move |_| close()>
                {label}
            </button>
        </div>
    }
}
