//! Text for a machine.

use leptos::prelude::*;

/// A block of it, such as a command to type.
#[component]
pub fn Code(text: String) -> impl IntoView {
    view! {
        <div class="code">
            <pre><code>{text}</code></pre>
        </div>
    }
}
