//! Secrets that are shown only once.

use leptos::{html, prelude::*};

use crate::ui::controls::copy::{CopyButton, CopyStyle};

/// A secret with a copy button. A click on the secret selects all of it.
#[component]
pub fn Secret(
    id: &'static str,
    label: &'static str,
    copy_label: &'static str,
    text: String,
    #[prop(optional)] node: NodeRef<html::Button>,
) -> impl IntoView {
    view! {
        <div class="secret">
            <output id=id aria-label=label>{text}</output>
            <CopyButton of=id label=copy_label style=CopyStyle::Primary node/>
        </div>
    }
}

/// Several secrets, one per line.
#[cfg(feature = "ssr")]
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
