//! Blocks of code, optionally with a heading and a copy button.

use leptos::prelude::*;

use crate::ui::controls::copy::{CopyButton, CopyStyle};

#[component]
pub fn Code(text: String) -> impl IntoView {
    view! {
        <div class="code">
            <pre><code>{text}</code></pre>
        </div>
    }
}

/// A block of code with a heading and a copy button.
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
                <CopyButton of=id label=copy_label style=CopyStyle::Compact/>
            </div>
            <pre id=id><code>{text}</code></pre>
        </div>
    }
}
