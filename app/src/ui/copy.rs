//! Values to take away.

use leptos::prelude::*;

use crate::ui::{
    changing::changing,
    icon::{Icon, IconName},
};

/// What came of copying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// Nobody tried.
    No,
    /// It is on the clipboard.
    Yes,
    /// The browser does not let the page: it came over plain HTTP from another machine, or the user said no.
    Refused,
}

impl Copied {
    /// What is said about it.
    pub const fn sentence(self) -> Option<&'static str> {
        match self {
            Self::No => None,
            Self::Yes => Some("Copied to the clipboard"),
            Self::Refused => {
                Some("The browser does not let this page copy. Select it, and copy it yourself")
            }
        }
    }
}

/// A value, and a small button that copies `text`: what is shown may be shorter.
#[component]
pub fn Copyable(
    #[prop(into)] text: String,
    #[prop(into)] label: String,
    children: Children,
) -> impl IntoView {
    let copied = RwSignal::new(Copied::No);
    let icon = changing(move || {
        let name = match copied.get() {
            Copied::Yes => IconName::Check,
            Copied::No | Copied::Refused => IconName::Copy,
        };
        view! { <Icon name/> }
    });
    let said = changing(move || copied.get().sentence());
    view! {
        <span class="copy">
            {children()}
            <button
                class="button"
                data-kind="quiet"
                data-size="small"
                data-shape="icon"
                data-when="script"
                type="button"
                aria-label=label
                on:click=move |_| copy(text.clone(), copied)
            >
                {icon}
            </button>
            <span class="visually-hidden" role="status">{said}</span>
        </span>
    }
}

/// Puts a text on the clipboard, and says what came of it.
#[cfg(target_arch = "wasm32")]
pub fn copy(text: String, copied: RwSignal<Copied>) {
    use leptos::wasm_bindgen::JsCast;

    leptos::task::spawn_local(async move {
        let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into());
        let written = match clipboard.map(JsCast::dyn_into::<web_sys::Clipboard>) {
            Ok(Ok(clipboard)) => {
                let written = wasm_bindgen_futures::JsFuture::from(clipboard.write_text(&text));
                written.await.is_ok()
            }
            _ => false,
        };
        let came = if written {
            Copied::Yes
        } else {
            Copied::Refused
        };
        copied.try_set(came);
    });
}

/// Puts a text on the clipboard: there is none on the server.
#[cfg(not(target_arch = "wasm32"))]
pub fn copy(_text: String, copied: RwSignal<Copied>) {
    copied.set(Copied::Refused);
}
