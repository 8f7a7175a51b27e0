//! Fields of forms.

use leptos::prelude::*;

/// What a field takes: decides its keyboard and what a password manager may fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// The e-mail address that someone signs in with.
    Email,
    /// The password that goes with it.
    Password,
    /// The same, chosen now.
    NewPassword,
    /// Any text, which no browser needs to remember.
    Text,
    /// A whole number.
    Number,
}

impl FieldKind {
    pub(super) const fn input_type(self) -> &'static str {
        match self {
            // Not "email": browsers reject addresses there that begin with anything but ASCII.
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

/// A field that must be filled in, under its label. Its name is its id too.
#[component]
pub fn Field(
    name: &'static str,
    label: &'static str,
    kind: FieldKind,
    #[prop(optional)] value: String,
    /// Whether typing can start here at once.
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

/// Links to fields, each with what is wrong there: name of the field, and a sentence.
#[component]
pub fn FieldLinks(links: Vec<(&'static str, String)>) -> impl IntoView {
    let link = |(name, sentence)| view! { <li><a href=format!("#{name}")>{sentence}</a></li> };
    view! { <ul class="field-links">{links.into_iter().map(link).collect_view()}</ul> }
}

/// A field that may stay empty, whose label is only heard. Its name is its id too.
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

/// A day of the calendar, which may stay empty, beside its label. Its name is its id too.
#[component]
pub fn DateField(name: &'static str, label: &'static str, value: String) -> impl IntoView {
    view! {
        <div class="field-inline">
            <label for=name>{label}</label>
            <input class="input" id=name name=name type="date" value=value/>
        </div>
    }
}

/// Something that is sent along; nothing, where it is empty.
#[component]
pub fn HiddenField(name: &'static str, value: String) -> impl IntoView {
    (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value/> })
}
