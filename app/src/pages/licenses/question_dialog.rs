//! A question about a license in a dialog over its page, and what comes of the answer. Without a script the same question is
//! a page of its own.

use keywright_domain::detail::LicenseDetail;
use leptos::{html, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::{
    api::error::{ApiError, ErrorCode},
    held::newest,
    pages::{
        failure::FailureAlert,
        licenses::{
            asking::{Asking, Progress},
            question::Question,
            shown::{self, ShownKey},
        },
    },
    routes,
    ui::{changing::changing, confirm::ConfirmActions, dialog::Dialog, notice::Alert},
};

/// The dialog, while a question is open.
#[component]
pub fn QuestionDialog(asking: Asking) -> impl IntoView {
    changing(move || {
        let question = asking.question.get()?;
        let first = asking.license.get_untracked()?;
        let license = newest(first, move || asking.license.get());
        Some(view! { <OpenDialog asking license question/> })
    })
}

#[component]
fn OpenDialog(asking: Asking, license: Memo<LicenseDetail>, question: Question) -> impl IntoView {
    let progress = asking.progress;
    let node = NodeRef::<html::Dialog>::new();
    let close = move || {
        if let Some(dialog) = node.get_untracked() {
            dialog.close();
        }
    };
    let confirm = move |()| spawn_local(asking.answer(question, close));
    let navigate = use_navigate();
    let closed = move |()| {
        asking.question.set(None);
        if let Progress::Stored(license) = progress.get_untracked() {
            navigate(&routes::license(license), NavigateOptions::default());
        }
    };
    let is_shown = Memo::new(move |_| {
        progress.with(|progress| matches!(progress, Progress::Shown(_) | Progress::Stored(_)))
    });
    let title = changing(move || {
        if is_shown.get() {
            shown::TITLE.into_any()
        } else {
            license.with(|license| question.title(license))
        }
    });
    let body = changing(move || {
        if is_shown.get() {
            view! { <Shown asking license close/> }.into_any()
        } else {
            view! { <Asked asking license question confirm close/> }.into_any()
        }
    });
    let stays = Signal::derive(move || asking.stays());
    view! {
        <Dialog id="question" title=title.into_any() node stays on_close=closed>
            {body}
        </Dialog>
    }
}

/// The question itself. What it says follows the license: somebody else may be quicker.
#[component]
fn Asked(
    asking: Asking,
    license: Memo<LicenseDetail>,
    question: Question,
    confirm: impl Fn(()) + Send + Sync + Clone + 'static,
    close: impl Fn() + Send + Sync + Copy + 'static,
) -> impl IntoView {
    let progress = asking.progress;
    let busy = Signal::derive(move || progress.with(|progress| matches!(progress, Progress::Sent)));
    let failed = Memo::new(move |_| {
        progress.with(|progress| match progress {
            Progress::Failed(error) => Some(error.clone()),
            _ => None,
        })
    });
    let settled = Memo::new(move |_| {
        let is_sent = busy.get();
        license
            .with(|license| question.settled(license))
            .filter(|_| !is_sent)
    });
    let trouble = changing(move || match (failed.get(), settled.get()) {
        (Some(error), _) => Some(failure(question, error, asking.is_uncertain.get())),
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
    let consequences = changing(move || {
        let is_over = is_over.get();
        (!is_over).then(|| license.with(|license| question.consequences(license)))
    });
    let actions = changing(move || {
        if is_over.get() {
            view! { <CloseAction label="Close" focused=true on_press=move |()| close()/> }
                .into_any()
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
    });
    view! {
        {trouble}
        {consequences}
        {actions}
    }
}

/// Why it was not done, as far as anybody knows.
fn failure(question: Question, error: ApiError, is_uncertain: bool) -> AnyView {
    let more = match (question, error.code) {
        (Question::Remint, _) if is_uncertain => {
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
    asking: Asking,
    license: Memo<LicenseDetail>,
    close: impl Fn() + Send + Sync + Copy + 'static,
) -> impl IntoView {
    let new_key = asking.progress.with_untracked(|progress| match progress {
        Progress::Shown(new_key) => Some(new_key.clone()),
        _ => None,
    });
    new_key.map(|new_key| {
        let stored = move |()| {
            asking.progress.set(Progress::Stored(new_key.license));
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
