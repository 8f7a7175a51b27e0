//! Buttons that copy text to the clipboard, through `frontend/enhance.ts`.

use leptos::{html, prelude::*};

use crate::ui::icon::{Icon, IconName};

/// Appearance of a copy button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyStyle {
    /// The page's main button.
    Primary,
    /// A button among others.
    #[cfg(feature = "ssr")]
    Secondary,
    /// A small button labeled `Copy`.
    #[cfg(feature = "ssr")]
    Compact,
    /// A small icon.
    Icon,
}

/// A button that copies the text of the element with the ID `of`. The status element after it
/// reports the outcome.
#[component]
pub fn CopyButton(
    of: &'static str,
    /// Label or accessible name, such as `Copy key`.
    label: &'static str,
    style: CopyStyle,
    #[prop(optional)] node: NodeRef<html::Button>,
) -> impl IntoView {
    let (kind, is_small, text) = match style {
        CopyStyle::Primary => (Some("primary"), false, Some(label)),
        #[cfg(feature = "ssr")]
        CopyStyle::Secondary => (None, false, Some(label)),
        #[cfg(feature = "ssr")]
        CopyStyle::Compact => (Some("quiet"), true, Some("Copy")),
        CopyStyle::Icon => (Some("quiet"), true, None),
    };
    let shape = (style == CopyStyle::Icon).then_some("icon");
    let status = if is_small {
        "visually-hidden"
    } else {
        "status-text"
    };
    view! {
        <button
            class="button"
            data-variant=kind
            data-size=is_small.then_some("small")
            data-shape=shape
            data-when="script"
            type="button"
            aria-label=is_small.then_some(label)
            data-copy=of
            node_ref=node
        >
            <Icon name=IconName::Copy/>
            {text}
        </button>
        <span class=status role="status"></span>
    }
}

/// A value with a small copy button. Children replace the default display as code. `id` must be
/// unique on the page.
#[component]
pub fn Copyable(
    id: &'static str,
    label: &'static str,
    text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let shown = match children {
        Some(children) => children(),
        None => view! { <code>{text.clone()}</code> }.into_any(),
    };
    view! {
        <span class="copy">
            <data id=id value=text>
                {shown}
            </data>
            <CopyButton of=id label style=CopyStyle::Icon/>
        </span>
    }
}
