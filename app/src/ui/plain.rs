//! Parts of pages that no wasm brings to life; `frontend/plain.ts` does what their marks say. Rendered on the server only.

use leptos::prelude::*;

use crate::ui::icon::{Icon, IconName};

/// Copies the text of the element with the id `of`, and says what came of it. `main`, where nothing else is as likely wanted.
#[component]
pub fn CopyButton(
    of: &'static str,
    #[prop(optional)] main: bool,
    children: Children,
) -> impl IntoView {
    let kind = main.then_some("primary");
    view! {
        <button class="button" data-kind=kind type="button" data-when="script" data-copy=of>
            <Icon name=IconName::Copy/>
            {children()}
        </button>
        <span class="said" role="status"></span>
    }
}

/// Hands the browser the text of the element with the id `of` as a file.
#[component]
pub fn SaveButton(of: &'static str, file: String, children: Children) -> impl IntoView {
    view! {
        <button
            class="button"
            data-kind="primary"
            type="button"
            data-when="script"
            data-save=of
            data-file=file
        >
            <Icon name=IconName::Download/>
            {children()}
        </button>
    }
}

/// A value with a small button that copies it.
#[component]
pub fn CopyableText(id: &'static str, label: &'static str, text: String) -> impl IntoView {
    view! {
        <span class="copy">
            <code id=id>{text}</code>
            <button
                class="button"
                data-kind="quiet"
                data-size="small"
                data-shape="icon"
                data-when="script"
                type="button"
                aria-label=label
                data-copy=id
            >
                <Icon name=IconName::Copy/>
            </button>
            <span class="visually-hidden" role="status"></span>
        </span>
    }
}

/// A block of text for a machine, under its heading, with a button that copies it.
#[component]
pub fn CodeBlock(
    id: &'static str,
    heading: &'static str,
    copy_label: &'static str,
    text: String,
) -> impl IntoView {
    view! {
        <div class="code" role="region" aria-label=heading tabindex="0">
            <div class="code-head">
                <h3>{heading}</h3>
                <button
                    class="button"
                    data-kind="quiet"
                    data-size="small"
                    data-when="script"
                    type="button"
                    aria-label=copy_label
                    data-copy=id
                >
                    <Icon name=IconName::Copy/>
                    "Copy"
                </button>
                <span class="visually-hidden" role="status"></span>
            </div>
            <pre id=id><code>{text}</code></pre>
        </div>
    }
}

/// A text that is shown once; a click selects the whole of it.
#[component]
pub fn SecretText(id: &'static str, label: &'static str, text: String) -> impl IntoView {
    view! {
        <div class="secret">
            <output id=id aria-label=label>{text}</output>
        </div>
    }
}

/// Several, a line each.
#[component]
pub fn SecretList(id: &'static str, label: &'static str, texts: Vec<String>) -> impl IntoView {
    let mut text = texts.join("\n");
    text.push('\n');
    view! {
        <div class="secret-list" role="region" aria-label=label tabindex="0">
            <pre id=id>{text}</pre>
        </div>
    }
}
