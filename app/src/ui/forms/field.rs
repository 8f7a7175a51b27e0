//! Labeled input fields.

use leptos::prelude::*;

/// Kind of a field's value. It determines the on-screen keyboard and autofill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Email address for signing in.
    Email,
    /// Existing password.
    Password,
    /// New password.
    NewPassword,
    /// Text that the browser should not remember.
    Text,
    Number,
}

impl FieldKind {
    pub(super) const fn input_type(self) -> &'static str {
        match self {
            // Not "email": browsers reject addresses with a non-ASCII local part there.
            Self::Email | Self::Text => "text",
            Self::Password | Self::NewPassword => "password",
            Self::Number => "number",
        }
    }

    pub(super) const fn input_mode(self) -> Option<&'static str> {
        match self {
            Self::Email => Some("email"),
            Self::Password | Self::NewPassword | Self::Text | Self::Number => None,
        }
    }

    pub(super) const fn autocomplete(self) -> &'static str {
        match self {
            Self::Email => "username",
            Self::Password => "current-password",
            Self::NewPassword => "new-password",
            Self::Text | Self::Number => "off",
        }
    }
}

/// A required field under its label. Its name is also its ID.
#[component]
pub fn Field(
    name: &'static str,
    label: &'static str,
    kind: FieldKind,
    #[prop(optional)] value: String,
    /// Whether the field has the initial focus.
    #[prop(optional)]
    focused: bool,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                class="input"
                id=name
                name=name
                type=kind.input_type()
                inputmode=kind.input_mode()
                autocapitalize="none"
                spellcheck="false"
                autocomplete=kind.autocomplete()
                value=value
                required
                autofocus=focused
            />
        </div>
    }
}

/// Links to invalid fields: names and error messages.
#[component]
pub fn FieldErrorLinks(links: Vec<(&'static str, String)>) -> impl IntoView {
    let link = |(name, sentence)| view! { <li><a href=format!("#{name}")>{sentence}</a></li> };
    view! { <ul class="field-links">{links.into_iter().map(link).collect_view()}</ul> }
}

/// An optional field with a visually hidden label. Its name is also its ID.
#[component]
pub fn TextField(
    name: &'static str,
    label: &'static str,
    placeholder: &'static str,
    value: String,
) -> impl IntoView {
    view! {
        <div class="field-inline">
            <label class="visually-hidden" for=name>{label}</label>
            <input
                class="input"
                id=name
                name=name
                type="search"
                placeholder=placeholder
                autocapitalize="none"
                autocomplete="off"
                spellcheck="false"
                value=value
            />
        </div>
    }
}

/// An optional date next to its label. Its name is also its ID.
#[component]
pub fn DateField(name: &'static str, label: &'static str, value: String) -> impl IntoView {
    view! {
        <div class="field-inline">
            <label for=name>{label}</label>
            <input class="input" id=name name=name type="date" value=value/>
        </div>
    }
}

/// A hidden field, omitted if the value is empty.
#[component]
pub fn HiddenField(name: &'static str, value: String) -> impl IntoView {
    (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value/> })
}
